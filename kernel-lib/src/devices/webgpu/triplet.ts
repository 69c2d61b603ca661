// 三元组损失：前向与反向一趟算完，一个工作组算一行（一个样本）。
//
// 一行里 a、p、n ∈ R^D，u = a − p，v = a − n，间隔 m：
//   欧氏距离：   z = ‖u‖ − ‖v‖ + m
//   平方距离：   z = ‖u‖² − ‖v‖² + m
//   L = max(0, z)，合页在 z = 0 处约定导数为 0，所以只在 z > 0 时有梯度。
// 欧氏：∂‖u‖/∂a = u/‖u‖（‖u‖ = 0 时约定为 0），令 s = 1/‖u‖、t = 1/‖v‖（距离为 0 时取 0）；
// 平方：∂‖u‖²/∂a = 2u，令 s = t = 2。两种情形的梯度形式相同：
//   ∂L/∂p = −s·u        ∂L/∂n = t·v        ∂L/∂a = s·u − t·v = −(∂L/∂p + ∂L/∂n)
// 第一遍各线程读自己的坐标，累加 u² 与 v²，在共享内存里归并出 ‖u‖²、‖v‖²；第二遍用还留在寄存器里的 u、v
// 写三个梯度，平均损失的 1/B（scale）也在这里乘上。各行的损失先写成一列，再约简成一个数。
//
// 访存：每个坐标读 12 字节、写 12 字节，是最少的；只要损失时 12 字节。D 太大放不下寄存器时第二遍重读（多半命中缓存）。

import type { Aval } from "../../core/primitive.js";
import { sameShape } from "../../shape.js";
import type { GpuArray } from "./buffers.js";
import { leaf } from "./chain.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { reductionKernel } from "./reduce.js";
import { planRows } from "./rows.js";
import { literal, Uniforms } from "./wgsl.js";

/**
 * triplet(a, p, n（各 [B, D]）; margin, distance, scale, gradient) →
 * [scale·Σ 各样本的损失（标量）, 它对 a、p、n 的梯度（gradient 为真时）]。
 */
export const triplet: FusedKernel = {
  shapes: (inputs, { gradient }): Aval[] | null => {
    const [a, p, n] = inputs;
    if (a?.shape.length !== 2 || !sameShape(a.shape, p!.shape) || !sameShape(a.shape, n!.shape)) return null;
    if (inputs.some((x) => x.dtype !== "float32")) return null;
    const loss: Aval = { shape: [], dtype: "float32" };
    return gradient ? [loss, a, a, a] : [loss];
  },
  run: (gpu, inputs, { margin, distance, scale, gradient }) => {
    const [rows, width] = inputs[0]!.shape as [number, number];
    const losses = gpu.pool.allocate(4 * rows);
    const slopes = gradient ? inputs.map(() => gpu.pool.allocate(4 * rows * width)) : [];
    const u = new Uniforms();
    const plan = planRows(rows, width, u, 16);
    const squared = distance === "squared";
    const read = "let at = in0[i]; x@ = at - in1[i]; y@ = at - in2[i];";
    const code = module({
      inputs: [plan.type, plan.type, plan.type],
      outputs: ["f32", ...slopes.map(() => plan.type)],
      declarations: `${plan.shared(2)}
fn inverse(x: f32) -> f32 { return select(1.0 / x, 0.0, x == 0.0); }`,
      size: plan.size,
      body: `  ${plan.head()}
  var du = 0.0;
  var dv = 0.0;
  ${plan.each(`${read} du += ${plan.total("x@ * x@")}; dv += ${plan.total("y@ * y@")};`, ["x", "y"])}
  ${plan.combine("du", 0, (a, b) => `${a} + ${b}`)}
  ${plan.combine("dv", 1, (a, b) => `${a} + ${b}`)}
  let ru = ${squared ? "du" : "sqrt(du)"};
  let rv = ${squared ? "dv" : "sqrt(dv)"};
  let z = ru - rv + ${literal(Number(margin))};
  let scale = ${literal(Number(scale))};
  var s = 0.0;
  var t = 0.0;
  if (z > 0.0 || is_nan(z)) {
    s = scale * ${squared ? "2.0" : "inverse(ru)"};
    t = scale * ${squared ? "2.0" : "inverse(rv)"};
  }
  if (live && lane == 0i) { out0[row] = scale * select(max(z, 0.0), z, is_nan(z)); }
  ${
    gradient
      ? plan.each(
          `${plan.kept ? "" : read} let f = s * x@; let g = t * y@; out1[i] = f - g; out2[i] = -f; out3[i] = g;`,
          plan.kept ? [] : ["x", "y"],
        )
      : ""
  }`,
    });
    gpu.dispatch({
      code,
      inputs: inputs.map((x) => x.buffer as GpuArray),
      outputs: [losses, ...slopes],
      uniforms: u.values,
      groups: plan.groups,
    });
    const parts = { shape: [rows], dtype: "float32" as const };
    const reduction = { name: "sum", chain: leaf(0, parts), shape: parts.shape, axes: [0] };
    const sum = reductionKernel(gpu, reduction, { shape: [], dtype: "float32" })([losses]);
    gpu.pool.free(losses);
    return [sum, ...slopes];
  },
};
