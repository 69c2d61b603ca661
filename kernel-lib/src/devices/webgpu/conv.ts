// 二维卷积（互相关）与它的两个梯度：隐式的矩阵乘法，窗口展开成的列不落显存。
//
// x [N, C, H, W]、w [O, I, kh, kw]，I = C/G，G 是组数，P = H′W′ 个输出位置，s、d、t 是步长、间隔与前面补的格数：
//   y[n,o,i,j] = Σ_{c,p,q} x[n, c, i·s + p·d − t, j·s + q·d − t]·w[o,c,p,q]   （出界的 x 是 0）
// 写成矩阵乘法，第 (c,p,q) 行、第 (i,j) 列的 X 就是上式里的 x：
//   前向   Y = W X            [O/G, I·kh·kw] × [I·kh·kw, P]，每个 (n, 组) 一个
// y 对 x、对 w 都是线性的，所以梯度就是转置，记 g = ∂L/∂y：
//   ∂L/∂x[n,c,y,x] = Σ_{o,p,q} w[o,c,p,q]·g[n,o,i,j]，i·s = y + t − p·d（不整除或出界的没有这一项），j 同理
//                             [I, O/G·kh·kw] × [O/G·kh·kw, H·W]，每个 (n, 组) 一个
//   ∂L/∂w[o,c,p,q] = Σ_{n,i,j} g[n,o,i,j]·x[n,c,i·s + p·d − t, j·s + q·d − t]
//                             [O/G, N·P] × [N·P, I·kh·kw]，每组一个；内侧很长，由矩阵乘法切成几段再相加
// 三者都是“一个输出一个和”，各加数的次序固定，不用原子操作，结果可重现。
//
// 分块相乘时每块 tile×tile 的输出把操作数搬进共享内存一次，下标的除法摊到 tile 次乘加上。
// 访存：展开的写法要把 kh·kw 倍大的 X 写一遍、读一遍；这里每个 x 从显存（或缓存）读 kh·kw/s²·O/(G·tile) 遍，不写。
// 每组的输出很少（逐通道卷积时是 1）时块里多半是空的，改为一个线程算一个输出；对核的梯度那样内侧很长的，一个工作组算一个。
// 步长大于 1 时，∂L/∂x 的内侧有 1 − 1/s² 是不整除的空项，照样走过。

import type { Aval } from "../../core/primitive.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import type { FusedKernel } from "./fused.js";
import { multiply, planBlocks, stage } from "./matmul.js";
import { module } from "./module.js";
import { groupsFor, threadIndex, threads, Uniforms } from "./wgsl.js";

/** 一次乘积：大小，与各操作数第 z 批、第 p 行（列）、内侧第 k 个数的表达式。 */
interface Gathered {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** 两个函数体，返回 f32；各个大小的名字由 sizes 给出。 */
  readonly left: string;
  readonly right: string;
  /** 显存里右操作数顺着 p 连续（而不是顺着 k）。 */
  readonly along: boolean;
}

type Params = {
  readonly strides: Shape;
  readonly padding: readonly Shape[];
  readonly dilation: Shape;
  readonly groups: number;
  readonly counts: Shape;
};

/** 各个大小，函数体里按名字用。 */
function sizesOf(x: Shape, w: Shape, { strides, padding, dilation, groups, counts }: Params) {
  const [, , h, width] = x as [number, number, number, number];
  const [o, inner, kh, kw] = w as [number, number, number, number];
  const [[top], [before]] = padding as [[number], [number]];
  const [sh, sw] = strides as [number, number];
  const [dh, dw] = dilation as [number, number];
  const [oh, ow] = counts as [number, number];
  return { h, w: width, g: groups, og: o / groups, inner, kh, kw, oh, ow, sh, sw, dh, dw, top, before };
}

/** 输入里的一格：y、x 是没补边的坐标，channel 是 n·C + c。 */
const pixel = (
  row: string,
  cell: string,
  channel: string,
): string => `let y = ${row} / ow * sh + ${cell} / kw * dh - top;
  let x = ${row} % ow * sw + ${cell} % kw * dw - before;
  let inside = y >= 0i && y < h && x >= 0i && x < w;
  return select(0.0, in0[select(0i, ((${channel}) * h + y) * w + x, inside)], inside);`;

function compute(
  gpu: GpuContext,
  inputs: readonly ArrayTensor[],
  sizes: Readonly<Record<string, number>>,
  { left, right, along, ...product }: Gathered,
): GpuArray {
  const { m, n, k, batch } = product;
  const buffers = inputs.map((x) => x.buffer as GpuArray);
  const functions = (u: Uniforms): string => {
    const named = Object.entries(sizes).map(([name, v]) => `let ${name} = ${u.push(v)};`);
    return [left, right]
      .map((body, i) => {
        const used = named.filter((line) => new RegExp(`\\b${line.split(" ")[1]}\\b`).test(body));
        return `fn ${i === 0 ? "left" : "right"}(z: i32, p: i32, k: i32) -> f32 {
  ${used.join(" ")}
  ${body}
}`;
      })
      .join("\n");
  };
  if (m >= 8) {
    const blocks = planBlocks(product);
    const { M, N } = blocks.names;
    // 四个一组用循环读：函数体只编译一份，驱动自会展开这四次。
    const quad = (
      f: string,
      extent: string,
    ): string => `fn ${f}4(z: i32, p: i32, k: i32, end: i32) -> vec4<f32> {
  var v = vec4<f32>(0.0);
  if (k < end) { for (var e = 0i; e < 4i && p + e < ${extent}; e++) { v[e] = ${f}(z, p + e, k); } }
  return v;
}`;
    return multiply(gpu, blocks, "float32", {
      inputs: buffers,
      types: ["f32", "f32"],
      declarations: `${functions(blocks.u)}\n${quad("left", M)}\n${quad("right", N)}`,
      left: stage("ta", blocks.plan, false, () => "left4(batch, p, k, end)"),
      right: stage("tb", blocks.plan, along, () => "right4(batch, p, k, end)"),
    });
  }
  const total = batch * m * n;
  const out = gpu.pool.allocate(4 * total);
  const u = new Uniforms();
  const [T, M, N, K] = [total, m, n, k].map((v) => u.push(v)) as [string, string, string, string];
  const alone = k < 1024 || total >= 65536;
  const place = (i: string): string =>
    `let z = ${i} / (${M} * ${N}); let row = ${i} / ${N} % ${M}; let col = ${i} % ${N};`;
  const code = module({
    inputs: ["f32", "f32"],
    outputs: ["f32"],
    declarations: `${functions(u)}\n${alone ? "" : `var<workgroup> part: array<f32, ${threads}>;`}`,
    size: threads,
    body: alone
      ? `  ${threadIndex}
  if (i >= ${T}) { return; }
  ${place("i")}
  var sum = 0.0;
  for (var k = 0i; k < ${K}; k++) { sum += left(z, row, k) * right(z, col, k); }
  out0[i] = sum;`
      : `  if (group >= ${T}) { return; }
  ${place("group")}
  var sum = 0.0;
  for (var k = i32(lid); k < ${K}; k += ${threads}i) { sum += left(z, row, k) * right(z, col, k); }
  part[lid] = sum;
  workgroupBarrier();
  for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
    if (lid < s) { part[lid] += part[lid + s]; }
    workgroupBarrier();
  }
  if (lid == 0u) { out0[group] = part[0]; }`,
  });
  const groups = alone ? groupsFor(total) : total;
  gpu.dispatch({ code, inputs: buffers, outputs: [out], uniforms: u.values, groups });
  return out;
}

const floats = (inputs: readonly Aval[]): boolean =>
  inputs.every((x) => x.dtype === "float32" && x.shape.length === 4);
const result = (inputs: readonly Aval[], shape: Shape): Aval[] | null =>
  floats(inputs) && sizeOf(shape) > 0 ? [{ shape, dtype: "float32" }] : null;

/** conv2d(x, w; 几何) → [y]。 */
export const conv2d: FusedKernel = {
  shapes: (inputs, { counts }) => result(inputs, [inputs[0]!.shape[0]!, inputs[1]!.shape[0]!, ...counts]),
  run: (gpu, inputs, params) => {
    const [x, w] = inputs.map((t) => t.shape) as [Shape, Shape];
    const s = sizesOf(x, w, params);
    const product = {
      batch: x[0]! * s.g,
      m: s.og,
      n: s.oh * s.ow,
      k: s.inner * s.kh * s.kw,
      left: "return in1[(z % g * og + p) * (inner * kh * kw) + k];",
      right: `let cell = k % (kh * kw);
  ${pixel("p", "cell", "z * inner + k / (kh * kw)")}`,
      along: true,
    };
    return [compute(gpu, inputs, s, product)];
  },
};

/** conv2dInput(∂L/∂y, w; 几何, shape) → [∂L/∂x]，shape 是 x 的形状。 */
export const conv2dInput: FusedKernel = {
  shapes: (inputs, { shape }) => result(inputs, shape),
  run: (gpu, inputs, { shape, ...params }) => {
    const s = sizesOf(shape, inputs[1]!.shape, params as Params);
    const product = {
      batch: shape[0]! * s.g,
      m: s.inner,
      n: s.h * s.w,
      k: s.og * s.kh * s.kw,
      left: "return in1[((z % g * og + k / (kh * kw)) * inner + p) * (kh * kw) + k % (kh * kw)];",
      right: `let cell = k % (kh * kw);
  let down = p / w + top - cell / kw * dh;
  let across = p % w + before - cell % kw * dw;
  let i = down / sh;
  let j = across / sw;
  let inside = down >= 0i && across >= 0i && i * sh == down && j * sw == across && i < oh && j < ow;
  let at = ((z * og + k / (kh * kw)) * oh + i) * ow + j;
  return select(0.0, in0[select(0i, at, inside)], inside);`,
      along: true,
    };
    return [compute(gpu, inputs, s, product)];
  },
};

/** conv2dKernel(x, ∂L/∂y; 几何, shape) → [∂L/∂w]，shape 是 w 的形状。 */
export const conv2dKernel: FusedKernel = {
  shapes: (inputs, { shape }) => result(inputs, shape),
  run: (gpu, inputs, { shape, ...params }) => {
    const x = inputs[0]!.shape;
    const s = sizesOf(x, shape, params as Params);
    const product = {
      batch: s.g,
      m: s.og,
      n: s.inner * s.kh * s.kw,
      k: x[0]! * s.oh * s.ow,
      left: "return in1[((k / (oh * ow) * g + z) * og + p) * (oh * ow) + k % (oh * ow)];",
      right: `let place = k % (oh * ow);
  let cell = p % (kh * kw);
  ${pixel("place", "cell", "(k / (oh * ow) * g + z) * inner + p / (kh * kw)")}`,
      along: false,
    };
    return [compute(gpu, inputs, s, product)];
  },
};
