import { course, type Part, plannedChapter } from "./course.js";
import { escapeHtml } from "./text.js";

const column = 84;
const row = 36;
const box = { width: 48, height: 26 };
const left = 74;
const padding = 12;

interface Node {
  number: string;
  x: number;
  y: number;
}

/**
 * 先修关系图：一行一部，越靠右的章要先读的越多，箭头从先读的章指向后读的章。
 *
 * 颜色全用 `currentColor` 与透明度，内联进书页时跟着亮暗主题走；单独打开时按系统的亮暗取色。
 *
 * @param written 这一章写成了没有；没写成的画成虚线框。
 * @param href 章号 → 链接；不给就没有链接。
 */
export function courseMapSvg(
  written: (number: string) => boolean,
  href: (number: string) => string | undefined = () => undefined,
): string {
  const { nodes, bands, width, height } = place();
  const edges = [...nodes.values()].flatMap(({ number }) =>
    plannedChapter(number)!.requires.map((from) => edge(nodes.get(from)!, nodes.get(number)!)),
  );
  const boxes = [...nodes.values()].map((node) => chapterBox(node, written(node.number), href(node.number)));
  return `<svg xmlns="http://www.w3.org/2000/svg" class="course-map" viewBox="0 0 ${width} ${height}" role="img" aria-label="先修关系图" font-family="system-ui, sans-serif">
<style>
svg.course-map { color: var(--ink, #24292f); --map-paper: var(--paper, #fff) }
@media (prefers-color-scheme: dark) { svg.course-map { color: var(--ink, #d8dee6); --map-paper: var(--paper, #15181c) } }
.course-map .band { fill: currentColor; fill-opacity: .045 }
.course-map .edge { fill: none; stroke: currentColor; stroke-opacity: .34; stroke-width: 1.2 }
.course-map .head { fill: currentColor; fill-opacity: .5 }
.course-map .paper { fill: var(--map-paper) }
.course-map .box { fill: #1f6feb; fill-opacity: .16; stroke: #1f6feb; stroke-width: 1.3 }
.course-map .planned .box { fill: none; stroke: currentColor; stroke-opacity: .45; stroke-dasharray: 3 2.5 }
.course-map text { fill: currentColor; font-size: 13px; text-anchor: middle; dominant-baseline: central }
.course-map .planned text { fill-opacity: .62 }
.course-map .part-name { text-anchor: start; font-size: 12.5px }
</style>
<defs><marker id="map-arrow" viewBox="0 0 6 6" refX="5.5" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path class="head" d="M0 .6 5.6 3 0 5.4z"/></marker></defs>
${bands.join("\n")}
${edges.join("\n")}
${boxes.join("\n")}
</svg>
`;
}

/** 每章放在哪里：横坐标是先修链的长度，同一部里同一列的往下排。 */
function place(): { nodes: Map<string, Node>; bands: string[]; width: number; height: number } {
  const nodes = new Map<string, Node>();
  const bands: string[] = [];
  let top = 0;
  let columns = 0;
  for (const part of course) {
    const used = new Map<number, number>();
    for (const number of numbers(part)) {
      const at = depth(number);
      const line = used.get(at) ?? 0;
      used.set(at, line + 1);
      columns = Math.max(columns, at + 1);
      nodes.set(number, {
        number,
        x: left + at * column + box.width / 2,
        y: top + padding + line * row + row / 2,
      });
    }
    const height = Math.max(...used.values()) * row + 2 * padding;
    bands.push(
      `<rect class="band" x="0" y="${top}" width="100%" height="${height - 4}" rx="6"/><text class="part-name" x="10" y="${top + height / 2 - 10}">第 ${part.number} 部</text><text class="part-name" x="10" y="${top + height / 2 + 8}" fill-opacity=".7">${shortTitle(part)}</text>`,
    );
    top += height;
  }
  return { nodes, bands, width: left + columns * column - (column - box.width) + 12, height: top };
}

function numbers(part: Part): string[] {
  return part.chapters.map((_, index) => `${part.number}.${index + 1}`);
}

/** 图左侧放得下的短名。 */
function shortTitle({ title }: Part): string {
  const names: Record<string, string> = {
    原理与机制: "原理",
    现代架构与前沿: "架构",
    计算图的应用: "计算图",
    梯度向量的应用: "梯度",
  };
  return names[title] ?? title;
}

const depths = new Map<string, number>();

/** 读到这一章之前，最长的一条先修链有几章。 */
function depth(number: string): number {
  const known = depths.get(number);
  if (known !== undefined) return known;
  const value = Math.max(-1, ...plannedChapter(number)!.requires.map(depth)) + 1;
  depths.set(number, value);
  return value;
}

function edge(from: Node, to: Node): string {
  const x1 = from.x + box.width / 2;
  const x2 = to.x - box.width / 2 - 1;
  const bend = Math.max(14, (x2 - x1) * 0.45);
  return `<path class="edge" marker-end="url(#map-arrow)" d="M${x1} ${from.y}C${x1 + bend} ${from.y} ${x2 - bend} ${to.y} ${x2} ${to.y}"/>`;
}

function chapterBox({ number, x, y }: Node, written: boolean, url: string | undefined): string {
  const title = `<title>${number}　${escapeHtml(plannedChapter(number)!.title)}${written ? "" : "（还没有写成）"}</title>`;
  const frame = `x="${x - box.width / 2}" y="${y - box.height / 2}" width="${box.width}" height="${box.height}" rx="6"`;
  const shape = `<g class="${written ? "written" : "planned"}">${title}<rect class="paper" ${frame}/><rect class="box" ${frame}/><text x="${x}" y="${y + 0.5}">${number}</text></g>`;
  return url ? `<a href="${escapeHtml(url)}">${shape}</a>` : shape;
}
