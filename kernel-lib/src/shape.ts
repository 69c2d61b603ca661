import { TiduError } from "./errors.js";

/** 张量的形状：各轴的长度；标量是 []。 */
export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** 行优先（C 序）步长，单位是元素个数。 */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** NumPy 广播规则：从末轴对齐，相等或其中之一为 1。 */
export function broadcastShapes(op: string, ...shapes: Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      const n = shape[i]!;
      if (n === 1 || n === out[axis]) continue;
      if (out[axis] !== 1) {
        throw new TiduError(
          "TIDU-SHAPE-001",
          `${op}：形状 ${shapes.map(showShape).join(" 与 ")} 不能广播，从末尾数第 ${rank - axis} 个轴上 ${out[axis]} ≠ ${n}。` +
            "请先用 reshape 或 expandDims 把轴对齐，或检查两边是否该转置。",
        );
      }
      out[axis] = n;
    }
  }
  return out;
}

/** 把单个轴号规范到 0…rank−1；负数从末尾数。 */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const a = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(a) || a < 0 || a >= rank) {
    throw new TiduError(
      "TIDU-SHAPE-002",
      `${op}：轴 ${axis} 超出范围；张量有 ${rank} 个轴，可用 ${-rank} 到 ${rank - 1}。`,
    );
  }
  return a;
}

/** axis 缺省时是全部的轴；结果升序、无重复。 */
export function normalizeAxes(
  op: string,
  axis: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axis === "number" ? [axis] : [...axis]).map((a) => normalizeAxis(op, a, rank));
  const unique = [...new Set(list)].sort((a, b) => a - b);
  if (unique.length !== list.length) {
    throw new TiduError("TIDU-SHAPE-003", `${op}：轴 [${list.join(", ")}] 里有重复的。`);
  }
  return unique;
}

/** 按目标形状广播时各轴的步长；被广播的轴步长为 0。 */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape);
  const lead = target.length - shape.length;
  return target.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : own[i - lead]!));
}
