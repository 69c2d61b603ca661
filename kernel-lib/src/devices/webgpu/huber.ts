// Huber 损失与梯度，一趟算完。
//
// 记误差 e = pred − target，阈值 δ > 0：
//   L(e) = e²/2            （|e| ≤ δ）
//   L(e) = δ(|e| − δ/2)    （|e| > δ）
// 令 c = clip(e, −δ, δ)，两支可以合写成 L = c·(e − c/2)：
//   |e| ≤ δ 时 c = e，得 e²/2；e > δ 时 c = δ，得 δ(e − δ/2)；e < −δ 时 c = −δ，得 δ(|e| − δ/2)。
// 而 dL/de 恰好就是 c，又 ∂e/∂pred = 1，所以 ∂(ΣL)/∂pred = c：
// 损失与梯度共用 c，没有分支。平均损失的 1/N（scale）也在这里乘上，不必再走一趟。
//
// 访存：每个元素读 pred、target，写梯度，共 12 字节，是最少的；只要损失时 8 字节。
// ΣL：各线程跨步累加，工作组内两两归并，每组写一个部分和；部分和至多 1024 个，再约简一次。

import type { Aval } from "../../core/primitive.js";
import { sameShape, sizeOf } from "../../shape.js";
import type { GpuArray } from "./buffers.js";
import { leaf } from "./chain.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { reductionKernel } from "./reduce.js";
import { literal, threads, Uniforms } from "./wgsl.js";

const mostGroups = 1024;

/** huber(pred, target; delta, scale, gradient) → [scale·ΣL（标量）, 它对 pred 的梯度（gradient 为真时）]。 */
export const huber: FusedKernel = {
  shapes: ([pred, target], { delta, gradient }): Aval[] | null => {
    if (!pred || !target || !sameShape(pred.shape, target.shape)) return null;
    if (pred.dtype !== "float32" || target.dtype !== "float32" || !(delta > 0)) return null;
    const loss: Aval = { shape: [], dtype: "float32" };
    return gradient ? [loss, pred] : [loss];
  },
  run: (gpu, [pred, target], { delta, scale, gradient }) => {
    const n = sizeOf(pred!.shape);
    const slope = gradient ? [gpu.pool.allocate(4 * n)] : [];
    const groups = Math.max(1, Math.min(mostGroups, Math.ceil(n / (4 * threads))));
    const partial = gpu.pool.allocate(4 * groups);
    const u = new Uniforms();
    const count = u.push(n);
    const code = module({
      inputs: ["vec4<f32>", "vec4<f32>"],
      outputs: gradient ? ["f32", "vec4<f32>"] : ["f32"],
      declarations: `var<workgroup> part: array<f32, ${threads}>;`,
      size: threads,
      body: `  let delta = ${literal(Number(delta))};
  let scale = ${literal(Number(scale))};
  var acc = 0.0;
  for (var k = group * ${threads}i + i32(lid); k * 4i < ${count}; k += i32(nwg.x) * ${threads}i) {
    let e = in0[k] - in1[k];
    let nan = (bitcast<vec4<u32>>(e) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
    let c = select(clamp(e, vec4<f32>(-delta), vec4<f32>(delta)), e, nan);
    let loss = c * (e - 0.5 * c);
    let inside = vec4<i32>(4i * k) + vec4<i32>(0, 1, 2, 3) < vec4<i32>(${count});
    acc += dot(select(vec4<f32>(0.0), loss, inside), vec4<f32>(1.0));
    ${gradient ? "out1[k] = scale * c;" : ""}
  }
  part[lid] = acc;
  workgroupBarrier();
  for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
    if (lid < s) { part[lid] += part[lid + s]; }
    workgroupBarrier();
  }
  if (lid == 0u) { out0[group] = scale * part[0]; }`,
    });
    const inputs = [pred!.buffer as GpuArray, target!.buffer as GpuArray];
    gpu.dispatch({ code, inputs, outputs: [partial, ...slope], uniforms: u.values, groups });
    if (groups === 1) return [partial, ...slope];
    const parts = { shape: [groups], dtype: "float32" as const };
    const reduction = { name: "sum", chain: leaf(0, parts), shape: parts.shape, axes: [0] };
    const sum = reductionKernel(gpu, reduction, { shape: [], dtype: "float32" })([partial]);
    gpu.pool.free(partial);
    return [sum, ...slope];
  },
};
