// softmax 与 ln softmax（沿末轴），前向与反向各一个核，一行由几个线程分担。
//
// 前向，一行 x ∈ R^D，m = max x（不是有限数时取 0，与组合的写法一致）：
//   e = exp(x − m)，  s = Σe，  a = e/s，  ln a = x − m − ln s
// 减去 m 不改变结果，而 e ≤ 1，±10⁴ 的分数也不溢出。
// 反向，g = ∂L/∂输出。softmax 的雅可比是 diag(a) − aaᵀ，ln softmax 的是 I − 1aᵀ，它们的转置乘 g：
//   ∂L/∂x = a∘(g − ⟨a, g⟩)            （softmax）
//   ∂L/∂x = g − a·Σg，a = exp(ln a)    （ln softmax）
// 只用输出、不用输入，所以前向不必留下 x。
//
// 访存：前向每个元素读 4、写 4，共 8 字节；反向读输出与 g，写一个，共 12 字节，都是最少的。
// 组合的写法（最大值、指数、求和、相除）即使各步融合也要读三遍写一遍。行长超过 8192 时放不进寄存器，才分三趟重读。

import type { Aval } from "../../core/primitive.js";
import { sameShape, sizeOf } from "../../shape.js";
import type { GpuArray } from "./buffers.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { planRows } from "./rows.js";
import { Uniforms } from "./wgsl.js";

/** 太长而太少的行喂不饱 GPU，不如让约简核把一行切成几段。 */
function fits({ shape, dtype }: Aval): boolean {
  const width = shape.at(-1);
  if (width === undefined || dtype !== "float32") return false;
  return width <= 8192 || sizeOf(shape.slice(0, -1)) >= 64;
}

const sum = (a: string, b: string): string => `${a} + ${b}`;

/** softmax(x; log) → [沿末轴的 softmax（log 为真时是它的对数）]。 */
export const softmax: FusedKernel = {
  shapes: ([x]) => (fits(x!) ? [x!] : null),
  run: (gpu, [x], { log }) => {
    const { shape, size } = x!;
    const out = gpu.pool.allocate(4 * size);
    const width = shape.at(-1)!;
    const u = new Uniforms();
    const plan = planRows(size / width, width, u);
    const top = plan.type === "f32" ? "x@" : "max_(max_(x@.x, x@.y), max_(x@.z, x@.w))";
    const again = plan.kept ? "" : "let x = in0[i];";
    const e = plan.kept && !log ? "x@ = exp(x@ - m); s += " : `let e = exp(x@ - m); s += `;
    const code = module({
      inputs: [plan.type],
      outputs: [plan.type],
      declarations: plan.shared(2),
      size: plan.size,
      body: `  ${plan.head()}
  var m = -3.402823e38;
  ${plan.each(`x@ = in0[i]; m = max_(m, ${top});`, ["x"])}
  ${plan.combine("m", 0, (a, b) => `max_(${a}, ${b})`)}
  let bad = is_nan(m);
  m = select(m, 0.0, (bitcast<u32>(m) & 0x7fffffffu) >= 0x7f800000u);
  var s = 0.0;
  ${plan.each(`${again} ${e}${plan.total(plan.kept && !log ? "x@" : "e")};`)}
  ${plan.combine("s", 1, sum)}
  s = select(s, nan_(), bad);
  ${log ? "let ls = log_(s);" : ""}
  ${plan.each(
    log
      ? `${again} out0[i] = (x@ - m) - ls;`
      : plan.kept
        ? "out0[i] = x@ / s;"
        : `${again} out0[i] = exp(x - m) / s;`,
  )}`,
    });
    const inputs = [x!.buffer as GpuArray];
    gpu.dispatch({ code, inputs, outputs: [out], uniforms: u.values, groups: plan.groups });
    return [out];
  },
};

/** softmaxBackward(输出, g; log) → [∂L/∂x]。 */
export const softmaxBackward: FusedKernel = {
  shapes: ([y, g]) => (fits(y!) && g!.dtype === "float32" && sameShape(y!.shape, g!.shape) ? [y!] : null),
  run: (gpu, inputs, { log }) => {
    const { shape, size } = inputs[0]!;
    const out = gpu.pool.allocate(4 * size);
    const width = shape.at(-1)!;
    const u = new Uniforms();
    const plan = planRows(size / width, width, u, 16);
    const read = "y@ = in0[i]; g@ = in1[i];";
    const names = ["y", "g"];
    const code = module({
      inputs: [plan.type, plan.type],
      outputs: [plan.type],
      declarations: plan.shared(1),
      size: plan.size,
      body: `  ${plan.head()}
  var d = 0.0;
  ${plan.each(`${read} d += ${plan.total(log ? "g@" : "y@ * g@")};`, names)}
  ${plan.combine("d", 0, sum)}
  ${plan.each(
    `${plan.kept ? "" : read} out0[i] = ${log ? "g@ - exp(y@) * d" : "y@ * (g@ - d)"};`,
    plan.kept ? [] : names,
  )}`,
    });
    gpu.dispatch({
      code,
      inputs: inputs.map((x) => x.buffer as GpuArray),
      outputs: [out],
      uniforms: u.values,
      groups: plan.groups,
    });
    return [out];
  },
};
