import type { Aval } from "../../core/primitive.js";
import { sizeOf } from "../../shape.js";
import { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { slice } from "./copy.js";
import { det } from "./linalg.js";
import { module } from "./module.js";
import { groupsFor, load, storageType, threadIndex, threads, Uniforms } from "./wgsl.js";

// eigh、svd、pinv、qr、cofactor：一个工作组一个矩阵，适合成批的小矩阵；几百阶也算得出，但不快。
// 全程 float32，因子与重构的误差约为 n·6e−8 乘矩阵的大小。输出的排法与 cpu 相同（见 linalg/ 里的说明）。

const shared = `var<workgroup> part: array<f32, ${threads}>;
var<workgroup> place: array<i32, ${threads}>;
var<workgroup> again: u32;
var<workgroup> turned: atomic<u32>;
fn total(lid: u32, x: f32) -> f32 {
  part[lid] = x;
  workgroupBarrier();
  for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
    if (lid < s) { part[lid] += part[lid + s]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&part[0]);
}
fn largest(lid: u32, x: f32) -> f32 {
  part[lid] = x;
  workgroupBarrier();
  for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
    if (lid < s) { part[lid] = max(part[lid], part[lid + s]); }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&part[0]);
}`;

interface Parts {
  readonly inputs?: readonly GpuArray[];
  readonly types?: readonly string[];
  readonly outputs: readonly GpuArray[];
  readonly sizes: readonly number[];
  readonly groups: number;
  readonly declarations?: string;
  readonly body: (sizes: readonly string[]) => string;
}

function run(gpu: GpuContext, parts: Parts): void {
  const { inputs = [], outputs, groups } = parts;
  const u = new Uniforms();
  const body = parts.body(parts.sizes.map((k) => u.push(k)));
  const code = module({
    inputs: parts.types ?? inputs.map(() => "f32"),
    outputs: outputs.map(() => "f32"),
    declarations: parts.declarations ?? shared,
    size: threads,
    body,
  });
  gpu.dispatch({ code, inputs, outputs, uniforms: u.values, groups });
}

/** 遍历 0 … n−1，各线程跨步分担。 */
const spread = (n: string, body: string, i = "i"): string =>
  `for (var ${i} = i32(lid); ${i} < ${n}; ${i} += ${threads}i) { ${body} }`;

/**
 * 单边雅可比：W 的各列（按列连续存放，rows × n）两两旋转到正交，V 记下累积的旋转。
 * 一轮里的各对互不相交，一个线程管一对；n−1 轮走遍所有的对（循环赛的排法），算一遍。
 * 一遍里没有谁需要转，或走满 20 遍，就停。W 预先按最大的元素缩放，免得平方溢出。
 */
function orthogonalise(
  gpu: GpuContext,
  w: GpuArray,
  v: GpuArray,
  batch: number,
  rows: number,
  n: number,
): void {
  run(gpu, {
    outputs: [w, v],
    sizes: [batch, rows, n],
    groups: batch,
    body: ([count, m, N]) => `  if (group >= ${count}) { return; }
  let at = group * ${m} * ${N};
  let own = group * ${N} * ${N};
  ${spread(`${N} * ${N}`, `out1[own + i] = select(0.0, 1.0, i / ${N} == i % ${N});`)}
  let even = ${N} + ${N} % 2i;
  for (var sweep = 0i; sweep < 20i; sweep++) {
    if (lid == 0u) { atomicStore(&turned, 0u); }
    storageBarrier();
    workgroupBarrier();
    for (var round = 0i; round < even - 1i; round++) {
      for (var pair = i32(lid); pair < even / 2i; pair += ${threads}i) {
        let first = select((round + pair) % (even - 1i), even - 1i, pair == 0i);
        let second = (round + even - 1i - pair) % (even - 1i);
        let a = min(first, second);
        let b = max(first, second);
        if (b >= ${N}) { continue; }
        let x = at + a * ${m};
        let y = at + b * ${m};
        var p = 0.0;
        var q = 0.0;
        var r = 0.0;
        for (var k = 0i; k < ${m}; k++) {
          let s = out0[x + k];
          let t = out0[y + k];
          p += s * s;
          q += t * t;
          r += s * t;
        }
        if (!(abs(r) > 2.4e-7 * sqrt(p) * sqrt(q)) || r == 0.0) { continue; }
        atomicStore(&turned, 1u);
        let theta = (q - p) / (2.0 * r);
        let big = abs(theta) > 1.0e9;
        let t = select(1.0 / (abs(theta) + sqrt(1.0 + theta * theta)), 0.5 / abs(theta), big) * select(1.0, -1.0, theta < 0.0);
        let c = 1.0 / sqrt(1.0 + t * t);
        let s = t * c;
        for (var k = 0i; k < ${m}; k++) {
          let f = out0[x + k];
          let g = out0[y + k];
          out0[x + k] = c * f - s * g;
          out0[y + k] = s * f + c * g;
        }
        for (var k = 0i; k < ${N}; k++) {
          let f = out1[own + a * ${N} + k];
          let g = out1[own + b * ${N} + k];
          out1[own + a * ${N} + k] = c * f - s * g;
          out1[own + b * ${N} + k] = s * f + c * g;
        }
      }
      storageBarrier();
    }
    workgroupBarrier();
    if (lid == 0u) { again = atomicLoad(&turned); }
    if (workgroupUniformLoad(&again) == 0u) { break; }
  }`,
  });
}

/** 把每个矩阵按列连续地抄成 rows × n（flip 时抄转置），除以它绝对值最大的元素；scale 记下除数。 */
function columnsOf(
  gpu: GpuContext,
  a: ArrayTensor,
  batch: number,
  rows: number,
  n: number,
  flip: boolean,
): { w: GpuArray; scale: GpuArray } {
  const w = gpu.pool.allocate(4 * batch * rows * n);
  const scale = gpu.pool.allocate(4 * batch);
  // 原矩阵按行存放：不转置时列的第 k 个元素在第 k 行。
  const from = (m: string, N: string): string => (flip ? "at + i" : `at + (i % ${m}) * ${N} + i / ${m}`);
  run(gpu, {
    inputs: [a.buffer as GpuArray],
    types: [storageType(a.dtype)],
    outputs: [w, scale],
    sizes: [batch, rows, n],
    groups: batch,
    body: ([count, m, N]) => `  if (group >= ${count}) { return; }
  let at = group * ${m} * ${N};
  var top = 0.0;
  ${spread(`${m} * ${N}`, `top = max(top, abs(${load(a.dtype, "in0", "at + i")}));`)}
  let size = largest(lid, top);
  let divisor = select(1.0, size, size > 0.0 && size < 3.0e38);
  ${spread(`${m} * ${N}`, `out0[at + i] = ${load(a.dtype, "in0", from(m!, N!))} / divisor;`)}
  if (lid == 0u) { out1[group] = divisor; }`,
  });
  return { w, scale };
}

// 绝对值最大的分量取正；并列取最前。
const leadingSign = (v: string, N: string): string => `var most = 0.0;
    var sign = 1.0;
    for (var k = 0i; k < ${N}; k++) {
      let e = ${v};
      if (abs(e) > most) { most = abs(e); sign = select(1.0, -1.0, e < 0.0); }
    }`;

/** 补上第 j 列：从被前面各列盖住最少的那个坐标轴出发，减去前面各列的分量两遍，再归一。in 的 q(行, 列) 是表达式。 */
const complete = (q: (row: string, col: string) => string, rows: string, j: string, x: string): string => `
    var least = 2.0;
    var row = 0i;
    ${spread(rows, `var sum = 0.0; for (var c = 0i; c < ${j}; c++) { let e = ${q("i", "c")}; sum += e * e; } if (sum < least) { least = sum; row = i; }`)}
    part[lid] = least;
    place[lid] = row;
    workgroupBarrier();
    for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
      if (lid < s && part[lid + s] < part[lid]) { part[lid] = part[lid + s]; place[lid] = place[lid + s]; }
      workgroupBarrier();
    }
    let start = place[0];
    ${spread(rows, `out1[${x} + i] = select(0.0, 1.0, i == start);`)}
    storageBarrier();
    workgroupBarrier();
    for (var turn = 0i; turn < 2i; turn++) {
      ${spread(j, `var dot = 0.0; for (var k = 0i; k < ${rows}; k++) { dot += ${q("k", "i")} * out1[${x} + k]; } out1[${x} + ${rows} + i] = dot;`)}
      storageBarrier();
      ${spread(rows, `var sum = 0.0; for (var c = 0i; c < ${j}; c++) { sum += ${q("i", "c")} * out1[${x} + ${rows} + c]; } out1[${x} + i] -= sum;`)}
      storageBarrier();
    }
    var square = 0.0;
    ${spread(rows, `square += out1[${x} + i] * out1[${x} + i];`)}
    let inverse = inverseSqrt(total(lid, square));
    ${spread(rows, `${q("i", j)} = out1[${x} + i] * inverse;`)}
    storageBarrier();`;

/** 从上到下：U（m 行）、奇异值（1 行）、V（n 行），奇异值从大到小。 */
export function svd(gpu: GpuContext, [a]: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const [m, n] = a!.shape.slice(-2) as [number, number];
  const batch = sizeOf(a!.shape.slice(0, -2));
  const result = gpu.pool.allocate(4 * sizeOf(out.shape));
  if (sizeOf(out.shape) === 0 || m * n === 0) return result;
  // 行少于列时分解转置，U 与 V 互换。
  const flip = m < n;
  const [rows, k] = flip ? [n, m] : [m, n];
  const { w, scale } = columnsOf(gpu, a!, batch, rows, k, flip);
  const v = gpu.pool.allocate(4 * batch * k * k);
  orthogonalise(gpu, w, v, batch, rows, k);
  const scratch = gpu.pool.allocate(4 * batch * (rows + k));
  run(gpu, {
    inputs: [w, v, scale],
    outputs: [result, scratch],
    sizes: [batch, rows, k, m + n + 1, flip ? m + 1 : 0, flip ? 0 : m + 1, m],
    groups: batch,
    body: ([count, R, K, height, long, short, line]) => `  if (group >= ${count}) { return; }
  let base = group * ${height} * ${K};
  let x = group * (${R} + ${K});
  var zeros = 0.0;
  ${spread(K!, `var sum = 0.0; for (var r = 0i; r < ${R}; r++) { let e = in0[(group * ${K} + i) * ${R} + r]; sum += e * e; } out1[x + i] = sqrt(sum); zeros += select(0.0, 1.0, sum == 0.0);`)}
  storageBarrier();
  let kept = ${K} - i32(total(lid, zeros));
  for (var j = i32(lid); j < ${K}; j += ${threads}i) {
    let length = out1[x + j];
    var to = 0i;
    for (var i = 0i; i < ${K}; i++) { let e = out1[x + i]; to += select(0i, 1i, e > length || (e == length && i < j)); }
    ${leadingSign(`in1[(group * ${K} + j) * ${K} + k]`, K!)}
    out0[base + ${line} * ${K} + to] = length * in2[group];
    for (var k = 0i; k < ${K}; k++) { out0[base + (${short} + k) * ${K} + to] = sign * in1[(group * ${K} + j) * ${K} + k]; }
    if (length > 0.0) {
      for (var r = 0i; r < ${R}; r++) { out0[base + (${long} + r) * ${K} + to] = sign * in0[(group * ${K} + j) * ${R} + r] / length; }
    }
  }
  storageBarrier();
  for (var j = kept; j < ${K}; j++) {${complete((r, c) => `out0[base + (${long} + ${r}) * ${K} + ${c}]`, R!, "j", "x")}
  }`,
  });
  for (const array of [w, v, scale, scratch]) gpu.pool.free(array);
  return result;
}

/** A⁺ = V diag(1/s) Uᵀ；小于 ε·max(m, n)·s₀ 的奇异值当作 0。 */
export function pinv(gpu: GpuContext, inputs: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const [m, n] = inputs[0]!.shape.slice(-2) as [number, number];
  const total = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * total);
  if (total === 0) return result;
  const k = Math.min(m, n);
  const batch = total / (m * n);
  const packed = { shape: [batch, m + n + 1, k], dtype: out.dtype };
  const factors = svd(gpu, inputs, _, packed);
  run(gpu, {
    inputs: [factors],
    outputs: [result],
    sizes: [total, m, n, k],
    groups: groupsFor(total),
    declarations: "",
    body: ([count, M, N, K]) => `  ${threadIndex}
  if (i >= ${count}) { return; }
  let base = i / (${M} * ${N}) * (${M} + ${N} + 1i) * ${K};
  let row = i / ${M} % ${N};
  let col = i % ${M};
  let least = 1.1920929e-7 * f32(max(${M}, ${N})) * in0[base + ${M} * ${K}];
  var sum = 0.0;
  for (var p = 0i; p < ${K}; p++) {
    let s = in0[base + ${M} * ${K} + p];
    if (s > least) { sum += in0[base + (${M} + 1i + row) * ${K} + p] / s * in0[base + col * ${K} + p]; }
  }
  out0[i] = sum;`,
  });
  gpu.pool.free(factors);
  return result;
}

/**
 * 对称矩阵：A + cI（c 是行和范数）半正定，右奇异向量就是 A 的特征向量；特征值再由 vᵀAv 得到，不受平移的舍入影响。
 * 每行是 [λᵢ, 特征向量矩阵的第 i 行]，λ 从小到大。
 */
export function eigh(gpu: GpuContext, [a]: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const n = a!.shape.at(-1)!;
  const batch = sizeOf(a!.shape.slice(0, -2));
  const result = gpu.pool.allocate(4 * sizeOf(out.shape));
  if (batch * n === 0) return result;
  const { w, scale } = columnsOf(gpu, a!, batch, n, n, false);
  const copy = gpu.pool.allocate(4 * batch * n * n);
  const v = gpu.pool.allocate(4 * batch * n * n);
  run(gpu, {
    outputs: [w, copy],
    sizes: [batch, n],
    groups: batch,
    body: ([count, N]) => `  if (group >= ${count}) { return; }
  let at = group * ${N} * ${N};
  var norm = 0.0;
  ${spread(N!, `var sum = 0.0; for (var k = 0i; k < ${N}; k++) { sum += abs(out0[at + i * ${N} + k]); } norm = max(norm, sum);`)}
  let shift = largest(lid, norm);
  ${spread(`${N} * ${N}`, `let e = out0[at + i]; out1[at + i] = e; out0[at + i] = e + select(0.0, shift, i / ${N} == i % ${N});`)}`,
  });
  orthogonalise(gpu, w, v, batch, n, n);
  const values = gpu.pool.allocate(4 * batch * n);
  run(gpu, {
    inputs: [copy, v, scale],
    outputs: [result, values],
    sizes: [batch, n],
    groups: batch,
    body: ([count, N]) => `  if (group >= ${count}) { return; }
  let at = group * ${N} * ${N};
  ${spread(N!, `var sum = 0.0; for (var r = 0i; r < ${N}; r++) { var dot = 0.0; for (var c = 0i; c < ${N}; c++) { dot += in0[at + r * ${N} + c] * in1[at + i * ${N} + c]; } sum += dot * in1[at + i * ${N} + r]; } out1[group * ${N} + i] = sum;`)}
  storageBarrier();
  for (var j = i32(lid); j < ${N}; j += ${threads}i) {
    let value = out1[group * ${N} + j];
    var to = 0i;
    for (var i = 0i; i < ${N}; i++) { let e = out1[group * ${N} + i]; to += select(0i, 1i, e < value || (e == value && i < j)); }
    ${leadingSign(`in1[at + j * ${N} + k]`, N!)}
    let base = group * ${N} * (${N} + 1i);
    out0[base + to * (${N} + 1i)] = value * in2[group];
    for (var k = 0i; k < ${N}; k++) { out0[base + k * (${N} + 1i) + 1i + to] = sign * in1[at + j * ${N} + k]; }
  }`,
  });
  for (const array of [w, v, scale, copy, values]) gpu.pool.free(array);
  return result;
}

/**
 * QR：逐列减去前面各列的分量，做两遍（一遍在病态时不够正交）。上面 m 行是 Q，下面 n 行是 R，对角元非负；
 * 只剩舍入误差的主元当作 0，那一列的 Q 补成正交的单位向量。
 */
export function qr(gpu: GpuContext, [a]: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const [m, n] = a!.shape.slice(-2) as [number, number];
  const batch = sizeOf(a!.shape.slice(0, -2));
  const result = gpu.pool.allocate(4 * sizeOf(out.shape));
  if (sizeOf(out.shape) === 0) return result;
  const { w, scale } = columnsOf(gpu, a!, batch, m, n, false);
  const scratch = gpu.pool.allocate(4 * batch * (m + n));
  run(gpu, {
    inputs: [w, scale],
    outputs: [result, scratch],
    sizes: [batch, m, n],
    groups: batch,
    body: ([count, M, N]) => {
      const q = (r: string, c: string): string => `out0[base + ${r} * ${N} + ${c}]`;
      const rr = (r: string, c: string): string => `out0[base + (${M} + ${r}) * ${N} + ${c}]`;
      const dot = `var dot = 0.0; for (var k = 0i; k < ${M}; k++) { dot += ${q("k", "i")} * out1[x + k]; } out1[x + ${M} + i] = dot;`;
      const subtract = `var sum = 0.0; for (var c = 0i; c < j; c++) { sum += ${q("i", "c")} * out1[x + ${M} + c]; } out1[x + i] -= sum;`;
      return `  if (group >= ${count}) { return; }
  let base = group * (${M} + ${N}) * ${N};
  let x = group * (${M} + ${N});
  let factor = in1[group];
  ${spread(`${N} * ${N}`, `${rr(`i / ${N}`, `i % ${N}`)} = 0.0;`)}
  for (var j = 0i; j < ${N}; j++) {
    var before = 0.0;
    ${spread(M!, `let e = in0[(group * ${N} + j) * ${M} + i]; out1[x + i] = e; before += e * e;`)}
    let size = sqrt(total(lid, before));
    storageBarrier();
    for (var turn = 0i; turn < 2i; turn++) {
      ${spread("j", `${dot} ${rr("i", "j")} += dot * factor;`)}
      storageBarrier();
      ${spread(M!, subtract)}
      storageBarrier();
    }
    var square = 0.0;
    ${spread(M!, "square += out1[x + i] * out1[x + i];")}
    let length = sqrt(total(lid, square));
    if (lid == 0u) { again = select(1u, 0u, length > 2.4e-7 * f32(${M}) * size); }
    if (workgroupUniformLoad(&again) == 0u) {
      ${spread(M!, `${q("i", "j")} = out1[x + i] / length;`)}
      if (lid == 0u) { ${rr("j", "j")} = length * factor; }
      storageBarrier();
    } else {${complete(q, M!, "j", "x")}
    }
  }`;
    },
  });
  for (const array of [w, scale, scratch]) gpu.pool.free(array);
  return result;
}

/** A = U S Vᵀ 的代数余子式矩阵：det U·det V·U·diag(其余奇异值之积)·Vᵀ，奇异时也对。 */
export function cofactor(gpu: GpuContext, [a]: readonly ArrayTensor[], _: unknown, out: Aval): GpuArray {
  const n = a!.shape.at(-1)!;
  const total = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * total);
  if (total === 0) return result;
  const batch = total / (n * n);
  const dtype = out.dtype;
  const packed = { shape: [batch, 2 * n + 1, n], dtype };
  const factors = svd(gpu, [a!], _, packed);
  const signs = [0, n + 1].map((row) => {
    const block = { shape: [batch, n, n], dtype };
    const whole = new ArrayTensor(a!.owner, factors, packed.shape, dtype);
    const part = slice(gpu, [whole], { start: [0, row, 0], step: [1, 1, 1] }, block);
    const sign = det(gpu, [new ArrayTensor(a!.owner, part, block.shape, dtype)], _, {
      shape: [batch],
      dtype,
    });
    gpu.pool.free(part);
    return sign;
  });
  run(gpu, {
    inputs: [factors, ...signs],
    outputs: [result],
    sizes: [total, n],
    groups: groupsFor(total),
    declarations: "",
    body: ([count, N]) => `  ${threadIndex}
  if (i >= ${count}) { return; }
  let matrix = i / (${N} * ${N});
  let base = matrix * (2i * ${N} + 1i) * ${N};
  var sum = 0.0;
  for (var p = 0i; p < ${N}; p++) {
    var rest = 1.0;
    for (var q = 0i; q < ${N}; q++) { rest *= select(in0[base + ${N} * ${N} + q], 1.0, q == p); }
    sum += rest * in0[base + i / ${N} % ${N} * ${N} + p] * in0[base + (${N} + 1i + i % ${N}) * ${N} + p];
  }
  out0[i] = sum * sign(in1[matrix]) * sign(in2[matrix]);`,
  });
  for (const array of [factors, ...signs]) gpu.pool.free(array);
  return result;
}
