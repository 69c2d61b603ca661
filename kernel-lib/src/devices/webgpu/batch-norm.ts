// 批归一化（S. Ioffe、C. Szegedy, Batch Normalization, 2015），训练时：统计量取自这一批，前向与反向。
//
// x [N, C, …]，把空间轴合成 S，每个通道有 n = N·S 个数。对通道 c：
//   μ = mean x，σ² = mean (x − μ)²，r = 1/√(σ² + ε)，x̂ = (x − μ)·r，y = γx̂ + β
// 反向，g = ∂L/∂y：
//   ∂L/∂β = Σ g        ∂L/∂γ = Σ g∘x̂
//   x̂ 经 x、μ、r 三条路依赖于 x，合起来（平移与放缩都不改变 x̂）：
//   ∂L/∂x = γr·(g − mean g − x̂·mean(g∘x̂)) = γr·(g − (∂L/∂β + x̂·∂L/∂γ)/n)
// μ、σ² 另作输出，供滑动平均用；滑动平均不求导，所以反向不理会它们的伴随。
//
// 统计量一趟算完：每个线程以自己读到的第一个数为原点累加 Σ(x − k)、Σ(x − k)²，化成（个数、均值、离差平方和），
// 再按 T. F. Chan 等（1983）两两合并，大的均值、离群的数都不会相消：
//   n = n₁ + n₂，δ = μ₂ − μ₁，μ = μ₁ + δ·n₂/n，M = M₁ + M₂ + δ²·n₁n₂/n
// 分工：S ≥ 32 时一个工作组管一个通道的一段，相邻线程读相邻的空间位置；S 小时（如 [N, C]）一个线程管一列 (c, s) 的一段行，
// 相邻线程读相邻的列。各段的部分量写成一小块，再由一个工作组一个通道合并。次序固定，不用原子操作。
//
// 访存：前向读两遍、写一遍，每个元素 12 字节（统计量要先齐，一遍做不到）；反向读 x 与 g 各两遍、写 ∂x，20 字节。
// 组合的写法前向要 16 字节（均值、方差各一趟），反向更多。

import type { Aval } from "../../core/primitive.js";
import { type Shape, sameShape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { groupsFor, literal, threadIndex, threads, Uniforms } from "./wgsl.js";

const lanes = 64;

function fits(x: Aval, ...channels: Aval[]): boolean {
  if (x.dtype !== "float32" || x.shape.length < 2) return false;
  return channels.every((p) => p.dtype === "float32" && sameShape(p.shape, [x.shape[1]!]));
}

const merges = {
  /** （个数、均值、离差平方和）。 */
  moments: `let n = a.x + b.x;
  if (n == 0.0) { return a; }
  let d = b.y - a.y;
  return vec3<f32>(n, a.y + d * b.x / n, a.z + b.z + d * d * a.x * b.x / n);`,
  sums: "return a + b;",
} as const;

/** 一种逐通道的汇总：怎样累加一个元素（第 i 个，通道 channel，state 初值 0），与怎样收尾、合并。 */
interface Summary {
  readonly merge: keyof typeof merges;
  readonly step: string;
  readonly result: string;
}

const moments: Summary = {
  merge: "moments",
  step: "let v = in0[i]; if (seen == 0.0) { origin = v; } seen += 1.0; a += v - origin; b += (v - origin) * (v - origin);",
  result: "select(vec3<f32>(seen, origin + a / seen, b - a * a / seen), vec3<f32>(0.0), seen == 0.0)",
};

const gradients = (epsilon: number): Summary => ({
  merge: "sums",
  step: `let g = in1[i]; a += g; b += g * (in0[i] - in2[channel]) * inverseSqrt(in3[channel] + ${literal(epsilon)});`,
  result: "vec3<f32>(0.0, a, b)",
});

/** 逐通道汇总，得两个 [C]：矩是 μ 与 σ²（finish 里除以 n），梯度是 Σg 与 Σg∘x̂。 */
function summarize(
  gpu: GpuContext,
  inputs: readonly GpuArray[],
  shape: Shape,
  summary: Summary,
): [GpuArray, GpuArray] {
  const [n, channels] = shape as [number, number];
  const spatial = sizeOf(shape.slice(2));
  const byColumn = spatial < 32;
  const columns = channels * spatial;
  // 每段至少几千个数（按列时至少 16 行），段数又不多到合并也费时。
  const pieces = byColumn
    ? Math.max(1, Math.min(128, Math.ceil(n / 16), Math.ceil(65536 / columns)))
    : Math.max(1, Math.min(128, Math.ceil((n * spatial) / 4096)));
  const parts = gpu.pool.allocate(16 * pieces * (byColumn ? columns : channels));
  const u = new Uniforms();
  const [N, C, S, P] = [n, channels, spatial, pieces].map((v) => u.push(v)) as [
    string,
    string,
    string,
    string,
  ];
  const merge = `fn merge(a: vec3<f32>, b: vec3<f32>) -> vec3<f32> {
  ${merges[summary.merge]}
}`;
  const state = "var a = 0.0; var b = 0.0; var origin = 0.0; var seen = 0.0;";
  const tree = `part[lid] = own;
  workgroupBarrier();
  for (var s = ${lanes / 2}u; s > 0u; s >>= 1u) {
    if (lid < s) { part[lid] = merge(part[lid], part[lid + s]); }
    workgroupBarrier();
  }`;
  const types = inputs.map(() => "f32");
  const shared = `var<workgroup> part: array<vec3<f32>, ${lanes}>;`;
  gpu.dispatch({
    code: byColumn
      ? module({
          inputs: types,
          outputs: ["vec4<f32>"],
          size: lanes,
          body: `  let column = i32(wid.x) * ${lanes}i + i32(lid);
  let piece = i32(wid.y);
  if (column >= ${C} * ${S}) { return; }
  let channel = column / ${S};
  let rows = (${N} + ${P} - 1i) / ${P};
  ${state}
  for (var row = piece * rows; row < min(${N}, (piece + 1i) * rows); row++) {
    let i = row * ${C} * ${S} + column;
    ${summary.step}
  }
  out0[piece * ${C} * ${S} + column] = vec4<f32>(${summary.result}, 0.0);`,
        })
      : module({
          inputs: types,
          outputs: ["vec4<f32>"],
          declarations: `${shared}\n${merge}`,
          size: lanes,
          body: `  let channel = group / ${P};
  if (channel >= ${C}) { return; }
  let chunk = (${N} * ${S} + ${P} - 1i) / ${P};
  let first = (group % ${P}) * chunk;
  ${state}
  for (var k = first + i32(lid); k < min(${N} * ${S}, first + chunk); k += ${lanes}i) {
    let i = (k / ${S} * ${C} + channel) * ${S} + k % ${S};
    ${summary.step}
  }
  let own = ${summary.result};
  ${tree}
  if (lid == 0u) { out0[group] = vec4<f32>(part[0], 0.0); }`,
        }),
    inputs,
    outputs: [parts],
    uniforms: u.values,
    groups: byColumn ? [Math.ceil(columns / lanes), pieces, 1] : channels * pieces,
  });
  const results: [GpuArray, GpuArray] = [gpu.pool.allocate(4 * channels), gpu.pool.allocate(4 * channels)];
  const v = new Uniforms();
  const [count, D, L] = [channels, byColumn ? spatial : pieces, byColumn ? spatial * pieces : pieces].map(
    (k) => v.push(k),
  ) as [string, string, string];
  const place = byColumn ? `(k / ${D} * ${count} + group) * ${D} + k % ${D}` : `group * ${D} + k`;
  gpu.dispatch({
    code: module({
      inputs: ["vec4<f32>"],
      outputs: ["f32", "f32"],
      declarations: `${shared}\n${merge}`,
      size: lanes,
      body: `  if (group >= ${count}) { return; }
  var own = vec3<f32>(0.0);
  for (var k = i32(lid); k < ${L}; k += ${lanes}i) { own = merge(own, in0[${place}].xyz); }
  ${tree}
  if (lid == 0u) {
    out0[group] = part[0].y;
    out1[group] = ${summary.merge === "moments" ? "part[0].z / part[0].x" : "part[0].z"};
  }`,
    }),
    inputs: [parts],
    outputs: results,
    uniforms: v.values,
    groups: channels,
  });
  gpu.pool.free(parts);
  return results;
}

/** 每个元素一个线程（S 是 4 的倍数时四个）：body 里 x@、g@ 是元素，channel 是通道。 */
function perElement(
  gpu: GpuContext,
  shape: Shape,
  wide: readonly GpuArray[],
  channels: readonly GpuArray[],
  value: string,
): GpuArray {
  const size = sizeOf(shape);
  const out = gpu.pool.allocate(4 * size);
  const spatial = sizeOf(shape.slice(2));
  const four = spatial % 4 === 0 ? 4 : 1;
  const type = four === 4 ? "vec4<f32>" : "f32";
  const u = new Uniforms();
  const [total, C, S] = [size / four, shape[1]!, spatial / four].map((v) => u.push(v)) as [
    string,
    string,
    string,
  ];
  const code = module({
    inputs: [...wide.map(() => type), ...channels.map(() => "f32")],
    outputs: [type],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${total}) { return; }
  let channel = i / ${S} % ${C};
  out0[i] = ${value};`,
  });
  const inputs = [...wide, ...channels];
  gpu.dispatch({ code, inputs, outputs: [out], uniforms: u.values, groups: groupsFor(size / four) });
  return out;
}

const buffersOf = (inputs: readonly ArrayTensor[]): GpuArray[] => inputs.map((x) => x.buffer as GpuArray);

/** batchNorm(x [N, C, …], γ [C], β [C]; epsilon) → [y, μ [C], σ² [C]]。 */
export const batchNorm: FusedKernel = {
  shapes: ([x, gamma, beta]) => (fits(x!, gamma!, beta!) ? [x!, gamma!, gamma!] : null),
  run: (gpu, inputs, { epsilon }) => {
    const { shape } = inputs[0]!;
    const [x, gamma, beta] = buffersOf(inputs) as [GpuArray, GpuArray, GpuArray];
    const [mean, variance] = summarize(gpu, [x], shape, moments);
    const y = perElement(
      gpu,
      shape,
      [x],
      [gamma, beta, mean, variance],
      `(in0[i] - in3[channel]) * (in1[channel] * inverseSqrt(in4[channel] + ${literal(epsilon)})) + in2[channel]`,
    );
    return [y, mean, variance];
  },
};

/** batchNormBackward(x, γ, μ, σ², g; epsilon) → [∂x, ∂γ, ∂β]。 */
export const batchNormBackward: FusedKernel = {
  shapes: ([x, gamma, mean, variance, g]) =>
    fits(x!, gamma!, mean!, variance!) && g!.dtype === "float32" && sameShape(x!.shape, g!.shape)
      ? [x!, gamma!, gamma!]
      : null,
  run: (gpu, inputs, { epsilon }) => {
    const { shape } = inputs[0]!;
    const [x, gamma, mean, variance, g] = buffersOf(inputs) as [
      GpuArray,
      GpuArray,
      GpuArray,
      GpuArray,
      GpuArray,
    ];
    const [db, dg] = summarize(gpu, [x, g, mean, variance], shape, gradients(epsilon));
    const share = literal(shape[1]! / sizeOf(shape));
    const r = `inverseSqrt(in4[channel] + ${literal(epsilon)})`;
    const dx = perElement(
      gpu,
      shape,
      [x, g],
      [gamma, mean, variance, db, dg],
      `(in2[channel] * ${r}) * (in1[i] - (in5[channel] + (in0[i] - in3[channel]) * ${r} * in6[channel]) * ${share})`,
    );
    return [dx, dg, db];
  },
};
