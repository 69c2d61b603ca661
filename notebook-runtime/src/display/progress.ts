import { freshId, show } from "./show.js";
import { escapeHtml } from "./text.js";

/** 最多每这么多毫秒重画一次，循环很快时也不会把前端淹没。 */
const INTERVAL = 80;

/** 进度条。 */
export interface Progress {
  /** 完成了多少；note 是附在后面的话，例如当前的损失。 */
  update(done: number, note?: string): void;
  finish(note?: string): void;
}

export interface ProgressOptions {
  /** 总数；可迭代的值自己说不出有多少时用。 */
  total?: number;
}

/**
 * 进度条：给总数，手动 update；或给可迭代（异步的也行）的值，在循环里自动前进。
 * 数组、Set、Map 知道总数；生成器与异步的值不知道，用 total 给出，不给就只显示做了多少。
 *
 * @example
 * for (const x of progress([1, 2, 3], "训练")) x;
 * // => text/plain "训练 ████████████████████ 3/3"
 *
 * @example
 * async function* batches() { yield 1; yield 2; }
 * for await (const batch of progress(batches(), "读取", { total: 2 })) batch;
 * // => text/plain "读取 ████████████████████ 2/2"
 */
export function progress(total: number, label?: string): Progress;
export function progress<T>(items: Iterable<T>, label?: string, options?: ProgressOptions): Iterable<T>;
export function progress<T>(
  items: AsyncIterable<T>,
  label?: string,
  options?: ProgressOptions,
): AsyncIterable<T>;
export function progress<T>(
  source: number | Iterable<T> | AsyncIterable<T>,
  label = "",
  options: ProgressOptions = {},
): Progress | Iterable<T> | AsyncIterable<T> {
  if (typeof source === "number") return createBar(source, label);
  const bar = createBar(options.total ?? sizeOf(source), label);
  return Symbol.asyncIterator in source ? iterateAsync(source, bar) : iterate(source, bar);
}

function sizeOf(source: object): number | null {
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return (source as unknown as unknown[]).length;
  const { size } = source as { size?: unknown };
  return typeof size === "number" ? size : null;
}

function* iterate<T>(items: Iterable<T>, bar: Bar): Generator<T> {
  let done = 0;
  for (const item of items) {
    yield item;
    bar.update(++done);
  }
  bar.end(done);
}

async function* iterateAsync<T>(items: AsyncIterable<T>, bar: Bar): AsyncGenerator<T> {
  let done = 0;
  for await (const item of items) {
    yield item;
    bar.update(++done);
  }
  bar.end(done);
}

interface Bar extends Progress {
  /** 循环正常走完：停在实际的次数上。 */
  end(done: number): void;
}

function createBar(total: number | null, label: string): Bar {
  const id = freshId("progress");
  let shownAt = -Infinity;
  let started = false;
  let drawn = -1;
  const draw = (done: number, note: string) => {
    show(bundle(done, total, label, note), { id }, started);
    started = true;
    drawn = done;
    shownAt = Date.now();
  };
  draw(0, "");
  return {
    update(done, note = "") {
      if (Date.now() - shownAt >= INTERVAL) draw(done, note);
    },
    finish: (note = "") => draw(total ?? Math.max(drawn, 0), note),
    end(done) {
      total ??= done;
      if (drawn !== done || total === done) draw(done, "");
    },
  };
}

function bundle(done: number, total: number | null, label: string, note: string): Record<string, unknown> {
  const share = total === null ? 0 : total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const filled = Math.round(share * 20);
  const bar = total === null ? "" : "█".repeat(filled) + "░".repeat(20 - filled);
  const counts = total === null ? `${done}` : `${done}/${total}`;
  const parts = [label, bar, counts, note].filter((part) => part !== "");
  const text = [counts, note].filter((part) => part !== "").join(" ");
  const meter =
    total === null
      ? "<progress></progress>"
      : `<progress max="${total || 1}" value="${total === 0 ? 1 : done}"></progress>`;
  return {
    "text/html": `${escapeHtml(label)} ${meter} ${escapeHtml(text)}`.trim(),
    "text/plain": parts.join(" "),
  };
}
