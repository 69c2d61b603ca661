import {
  add,
  attention,
  conv2d,
  div,
  exp,
  grad,
  huber,
  huberLoss,
  jacobianPenalty,
  jit,
  matmul,
  max,
  mean,
  mul,
  pad,
  reshape,
  slice,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  triplet,
  tripletLoss,
  valueAndGrad,
} from "@tidu/kernel-lib";
import { batchNorm, layerNorm } from "@tidu/kernel-lib/nn";

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
const images = [32, 64, 56, 56];
const filters = [64, 64, 3, 3];
const penaltySizes = { rows: 2 ** 18, inputs: 64, hidden: 128, outputs: 16 };

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
const fusedBatchNorm = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor =>
  batchNorm.apply({ gamma, beta }, batchNorm.init(x.shape[1]!).state, x)[0];
const plainBatchNorm = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
  const centred = sub(x, mean(x, [0, 2, 3], keep));
  const scaled = div(centred, sqrt(add(mean(square(centred), [0, 2, 3], keep), 1e-5)));
  return add(mul(scaled, reshape(gamma, [-1, 1, 1])), reshape(beta, [-1, 1, 1]));
};
/** 3×3、补一格的卷积，写成九个错开的 1×1 卷积之和：不经卷积的核。 */
const plainConv = (x: Tensor, w: Tensor): Tensor => {
  const [n, c, h, width] = x.shape as [number, number, number, number];
  const o = w.shape[0]!;
  const padded = pad(x, [
    [0, 0],
    [0, 0],
    [1, 1],
    [1, 1],
  ]);
  let y: Tensor | null = null;
  for (let cell = 0; cell < 9; cell++) {
    const at = [Math.floor(cell / 3), cell % 3];
    const moved = reshape(slice(padded, [0, 0, ...at], x.shape), [n, c, h * width]);
    const term = matmul(reshape(slice(w, [0, 0, ...at], [o, c, 1, 1]), [o, c]), moved);
    y = y ? add(y, term) : term;
  }
  return reshape(y!, [n, o, h, width]);
};
const plainPenalty = (x: Tensor, w: Tensor, b: Tensor, v: Tensor): Tensor => {
  const d = sub(1, square(tanh(add(matmul(x, w), b))));
  const m = mul(matmul(v, transpose(v)), matmul(transpose(w), w));
  return mean(sum(mul(d, matmul(d, m)), -1));
};
const penalty = (x: Tensor, w: Tensor, b: Tensor, v: Tensor): Tensor =>
  jacobianPenalty.tanh({ hidden: { w, b }, output: { w: v } }, x);

/** 梯度用一个固定的加权和，免得伴随全是 1 时有的项恰好是 0。 */
const pulled =
  (f: Compute, argnums: number[]) =>
  (w: Tensor, ...xs: Tensor[]): readonly Tensor[] =>
    grad((...ys: Tensor[]) => sum(mul(w, f(...ys) as Tensor)), { argnums })(...xs);

const attentionFlops = 4 * heads[0]! * heads[1]! ** 2 * heads[2]!;

const convFlops = 2 * count(images) * count(filters.slice(0, 1)) * 9;
const penaltyShapes = [
  [penaltySizes.rows, penaltySizes.inputs],
  [penaltySizes.inputs, penaltySizes.hidden],
  [penaltySizes.hidden],
  [penaltySizes.hidden, penaltySizes.outputs],
];

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
  {
    name: "batchNorm",
    id: `批归一化（训练），${images.join("×")}`,
    small: [[6, 5, 7, 6], [5], [5]],
    large: [images, [images[1]!], [images[1]!]],
    fused: fusedBatchNorm as Compute,
    composed: plainBatchNorm as Compute,
    // 统计量要先齐：读两遍、写一遍。
    work: { bytes: 12 * count(images) },
    goal: null,
  },
  {
    name: "batchNormGradient",
    id: `批归一化的前向与梯度，${images.join("×")}`,
    small: [[6, 5, 7, 6], [6, 5, 7, 6], [5], [5]],
    large: [images, images, [images[1]!], [images[1]!]],
    fused: pulled(fusedBatchNorm as Compute, [0, 1, 2]),
    composed: pulled(plainBatchNorm as Compute, [0, 1, 2]),
    // 前向只要统计量（4），反向读 x 与 g 各两遍、写一遍（20）；归一化的输出没人用，也照样写了（8）。
    work: { bytes: 32 * count(images) },
    goal: null,
  },
  {
    name: "conv2d",
    id: `卷积 3×3，${images.join("×")}`,
    small: [
      [2, 9, 7, 6],
      [10, 9, 3, 3],
    ],
    large: [images, filters],
    fused: (x, w) => conv2d(x!, w!, { padding: 1 }),
    composed: plainConv as Compute,
    work: { flops: convFlops },
    goal: null,
  },
  {
    name: "conv2dGradient",
    id: `卷积的两个梯度，${images.join("×")}`,
    small: [
      [2, 10, 7, 6],
      [2, 9, 7, 6],
      [10, 9, 3, 3],
    ],
    large: [images, images, filters],
    fused: pulled((x, w) => conv2d(x!, w!, { padding: 1 }), [0, 1]),
    composed: pulled(plainConv as Compute, [0, 1]),
    work: { flops: 2 * convFlops },
    goal: null,
  },
  {
    name: "jacobianPenalty",
    id: `雅可比惩罚与三个参数的梯度，${Object.values(penaltySizes).join("→")}`,
    small: [[37, 19], [19, 40], [40], [40, 3]],
    large: penaltyShapes,
    fused: flat(valueAndGrad(penalty, { argnums: [1, 2, 3] })),
    composed: flat(valueAndGrad(plainPenalty, { argnums: [1, 2, 3] })),
    // 两次 [N, ·]×[·, 隐] 的乘积，反向再各一次 ∂W 与 ∂M。
    work: {
      flops: 4 * penaltySizes.rows * penaltySizes.hidden * (penaltySizes.inputs + penaltySizes.hidden),
    },
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
