import type { Picture } from "../judge/picture.js";
import { showNumber } from "../value.js";
import { escapeHtml } from "./verdict.js";

const [WIDTH, HEIGHT] = [420, 180];
const frame = { left: 68, right: 12, top: 26, bottom: 30 };
const learnerColour = "#d1495b";
const truthColour = "#2a9d6f";

/** 把对照图画成一段自足的 SVG：绿色是正确答案，红色是学习者的；文字跟着页面的颜色。 */
export function pictureSvg(picture: Picture): string {
  const body = picture.kind === "line" ? line(picture) : bars(picture);
  const label = picture.kind === "line" ? `沿 ${picture.axis} 移动时的对照` : "最坏的点上逐个坐标的对照";
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:${WIDTH}px;width:100%;font:11px system-ui,sans-serif">${legend()}${body}</svg>`;
}

function legend(): string {
  const item = (x: number, colour: string, text: string, dash: string) =>
    `<path d="M${x} 12h18" stroke="${colour}" stroke-width="2"${dash}/><text x="${x + 23}" y="16" fill="currentColor">${text}</text>`;
  return (
    item(frame.left, truthColour, "正确答案", "") + item(frame.left + 90, learnerColour, "你的结果", dashed)
  );
}

const dashed = ' stroke-dasharray="5 3"';

/** 纵轴：盖住全部正确答案；学习者的结果差得太远时截在图外，免得把正确的一条压平。 */
function vertical(truth: number[], learner: (number | null)[], zero: boolean): (y: number) => number {
  const own = truth.filter(Number.isFinite);
  const [low, high] = [Math.min(...own, zero ? 0 : Infinity), Math.max(...own, zero ? 0 : -Infinity)];
  const size = Math.max(high - low, Math.abs(high), Math.abs(low));
  const reach = size === 0 ? Infinity : 3 * size;
  const near = learner.filter((y): y is number => y !== null && y > low - reach && y < high + reach);
  const [bottom, top] = [Math.min(low, ...near), Math.max(high, ...near)];
  const span = top - bottom || Math.abs(top) || 1;
  const inner = HEIGHT - frame.top - frame.bottom;
  return (y) => {
    const share = (Math.max(bottom - 0.02 * span, Math.min(top + 0.02 * span, y)) - bottom) / span;
    return frame.top + inner * (0.95 - 0.9 * share);
  };
}

function line({ axis, x, learner, truth, at }: Picture & { kind: "line" }): string {
  const y = vertical(truth, learner, false);
  const [first, last] = [x[0]!, x.at(-1)!];
  const inner = WIDTH - frame.left - frame.right;
  const across = (t: number) => frame.left + (inner * (t - first)) / (last - first || 1);
  const curve = (values: (number | null)[], colour: string, dash: string) => {
    let pen = "M";
    let d = "";
    for (const [i, value] of values.entries()) {
      if (value === null) pen = "M";
      else {
        d += `${pen}${across(x[i]!).toFixed(1)} ${y(value).toFixed(1)}`;
        pen = "L";
      }
    }
    return d === "" ? "" : `<path d="${d}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`;
  };
  const base = HEIGHT - frame.bottom;
  const text = (t: number, anchor: string, label = showNumber(t)) =>
    `<text x="${across(t).toFixed(1)}" y="${base + 14}" text-anchor="${anchor}" fill="currentColor">${escapeHtml(label)}</text>`;
  return `${axes(truth, y)}<path d="M${across(at).toFixed(1)} ${frame.top}V${base}" stroke="currentColor" opacity=".35" stroke-dasharray="2 3"/>${curve(truth, truthColour, "")}${curve(learner, learnerColour, dashed)}${text(first, "start")}${text(at, "middle", `${axis} = ${showNumber(at)}`)}${text(last, "end")}`;
}

function bars({ labels, learner, truth }: Picture & { kind: "bars" }): string {
  const y = vertical(truth, learner, true);
  const step = (WIDTH - frame.left - frame.right) / labels.length;
  const bar = (value: number | null, x: number, colour: string, opacity: number) => {
    if (value === null) return "";
    const [from, to] = [y(0), y(value)];
    return `<rect x="${x.toFixed(1)}" y="${Math.min(from, to).toFixed(1)}" width="${(step * 0.36).toFixed(1)}" height="${Math.max(1, Math.abs(from - to)).toFixed(1)}" fill="${colour}" opacity="${opacity}"/>`;
  };
  const every = Math.ceil(labels.length / 8);
  const columns = labels.map((label, i) => {
    const x = frame.left + i * step;
    const name =
      i % every === 0
        ? `<text x="${(x + step * 0.4).toFixed(1)}" y="${HEIGHT - frame.bottom + 14}" text-anchor="middle" fill="currentColor">${escapeHtml(label)}</text>`
        : "";
    return (
      bar(truth[i]!, x + step * 0.05, truthColour, 0.9) +
      bar(learner[i]!, x + step * 0.43, learnerColour, 0.9) +
      name
    );
  });
  return `${axes([...truth, 0], y)}<path d="M${frame.left} ${y(0).toFixed(1)}H${WIDTH - frame.right}" stroke="currentColor" opacity=".5"/>${columns.join("")}`;
}

/** 左边标出正确答案的最小与最大。 */
function axes(truth: number[], y: (v: number) => number): string {
  const ends = [...new Set([Math.min(...truth), Math.max(...truth)])];
  const marks = ends.map(
    (v) =>
      `<text x="${frame.left - 6}" y="${(y(v) + 4).toFixed(1)}" text-anchor="end" fill="currentColor">${Number(v.toPrecision(3))}</text>`,
  );
  return marks.join("");
}
