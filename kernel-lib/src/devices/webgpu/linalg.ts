import type { Aval } from "../../core/primitive.js";
import type { DType } from "../../dtype.js";
import { type Shape, sizeOf, stridesOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { copy } from "./copy.js";
import { augment, eliminate } from "./elimination.js";
import { module } from "./module.js";
import { groupsFor, load, offsets, storageType, threadIndex, threads, Uniforms } from "./wgsl.js";

// 核里不能抛错：方程奇异时得 NaN，行列式照常得 0 与 −∞。全程 float32，
// 解的相对误差约 n·κ(A)·6e−8；cpu 上用 float64。

/** 右端的列分成这么宽的组，各由一个工作组代入。 */
const columns = 16;

/** 三角方阵在显存里的样子：行距 width，批步长 strides。 */
interface Triangle {
  readonly array: GpuArray;
  readonly dtype: DType;
  readonly width: number;
  readonly strides: readonly number[];
  readonly lower: boolean;
  readonly transpose: boolean;
}

/**
 * 就地解 T x = b：第 k 步用已经定下的 x_k 消去其余各行。除以对角线放到最后一起做，
 * 于是第 k 步只读第 k 行、只写还没定的行，一步一次屏障。
 */
function substitute(gpu: GpuContext, t: Triangle, lead: Shape, n: number, x: GpuArray, cols: number): void {
  const batch = sizeOf(lead);
  if (batch * n * cols === 0) return;
  const across = Math.min(columns, 2 ** Math.ceil(Math.log2(cols)));
  const tiles = Math.ceil(cols / across);
  const u = new Uniforms();
  const [B, N, C, W] = [u.push(batch), u.push(n), u.push(cols), u.push(t.width)];
  const spread = offsets("matrix", lead, [t.strides], u);
  const at = (i: string, j: string): string =>
    load(t.dtype, "in0", t.transpose ? `origin + ${j} * ${W} + ${i}` : `origin + ${i} * ${W} + ${j}`);
  const forward = t.lower !== t.transpose;
  const code = module({
    inputs: [storageType(t.dtype)],
    outputs: ["f32"],
    declarations: "fn inverse(x: f32) -> f32 { return select(1.0 / x, nan_(), x == 0.0); }",
    size: threads,
    body: `  let tiles = ${u.push(tiles)};
  if (group >= ${B} * tiles) { return; }
  let matrix = group / tiles;
  ${spread.lines.join("\n  ")}
  let origin = ${spread.offsets[0]};
  let base = matrix * ${N} * ${C};
  let j = (group % tiles) * ${across}i + i32(lid) % ${across}i;
  let lane = i32(lid) / ${across}i;
  for (var step = 0i; step < ${N}; step++) {
    let k = ${forward ? "step" : `${N} - 1i - step`};
    if (j < ${C}) {
      let v = out0[base + k * ${C} + j] * inverse(${at("k", "k")});
      for (var r = lane; r < ${N} - 1i - step; r += ${threads / across}i) {
        let i = ${forward ? "k + 1i + r" : "r"};
        out0[base + i * ${C} + j] -= ${at("i", "k")} * v;
      }
    }
    storageBarrier();
  }
  if (j < ${C}) {
    for (var i = lane; i < ${N}; i += ${threads / across}i) { out0[base + i * ${C} + j] *= inverse(${at("i", "i")}); }
  }`,
  });
  gpu.dispatch({ code, inputs: [t.array], outputs: [x], uniforms: u.values, groups: batch * tiles });
}

export function triangularSolve(
  gpu: GpuContext,
  [a, b]: readonly ArrayTensor[],
  { lower, transpose }: { lower: boolean; transpose: boolean },
  out: Aval,
): GpuArray {
  const lead = out.shape.slice(0, -2);
  const [n, cols] = out.shape.slice(-2) as [number, number];
  const x = gpu.pool.allocate(4 * sizeOf(out.shape));
  const from = { offset: 0, strides: broadcastStrides(b!.shape, out.shape) };
  const to = { offset: 0, strides: stridesOf(out.shape) };
  copy(gpu, b!.buffer as GpuArray, from, x, to, out.shape, { from: b!.dtype, to: out.dtype });
  const strides = broadcastStrides(a!.shape.slice(0, -2), lead).map((s) => s * n * n);
  const triangle = { array: a!.buffer as GpuArray, dtype: a!.dtype, width: n, strides, lower, transpose };
  substitute(gpu, triangle, lead, n, x, cols);
  return x;
}

export function solve(gpu: GpuContext, [a, b]: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const lead = out.shape.slice(0, -2);
  const [n, cols] = out.shape.slice(-2) as [number, number];
  const x = gpu.pool.allocate(4 * sizeOf(out.shape));
  const { work, sign } = eliminate(gpu, augment(gpu, lead, a!, b));
  const whole = stridesOf([...lead, n, work.width]);
  const dtypes = { from: "float32", to: out.dtype } as const;
  const to = { offset: 0, strides: stridesOf(out.shape) };
  copy(gpu, work.array, { offset: n, strides: whole }, x, to, out.shape, dtypes);
  const strides = whole.slice(0, -2);
  const upper = { array: work.array, dtype: "float32", width: work.width, strides } as const;
  substitute(gpu, { ...upper, lower: false, transpose: false }, lead, n, x, cols);
  gpu.pool.free(work.array);
  gpu.pool.free(sign);
  return x;
}

/** 消去之后由对角线得到每个矩阵的一个数，一个线程一个。 */
function determinants(
  finish: (diagonal: string, n: string) => string,
): (gpu: GpuContext, inputs: readonly ArrayTensor[], params: unknown, out: Aval) => GpuArray {
  return (gpu, [a], _, out) => {
    const { work, sign } = eliminate(gpu, augment(gpu, out.shape, a!));
    const result = gpu.pool.allocate(4 * work.batch);
    const u = new Uniforms();
    const [batch, n] = [u.push(work.batch), u.push(work.n)];
    const code = module({
      inputs: ["f32", "f32"],
      outputs: ["f32"],
      size: threads,
      body: `  ${threadIndex}
  if (i >= ${batch}) { return; }
  ${finish(`in0[(i * ${n} + k) * ${n} + k]`, n)}`,
    });
    const inputs = [work.array, sign];
    gpu.dispatch({ code, inputs, outputs: [result], uniforms: u.values, groups: groupsFor(work.batch) });
    gpu.pool.free(work.array);
    gpu.pool.free(sign);
    return result;
  };
}

// 尾数与指数分开累积：只有结果本身放不下时才溢出。0、无穷与 NaN 没有尾数，另外相乘。
export const det = determinants(
  (diagonal, n) => `var y = in1[i];
  var power = 0i;
  var odd = 1.0;
  var plain = true;
  for (var k = 0i; k < ${n}; k++) {
    let d = ${diagonal};
    if (d == 0.0 || (bitcast<u32>(d) & 0x7f800000u) == 0x7f800000u) {
      odd *= d;
      plain = false;
      continue;
    }
    let part = frexp(d);
    let product = frexp(y * part.fract);
    y = product.fract;
    power += part.exp + product.exp;
  }
  let most = clamp(power, -126i, 128i);
  let size = ldexp(ldexp(y, most), max(power - most, -126i));
  out0[i] = select(odd * y, select(size, y * inf_(), power > 128i), plain);`,
);

export const logdet = determinants(
  (diagonal, n) => `var y = 0.0;
  for (var k = 0i; k < ${n}; k++) {
    let d = ${diagonal};
    y += select(log_(abs(d)), -inf_(), d == 0.0);
  }
  out0[i] = y;`,
);

/**
 * Cholesky：对称化之后不选主元地消去，A = (D⁻¹U)ᵀ D (D⁻¹U)，D 是 U 的对角线，所以 L[i,j] = U[j,i]/√U[j,j]。
 * 有主元不是正数时整个矩阵得 NaN。
 */
export function cholesky(gpu: GpuContext, [a]: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const n = out.shape.at(-1)!;
  const total = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * total);
  if (total === 0) return result;
  const batch = total / (n * n);
  const array = gpu.pool.allocate(4 * total);
  const each = (inputs: readonly GpuArray[], target: GpuArray, value: string): void => {
    const u = new Uniforms();
    const [count, N] = [u.push(total), u.push(n)];
    const code = module({
      inputs: inputs.map((_, k) => (k === 0 && target === array ? storageType(a!.dtype) : "f32")),
      outputs: ["f32"],
      size: threads,
      body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let n = ${N};
  let base = i / (n * n) * n * n;
  let row = i / n % n;
  let col = i % n;
  out0[i] = ${value};`,
    });
    gpu.dispatch({ code, inputs, outputs: [target], uniforms: u.values, groups: groupsFor(total) });
  };
  const mirror = load(a!.dtype, "in0", "base + col * n + row");
  each([a!.buffer as GpuArray], array, `0.5 * f32(${load(a!.dtype, "in0", "i")} + ${mirror})`);
  const { sign } = eliminate(gpu, { array, batch, n, width: n }, false);
  const factor = "in0[base + col * n + row] / sqrt(in0[base + col * n + col])";
  each([array, sign], result, `select(0.0, ${factor}, col <= row) * in1[i / (n * n)]`);
  gpu.pool.free(array);
  gpu.pool.free(sign);
  return result;
}
