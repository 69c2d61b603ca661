// 三种常用模型的雅可比惩罚：(1/N) Σₙ ‖J(xₙ)‖²_F 的闭式，不用逐个输出分量反向传播。
// 权重的排法同 nn.dense：y = x W + b，W 是 [入, 出]。
//
// 线性 f(x) = x W + b：J = Wᵀ 与 x 无关，惩罚就是 ΣW²。
//
// 一个隐层 f(x) = tanh(x W₁ + b₁) W₂ + b₂。记 h = tanh(z)，d = 1 − h²（tanh 的导数），则 J = W₂ᵀ diag(d) W₁ᵀ，
//   ‖J‖²_F = tr(J Jᵀ) = Σₖₗ dₖ dₗ (W₂W₂ᵀ)ₖₗ (W₁ᵀW₁)ₖₗ = dᵀ M d，  M = (W₂W₂ᵀ)∘(W₁ᵀW₁)
// M 是 [隐, 隐] 的对称阵，一批只算一次；逐个样本只剩一个二次型，输出再多也不增加。
//   对 d 求导是 2Md；∂d/∂z = −2hd，所以 ∂/∂z = −4 h∘d∘(Md)；∂/∂M = d dᵀ。
// Hutchinson：投影 u 使 E[uuᵀ] = I，把 W₂W₂ᵀ 换成 (1/P) Σ W₂ u uᵀ W₂ᵀ 即得无偏估计，其余不变。
//
// softmax 输出 p = softmax(x W + b)：J = (diag(p) − ppᵀ)Wᵀ，第 i 行是 pᵢ(wᵢ − w̄)，wᵢ 是 W 的第 i 列，w̄ = Σ pₖwₖ。
// 记两两的距离平方 Mᵢⱼ = ‖wᵢ − wⱼ‖²，q = Mp，s = ½pᵀMp；则 ‖wᵢ − w̄‖² = qᵢ − s，
//   ‖J‖²_F = Σᵢ pᵢ²(qᵢ − s)
// 用距离而不用内积：p 接近独热时内积要相消两位的数，距离本来就小。
//   记 P₂ = Σpᵢ²，r = M(p∘p)：对 pⱼ 求导是 gⱼ = 2pⱼ(qⱼ − s) + rⱼ − P₂qⱼ；∂/∂z = p∘(g − ⟨g, p⟩)，
//   其中 ⟨g, p⟩ = 3Σpᵢ²qᵢ − 4sP₂；∂/∂M = (p∘p − ½P₂p) pᵀ。
// 类别很多时 M 太大，用 Hutchinson：Jᵀu = W(p∘(u − ⟨p, u⟩))，取平方和再对几个 u 平均。

import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { expandDims, eye, mean, softmax, swapaxes, zeros } from "../functions/index.js";
import { add, div, matmul, mul, reshape, square, sub, sum, tanh } from "../primitives/index.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused } from "../transforms/fused.js";
import { vjp } from "../transforms/vjp.js";

/** 一层的权重 w [入, 出] 与偏置 b [出]，同 nn.dense 的参数。 */
export interface DenseWeights {
  readonly w: TensorLike;
  readonly b?: TensorLike;
}

/** 雅可比惩罚的选项。 */
export interface JacobianPenaltyOptions {
  /** 投影 [次数, 出]，各分量均值 0、方差 1，各样本共用。给了它就用 Hutchinson 估计，不给就精确计算。 */
  readonly projections?: TensorLike;
}

/**
 * 雅可比惩罚 `(1/N) Σₙ ‖∂f/∂x(xₙ)‖²_F` 的闭式，三种模型各一个；x 是 [N, 入]，也可以是一个样本 [入]。
 * 值与 jacobianFrobenius 逐样本的平均相同，对各参数与 x 都能求导，也能再求导。
 * tanh 与 softmax 在 webgpu 上由融合核一趟算出值与梯度要用的量（宽不超过 128 时）；二阶走组合的原语。
 * 形状对不上抛 TIDU-LOSS-010。来源：Hoffman 等，2019（arXiv:1908.02729）。
 *
 * @example
 * jacobianPenalty.linear({ w: [[1, 2], [3, 4]] }).item() // => 30
 * @example
 * const params = { hidden: { w: [[1]], b: [0] }, output: { w: [[3]] } };
 * jacobianPenalty.tanh(params, [[0], [0]]).item() // => 9
 * @example
 * jacobianPenalty.softmax({ w: [[1, -1]] }, [[0]]).item() // => 0.5
 * @example
 * jacobianPenalty.softmax({ w: [[1, -1]] }, [[0]], { projections: [[1, 1], [1, -1]] }).item() // => 0.5
 */
export const jacobianPenalty = {
  /** f(x) = x W + b：与 x 无关。 */
  linear(params: DenseWeights): Tensor {
    return sum(square(params.w));
  },
  /** f(x) = tanh(x W₁ + b₁) W₂ + b₂。 */
  tanh(
    params: { readonly hidden: DenseWeights; readonly output: DenseWeights },
    x: TensorLike,
    { projections }: JacobianPenaltyOptions = {},
  ): Tensor {
    const [rows, w, b] = layer("tanh", params.hidden, x);
    const out = asTensor(params.output.w);
    if (out.rank !== 2 || out.shape[0] !== w.shape[1]) throw mismatch("tanh", "output.w", "[隐, 出]", out);
    const sides =
      projections === undefined
        ? out
        : div(matmul(out, swapaxes(probes("tanh", projections, out), 0, 1)), rootCount(projections));
    const m = mul(matmul(sides, swapaxes(sides, 0, 1)), matmul(swapaxes(w, 0, 1), w));
    return penalty("tanh", rows, w, b, m);
  },
  /** f(x) = softmax(x W + b)。 */
  softmax(params: DenseWeights, x: TensorLike, { projections }: JacobianPenaltyOptions = {}): Tensor {
    const [rows, w, b] = layer("softmax", params, x);
    if (projections !== undefined) {
      const u = probes("softmax", projections, w);
      const p = expandDims(softmax(add(matmul(rows, w), b)), 1);
      const pulled = mul(p, sub(u, sum(mul(p, u), -1, { keepDims: true })));
      return mean(sum(square(matmul(pulled, swapaxes(w, 0, 1))), -1));
    }
    // 先减去各列的平均：距离不变，内积小了，相消也少。
    const centred = sub(w, mean(w, 1, { keepDims: true }));
    const size = sum(square(centred), 0);
    const inner = matmul(swapaxes(centred, 0, 1), centred);
    const distance = sub(add(size, expandDims(size, 1)), mul(2, inner));
    return penalty("softmax", rows, w, b, mul(distance, sub(1, eye(w.shape[1]!))));
  },
};

type Kind = "tanh" | "softmax";

/** x [N, 入]、W [入, 出]、b [出] 与对称的 M [出, 出] → 平均的惩罚。 */
type Penalty = (x: Tensor, w: Tensor, b: Tensor, m: Tensor) => Tensor;

function penalty(kind: Kind, ...inputs: Parameters<Penalty>): Tensor {
  return (mayFuse(inputs) ? fused[kind] : plain[kind])(...inputs);
}

const plain: Readonly<Record<Kind, Penalty>> = {
  tanh: (x, w, b, m) => {
    const d = sub(1, square(tanh(add(matmul(x, w), b))));
    return mean(sum(mul(d, matmul(d, m)), -1));
  },
  softmax: (x, w, b, m) => {
    const p = softmax(add(matmul(x, w), b));
    const q = matmul(p, m);
    const s = mul(0.5, sum(mul(p, q), -1, { keepDims: true }));
    return mean(sum(mul(square(p), sub(q, s)), -1));
  },
};

const fused: Readonly<Record<Kind, Penalty>> = { tanh: withKernel("tanh"), softmax: withKernel("softmax") };

/** 前向的融合核顺带给出 ∂/∂z 与 ∂/∂M 的两个因子；其余是几次小的乘法。 */
function withKernel(kind: Kind): Penalty {
  const run = (inputs: Parameters<Penalty>, gradient: boolean): readonly Tensor[] | null =>
    runFused("jacobianPenalty", inputs, { kind, gradient, scale: 1 / inputs[0].shape[0]! });
  return customVjp(
    (...inputs: Parameters<Penalty>): Tensor => run(inputs, false)?.[0] ?? plain[kind](...inputs),
    (
      ...inputs: Parameters<Penalty>
    ): [Tensor, { inputs: Parameters<Penalty>; all: readonly Tensor[] | null }] => {
      const all = run(inputs, true);
      return [all?.[0] ?? plain[kind](...inputs), { inputs, all }];
    },
    ({ inputs, all }, ct, needed) => {
      if (!all) return vjp(plain[kind], ...inputs)[1](ct);
      const [x, w] = inputs;
      const [, dz, left, right = left] = all as [Tensor, Tensor, Tensor, Tensor?];
      const t = (a: Tensor): Tensor => swapaxes(a, 0, 1);
      return [
        needed[0] ? mul(ct, matmul(dz, t(w))) : null,
        needed[1] ? mul(ct, matmul(t(x), dz)) : null,
        needed[2] ? mul(ct, sum(dz, 0)) : null,
        needed[3] ? mul(div(ct, x.shape[0]!), matmul(t(left), right)) : null,
      ];
    },
  );
}

function layer(name: Kind, { w, b }: DenseWeights, x: TensorLike): [rows: Tensor, w: Tensor, b: Tensor] {
  const [t, weights] = asTensors(x, w) as [Tensor, Tensor];
  if (weights.rank !== 2) throw mismatch(name, "w", "[入, 出]", weights);
  const [inputs, outputs] = weights.shape as [number, number];
  if (t.rank < 1 || t.rank > 2 || t.shape.at(-1) !== inputs) throw mismatch(name, "x", `[N, ${inputs}]`, t);
  const bias = b === undefined ? zeros([outputs]) : asTensor(b);
  if (bias.rank !== 1 || bias.shape[0] !== outputs) throw mismatch(name, "b", `[${outputs}]`, bias);
  return [t.rank === 1 ? reshape(t, [1, inputs]) : t, weights, bias];
}

/** 投影，形状 [次数, 出]。 */
function probes(name: Kind, projections: TensorLike, w: Tensor): Tensor {
  const u = asTensor(projections);
  if (u.rank === 2 && u.shape[1] === w.shape[1] && u.shape[0] !== 0) return u;
  throw mismatch(name, "projections", `[次数, ${w.shape[1]}]`, u);
}

const rootCount = (projections: TensorLike): number => Math.sqrt(asTensor(projections).shape[0]!);

function mismatch(name: Kind, what: string, expected: string, actual: Tensor): TiduError {
  return new TiduError(
    "TIDU-LOSS-010",
    `jacobianPenalty.${name}：${what} 的形状应是 ${expected}，得到的是 ${showShape(actual.shape)}。`,
  );
}
