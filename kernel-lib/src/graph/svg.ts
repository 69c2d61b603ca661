import type { Collapse } from "./collapse.js";
import { type BoxText, type Picture, type Rect, rowHeight, titleHeight } from "./picture.js";
import type { Box } from "./readable.js";
import { graphStyle } from "./svg-style.js";

/** 画计算图的选项。 */
export interface SvgOptions {
  /** 配色：auto 跟随系统的深浅色。缺省 auto。 */
  readonly theme?: "auto" | "light" | "dark";
  /** 画的方向：right 从左到右，down 从上到下；缺省时按图的宽度选。 */
  readonly direction?: "right" | "down";
  /** 图的标题，供读屏软件与鼠标悬停。 */
  readonly title?: string;
  /** 用 block 起了名字的段收不收成一个框：true 全收，false 全展开，数组只收这些名字的。缺省 true。 */
  readonly collapse?: Collapse;
}

/** 画哪一刻：最后的样子，第几帧，或各帧叠在一起、由 CSS 变量 --t 选一帧。 */
export type Moment = "end" | "play" | number;

/** 缩到这个比例为止，再窄就横向滚动，免得手机上看不清字。 */
const smallest = 0.8;

/** 计算图的 SVG：自足，不引用外部的样式与字体。description 是按次序读图的文字。 */
export function drawSvg(
  picture: Picture,
  options: SvgOptions,
  description: string,
  moment: Moment = "end",
): string {
  const { theme = "auto", title = "计算图" } = options;
  const { left, width, height } = picture;
  const faded = (i: number, svg: string): string => {
    const look = presence(picture.texts[i]!.timing?.known ?? 0, null, moment, 0.28);
    return look ? `<g${look}>${svg}</g>` : svg;
  };
  const lines = picture.edges.flatMap((list, i) =>
    list.map(({ path }) => faded(i, `<path class="tidu-edge" d="${path}" marker-end="url(#tidu-arrow)"/>`)),
  );
  // 小字在所有的边之后画，不被线划过。
  const labels = picture.edges.flatMap((list, i) =>
    list.flatMap(({ tag }) =>
      tag
        ? faded(
            i,
            `<text class="tidu-tag" x="${tag.x}" y="${tag.y}" style="text-anchor:${tag.anchor}">${escapeXml(tag.text)}</text>`,
          )
        : [],
    ),
  );
  const edges = [...lines, ...labels];
  const boxes = picture.texts.map((text, i) => drawBox(text, picture.rects[i]!, moment));
  // 一页里有多张图时，箭头与说明各用各的。
  const id = hash(theme + title + boxes.join("") + edges.join(""));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="tidu-graph tidu-graph-${theme}" role="img" aria-describedby="tidu-text-${id}" viewBox="${left} 0 ${width} ${height}" width="${width}" height="${height}" style="max-width:100%;min-width:${Math.round(width * smallest)}px;height:auto">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc id="tidu-text-${id}">${escapeXml(description)}</desc>`,
    `<style>${graphStyle}</style>`,
    // 自带底色：放进与系统深浅色不一致的页面（如深色的 JupyterLab）也看得清。
    `<rect class="tidu-paper" x="${left}" width="${width}" height="${height}" rx="8"/>`,
    `<defs><marker id="tidu-arrow-${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tidu-tip" d="M0 .8 7.4 4 0 7.2z"/></marker></defs>`,
    ...edges.map((e) => e.replaceAll("url(#tidu-arrow)", `url(#tidu-arrow-${id})`)),
    ...boxes,
    "</svg>",
  ].join("\n");
}

function drawBox(text: BoxText, rect: Rect, moment: Moment): string {
  const { box, title, note, value, adjoint, timing } = text;
  const classes = ["tidu-box", `tidu-${box.kind}`];
  if (box.isOutput) classes.push("tidu-output");
  const known = timing?.known ?? 0;
  const x = round(rect.x + rect.width / 2);
  const radius = box.kind === "op" ? 12 : box.kind === "block" ? 6 : 4;
  const shape = (extra: string): string =>
    `<rect x="${rect.x}" y="${rect.y}" width="${rect.width}" height="${rect.height}" rx="${radius}"${extra}/>`;
  const rows = (list: readonly string[], from: number, name: string): string =>
    list
      .map(
        (row, i) =>
          `<text class="tidu-${name}" x="${x}" y="${round(rect.y + titleHeight + 10 + (from + i) * rowHeight)}">${row}</text>`,
      )
      .join("");
  const noted = note ? `<tspan class="tidu-note" dx="8">${escapeXml(note)}</tspan>` : "";
  const parts = [
    shape(""),
    box.kind === "block"
      ? `<path class="tidu-under" d="M${round(rect.x + 6)} ${round(rect.y + rect.height + 3)}h${round(rect.width - 12)}"/>`
      : "",
    `<text class="tidu-title${isName(box, title, note) ? " tidu-name" : ""}" x="${x}" y="${round(rect.y + 20)}">${escapeXml(title)}${noted}</text>`,
  ];
  const shown = value.map(escapeXml);
  const during = (svg: string, from: number, until: number | null): void => {
    const look = presence(from, until, moment, 0);
    if (look !== null) parts.push(look === "" ? svg : `<g${look}>${svg}</g>`);
  };
  during(rows(shown, 0, "value"), known, null);
  if (known > 0 && moment !== "end") during(rows(["?"], 0, "value"), 0, known);
  const stages = timing ? timing.adjoints : adjoint ? [{ at: 0, rows: adjoint }] : [];
  for (const [k, stage] of stages.entries()) {
    if (moment === "end" && k < stages.length - 1) continue;
    const label = '<tspan class="tidu-label">伴随</tspan>';
    const lines =
      stage.rows.length === 1
        ? [`${label} ${escapeXml(stage.rows[0]!)}`]
        : [label, ...stage.rows.map(escapeXml)];
    during(rows(lines, value.length, "adjoint"), stage.at, stages[k + 1]?.at ?? null);
  }
  if (moment !== "end") {
    for (const t of timing?.active ?? []) during(shape(' class="tidu-ring"'), t, t + 1);
  }
  const fade = presence(known, null, moment, 0.28);
  const plain = `<g class="${classes.join(" ")}">${parts.join("")}</g>`;
  const group = fade ? `<g${fade}>${plain}</g>` : plain;
  // 不用 <a>：JupyterLab 遇到 SVG 里的链接会出错。书里的脚本替它打开，别处点图下面的标题。
  return text.opens ? `<g class="tidu-opens" data-opens="${text.opens}">${group}</g>` : group;
}

/**
 * 从第 from 帧出现，到第 until 帧消失（null 不消失）；不在时的不透明度是 rest。
 * 返回要加的属性；那一刻整个不画时是 null。
 */
function presence(from: number, until: number | null, moment: Moment, rest: number): string | null {
  if (moment === "end") return until === null ? "" : null;
  if (moment !== "play") {
    if (moment >= from && (until === null || moment < until)) return "";
    return rest === 0 ? null : ` class="tidu-faded"`;
  }
  if (from === 0 && until === null) return "";
  const start = `var(--t) - ${from - 1}`;
  const opacity =
    until === null ? `clamp(${rest},${start},1)` : `clamp(0,min(${start},${until} - var(--t)),1)`;
  return ` class="tidu-step" style="opacity:${opacity}"`;
}

/** 变量名用斜体；汉字没有斜体，运算符与常量也不是名字。 */
function isName(box: Box, title: string, note: string): boolean {
  if (/[\u2e80-\u9fff]/.test(title)) return false;
  return box.kind === "input" || note !== "" || (box.kind === "op" && box.node.name !== undefined);
}

export function hash(text: string): string {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return (h >>> 0).toString(36);
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}

export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
