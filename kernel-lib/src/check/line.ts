import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { type Problem, read, shaped } from "./problem.js";

/** 函数沿一个坐标的一维切片；同一个位移只算一次，各输出共用。 */
export class Line {
  readonly origin: number;
  private readonly seen = new Map<number, readonly Tensor[]>();
  private readonly call: Problem["call"];
  private readonly point: readonly Tensor[];
  private readonly i: number;
  private readonly e: number;

  constructor(call: Problem["call"], point: readonly Tensor[], i: number, e: number) {
    this.call = call;
    this.point = point;
    this.i = i;
    this.e = e;
    this.origin = read(point[i]!)[e]!;
  }

  private outputs(t: number): readonly Tensor[] {
    let ys = this.seen.get(t);
    if (ys === undefined) {
      const x = this.point[this.i]!;
      const data = Float64Array.from(read(x));
      data[this.e] = this.origin + t;
      const moved = [...this.point];
      moved[this.i] = shaped(data, x);
      this.seen.set(t, (ys = this.evaluate(t, moved)));
    }
    return ys;
  }

  /** 走出定义域时 f 可能抛错（如阈值变成负数）：当作没有定义。 */
  private evaluate(t: number, moved: readonly Tensor[]): readonly Tensor[] {
    if (t === 0) return this.call(moved);
    try {
      return this.call(moved);
    } catch {
      return this.outputs(0).map((y) => shaped(new Float64Array(y.size).fill(Number.NaN), y));
    }
  }

  at(t: number, output: number, element: number): number {
    return read(this.outputs(t)[output]!)[element]!;
  }

  size(output: number): number {
    return sizeOf(this.shape(output));
  }

  shape(output: number): readonly number[] {
    return this.outputs(0)[output]!.shape;
  }
}

/** 离开拐点：每个元素挪动 1% 左右，方向与大小由种子定。 */
export function nudge(x: Tensor, seed: number): Tensor {
  const data = Float64Array.from(read(x), (v, i) => {
    const u = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
    const r = 2 * (u - Math.floor(u)) - 1;
    return v + 0.02 * Math.max(1, Math.abs(v)) * (r + Math.sign(r) * 0.25);
  });
  return shaped(data, x);
}
