// 带温度的注意力：前向与反向都不在显存里放 S×S 的矩阵。
//
// 记 z = q kᵀ/τ，a = softmax(z)（逐行，看不见的位置 a = 0），y = a v。
//
// 前向（在线 softmax，M. Milakov、N. Gimelshein, 2018；T. Dao 等, FlashAttention, 2022）：一个工作组管 64 行 q，
// k、v 每次来 32 行。逐行记着到目前为止的最大值 m、Σexp(z − m) 与未归一的输出 o = Σexp(z − m)·v。
// 新来的一块使最大值变成 m′ = max(m, max z)，旧的账一律乘上 exp(m − m′)：
//   s ← s·exp(m − m′) + Σexp(z − m′)，   o ← o·exp(m − m′) + exp(z − m′)·v
// 走完之后 y = o/s，另存两列 m 与 r = 1/s（不合成 m + ln s：m 是 10⁴ 时 float32 的和会丢掉 ln s 的低位）。
// 整行都看不见时 s = 0，取 r = 0，按约定 y = 0。
//
// 反向（重算）：a = exp(z − m)·r 由 q、k 与 m、r 再算一遍，不必存。记 g = ∂L/∂y，δᵢ = ⟨gᵢ, yᵢ⟩（逐行）。
// ∂L/∂a = g vᵀ；softmax 的雅可比给出 ∂L/∂z = a∘(g vᵀ − ⟨a, g vᵀ⟩)，而 ⟨aᵢ, gᵢvᵀ⟩ = ⟨gᵢ, aᵢv⟩ = δᵢ，于是
//   c = ∂L/∂z = a∘(g vᵀ − δ)
//   ∂L/∂q = c k/τ        ∂L/∂k = cᵀ q/τ        ∂L/∂v = aᵀ g
//   ∂L/∂τ = −Σ c∘z/τ = −⟨q, ∂L/∂q⟩/τ          （因为 z = q kᵀ/τ，Σ c∘z = ⟨q, c k⟩/τ）
// 最后一式使 τ 的梯度不用另外的核。∂q 一个核（按 q 的行分工），∂k 与 ∂v 一个核（按 k 的行分工），各自不需要原子加。
//
// 访存：每 64 行把 k、v 读一遍，共 Q/64·K·(D+E)·4 字节，每读一个数做 64 次乘加以上，时间都在算上。
// 计算量：前向 2QK(D+E) 次浮点运算，反向两个核共七次这样的小乘法的一半左右：2QK(4D+3E)。

import type { Aval } from "../../core/primitive.js";
import { broadcastShapes, type Shape, sameShape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import {
  accumulate,
  accumulators,
  accumulatorWidth,
  colTile,
  eachRow,
  groupSize,
  type Operand,
  product,
  publish,
  reduceRow,
  rowTile,
  sharedTiles,
  store,
  threadPlace,
} from "./attention-tiles.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import type { FusedKernel } from "./fused.js";
import { module } from "./module.js";
import { offsets, Uniforms } from "./wgsl.js";

interface Sizes {
  readonly lead: Shape;
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly values: number;
}

/** 前面各轴广播之后的大小；形状不合时 null（错误由 attention 自己报）。 */
function sizesOf([q, k, v, tau, mask]: readonly Aval[]): Sizes | null {
  if ([q, k, v, tau].some((x) => x!.dtype !== "float32") || sizeOf(tau!.shape) !== 1) return null;
  const heads = [q!, k!, v!].map((x) => x.shape.slice(0, -2));
  const lead = heads.reduce((a, b) => broadcastShapes("attention", a, b));
  const [queries, width] = q!.shape.slice(-2) as [number, number];
  const [keys, values] = v!.shape.slice(-2) as [number, number];
  if (mask) {
    const full = [...lead, queries, keys];
    if (mask.dtype !== "float32" || mask.shape.length > full.length) return null;
    if (!sameShape(broadcastShapes("attention", mask.shape, full), full)) return null;
  }
  return { lead, batch: sizeOf(lead), queries, keys, width, values };
}

/** 三个核共同的部分：各操作数本批的起点，与“看不看得见”的判断。 */
class Frame {
  readonly sizes: Sizes;
  readonly u = new Uniforms();
  readonly head: string;
  readonly q: (row: string) => Operand;
  readonly k: (row: string) => Operand;
  readonly v: (row: string) => Operand;
  readonly counts: Readonly<Record<"B" | "Q" | "K" | "D" | "E", string>>;
  private readonly maskSteps: readonly string[] | null;

  /** inputs：q、k、v、τ，后面也许还有 mask。 */
  constructor(inputs: readonly ArrayTensor[], masked: boolean) {
    this.sizes = sizesOf(masked ? inputs.slice(0, 5) : inputs.slice(0, 4))!;
    const { u, sizes } = this;
    const { lead, batch, queries, keys, width, values } = sizes;
    const [B, Q, K, D, E] = [batch, queries, keys, width, values].map((n) => u.push(n)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    this.counts = { B, Q, K, D, E };
    const steps = inputs.slice(0, 3).map(({ shape }) => {
      const matrix = shape.at(-1)! * shape.at(-2)!;
      return broadcastStrides(shape.slice(0, -2), lead).map((s) => s * matrix);
    });
    const maskStrides = masked ? broadcastStrides(inputs[4]!.shape, [...lead, queries, keys]) : null;
    const at = offsets("batch", lead, maskStrides ? [...steps, maskStrides.slice(0, lead.length)] : steps, u);
    this.maskSteps = maskStrides?.slice(-2).map((s) => u.push(s)) ?? null;
    this.head = `${at.lines.join("\n  ")}
  let base_q = ${at.offsets[0]};
  let base_k = ${at.offsets[1]};
  let base_v = ${at.offsets[2]};
  ${masked ? `let base_m = ${at.offsets[3]};` : ""}
  let inverse = 1.0 / in3[0];`;
    this.q = (row) => ({ name: "in0", base: "base_q", row, rows: Q, cols: D });
    this.k = (row) => ({ name: "in1", base: "base_k", row, rows: K, cols: D });
    this.v = (row) => ({ name: "in2", base: "base_v", row, rows: K, cols: E });
  }

  /** 第 row 行、第 cols（vec4）列这四个位置看不看得见；行列互换时 flip。 */
  seen(row: string, cols: string, flip = false): string {
    const { Q, K } = this.counts;
    const inside = `(${cols} < vec4<i32>(${flip ? Q : K}))`;
    if (!this.maskSteps) return inside;
    const [sq, sk] = this.maskSteps;
    const entry = (m: number): string => {
      const [q, k] = flip ? [`${cols}[${m}]`, row] : [row, `${cols}[${m}]`];
      return `in4[base_m + min(${q}, ${Q} - 1i) * ${sq} + min(${k}, ${K} - 1i) * ${sk}] != 0.0`;
    };
    return `(${inside} & vec4<bool>(${[0, 1, 2, 3].map(entry).join(", ")}))`;
  }

  dispatch(
    gpu: GpuContext,
    inputs: readonly ArrayTensor[],
    outputs: readonly GpuArray[],
    rows: number,
    chunks: number,
    body: string,
  ): void {
    const code = module({
      inputs: inputs.map(() => "f32"),
      outputs: outputs.map(() => "f32"),
      declarations: sharedTiles,
      size: groupSize,
      body: `  ${threadPlace}
  let row0 = i32(wid.x) * ${rowTile}i;
  for (var batch = i32(wid.z); batch < ${this.counts.B}; batch += i32(nwg.z)) {
  ${this.head}
  ${body}
  }`,
    });
    gpu.dispatch({
      code,
      inputs: inputs.map((x) => x.buffer as GpuArray),
      outputs,
      uniforms: this.u.values,
      groups: [Math.ceil(rows / rowTile), chunks, Math.min(this.sizes.batch, 65535)],
    });
  }
}

const spread = "vec4<i32>(0, 8, 16, 24)";

/** attention(q, k, v, τ[, mask]) → [y, m, r]。mask 是 float32，非零表示看得见。 */
export const attention: FusedKernel = {
  shapes: (inputs): Aval[] | null => {
    const sizes = sizesOf(inputs);
    if (!sizes) return null;
    const { lead, queries, values } = sizes;
    const shapes = [
      [...lead, queries, values],
      [...lead, queries],
      [...lead, queries],
    ];
    return shapes.map((shape) => ({ shape, dtype: "float32" }));
  },
  run: (gpu, inputs) => {
    const frame = new Frame(inputs, inputs.length > 4);
    const { batch, queries, values } = frame.sizes;
    const { Q, K, E } = frame.counts;
    const y = gpu.pool.allocate(4 * batch * queries * values);
    const [top, share] = [0, 1].map(() => gpu.pool.allocate(4 * batch * queries)) as [GpuArray, GpuArray];
    const width = accumulatorWidth(values, 128);
    const acc = accumulators("acc", width);
    const out: Operand = {
      name: "out0",
      base: `batch * ${Q} * ${E}`,
      row: "row0",
      rows: Q,
      cols: E,
    };
    const body = `let col0 = i32(wid.y) * ${width}i;
  ${eachRow((i) => `var m${i} = -1.0e30; var l${i} = 0.0;`)}
  ${acc.map((a) => `var ${a} = vec4<f32>(0.0);`).join(" ")}
  for (var kt = 0i; kt < ${K}; kt += ${colTile}i) {
    ${product("s", frame.q("row0"), frame.k("kt"))}
    let cols = kt + tx + ${spread};
    ${eachRow(
      (i) => `let seen${i} = ${frame.seen(`(row0 + ty + ${16 * i}i)`, "cols")};
    s${i} = select(vec4<f32>(-1.0e30), s${i} * inverse, seen${i});
    var t${i} = max(max(s${i}.x, s${i}.y), max(s${i}.z, s${i}.w));`,
    )}
    ${reduceRow("t", (a, b) => `max(${a}, ${b})`)}
    ${eachRow(
      (i) => `t${i} = max(t${i}, m${i});
    let f${i} = exp(m${i} - t${i});
    m${i} = t${i};
    s${i} = select(vec4<f32>(0.0), exp(s${i} - t${i}), seen${i});
    l${i} = l${i} * f${i} + dot(s${i}, vec4<f32>(1.0));
    ${acc
      .filter((a) => a.startsWith(`acc${i}_`))
      .map((a) => `${a} *= f${i};`)
      .join(" ")}`,
    )}
    ${publish("s")}
    ${accumulate("acc", frame.v("kt"), "col0", width)}
  }
  ${reduceRow("l", (a, b) => `${a} + ${b}`)}
  ${eachRow((i) => `let r${i} = select(1.0 / l${i}, 0.0, l${i} == 0.0);`)}
  ${store("acc", width, out, "col0", (a, i) => `${a} * r${i}`)}
  if (tx == 0i && wid.y == 0u) {
    ${eachRow(
      (i) => `{ let row = row0 + ty + ${16 * i}i;
    if (row < ${Q}) { out1[batch * ${Q} + row] = m${i}; out2[batch * ${Q} + row] = r${i}; } }`,
    )}
  }`;
    frame.dispatch(gpu, inputs, [y, top, share], queries, Math.ceil(values / width), body);
    return [y, top, share];
  },
};

/** 反向的核的输入：q、k、v、τ[、mask]、m、r、δ、g；后四个是批轴铺开的。 */
function backwardSizes(inputs: readonly Aval[]): Sizes | null {
  const rest = inputs.slice(-4);
  return rest.some((x) => x.dtype !== "float32") ? null : sizesOf(inputs.slice(0, -4));
}

/** attentionQuery(q, k, v, τ[, mask], m, r, δ, g) → [∂L/∂q]，形状 [...批, Q, D]，批是广播之后的。 */
export const attentionQuery: FusedKernel = {
  shapes: (inputs): Aval[] | null => {
    const sizes = backwardSizes(inputs);
    return sizes && [{ shape: [...sizes.lead, sizes.queries, sizes.width], dtype: "float32" }];
  },
  run: (gpu, inputs) => {
    const frame = new Frame(inputs, inputs.length > 8);
    const { batch, queries, width: D } = frame.sizes;
    const { Q, K, D: cols, E } = frame.counts;
    const dq = gpu.pool.allocate(4 * batch * queries * D);
    const [tops, shares, deltas, grads] = [4, 3, 2, 1].map((k) => `in${inputs.length - k}`);
    const g = (row: string): Operand => ({
      name: grads!,
      base: `batch * ${Q} * ${E}`,
      row,
      rows: Q,
      cols: E,
    });
    const width = accumulatorWidth(D, 128);
    const acc = accumulators("acc", width);
    const body = `let col0 = i32(wid.y) * ${width}i;
  ${eachRow(
    (i) => `let at${i} = batch * ${Q} + min(row0 + ty + ${16 * i}i, ${Q} - 1i);
  let top${i} = ${tops}[at${i}];
  let share${i} = ${shares}[at${i}];
  let delta${i} = ${deltas}[at${i}];`,
  )}
  ${acc.map((a) => `var ${a} = vec4<f32>(0.0);`).join(" ")}
  for (var kt = 0i; kt < ${K}; kt += ${colTile}i) {
    ${product("s", frame.q("row0"), frame.k("kt"))}
    ${product("g", g("row0"), frame.v("kt"))}
    let cols = kt + tx + ${spread};
    ${eachRow(
      (
        i,
      ) => `s${i} = select(vec4<f32>(0.0), exp(s${i} * inverse - top${i}) * (g${i} - delta${i}) * (share${i} * inverse),
      ${frame.seen(`(row0 + ty + ${16 * i}i)`, "cols")});`,
    )}
    ${publish("s")}
    ${accumulate("acc", frame.k("kt"), "col0", width)}
  }
  ${store("acc", width, { name: "out0", base: `batch * ${Q} * ${cols}`, row: "row0", rows: Q, cols }, "col0", (a) => a)}`;
    frame.dispatch(gpu, inputs, [dq], queries, Math.ceil(D / width), body);
    return [dq];
  },
};

/** attentionKeys(q, k, v, τ[, mask], m, r, δ, g) → [∂L/∂k, ∂L/∂v]，批轴是广播之后的。 */
export const attentionKeys: FusedKernel = {
  shapes: (inputs): Aval[] | null => {
    const sizes = backwardSizes(inputs);
    if (!sizes) return null;
    const { lead, keys, width, values } = sizes;
    return [width, values].map((n) => ({ shape: [...lead, keys, n], dtype: "float32" }));
  },
  run: (gpu, inputs) => {
    const frame = new Frame(inputs, inputs.length > 8);
    const { batch, keys, width: D, values: E } = frame.sizes;
    const { Q, K, D: dCols, E: eCols } = frame.counts;
    const dk = gpu.pool.allocate(4 * batch * keys * D);
    const dv = gpu.pool.allocate(4 * batch * keys * E);
    const [tops, shares, deltas, grads] = [4, 3, 2, 1].map((k) => `in${inputs.length - k}`);
    const g = (row: string): Operand => ({
      name: grads!,
      base: `batch * ${Q} * ${eCols}`,
      row,
      rows: Q,
      cols: eCols,
    });
    const width = accumulatorWidth(Math.max(D, E), 64);
    const acc = [...accumulators("k", width), ...accumulators("v", width)];
    const four = (name: string): string =>
      `vec4<f32>(${[0, 1, 2, 3].map((m) => `${name}[batch * ${Q} + min(cols[${m}], ${Q} - 1i)]`).join(", ")})`;
    const result = (name: string, cols: string): Operand => ({
      name,
      base: `batch * ${K} * ${cols}`,
      row: "row0",
      rows: K,
      cols,
    });
    const body = `let col0 = i32(wid.y) * ${width}i;
  ${acc.map((a) => `var ${a} = vec4<f32>(0.0);`).join(" ")}
  for (var qt = 0i; qt < ${Q}; qt += ${colTile}i) {
    ${product("s", frame.k("row0"), frame.q("qt"))}
    ${product("g", frame.v("row0"), g("qt"))}
    let cols = qt + tx + ${spread};
    let tops = ${four(tops!)};
    let shares = ${four(shares!)};
    let deltas = ${four(deltas!)};
    ${eachRow(
      (i) => `s${i} = select(vec4<f32>(0.0), exp(s${i} * inverse - tops) * shares,
      ${frame.seen(`(row0 + ty + ${16 * i}i)`, "cols", true)});
    g${i} = s${i} * (g${i} - deltas) * inverse;`,
    )}
    ${publish("s")}
    ${accumulate("v", g("qt"), "col0", width)}
    ${publish("g")}
    ${accumulate("k", frame.q("qt"), "col0", width)}
  }
  ${store("k", width, result("out0", dCols), "col0", (a) => a)}
  ${store("v", width, result("out1", eCols), "col0", (a) => a)}`;
    frame.dispatch(gpu, inputs, [dk, dv], keys, Math.ceil(Math.max(D, E) / width), body);
    return [dk, dv];
  },
};
