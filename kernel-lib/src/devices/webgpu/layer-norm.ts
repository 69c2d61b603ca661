// 层归一化（J. L. Ba 等, Layer Normalization, 2016），沿末轴，前向与反向各一趟。
//
// 一行 x ∈ R^D：μ = mean x，σ² = mean (x − μ)²，r = 1/√(σ² + ε)，x̂ = (x − μ)·r，y = x̂∘γ + β。
// 方差由已在寄存器里的 x − μ 算，不用 E x² − μ²，大的均值不会相消。
// 反向，g = ∂L/∂y，h = g∘γ：
//   ∂L/∂β = Σ_行 g        ∂L/∂γ = Σ_行 g∘x̂
//   ∂L/∂x̂ = h；x̂ 经 x、μ、r 三条路依赖于 x，合起来（各分量之和与 x̂ 方向的分量都不改变 x̂）
//   ∂L/∂x = r·(h − mean h − x̂·mean(h∘x̂))
// 反向不存 μ、r：整行都在寄存器里，重算不花访存。
// 每个线程总是管固定的几列，一个工作组走过许多行，∂γ、∂β 在寄存器里累加，最后每组写一行部分和，再约简一次。
//
// 访存：前向每个元素读 4、写 4，共 8 字节；反向读 x 与 g、写 ∂x，共 12 字节；γ、β 与部分和相比之下可以不计。

import type { Aval } from "../../core/primitive.js";
import { sameShape } from "../../shape.js";
import type { GpuArray } from "./buffers.js";
import { leaf } from "./chain.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { reductionKernel } from "./reduce.js";
import { planRows, type Rows } from "./rows.js";
import { literal, Uniforms } from "./wgsl.js";

const longest = 4096;
const add = (a: string, b: string): string => `${a} + ${b}`;

function fits(x: Aval, gamma: Aval, beta: Aval): boolean {
  const width = x.shape.at(-1) ?? 0;
  if (width === 0 || width > longest || x.dtype !== "float32") return false;
  return [gamma, beta].every((p) => p.dtype === "float32" && sameShape(p.shape, [width]));
}

/** 读一行 x，减去均值，得到 r；此后 x@ 是 x − μ。 */
function standardize(plan: Rows, width: number, epsilon: number): string {
  const mean = literal(1 / width);
  return `var mu = 0.0;
  ${plan.each(`x@ = in0[i]; mu += ${plan.total("x@")};`, ["x"])}
  ${plan.combine("mu", 0, add)}
  mu *= ${mean};
  var square = 0.0;
  ${plan.each(`x@ -= mu; square += ${plan.total("x@ * x@")};`)}
  ${plan.combine("square", 1, add)}
  let r = inverseSqrt(square * ${mean} + ${literal(epsilon)});`;
}

/** layerNorm(x [..., D], γ [D], β [D]; epsilon) → [y]。 */
export const layerNorm: FusedKernel = {
  shapes: ([x, gamma, beta]) => (fits(x!, gamma!, beta!) ? [x!] : null),
  run: (gpu, inputs, { epsilon }) => {
    const { shape, size } = inputs[0]!;
    const width = shape.at(-1)!;
    const out = gpu.pool.allocate(4 * size);
    const u = new Uniforms();
    const plan = planRows(size / width, width, u);
    const code = module({
      inputs: [plan.type, plan.type, plan.type],
      outputs: [plan.type],
      declarations: plan.shared(2),
      size: plan.size,
      body: `  ${plan.head("group")}
  ${standardize(plan, width, epsilon)}
  ${plan.each("out0[i] = x@ * r * in1[col] + in2[col];")}`,
    });
    const buffers = inputs.map((x) => x.buffer as GpuArray);
    gpu.dispatch({ code, inputs: buffers, outputs: [out], uniforms: u.values, groups: plan.groups });
    return [out];
  },
};

/** layerNormBackward(x, γ, g; epsilon) → [∂x, ∂γ, ∂β]。 */
export const layerNormBackward: FusedKernel = {
  shapes: ([x, gamma, g]) =>
    fits(x!, gamma!, gamma!) && g!.dtype === "float32" && sameShape(x!.shape, g!.shape)
      ? [x!, gamma!, gamma!]
      : null,
  run: (gpu, inputs, { epsilon }) => {
    const { shape, size } = inputs[0]!;
    const width = shape.at(-1)!;
    const u = new Uniforms();
    const plan = planRows(size / width, width, u);
    // 每组至少走 16 批行，部分和才比数据小得多；组再多也不超过 512。
    const groups = Math.max(1, Math.min(512, Math.ceil(plan.groups / 16)));
    const strips = groups * plan.together;
    const dx = gpu.pool.allocate(4 * size);
    const partials = [0, 1].map(() => gpu.pool.allocate(4 * strips * width));
    const blocks = u.push(plan.groups);
    const mean = literal(1 / width);
    const { type } = plan;
    const code = module({
      inputs: [type, type, type],
      outputs: [type, type, type],
      declarations: plan.shared(4),
      size: plan.size,
      body: `  ${plan.declare(["dg", "db"])}
  for (var block = group; block < ${blocks}; block += ${groups}i) {
  ${plan.head("block")}
  ${standardize(plan, width, epsilon)}
  var sum = 0.0;
  var dot_ = 0.0;
  ${plan.each(
    `g@ = in2[i]; x@ *= r; dg@ += g@ * x@; db@ += g@; g@ *= in1[col];
    sum += ${plan.total("g@")}; dot_ += ${plan.total("g@ * x@")};`,
    ["g"],
  )}
  ${plan.combine("sum", 2, add)}
  ${plan.combine("dot_", 3, add)}
  ${plan.each(`out0[i] = r * (g@ - sum * ${mean} - x@ * (dot_ * ${mean}));`)}
  }
  ${plan.head("group", true)}
  ${plan.each("out1[i] = dg@; out2[i] = db@;")}`,
    });
    gpu.dispatch({
      code,
      inputs: inputs.map((x) => x.buffer as GpuArray),
      outputs: [dx, ...partials],
      uniforms: u.values,
      groups,
    });
    const parts = { shape: [strips, width], dtype: "float32" as const };
    const reduction = { name: "sum", chain: leaf(0, parts), shape: parts.shape, axes: [0] };
    const sum = reductionKernel(gpu, reduction, { shape: [width], dtype: "float32" });
    const sums = partials.map((p) => sum([p]));
    for (const p of partials) gpu.pool.free(p);
    return [dx, ...sums];
  },
};
