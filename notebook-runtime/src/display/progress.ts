import { escapeHtml, show } from "./bundle.js";

/** 最多每这么多毫秒重画一次，循环很快时也不会把前端淹没。 */
const INTERVAL = 80;

let count = 0;

/** 进度条。 */
export interface Progress {
  /** 完成了多少；note 是附在后面的话，例如当前的损失。 */
  update(done: number, note?: string): void;
  finish(note?: string): void;
}

/**
 * 进度条：给总数，手动 update；或给数组等可迭代的值，在 for…of 里自动前进。
 *
 * @example
 * for (const x of progress([1, 2, 3], "训练")) console.log(x);
 */
export function progress(total: number, label?: string): Progress;
export function progress<T>(items: Iterable<T>, label?: string): Iterable<T>;
export function progress<T>(source: number | Iterable<T>, label = ""): Progress | Iterable<T> {
  if (typeof source === "number") return createBar(source, label);
  const items = Array.isArray(source) ? (source as T[]) : [...source];
  return iterate(items, createBar(items.length, label));
}

function* iterate<T>(items: T[], bar: Progress): Generator<T> {
  for (let i = 0; i < items.length; i++) {
    bar.update(i);
    yield items[i];
  }
  bar.finish();
}

function createBar(total: number, label: string): Progress {
  const id = `tidu-progress-${Date.now().toString(36)}-${++count}`;
  let shownAt = -Infinity;
  let started = false;
  const draw = (done: number, note: string) => {
    show(bundle(done, total, label, note), id, started);
    started = true;
    shownAt = Date.now();
  };
  draw(0, "");
  return {
    update(done, note = "") {
      if (Date.now() - shownAt >= INTERVAL) draw(done, note);
    },
    finish: (note = "") => draw(total, note),
  };
}

function bundle(done: number, total: number, label: string, note: string): Record<string, unknown> {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const filled = Math.round(share * 20);
  const bar = "█".repeat(filled) + "░".repeat(20 - filled);
  const counts = `${done}/${total}`;
  const parts = [label, bar, counts, note].filter((part) => part !== "");
  const text = [counts, note].filter((part) => part !== "").join(" ");
  return {
    "text/html":
      `${escapeHtml(label)} <progress max="${total}" value="${done}"></progress> ${escapeHtml(text)}`.trim(),
    "text/plain": parts.join(" "),
  };
}
