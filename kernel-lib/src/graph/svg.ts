import { layout, type Point } from "./layout.js";
import type { Box } from "./readable.js";

/** 画计算图的选项。 */
export interface SvgOptions {
  /** 配色：auto 跟随系统的深浅色。缺省 auto。 */
  readonly theme?: "auto" | "light" | "dark";
  /** 画的方向：right 从左到右，down 从上到下；缺省时按图的宽度选。 */
  readonly direction?: "right" | "down";
  /** 图的标题，供读屏软件与鼠标悬停。 */
  readonly title?: string;
}

/** 框里的一行行文字。 */
export interface BoxText {
  readonly box: Box;
  readonly value: string;
  readonly adjoint: string | null;
  /** 画成半透明：逐步演示时还没算到的部分。 */
  readonly faded?: boolean;
  /** 正在算的一步。 */
  readonly active?: boolean;
}

const titleSize = 15;
const textSize = 12;
const pad = 9;
const margin = 10;
/** 超过这个宽度就改成从上到下画：再宽，放进书页里字就太小了。 */
const pageWidth = 760;

/** 计算图的 SVG：自足，不引用外部的样式与字体。 */
export function drawSvg(texts: readonly BoxText[], options: SvgOptions = {}): string {
  const { theme = "auto", title = "计算图" } = options;
  const index = new Map(texts.map(({ box }, i) => [box, i]));
  const sizes = texts.map(measure);
  const arrange = (down: boolean) =>
    layout(
      texts.map(({ box }, i) => ({
        main: down ? sizes[i]!.height : sizes[i]!.width,
        cross: down ? sizes[i]!.width : sizes[i]!.height,
        from: box.inputs.map(({ from }) => index.get(from)!),
      })),
    );
  let down = options.direction === "down";
  let plan = arrange(down);
  if (options.direction === undefined && plan.main > pageWidth) {
    down = true;
    plan = arrange(true);
  }
  const place = (p: Point): [number, number] =>
    down
      ? [round(p.cross + margin), round(p.main + margin)]
      : [round(p.main + margin), round(p.cross + margin)];
  const width = round((down ? plan.cross : plan.main) + 2 * margin);
  const height = round((down ? plan.main : plan.cross) + 2 * margin);
  const edges = texts.flatMap(({ box, faded }, i) =>
    box.inputs.map(({ tag }, k) =>
      edge(plan.routes[i]![k]!, plan.centers[i]!, tag, place, down, faded === true),
    ),
  );
  const boxes = texts.map((t, i) => drawBox(t, sizes[i]!, place(plan.centers[i]!)));
  // 一页里有多张图时，箭头各用各的。
  const arrow = `tidu-arrow-${hash(theme + boxes.join("") + edges.join(""))}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="tidu-graph tidu-graph-${theme}" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="max-width:100%;height:auto">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${style}</style>`,
    // 自带底色：放进与系统深浅色不一致的页面（如深色的 JupyterLab）也看得清。
    `<rect class="tidu-paper" width="${width}" height="${height}" rx="8"/>`,
    `<defs><marker id="${arrow}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tidu-tip" d="M0 .8 7.4 4 0 7.2z"/></marker></defs>`,
    ...edges.map((e) => e.replaceAll("url(#tidu-arrow)", `url(#${arrow})`)),
    ...boxes,
    "</svg>",
  ].join("\n");
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function measure({ box, value, adjoint }: BoxText): Size {
  const wide = Math.max(
    textWidth(box.title, titleSize) + (box.note ? textWidth(`  ${box.note}`, textSize) : 0),
    textWidth(value, textSize),
    adjoint === null ? 0 : textWidth(`伴随 ${adjoint}`, textSize),
  );
  const lines = adjoint === null ? 1 : 2;
  return { width: Math.max(46, Math.ceil(wide + 2 * pad)), height: 28 + lines * 17 + 3 };
}

/** 估计文字宽度：汉字与全角一个字宽，其余按字形的宽窄。 */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const c of text) {
    if (/[\u1100-\u115f\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/.test(c)) units += 1;
    else if (/[ilj.,:;|'![\]() ]/.test(c)) units += 0.36;
    else if (/[mwMW‖Σ∏]/.test(c)) units += 0.86;
    else units += 0.6;
  }
  return units * size;
}

function drawBox(
  { box, value, adjoint, faded, active }: BoxText,
  size: Size,
  [x, y]: [number, number],
): string {
  const classes = ["tidu-box", `tidu-${box.kind}`];
  if (box.isOutput) classes.push("tidu-output");
  if (faded) classes.push("tidu-faded");
  if (active) classes.push("tidu-active");
  const left = round(x - size.width / 2);
  const top = round(y - size.height / 2);
  const note = box.note ? `<tspan class="tidu-note" dx="8">${escapeXml(box.note)}</tspan>` : "";
  const lines = [
    `<text class="tidu-title${isName(box) ? " tidu-name" : ""}" x="${x}" y="${round(top + 20)}">${escapeXml(box.title)}${note}</text>`,
    `<text class="tidu-value" x="${x}" y="${round(top + 38)}">${escapeXml(value)}</text>`,
  ];
  if (adjoint !== null) {
    lines.push(
      `<text class="tidu-adjoint" x="${x}" y="${round(top + 55)}"><tspan class="tidu-label">伴随</tspan> ${escapeXml(adjoint)}</text>`,
    );
  }
  const radius = box.kind === "op" ? 12 : 4;
  return `<g class="${classes.join(" ")}"><rect x="${left}" y="${top}" width="${size.width}" height="${size.height}" rx="${radius}"/>${lines.join("")}</g>`;
}

/** 变量名用斜体；汉字没有斜体，运算符与常量也不是名字。 */
function isName(box: Box): boolean {
  if (/[\u2e80-\u9fff]/.test(box.title)) return false;
  return box.kind === "input" || box.note !== "" || box.node.name !== undefined;
}

/** 对内的两点走直线，对间走曲线，转弯都在层间的空白里。 */
function edge(
  points: readonly Point[],
  target: Point,
  tag: string,
  place: (p: Point) => [number, number],
  down: boolean,
  faded: boolean,
): string {
  let path = `M${place(points[0]!).join(" ")}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    if (a.cross === b.cross && a.main === b.main) continue;
    if (a.cross === b.cross) {
      path += `L${place(b).join(" ")}`;
      continue;
    }
    const middle = (a.main + b.main) / 2;
    const [c1, c2] = [place({ main: middle, cross: a.cross }), place({ main: middle, cross: b.cross })];
    path += `C${c1.join(" ")} ${c2.join(" ")} ${place(b).join(" ")}`;
  }
  const line = `<path class="tidu-edge${faded ? " tidu-faded" : ""}" d="${path}" marker-end="url(#tidu-arrow)"/>`;
  if (!tag) return line;
  const end = points.at(-1)!;
  const [x, y] = place(end);
  // 从上到下画时，左边的箭头把小字写在左侧，右边的写在右侧，互不相挡。
  const leftward = down && end.cross < target.cross - 4;
  const at = down
    ? `x="${round(leftward ? x - 6 : x + 6)}" y="${round(y - 6)}"`
    : `x="${round(x - 10)}" y="${round(y - 5)}"`;
  const anchor = down && !leftward ? "start" : "end";
  return `${line}<text class="tidu-tag${faded ? " tidu-faded" : ""}" ${at} style="text-anchor:${anchor}">${escapeXml(tag)}</text>`;
}

function hash(text: string): string {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return (h >>> 0).toString(36);
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const light =
  "--ink:#1d2733;--soft:#5d6b7a;--line:#8592a0;--paper:#fff;--op:#f4f6f9;--input:#e8f1fc;--input-line:#4b87c7;--constant:#f3f1ea;--output:#e9f6ec;--output-line:#3d9a57;--adjoint:#b3391f";
const dark =
  "--ink:#e8edf3;--soft:#a9b6c4;--line:#7c8a99;--paper:#14181d;--op:#222931;--input:#1b3049;--input-line:#6aa5e3;--constant:#2d2a22;--output:#1c3625;--output-line:#62c17e;--adjoint:#ff9d84";

// 页面可以用 --tidu-graph-ink 之类的变量改颜色。
const style = [
  `.tidu-graph-auto,.tidu-graph-light{${light}}`,
  `.tidu-graph-dark{${dark}}`,
  `@media (prefers-color-scheme:dark){.tidu-graph-auto{${dark}}}`,
  '.tidu-graph{font-family:"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}',
  ".tidu-graph text{text-anchor:middle;fill:var(--tidu-graph-ink,var(--ink))}",
  `.tidu-graph .tidu-title{font-size:${titleSize}px;font-weight:600}`,
  '.tidu-graph .tidu-name{font-family:"Latin Modern Math","STIX Two Text",Cambria,Georgia,"Noto Serif CJK SC",serif;font-style:italic}',
  `.tidu-graph .tidu-note{font-size:${textSize}px;font-style:normal;font-weight:400;fill:var(--tidu-graph-soft,var(--soft))}`,
  `.tidu-graph .tidu-value,.tidu-graph .tidu-adjoint{font-size:${textSize}px;font-variant-numeric:tabular-nums}`,
  ".tidu-graph .tidu-adjoint{fill:var(--tidu-graph-adjoint,var(--adjoint))}",
  ".tidu-graph .tidu-label{font-size:11px}",
  ".tidu-graph .tidu-tag{font-size:11px;fill:var(--tidu-graph-soft,var(--soft));paint-order:stroke;stroke:var(--tidu-graph-paper,var(--paper));stroke-width:3px}",
  ".tidu-graph .tidu-edge{fill:none;stroke:var(--tidu-graph-line,var(--line));stroke-width:1.3}",
  ".tidu-graph .tidu-tip{fill:var(--tidu-graph-line,var(--line))}",
  ".tidu-graph .tidu-paper{fill:var(--tidu-graph-paper,var(--paper));stroke:none}",
  ".tidu-graph .tidu-box rect{fill:var(--tidu-graph-op,var(--op));stroke:var(--tidu-graph-line,var(--line));stroke-width:1.2}",
  ".tidu-graph .tidu-box.tidu-input rect{fill:var(--tidu-graph-input,var(--input));stroke:var(--input-line)}",
  ".tidu-graph .tidu-box.tidu-constant rect{fill:var(--constant);stroke-dasharray:4 3}",
  ".tidu-graph .tidu-box.tidu-output rect{fill:var(--tidu-graph-output,var(--output));stroke:var(--output-line);stroke-width:2}",
  ".tidu-graph .tidu-box.tidu-active rect{stroke:var(--tidu-graph-adjoint,var(--adjoint));stroke-width:2.4}",
  ".tidu-graph .tidu-faded{opacity:.28}",
].join("");
