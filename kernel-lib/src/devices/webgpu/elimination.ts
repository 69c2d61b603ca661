import { sizeOf, stridesOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { copy, fill } from "./copy.js";
import { module } from "./module.js";
import { groupsFor, threadIndex, threads, Uniforms } from "./wgsl.js";

/** 到这个阶数为止整个分解在一个工作组里做完；再大就分块，更新余下的方块时所有工作组一起算。 */
export const wholeAtMost = 128;
/** 分块时一块的宽度。 */
export const panel = 32;
const side = 16;

/** 一批要分解的矩阵：每个 n 行、width 列，行优先连续存放。 */
export interface Work {
  readonly array: GpuArray;
  readonly batch: number;
  readonly n: number;
  readonly width: number;
}

/**
 * 消去的结果：work 的上三角（含对角线）是 U，右边的列已同样变换。sign[k] 是第 k 个矩阵行交换的符号；
 * 不选主元时，遇到过不是正数的主元就是 NaN。
 */
export interface Eliminated {
  readonly work: Work;
  readonly sign: GpuArray;
}

/** 把 A（右边可再接 B）按广播后的批 lead 摊开，得到消去要用的增广矩阵。 */
export function augment(gpu: GpuContext, lead: readonly number[], a: ArrayTensor, b?: ArrayTensor): Work {
  const n = a.shape.at(-1)!;
  const width = n + (b?.shape.at(-1) ?? 0);
  const batch = sizeOf(lead);
  const array = gpu.pool.allocate(4 * batch * n * width);
  const whole = stridesOf([...lead, n, width]);
  let column = 0;
  for (const x of b ? [a, b] : [a]) {
    const [rows, cols] = x.shape.slice(-2) as [number, number];
    const shape = [...lead, rows, cols];
    const from = { offset: 0, strides: broadcastStrides(x.shape, shape) };
    const to = { offset: column, strides: whole };
    copy(gpu, x.buffer as GpuArray, from, array, to, shape, { from: x.dtype, to: "float32" });
    column += cols;
  }
  return { array, batch, n, width };
}

/**
 * 高斯消去，就地进行；pivot 是按列选主元。第 k 步的乘数是 w[i,k]/w[k,k]，但那一列不改写：别的线程可能正在读它；
 * 需要乘数时现除。主元为 0 的列乘数取 0（矩阵奇异，对角线上的 0 留给调用者看）。
 */
export function eliminate(gpu: GpuContext, work: Work, pivot = true): Eliminated {
  const { array, batch, n, width } = work;
  const sign = gpu.pool.allocate(4 * batch);
  fill(gpu, sign, "float32", batch, 1);
  const step = n <= wholeAtMost ? n : panel;
  for (let first = 0; first < n && batch > 0; first += step) {
    const end = Math.min(n, first + step);
    const reach = step === n ? width : end;
    const sizes = [batch, n, width, first, end, reach];
    run(gpu, panelCode(pivot ? choose : requirePositive), [array, sign], sizes, batch);
    if (reach === width) continue;
    run(gpu, rowsCode, [array], sizes, groupsFor(batch * (width - end)));
    const tiles = Math.ceil((n - end) / side) * Math.ceil((width - end) / side);
    run(gpu, updateCode, [array], sizes, batch * tiles);
  }
  return { work, sign };
}

type Code = (sizes: readonly string[]) => { declarations?: string; size?: [number, number]; body: string };

function run(
  gpu: GpuContext,
  write: Code,
  outputs: readonly GpuArray[],
  sizes: readonly number[],
  groups: number,
): void {
  const u = new Uniforms();
  const { declarations, size, body } = write(sizes.map((k) => u.push(k)));
  const code = module({
    inputs: [],
    outputs: outputs.map(() => "f32"),
    declarations: `fn inverse(x: f32) -> f32 { return select(1.0 / x, 0.0, x == 0.0); }\n${declarations ?? ""}`,
    size: size ?? threads,
    body,
  });
  gpu.dispatch({ code, inputs: [], outputs, uniforms: u.values, groups });
}

/** 选主元：第 k 列对角线以下绝对值最大的一行换上来，并列取最前。 */
const choose = ([, n, width]: readonly string[]): string => `var top = -1.0;
    var at = k;
    for (var i = k + i32(lid); i < ${n}; i += ${threads}i) {
      let v = abs(out0[base + i * ${width} + k]);
      if (v > top) { top = v; at = i; }
    }
    best[lid] = top;
    place[lid] = at;
    workgroupBarrier();
    for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
      if (lid < s && (best[lid + s] > best[lid] || (best[lid + s] == best[lid] && place[lid + s] < place[lid]))) {
        best[lid] = best[lid + s];
        place[lid] = place[lid + s];
      }
      workgroupBarrier();
    }
    let p = place[0];
    if (p != k) {
      for (var j = i32(lid); j < ${width}; j += ${threads}i) {
        let v = out0[base + k * ${width} + j];
        out0[base + k * ${width} + j] = out0[base + p * ${width} + j];
        out0[base + p * ${width} + j] = v;
      }
      if (lid == 0u) { out1[group] = -out1[group]; }
    }
    storageBarrier();
    workgroupBarrier();`;

/** 不选主元：只记下主元是不是正数。 */
const requirePositive = ([, , width]: readonly string[]): string =>
  `if (lid == 0u && !(out0[base + k * ${width} + k] > 0.0)) { out1[group] = nan_(); }`;

// 一个工作组分解一个矩阵的 [first, end) 列，更新到 reach 列为止。
const panelCode =
  (prepare: (sizes: readonly string[]) => string): Code =>
  (sizes) => {
    const [batch, n, width, first, end, reach] = sizes;
    return {
      declarations: `var<workgroup> best: array<f32, ${threads}>;
var<workgroup> place: array<i32, ${threads}>;`,
      body: `  if (group >= ${batch}) { return; }
  let base = group * ${n} * ${width};
  for (var k = ${first}; k < ${end}; k++) {
    ${prepare(sizes)}
    let scale = inverse(out0[base + k * ${width} + k]);
    let across = ${reach} - k - 1i;
    for (var e = i32(lid); e < across * (${n} - k - 1i); e += ${threads}i) {
      let i = k + 1i + e / across;
      let j = k + 1i + e % across;
      out0[base + i * ${width} + j] -= out0[base + i * ${width} + k] * scale * out0[base + k * ${width} + j];
    }
    storageBarrier();
  }`,
    };
  };

// 块右边的那几行：用块里的单位下三角前代，一个线程一列。
const rowsCode: Code = ([batch, n, width, first, end]) => ({
  body: `  ${threadIndex}
  let across = ${width} - ${end};
  if (i >= ${batch} * across) { return; }
  let base = (i / across) * ${n} * ${width};
  let j = ${end} + i % across;
  for (var p = ${first}; p < ${end}; p++) {
    let v = inverse(out0[base + p * ${width} + p]) * out0[base + p * ${width} + j];
    for (var r = p + 1i; r < ${end}; r++) { out0[base + r * ${width} + j] -= out0[base + r * ${width} + p] * v; }
  }`,
});

// 右下余块：w[i,j] −= Σ_p (w[i,p]/w[p,p])·w[p,j]，16×16 一块。
const updateCode: Code = ([batch, n, width, first, end]) => ({
  size: [side, side],
  declarations: `var<workgroup> left: array<f32, ${side * panel}>;
var<workgroup> right: array<f32, ${side * panel}>;`,
  body: `  let down = (${n} - ${end} + ${side - 1}i) / ${side}i;
  let across = (${width} - ${end} + ${side - 1}i) / ${side}i;
  if (group >= ${batch} * down * across) { return; }
  let base = (group / (down * across)) * ${n} * ${width};
  let row0 = ${end} + ((group / across) % down) * ${side}i;
  let col0 = ${end} + (group % across) * ${side}i;
  let depth = ${end} - ${first};
  for (var e = i32(lid); e < ${side * panel}i; e += ${side * side}i) {
    let p = e / ${side}i;
    let i = row0 + e % ${side}i;
    let j = col0 + e % ${side}i;
    left[e] = 0.0;
    right[e] = 0.0;
    if (p < depth) {
      let d = base + (${first} + p) * ${width};
      if (i < ${n}) { left[e] = out0[base + i * ${width} + ${first} + p] * inverse(out0[d + ${first} + p]); }
      if (j < ${width}) { right[e] = out0[d + j]; }
    }
  }
  workgroupBarrier();
  let ti = i32(lid) / ${side}i;
  let tj = i32(lid) % ${side}i;
  if (row0 + ti >= ${n} || col0 + tj >= ${width}) { return; }
  var acc = 0.0;
  for (var p = 0i; p < ${panel}i; p++) { acc += left[p * ${side}i + ti] * right[p * ${side}i + tj]; }
  out0[base + (row0 + ti) * ${width} + col0 + tj] -= acc;`,
});
