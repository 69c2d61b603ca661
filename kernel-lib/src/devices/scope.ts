import { TiduError } from "../errors.js";
import { ArrayTensor, Tensor } from "../tensor.js";
import type { Device } from "./device.js";

type Freed = (buffer: unknown) => void;
let current: Map<unknown, Freed> | null = null;

/** 设备每分配一块缓冲区就登记一次；在 scope 之外什么也不做。 */
export function track(device: Device, buffer: unknown): void {
  if (current && device.free) current.set(buffer, (b) => device.free!(b));
}

/** 执行 f，其间分配的缓冲区不归当前的 scope 管（例如要跨调用保留的常量）。 */
export function untracked<T>(f: () => T): T {
  const outer = current;
  current = null;
  try {
    return f();
  } finally {
    current = outer;
  }
}

/**
 * 执行 f，结束时立即释放其间产生的张量，只留下返回值里的。释放后再用是错误（TIDU-DEV-009）。
 * 平时不需要它：没人引用的缓冲区由垃圾回收释放。在长循环里用它，显存不会在回收之前涨上去；
 * 在 cpu 上，jit 的大输出（64 KB 以上）由下一次调用接着用，省去每次新建数组的时间，其余照旧由垃圾回收。
 * f 必须是同步的。
 *
 * @example
 * scope(() => tensor([1, 2]).mul(3)).toArray() // => [3, 6]
 */
export function scope<T>(f: () => T): T {
  const outer = current;
  const mine = new Map<unknown, Freed>();
  current = mine;
  let result: T;
  try {
    result = f();
  } catch (error) {
    release(mine, new Set());
    throw error;
  } finally {
    current = outer;
  }
  if (isPromise(result)) {
    throw new TiduError(
      "TIDU-DEV-006",
      "scope 里的函数必须是同步的，得到的却是 Promise。请把 await 移到 scope 外面：先 const y = scope(() => …)，再 await y.data()。",
    );
  }
  const kept = new Set<unknown>();
  // 变换内部的追踪值背后还连着整条磁带，这时一块也不能放。
  if (!collect(result, kept)) for (const buffer of mine.keys()) kept.add(buffer);
  release(mine, kept);
  if (outer) for (const [buffer, free] of mine) if (kept.has(buffer)) outer.set(buffer, free);
  return result;
}

function release(mine: Map<unknown, Freed>, kept: ReadonlySet<unknown>): void {
  for (const [buffer, free] of mine) if (!kept.has(buffer)) free(buffer);
}

/** 收集值里出现的缓冲区；遇到追踪值返回 false。 */
function collect(value: unknown, found: Set<unknown>, seen = new Set<unknown>()): boolean {
  if (value instanceof ArrayTensor) {
    found.add(value.buffer);
    return true;
  }
  if (value instanceof Tensor) return false;
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value))
    return true;
  seen.add(value);
  const items = value instanceof Map || value instanceof Set ? [...value.values()] : Object.values(value);
  return items.every((item) => collect(item, found, seen));
}

function isPromise(x: unknown): boolean {
  return typeof (x as { then?: unknown } | null)?.then === "function";
}
