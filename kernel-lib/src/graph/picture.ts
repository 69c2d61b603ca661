import { type Layout, layout, type Point } from "./layout.js";
import type { Box } from "./readable.js";
import { tagSize, textSize, titleSize } from "./svg-style.js";

/** 逐步演示里一个框的时刻表：第几帧算出、伴随在哪几帧改变、哪几帧轮到它。 */
export interface Timing {
  readonly known: number;
  readonly adjoints: readonly { readonly at: number; readonly rows: readonly string[] }[];
  readonly active: readonly number[];
}

/** 框里的文字：数值与伴随各若干行。 */
export interface BoxText {
  readonly box: Box;
  readonly title: string;
  readonly note: string;
  readonly value: readonly string[];
  readonly adjoint: readonly string[] | null;
  readonly timing?: Timing;
  /** 打开这一段的 details 的 id。 */
  readonly opens?: string;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** 边上的小字：位置与占的地方。 */
export interface Tag {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
  readonly rect: Rect;
}

/** 排好位置的图：同一张图的各帧共用，所以演示时什么都不跳。 */
export interface Picture {
  readonly texts: readonly BoxText[];
  readonly rects: readonly Rect[];
  /** 各框的各条入边：SVG 的路径与小字。 */
  readonly edges: readonly (readonly { readonly path: string; readonly tag: Tag | null }[])[];
  /** 画面左边的坐标：小字伸出最左的框时是负的。 */
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

const pad = 9;
const margin = 10;
/** 超过这个宽度就改成从上到下画：再宽，放进书页里字就太小了。 */
const pageWidth = 760;
export const rowHeight = 17;
export const titleHeight = 28;

export function arrange(texts: readonly BoxText[], direction?: "right" | "down"): Picture {
  const index = new Map(texts.map(({ box }, i) => [box, i]));
  const plan = (down: boolean): { sizes: Size[]; layered: Layout } => {
    const sizes = texts.map((t) => measure(t, down));
    const layered = layout(
      texts.map(({ box }, i) => {
        const { width, height } = sizes[i]!;
        const widest = widestTag(box);
        const across = down ? width : height;
        return {
          main: down ? height : width,
          // 从上到下画时，小字可以从框的两边各伸出一点，与邻居的隔开。
          cross: across + (down ? 2 * Math.max(0, widest - 4) : 0),
          from: box.inputs.map(({ from }) => index.get(from)!),
          lead: down ? 0 : widest + 20,
          spread: Math.max(30, down ? widest + 12 : 0),
          reach: Math.max(0, across / 2 - 14),
        };
      }),
    );
    return { sizes, layered };
  };
  let down = direction === "down";
  let { sizes, layered } = plan(down);
  if (direction === undefined && layered.main > pageWidth) {
    down = true;
    ({ sizes, layered } = plan(true));
  }
  const place = (p: Point): [number, number] =>
    down
      ? [round(p.cross + margin), round(p.main + margin)]
      : [round(p.main + margin), round(p.cross + margin)];
  const rects = layered.centers.map((center, i): Rect => {
    const [x, y] = place(center);
    const { width, height } = sizes[i]!;
    return { x: round(x - width / 2), y: round(y - height / 2), width, height };
  });
  const edges = texts.map(({ box }, i) => {
    const ends = layered.routes[i]!.map((points) => points.at(-1)!);
    const tagged = ends.filter((_, k) => box.inputs[k]!.tag);
    const first = tagged.length > 0 ? Math.min(...tagged.map((p) => p.cross)) : 0;
    return box.inputs.map(({ tag }, k) => {
      const end = ends[k]!;
      const leftward = tagged.length > 1 ? end.cross === first : end.cross < layered.centers[i]!.cross - 4;
      return {
        path: curve(layered.routes[i]![k]!, place),
        tag: tag ? placeTag(tag, place(end), down, leftward) : null,
      };
    });
  });
  const tags = edges.flat().flatMap(({ tag }) => tag?.rect ?? []);
  const left = Math.floor(Math.min(0, ...tags.map((r) => r.x - 4)));
  const right = (down ? layered.cross : layered.main) + 2 * margin;
  return {
    texts,
    rects,
    edges,
    left,
    width: round(Math.max(right, ...tags.map((r) => r.x + r.width + 4)) - left),
    height: round((down ? layered.main : layered.cross) + 2 * margin),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function widestTag(box: Box): number {
  return Math.max(0, ...box.inputs.map(({ tag }) => textWidth(tag, tagSize)));
}

function measure({ box, title, note, value, adjoint, timing }: BoxText, down: boolean): Size {
  const stages = [adjoint ?? [], ...(timing?.adjoints.map((a) => a.rows) ?? [])];
  const wide = Math.max(
    textWidth(title, titleSize) + (note ? textWidth(note, textSize) + 10 : 0),
    ...value.map((row) => textWidth(row, textSize)),
    ...stages.map((rows) =>
      rows.length === 1
        ? textWidth(`伴随 ${rows[0]}`, textSize)
        : Math.max(0, ...rows.map((row) => textWidth(row, textSize))),
    ),
  );
  const lines = value.length + Math.max(0, ...stages.map(adjointLines));
  const height = titleHeight + lines * rowHeight + 3;
  // 小字沿着箭头进来的那条边排得开：每两个箭头之间放得下一个。
  const gaps = Math.max(0, box.inputs.filter(({ tag }) => tag).length - 1);
  return {
    width: Math.max(46, Math.ceil(wide + 2 * pad), down && gaps > 0 ? 28 + gaps * (widestTag(box) + 12) : 0),
    height: Math.max(height, down ? 0 : 28 + 14 * gaps),
  };
}

/** 伴随占几行：一行时与“伴随”二字同行。 */
export function adjointLines(rows: readonly string[]): number {
  return rows.length <= 1 ? rows.length : rows.length + 1;
}

/** 估计文字宽度：汉字与全角一个字宽，其余按字形的宽窄。 */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const c of text) {
    if (/[\u1100-\u115f\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/.test(c)) units += 1;
    else if (/[\u0300-\u036f]/.test(c)) units += 0;
    else if (/[ilj.,:;|'![\]() \u2008]/.test(c)) units += 0.36;
    else if (/[mwMW‖Σ∏∈⊙]/.test(c)) units += 0.86;
    else units += 0.6;
  }
  return units * size;
}

/** 对内的两点走直线，对间走曲线，转弯都在层间的空白里。 */
function curve(points: readonly Point[], place: (p: Point) => [number, number]): string {
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
  return path;
}

/** 从上到下画时，最左边的小字写在箭头左侧，其余写在右侧；从左到右画时写在箭头上方。 */
function placeTag(text: string, [x, y]: [number, number], down: boolean, leftward: boolean): Tag {
  const anchor = down && !leftward ? "start" : "end";
  const at = down ? [leftward ? x - 6 : x + 6, y - 6] : [x - 10, y - 5];
  const width = textWidth(text, tagSize);
  return {
    text,
    x: round(at[0]!),
    y: round(at[1]!),
    anchor,
    rect: { x: at[0]! - (anchor === "end" ? width : 0), y: at[1]! - 10, width, height: 11 },
  };
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
