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
// 写三个梯度。每个坐标读 12 字节、写 12 字节，是最少的访存；D 太大放不下寄存器时第二遍重读（多半命中缓存）。

import type { Params } from "../../core/primitive.js";
import { sameShape } from "../../shape.js";
import { ArrayTensor } from "../../tensor.js";
import type { Device } from "../device.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { literal, Uniforms } from "./wgsl.js";

const inRegisters = 8;

/**
 * fused("triplet", [a, p, n]（各 [B, D]）, { margin, distance }) → [各样本损失 [B], ga, gp, gn]，
 * 梯度是各样本损失之和的梯度。形状不合时返回 null。
 */
export function triplet(
  device: Device & { readonly gpu: GpuContext },
  inputs: readonly ArrayTensor[],
  { margin, distance }: Params,
): ArrayTensor[] | null {
  const [a, p, n] = inputs;
  if (!a || !p || !n || a.rank !== 2 || !sameShape(a.shape, p.shape) || !sameShape(a.shape, n.shape)) {
    return null;
  }
  if (inputs.some((x) => x.dtype !== "float32")) return null;
  const { gpu } = device;
  const [rows, width] = a.shape as [number, number];
  const shapes = [[rows], a.shape, a.shape, a.shape];
  const outputs = shapes.map((s) => gpu.pool.allocate(4 * s.reduce((x, y) => x * y, 1)));
  if (rows > 0) {
    const size = Math.min(256, Math.max(32, 2 ** Math.ceil(Math.log2(Math.max(1, width)))));
    const steps = Math.ceil(width / size);
    const kept = steps <= inRegisters;
    const u = new Uniforms();
    const [B, D] = [u.push(rows), u.push(width)];
    const unrolled = (f: (k: number) => string): string => [...Array(steps).keys()].map(f).join("\n  ");
    const accumulate = "du += x * x; dv += y * y;";
    const write = `out2[i] = -s * x; out3[i] = t * y; out1[i] = s * x - t * y;`;
    const first = kept
      ? unrolled(
          (k) => `let d${k} = i32(lid) + ${k * size}i;
  var x${k} = 0.0; var y${k} = 0.0;
  if (d${k} < ${D}) {
    let at = in0[base + d${k}];
    x${k} = at - in1[base + d${k}];
    y${k} = at - in2[base + d${k}];
    du += x${k} * x${k}; dv += y${k} * y${k};
  }`,
        )
      : `for (var d = i32(lid); d < ${D}; d += ${size}i) {
    let at = in0[base + d];
    let x = at - in1[base + d];
    let y = at - in2[base + d];
    ${accumulate}
  }`;
    const second = kept
      ? unrolled(
          (k) => `if (d${k} < ${D}) {
    let i = base + d${k}; let x = x${k}; let y = y${k};
    ${write}
  }`,
        )
      : `for (var d = i32(lid); d < ${D}; d += ${size}i) {
    let i = base + d;
    let at = in0[i];
    let x = at - in1[i];
    let y = at - in2[i];
    ${write}
  }`;
    const squared = distance === "squared";
    const code = module({
      inputs: ["f32", "f32", "f32"],
      outputs: ["f32", "f32", "f32", "f32"],
      declarations: `var<workgroup> pu: array<f32, ${size}>;
var<workgroup> pv: array<f32, ${size}>;
fn inverse(x: f32) -> f32 { return select(1.0 / x, 0.0, x == 0.0); }`,
      size,
      body: `  if (group >= ${B}) { return; }
  let base = group * ${D};
  var du = 0.0;
  var dv = 0.0;
  ${first}
  pu[lid] = du;
  pv[lid] = dv;
  workgroupBarrier();
  for (var h = ${size / 2}u; h > 0u; h >>= 1u) {
    if (lid < h) { pu[lid] += pu[lid + h]; pv[lid] += pv[lid + h]; }
    workgroupBarrier();
  }
  let ru = ${squared ? "pu[0]" : "sqrt(pu[0])"};
  let rv = ${squared ? "pv[0]" : "sqrt(pv[0])"};
  let z = ru - rv + ${literal(Number(margin))};
  var s = 0.0;
  var t = 0.0;
  if (z > 0.0 || is_nan(z)) {
    s = ${squared ? "2.0" : "inverse(ru)"};
    t = ${squared ? "2.0" : "inverse(rv)"};
  }
  if (lid == 0u) { out0[group] = select(max(z, 0.0), z, is_nan(z)); }
  ${second}`,
    });
    gpu.dispatch({
      code,
      inputs: inputs.map((x) => x.buffer as GpuArray),
      outputs,
      uniforms: u.values,
      groups: rows,
    });
  }
  return shapes.map((shape, k) => new ArrayTensor(device, outputs[k], shape, "float32"));
}
