import * as f from "../functions/index.js";
import * as linalg from "../linalg/index.js";
import * as losses from "../losses/index.js";
import * as p from "../primitives/index.js";
import * as random from "../random/index.js";
import type { Tensor } from "../tensor.js";
import type { Sample } from "./sample.js";

/** 一个公开函数的一例；参数都在光滑点上。 */
export interface Operation extends Sample {
  readonly operation: string;
}

/** 不列进表里的公开函数：造张量的没有可求导的输入；变换、设备、检查、画图不是算子。 */
export const notOperations: ReadonlySet<string> = new Set(
  [
    "tensor full zeros ones zerosLike onesLike fullLike arange linspace eye key split foldIn",
    "grad valueAndGrad vjp jvp jacfwd jacrev jacobian hessian hvp vmap jit customVjp checkpoint stopGradient",
    "linearize treeLeaves treeMap trace device devices useDevice to toDevice scope",
    "gradcheck assertGradcheck intervalDerivative judgeDerivative assertClose named block defaultDevice",
  ].flatMap((line) => line.split(" ")),
);

const x23 = [
  [0.3, -1.2, 2.1],
  [1.7, 0.45, -0.6],
];
const y23 = [
  [1.1, 0.7, -0.4],
  [-2.2, 1.3, 0.9],
];
const v3 = [0.8, -1.5, 2.5];
const m33 = [
  [2.1, 0.3, -0.5],
  [0.4, 1.8, 0.7],
  [-0.2, 0.6, 1.5],
];
const image = [
  [
    [
      [0.3, -1.2, 2.1, 0.7],
      [1.7, 0.45, -0.6, 1.4],
      [-0.9, 0.65, 1.3, -1.6],
      [0.2, 2.4, -0.35, 0.95],
    ],
  ],
];
const kernel = [
  [
    [
      [0.4, -0.3],
      [0.9, 1.1],
    ],
  ],
];
const line = [[[0.3, -1.2, 2.1, 0.7, 1.6]]];
const seed = [0, 42];

const one = (operation: string, op: (x: Tensor) => Tensor, x: Sample["args"][number] = x23): Operation => ({
  operation,
  f: op,
  args: [x],
});
const two = (
  operation: string,
  op: (x: Tensor, y: Tensor) => Tensor,
  args: Sample["args"] = [x23, y23],
): Operation => ({ operation, f: op, args });
const draw = (operation: string, op: (key: Tensor) => Tensor): Operation => ({
  operation,
  f: op,
  args: [seed],
  indices: [0],
});

export const operations: readonly Operation[] = [
  one("gelu", p.gelu),
  two("silu", p.silu, [x23, 0.9]),
  two("leakyRelu", p.leakyRelu, [x23, 0.2]),
  one("logSigmoid", p.logSigmoid),
  one("astype", (x) => p.astype(p.sin(x), x.dtype)),
  two("dot", f.dot, [v3, [1.1, 0.7, -0.4]]),
  two("vecdot", f.vecdot),
  two("outer", f.outer, [v3, [0.6, -1.1]]),
  one("diag", f.diag, v3),
  one("matrixTrace", f.matrixTrace, m33),
  one("tril", (x) => f.tril(x), m33),
  one("triu", (x) => f.triu(x, 1), m33),
  { operation: "take", f: (x, i) => f.take(x, i, 1), args: [x23, [2, 0, 2]], indices: [1] },
  {
    operation: "takeAlongAxis",
    f: (x, i) => f.takeAlongAxis(x, i),
    args: [
      x23,
      [
        [2, 2],
        [0, 1],
      ],
    ],
    indices: [1],
  },
  { operation: "oneHot", f: (i) => f.oneHot(i, 4), args: [[1, 3, 0]], indices: [0] },
  one("expandDims", (x) => f.expandDims(x, 1)),
  one("squeeze", (x) => f.squeeze(x), [x23]),
  one("swapaxes", (x) => f.swapaxes(x, 0, 1)),
  one("moveaxis", (x) => f.moveaxis(x, 0, 1)),
  two("stack", (x, y) => f.stack([x, y], 1)),
  one("chunk", (x) => f.chunk(x, [1, 2], 1)[1]!),
  one("flatten", f.flatten),
  one("tile", (x) => f.tile(x, [2, 2])),
  one("cumprod", (x) => f.cumprod(x)),
  one("sort", (x) => f.sort(x)),
  one("topk", (x) => f.topk(x, 2)[0]),
  one("mean", (x) => f.mean(x, 1)),
  one("variance", (x) => f.variance(x, 1)),
  one("std", (x) => f.std(x, 1)),
  one("norm", (x) => f.norm(x, 1)),
  one("logsumexp", (x) => f.logsumexp(x, 1)),
  one("softmax", (x) => f.softmax(x)),
  one("logSoftmax", (x) => f.logSoftmax(x)),
  two("einsum", (x, y) => f.einsum("ij,kj->ik", x, y)),
  two("conv1d", (x, k) => f.conv1d(x, k, { padding: 1 }), [line, [[[0.4, -0.3, 0.9]]]]),
  two("conv2d", (x, k) => f.conv2d(x, k), [image, kernel]),
  two("conv2d", (x, k) => f.conv2d(x, k, { padding: "same", strides: 2 }), [image, kernel]),
  one("maxPool", (x) => f.maxPool(x, 2), image),
  one("avgPool", (x) => f.avgPool(x, 2), image),
  two("convTranspose1d", (x, k) => f.convTranspose1d(x, k, { strides: 2 }), [line, [[[0.4, -0.3, 0.9]]]]),
  two("convTranspose2d", (x, k) => f.convTranspose2d(x, k, { strides: 2 }), [image, kernel]),
  two("kron", f.kron),
  one("padMode", (x) =>
    f.padMode(
      x,
      [
        [1, 0],
        [2, 1],
      ],
      "reflect",
    ),
  ),
  one("repeat", (x) => f.repeat(x, 2)),
  one("roll", (x) => f.roll(x, 1)),
  one("unstack", (x) => f.unstack(x)[1]!),
  one("logcumsumexp", (x) => f.logcumsumexp(x)),
  two("hypot", f.hypot),
  one("at", (x) => f.at(x, 1, "::-1")),
  ...Object.entries({ segmentSum: f.segmentSum, segmentMean: f.segmentMean, segmentMax: f.segmentMax }).map(
    ([name, op]): Operation => ({
      operation: name,
      f: (x, i) => op(x, i, 2),
      args: [
        [
          [0.3, -1.2],
          [1.7, 0.45],
          [-0.9, 0.65],
        ],
        [0, 1, 0],
      ],
      indices: [1],
    }),
  ),
  one("inv", linalg.inv, m33),
  two("lstsq", linalg.lstsq, [
    [
      [1.2, 0.3],
      [-0.4, 1.5],
      [0.8, -0.6],
    ],
    v3,
  ]),
  two("huber", losses.huber, [x23, 0.9]),
  two("huberLoss", (x, y) => losses.huberLoss(x, y)),
  two("huberGradient", losses.huberGradient, [x23, 0.9]),
  two("huberDeltaGradient", losses.huberDeltaGradient, [x23, 0.9]),
  {
    operation: "triplet",
    f: (a, b, n) => losses.triplet(a, b, n, { margin: 2 }),
    args: [x23, y23, v3],
  },
  {
    operation: "tripletLoss",
    f: (a, b, n) => losses.tripletLoss(a, b, n, { margin: 2, distance: "squared" }),
    args: [x23, y23, [v3, [0.1, 0.9, -0.7]]],
  },
  {
    operation: "tripletGradient",
    f: (a, b, n) => p.concat(Object.values(losses.tripletGradient(a, b, n, { margin: 9 })), 0),
    args: [x23, y23, [v3, [0.1, 0.9, -0.7]]],
  },
  {
    operation: "attention",
    f: (q, k, v) => losses.attention(q, k, v),
    args: [
      [[0.3, -0.7]],
      [
        [1.1, 0.2],
        [-0.4, 0.9],
      ],
      [[0.5], [-1.2]],
    ],
  },
  {
    operation: "attention",
    f: (q, k, tau) => losses.attention(q, k, q, { temperature: tau }),
    args: [x23, x23.map((r) => r.map((v) => v + 0.2)), 1.4],
  },
  two("jacobianFrobenius", (w, x) => losses.jacobianFrobenius((v) => p.tanh(p.matmul(w, v)), x), [x23, v3]),
  draw("uniform", (k) => random.uniform(k, [2, 3])),
  draw("normal", (k) => random.normal(k, [2, 3])),
  draw("bernoulli", (k) => random.bernoulli(k, 0.3, [5])),
  draw("randint", (k) => random.randint(k, [5], -3, 9)),
  draw("permutation", (k) => random.permutation(k, 7)),
  draw("exponential", (k) => random.exponential(k, [4])),
  draw("rademacher", (k) => random.rademacher(k, [5])),
  draw("choice", (k) => random.choice(k, [1.5, 2.5, 4], [2])),
  draw("gumbel", (k) => random.gumbel(k, [4])),
  draw("categorical", (k) => random.categorical(k, [0.2, 1.3, -0.4], -1, [5])),
];
