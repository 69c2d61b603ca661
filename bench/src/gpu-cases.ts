import {
  add,
  attention,
  div,
  exp,
  grad,
  huber,
  huberLoss,
  jit,
  matmul,
  max,
  mean,
  mul,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  triplet,
  tripletLoss,
  valueAndGrad,
} from "@tidu/kernel-lib";
import { layerNorm } from "@tidu/kernel-lib/nn";

export type Shape = readonly number[];
type Compute = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** 一项比较：同一个结果的几种算法。 */
export interface GpuCase {
  /** 与 gpu-torch.ts 里的名字一致。 */
  readonly name: string;
  readonly id: string;
  /** 核对用的小尺寸（故意不整除），与计时用的大尺寸（要超过缓存）。 */
  readonly small: readonly Shape[];
  readonly large: readonly Shape[];
  /** 融合核。 */
  readonly fused: Compute;
  /** 组合的原语，不经融合核；没有别的写法时与 fused 相同。 */
  readonly composed: Compute;
  /** 至少要读写的字节数，或要做的浮点运算次数。 */
  readonly work: { readonly bytes: number } | { readonly flops: number };
  /** 目标：拷贝带宽或自己的矩阵乘法的百分之几；没有目标时是 null。 */
  readonly goal: number | null;
}

const count = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
const elements = 2 ** 25;
const rows = [elements / 1024, 1024];
const faces = [2 ** 18, 128];
const heads = [16, 2048, 64];
const side = 4096;

const keep = { keepDims: true } as const;
const plainSoftmax = (x: Tensor): Tensor => {
  const e = exp(sub(x, max(x, -1, keep)));
  return div(e, sum(e, -1, keep));
};
const plainAttention = (q: Tensor, k: Tensor, v: Tensor): Tensor =>
  matmul(plainSoftmax(div(matmul(q, transpose(k, [0, 2, 1])), Math.sqrt(q.shape.at(-1)!))), v);
const plainLayerNorm = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
  const centred = sub(x, mean(x, -1, keep));
  return add(mul(div(centred, sqrt(add(mean(square(centred), -1, keep), 1e-5))), gamma), beta);
};
/** 梯度用一个固定的加权和，免得伴随全是 1 时有的项恰好是 0。 */
const pulled =
  (f: Compute, argnums: number[]) =>
  (w: Tensor, ...xs: Tensor[]): readonly Tensor[] =>
    grad((...ys: Tensor[]) => sum(mul(w, f(...ys) as Tensor)), { argnums })(...xs);

const attentionFlops = 4 * heads[0]! * heads[1]! ** 2 * heads[2]!;

export const gpuCases: readonly GpuCase[] = [
  {
    name: "matmul",
    id: `矩阵乘法 ${side}×${side}×${side}`,
    small: [
      [3, 70, 33],
      [33, 66],
    ],
    large: [
      [side, side],
      [side, side],
    ],
    fused: matmul,
    composed: matmul,
    work: { flops: 2 * side ** 3 },
    goal: null,
  },
  {
    name: "huber",
    id: `Huber 损失与梯度，${elements} 个元素`,
    small: [
      [37, 5],
      [37, 5],
    ],
    large: [[elements], [elements]],
    fused: valueAndGrad((y: Tensor, t: Tensor) => huberLoss(y, t, { delta: 0.7 })) as Compute,
    composed: valueAndGrad((y: Tensor, t: Tensor) => mean(huber(sub(y, t), 0.7))) as Compute,
    work: { bytes: 12 * elements },
    goal: 0.8,
  },
  {
    name: "triplet",
    id: `三元组损失与三个梯度，${faces.join("×")}`,
    small: [
      [19, 13],
      [19, 13],
      [19, 13],
    ],
    large: [faces, faces, faces],
    fused: flat(
      valueAndGrad((a: Tensor, p: Tensor, n: Tensor) => tripletLoss(a, p, n), { argnums: [0, 1, 2] }),
    ),
    composed: flat(
      valueAndGrad((a: Tensor, p: Tensor, n: Tensor) => mean(triplet(a, p, n)), { argnums: [0, 1, 2] }),
    ),
    work: { bytes: 24 * count(faces) },
    goal: 0.75,
  },
  {
    name: "softmax",
    id: `softmax，${rows.join("×")}`,
    small: [[11, 77]],
    large: [rows],
    fused: (x) => softmax(x!),
    composed: (x) => plainSoftmax(x!),
    work: { bytes: 8 * elements },
    goal: 0.8,
  },
  {
    name: "softmaxGradient",
    id: `softmax 的前向与反向，${rows.join("×")}`,
    small: [
      [11, 77],
      [11, 77],
    ],
    large: [rows, rows],
    fused: pulled((x) => softmax(x!), [0]),
    composed: pulled((x) => plainSoftmax(x!), [0]),
    // 前向 8，反向 12；损失只要梯度，不必算出来，它的伴随就是权重。
    work: { bytes: 20 * elements },
    goal: null,
  },
  {
    name: "layerNorm",
    id: `层归一化，${rows.join("×")}`,
    small: [[11, 77], [77], [77]],
    large: [rows, [1024], [1024]],
    fused: (x, gamma, beta) => layerNorm.apply({ gamma: gamma!, beta: beta! }, x!),
    composed: (x, gamma, beta) => plainLayerNorm(x!, gamma!, beta!),
    work: { bytes: 8 * elements },
    goal: null,
  },
  {
    name: "layerNormGradient",
    id: `层归一化的梯度，${rows.join("×")}`,
    small: [[11, 77], [11, 77], [77], [77]],
    large: [rows, rows, [1024], [1024]],
    fused: pulled((x, gamma, beta) => layerNorm.apply({ gamma: gamma!, beta: beta! }, x!), [0, 1, 2]),
    composed: pulled((x, gamma, beta) => plainLayerNorm(x!, gamma!, beta!), [0, 1, 2]),
    // 反向重算均值与方差，不用前向的结果：jit 里前向整个被略去。
    work: { bytes: 12 * elements },
    goal: null,
  },
  {
    name: "attention",
    id: `注意力前向，${heads.join("×")}`,
    small: [
      [2, 35, 7],
      [2, 45, 7],
      [2, 45, 5],
    ],
    large: [heads, heads, heads],
    fused: (q, k, v) => attention(q!, k!, v!),
    composed: (q, k, v) => plainAttention(q!, k!, v!),
    work: { flops: attentionFlops },
    goal: 0.5,
  },
  {
    name: "attentionGradient",
    id: `注意力前向与反向，${heads.join("×")}`,
    small: [
      [2, 35, 5],
      [2, 35, 7],
      [2, 45, 7],
      [2, 45, 5],
    ],
    large: [heads, heads, heads, heads],
    fused: pulled((q, k, v) => attention(q!, k!, v!), [0, 1, 2]),
    composed: pulled((q, k, v) => plainAttention(q!, k!, v!), [0, 1, 2]),
    // 前向两次小乘法，反向五次（重算多做的不计，便于与别家比较）。
    work: { flops: 3.5 * attentionFlops },
    goal: null,
  },
];

function flat(f: (...xs: any[]) => unknown): Compute {
  return (...xs) => (f(...xs) as unknown[]).flat() as Tensor[];
}

/** 一项的几种执行方式。 */
export function variants({ fused, composed }: GpuCase): Readonly<Record<"fused" | "eager" | "jit", Compute>> {
  return { fused: jit(fused) as Compute, eager: composed, jit: jit(composed) as Compute };
}
