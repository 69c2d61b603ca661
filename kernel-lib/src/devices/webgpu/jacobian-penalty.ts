// 雅可比惩罚 (1/N) Σₙ‖J(xₙ)‖²_F：一趟得到值与反向要用的全部量。公式见 losses/jacobian-penalty.ts，这里只重述要算什么。
//
// 输入 x [N, D]、W [D, H]、b [H]、对称的 M [H, H]；z = xW + b。
//   tanh：   h = tanh z，d = 1 − h²，q = dM；值 Σ d∘q；∂/∂z = −4 h∘d∘q；∂/∂M = dᵀd
//   softmax：p = softmax z，q = pM，r = (p∘p)M，s = ½⟨p, q⟩，P₂ = Σp²；值 Σ p²∘(q − s)；
//            ∂/∂z = p∘(2p∘(q − s) + r − P₂q − t)，t = 3Σp²q − 4sP₂；∂/∂M = (p² − ½P₂p)ᵀ p
//
// 一个工作组管 16 个样本，4×16 个线程，每个线程四行（合成一个 vec4）、每 64 列四个输出。
// z 一算完就变成 h 或 p 留在共享内存（16×H 个数），第二个乘积直接从那里取，z、q、r 都不落显存。
// H 至多 128：16×128 个数是 8 KB，连同两块砖在 16 KB 的限额之内；更宽时走组合的原语。
//
// 访存：每个样本读 4D 字节，写 ∂/∂z 与因子，tanh 8H、softmax 12H 字节；组合的写法要把 z、d（p）、q（r）各写一遍、读两遍以上。
// W 与 M 每 16 个样本读一遍，多半在缓存里。计算量 2NH(D + H)，softmax 是 2NH(D + 2H)。

import type { Aval } from "../../core/primitive.js";
import { sameShape } from "../../shape.js";
import type { GpuArray } from "./buffers.js";
import { leaf } from "./chain.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { reductionKernel } from "./reduce.js";
import { literal, Uniforms } from "./wgsl.js";

const widest = 128;
const rowsPerGroup = 16;
const four = [0, 1, 2, 3];

/** 把每行 16 个线程的 name（vec4，四行）归并。 */
const combine = (name: string, op: (a: string, b: string) => string): string => `part[lid] = ${name};
  workgroupBarrier();
  for (var s = 8i; s > 0i; s >>= 1u) {
    if (tx < s) { part[lid] = ${op("part[lid]", "part[lid + u32(s)]")}; }
    workgroupBarrier();
  }
  ${name} = part[16i * ty];
  workgroupBarrier();`;

const add = (a: string, b: string): string => `${a} + ${b}`;

/** 把 source 的 16×64 的一块（第 k0 行、第 c0 列起，共 rows 行、H 列）搬进 tile。 */
const fetch = (source: string, rows: string, H: string): string => `for (var j = 0i; j < 16i; j++) {
        let col = c0 + i32(lid);
        let inside = k0 + j < ${rows} && col < ${H};
        tile[j * 64i + i32(lid)] = select(0.0, ${source}[select(0i, (k0 + j) * ${H} + col, inside)], inside);
      }`;

/** 对本线程的四个单元：h 是列，a 是共享内存里的值。 */
const eachCell = (H: string, body: (m: number) => string): string =>
  four.map((m) => `{ let h = c0 + tx + ${16 * m}i; if (h < ${H}) { ${body(m)} } }`).join("\n    ");

const write = (name: string, value: string, rows: string, H: string): string =>
  `{ let v = ${value}; for (var e = 0i; e < 4i && row + e < ${rows}; e++) { ${name}[(row + e) * ${H} + h] = v[e]; } }`;

/**
 * jacobianPenalty(x, W, b, M; kind, scale, gradient) → [scale·Σ（标量）, scale·∂/∂z, 因子…]：
 * ∂/∂M 是因子的乘积，tanh 一个因子（自己乘自己），softmax 两个。
 */
export const jacobianPenalty: FusedKernel = {
  shapes: (inputs, { kind, gradient }): Aval[] | null => {
    const [x, w, b, m] = inputs as [Aval, Aval, Aval, Aval];
    if (inputs.some((t) => t.dtype !== "float32") || x.shape.length !== 2) return null;
    const [n, d] = x.shape as [number, number];
    const h = b.shape[0]!;
    if (h > widest || !sameShape(w.shape, [d, h]) || !sameShape(m.shape, [h, h])) return null;
    const rows: Aval = { shape: [n, h], dtype: "float32" };
    const loss: Aval = { shape: [], dtype: "float32" };
    if (!gradient) return [loss];
    return kind === "tanh" ? [loss, rows, rows] : [loss, rows, rows, rows];
  },
  run: (gpu, inputs, { kind, scale, gradient }) => {
    const [n, d] = inputs[0]!.shape as [number, number];
    const width = inputs[2]!.size;
    const groups = Math.ceil(n / rowsPerGroup);
    const partial = gpu.pool.allocate(4 * groups);
    const rows = gradient
      ? Array.from({ length: kind === "tanh" ? 2 : 3 }, () => gpu.pool.allocate(4 * n * width))
      : [];
    const u = new Uniforms();
    const [N, D, H] = [n, d, width].map((v) => u.push(v)) as [string, string, string];
    const soft = kind === "softmax";
    const normalize = `var top = vec4<f32>(-3.402823e38);
  for (var h = tx; h < ${H}; h += 16i) { top = max(top, act[4i * h + ty]); }
  ${combine("top", (a, b) => `max(${a}, ${b})`)}
  var share = vec4<f32>(0.0);
  for (var h = tx; h < ${H}; h += 16i) { let e = exp(act[4i * h + ty] - top); act[4i * h + ty] = e; share += e; }
  ${combine("share", add)}
  var p2 = vec4<f32>(0.0);
  for (var h = tx; h < ${H}; h += 16i) { let p = act[4i * h + ty] / share; act[4i * h + ty] = p; p2 += p * p; }
  ${combine("p2", add)}
  var cubic = vec4<f32>(0.0);
  var s2 = vec4<f32>(0.0);`;
    const tanhCell = (m: number): string => `let a = act[4i * h + ty]; let d = 1.0 - a * a;
      loss += d * q${m};
      ${gradient ? `${write("out1", `(-4.0 * scale) * a * d * q${m}`, N, H)} ${write("out2", "d", N, H)}` : ""}`;
    const softCell = (m: number): string => `let a = act[4i * h + ty];
      cubic += a * a * q${m}; s2 += a * q${m};
      ${gradient ? write("out1", `2.0 * a * q${m} + r${m} - p2 * q${m}`, N, H) : ""}`;
    const softEnd = `${combine("cubic", add)}
  ${combine("s2", add)}
  let s = 0.5 * s2;
  if (tx == 0i) { loss = cubic - s * p2; }
  ${
    gradient
      ? `let t = 3.0 * cubic - 4.0 * s * p2;
  for (var h = tx; h < ${H}; h += 16i) {
    let a = act[4i * h + ty];
    let e = vec4<f32>(${four.map((i) => `out1[min(row + ${i}i, ${N} - 1i) * ${H} + h]`).join(", ")});
    ${write("out1", "scale * a * (e - 2.0 * a * s - t)", N, H)}
    ${write("out2", "a * a - 0.5 * p2 * a", N, H)}
    ${write("out3", "a", N, H)}
  }`
      : ""
  }`;
    const code = module({
      inputs: ["f32", "f32", "f32", "f32"],
      outputs: ["f32", ...rows.map(() => "f32")],
      declarations: `var<workgroup> act: array<vec4<f32>, ${4 * widest}>;
var<workgroup> left: array<vec4<f32>, 64>;
var<workgroup> tile: array<f32, 1024>;
var<workgroup> part: array<vec4<f32>, 64>;
fn unit(z: vec4<f32>) -> vec4<f32> { return ${soft ? "z" : "vec4<f32>(tanh_(z.x), tanh_(z.y), tanh_(z.z), tanh_(z.w))"}; }`,
      size: 64,
      body: `  let tx = i32(lid) % 16i;
  let ty = i32(lid) / 16i;
  let row = group * ${rowsPerGroup}i + 4i * ty;
  let live = vec4<i32>(row) + vec4<i32>(0, 1, 2, 3) < vec4<i32>(${N});
  let scale = ${literal(Number(scale))};
  var loss = vec4<f32>(0.0);
  for (var c0 = 0i; c0 < ${H}; c0 += 64i) {
    ${four.map((m) => `var z${m} = vec4<f32>(0.0);`).join(" ")}
    for (var k0 = 0i; k0 < ${D}; k0 += 16i) {
      var x = vec4<f32>(0.0);
      if (k0 + tx < ${D}) { for (var e = 0i; e < 4i && row + e < ${N}; e++) { x[e] = in0[(row + e) * ${D} + k0 + tx]; } }
      left[4i * tx + ty] = x;
      ${fetch("in1", D, H)}
      workgroupBarrier();
      for (var k = 0i; k < 16i; k++) {
        let v = left[4i * k + ty];
        ${four.map((m) => `z${m} += v * tile[k * 64i + tx + ${16 * m}i];`).join(" ")}
      }
      workgroupBarrier();
    }
    ${eachCell(H, (m) => `act[4i * h + ty] = unit(z${m} + in2[h]);`)}
  }
  workgroupBarrier();
  ${soft ? normalize : ""}
  for (var c0 = 0i; c0 < ${H}; c0 += 64i) {
    ${four.map((m) => `var q${m} = vec4<f32>(0.0); var r${m} = vec4<f32>(0.0);`).join(" ")}
    for (var k0 = 0i; k0 < ${H}; k0 += 16i) {
      ${fetch("in3", H, H)}
      workgroupBarrier();
      for (var k = 0i; k < min(16i, ${H} - k0); k++) {
        let a = act[4i * (k0 + k) + ty];
        let v = ${soft ? "a" : "1.0 - a * a"};
        ${four.map((m) => `q${m} += v * tile[k * 64i + tx + ${16 * m}i];`).join(" ")}
        ${soft && gradient ? four.map((m) => `r${m} += a * a * tile[k * 64i + tx + ${16 * m}i];`).join(" ") : ""}
      }
      workgroupBarrier();
    }
    ${eachCell(H, soft ? softCell : tanhCell)}
  }
  ${soft ? softEnd : ""}
  loss = select(vec4<f32>(0.0), loss, live);
  ${combine("loss", add)}
  part[lid] = loss;
  workgroupBarrier();
  if (lid == 0u) { out0[group] = scale * dot(part[0] + part[16] + part[32] + part[48], vec4<f32>(1.0)); }`,
    });
    const buffers = inputs.map((t) => t.buffer as GpuArray);
    gpu.dispatch({ code, inputs: buffers, outputs: [partial, ...rows], uniforms: u.values, groups });
    if (groups === 1) return [partial, ...rows];
    const parts = { shape: [groups], dtype: "float32" as const };
    const reduction = { name: "sum", chain: leaf(0, parts), shape: parts.shape, axes: [0] };
    const sum = reductionKernel(gpu, reduction, { shape: [], dtype: "float32" })([partial]);
    gpu.pool.free(partial);
    return [sum, ...rows];
  },
};
