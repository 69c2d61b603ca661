import * as f from "../functions/index.js";
import {
  cholesky,
  det,
  eigh,
  logdet,
  lstsq,
  pinv,
  qr,
  solve,
  svd,
  triangularSolve,
} from "../linalg/index.js";
import * as p from "../primitives/index.js";
import { detach } from "../primitives/select.js";
import { sechSquare } from "../primitives/trigonometry.js";
import { fold, unfold } from "../primitives/windows.js";
import type { Tensor } from "../tensor.js";
import { stopGradient } from "../transforms/stop-gradient.js";
import { vjp } from "../transforms/vjp.js";
import type { Sample } from "./sample.js";

/** 一个原语的一个用例：f 只用这个原语（以及形状整理），args 在光滑点上。 */
export interface Case extends Sample {
  readonly primitive: string;
  readonly note?: string;
}

const a23 = [
  [0.3, -1.2, 2.1],
  [1.7, 0.45, -0.6],
];
const b23 = [
  [1.1, 0.7, -0.4],
  [-2.2, 1.3, 0.9],
];
const positive23 = [
  [0.3, 1.2, 2.1],
  [1.7, 0.45, 0.6],
];
const unit23 = [
  [0.3, -0.2, 0.91],
  [-0.7, 0.45, -0.6],
];
const c3 = [0.8, -1.5, 2.5];

const unary = (
  name: string,
  op: (x: Tensor) => Tensor,
  x: readonly any[] = a23,
  extra: Partial<Case> = {},
): Case => ({ primitive: name, f: op, args: [x], ...extra });

const binary = (name: string, op: (x: Tensor, y: Tensor) => Tensor, extra: Partial<Case> = {}): Case[] => [
  { primitive: name, f: op, args: [a23, b23], ...extra },
  { primitive: name, note: "广播", f: op, args: [a23, c3], ...extra },
  { primitive: name, note: "标量在左", f: op, args: [1.5, b23], ...extra },
];

const well33 = [
  [2.1, 0.3, -0.5],
  [0.4, -1.8, 0.7],
  [-0.2, 0.6, 1.5],
];
/** 第三行是前两行之和。 */
const singular33 = [
  [2.1, 0.3, -0.5],
  [0.4, -1.8, 0.7],
  [2.5, -1.5, 0.2],
];
const rankOne33 = [
  [1, 2, -1],
  [2, 4, -2],
  [0.5, 1, -0.5],
];
const symmetric33 = [
  [2.1, 0.3, -0.5],
  [0.3, -1.8, 0.7],
  [-0.5, 0.7, 0.6],
];
const tall32 = [
  [1.2, 0.3],
  [-0.4, 1.5],
  [0.8, -0.6],
];
const big77 = Array.from({ length: 7 }, (_, i) =>
  Array.from({ length: 7 }, (_, j) => (i === j ? 1.3 : 0) + 0.5 * Math.sin(3 * i + 5 * j * j + 1)),
);
const cofactors = (x: Tensor): Tensor => (vjp(det, x)[1](1) as unknown as Tensor[])[0]!;
const flat = { flat: true } as const;
/** 离跳变处远的点：小数部分在 0.4 到 0.6 之间（取整），或接近整数（四舍五入）。 */
const between = [
  [0.4, -1.5, 2.55],
  [1.6, 0.5, -0.6],
];
const nearInteger = [
  [0.1, -1.15, 2.05],
  [0.9, 1.2, -0.1],
];
const a234 = [
  [
    [0.3, -1.2, 2.1, 0.2],
    [1.7, 0.45, -0.6, 1.9],
    [-0.9, 0.7, 1.4, -1.6],
  ],
  [
    [1.3, 2.2, -1.1, 0.6],
    [-0.7, 0.5, 2.6, -1.8],
    [0.85, -0.35, 1.15, 2.4],
  ],
];

const window22 = { size: [2, 2], strides: [1, 1], dilation: [1, 1] };
const spread21 = { size: [2, 1], strides: [1, 2], dilation: [2, 1] };

export const cases: readonly Case[] = [
  ...binary("add", p.add),
  ...binary("sub", p.sub),
  ...binary("mul", p.mul),
  ...binary("div", p.div),
  // 除数远大于被除数，附近没有跳变：区间判据要求点是光滑的。
  {
    primitive: "mod",
    f: p.mod,
    args: [
      a23,
      [
        [2.5, 3.7, 4.4],
        [-5.2, 3.3, 2.9],
      ],
    ],
  },
  { primitive: "mod", note: "广播", f: p.mod, args: [a23, [2.6, -3.5, 4.1]] },
  {
    primitive: "mod",
    note: "标量在左",
    f: p.mod,
    args: [
      1.5,
      [
        [3.1, -2.7, 4.4],
        [2.2, 3.3, -5.9],
      ],
    ],
  },
  { primitive: "pow", f: p.pow, args: [positive23, b23] },
  { primitive: "pow", note: "广播", f: p.pow, args: [positive23, c3] },
  unary("neg", p.neg),
  unary("square", p.square),
  unary("abs", p.abs),
  unary("sign", p.sign, a23, flat),
  unary("floor", p.floor, between, flat),
  unary("ceil", p.ceil, between, flat),
  unary("round", p.round, nearInteger, flat),
  unary("exp", p.exp),
  unary("expm1", p.expm1),
  unary("log", p.log, positive23),
  unary("log1p", p.log1p, positive23),
  unary("sqrt", p.sqrt, positive23),
  unary("sigmoid", p.sigmoid),
  unary("softplus", p.softplus),
  unary("sin", p.sin),
  unary("cos", p.cos),
  unary("tan", p.tan, unit23),
  unary("asin", p.asin, unit23),
  unary("acos", p.acos, unit23),
  unary("atan", p.atan),
  unary("sinh", p.sinh),
  unary("cosh", p.cosh),
  unary("tanh", p.tanh),
  unary("relu", p.relu),
  unary("elu", (x) => p.elu(x, 0.7)),
  unary("sechSquare", sechSquare),
  ...binary("atan2", p.atan2),
  ...binary("logaddexp", p.logaddexp),
  unary("erf", p.erf),
  unary("erfc", p.erfc, [
    [0.3, -1.2, 2.1],
    [1.7, 3.45, -2.6],
  ]),
  unary("erfinv", p.erfinv, unit23),
  unary("stopGradient", (x) => stopGradient(x), a23, { flat: true, detached: true }),
  unary("detach", detach, a23, { flat: true, detached: true }),
  ...binary("maximum", p.maximum),
  ...binary("minimum", p.minimum),
  unary("clip", (x) => p.clip(x, -1, 1)),
  unary("clip", (x) => p.clip(x, -Infinity, 1), a23, { note: "只有上界" }),
  ...binary("equal", p.equal, flat),
  ...binary("notEqual", p.notEqual, flat),
  ...binary("greater", p.greater, flat),
  ...binary("greaterEqual", p.greaterEqual, flat),
  ...binary("less", p.less, flat),
  ...binary("lessEqual", p.lessEqual, flat),
  ...binary("logicalAnd", p.logicalAnd, flat),
  ...binary("logicalOr", p.logicalOr, flat),
  unary("logicalNot", p.logicalNot, a23, flat),
  { primitive: "where", f: (c, x, y) => p.where(p.greater(c, 0), x, y), args: [b23, a23, c3] },
  unary("cast", (x) => p.astype(x, "int32"), between, flat),
  unary("sum", (x) => p.sum(x, 1), a234),
  unary("sum", (x) => p.sum(x, [0, 2]), a234, { note: "不相邻的轴" }),
  unary("sum", (x) => p.sum(x), a234, { note: "全部" }),
  unary("prod", (x) => p.prod(x, 1), a234),
  unary("prod", (x) => p.prod(x, [0, 2]), a234, { note: "不相邻的轴" }),
  unary("max", (x) => p.max(x, 1), a234),
  unary("max", (x) => p.max(x, [0, 2], { keepDims: true }), a234, { note: "keepDims" }),
  unary("min", (x) => p.min(x, 2), a234),
  unary("argmax", (x) => p.argmax(x, 1), a234, flat),
  unary("argmin", (x) => p.argmin(x, 1), a234, flat),
  unary("cumsum", (x) => p.cumsum(x, 1), a234),
  unary("argsort", (x) => p.argsort(x, 1), a234, flat),
  unary("logdet", logdet, well33),
  unary("det", det, well33),
  unary("det", det, singular33, { note: "秩 2" }),
  unary("det", det, rankOne33, { note: "秩 1" }),
  unary("cofactor", cofactors, well33),
  unary("cofactor", cofactors, singular33, { note: "秩 2" }),
  unary("cofactor", cofactors, big77, { note: "7 阶" }),
  unary("eigh", (x) => eigh(x)[0], symmetric33, { note: "特征值" }),
  unary("eigh", (x) => p.square(eigh(x)[1]), symmetric33, { note: "特征向量" }),
  ...[tall32, p.transpose(f.tensor(tall32)).toArray<number[][]>(), well33].map((x, i) =>
    unary("svd", (a) => p.concat(svd(a).map((y) => f.flatten(p.square(y)))), x, {
      note: ["高", "矮", "方"][i],
    }),
  ),
  unary("pinv", pinv, tall32, { note: "高" }),
  unary("pinv", pinv, p.transpose(f.tensor(tall32)).toArray<number[][]>(), { note: "矮" }),
  unary(
    "pinv",
    (x) => pinv(f.outer(p.slice(x, [0], [3]), p.slice(x, [3], [2]))),
    [0.4, 1.2, -0.7, 0.9, 1.6],
    {
      note: "秩 1",
    },
  ),
  unary("qr", (x) => p.concat(qr(x), 0), tall32),
  unary("qr", (x) => p.concat(qr(x), 0), well33, { note: "方" }),
  { primitive: "qr", note: "lstsq", f: lstsq, args: [tall32, c3] },
  {
    primitive: "qr",
    note: "lstsq 矮",
    f: (a, b) => lstsq(p.transpose(a), b),
    args: [tall32, [0.7, -1.1]],
  },
  unary("cholesky", (x) => cholesky(p.add(p.matmul(x, p.transpose(x)), f.eye(3, 3, x.dtype))), well33),
  { primitive: "solve", f: solve, args: [well33, c3] },
  {
    primitive: "solve",
    note: "广播",
    f: solve,
    args: [
      well33,
      [a23.map((r) => [r[0], r[1]]).concat([[1, 2]]), b23.map((r) => [r[0], r[2]]).concat([[3, 1]])],
    ],
  },
  { primitive: "triangularSolve", f: (a, b) => triangularSolve(a, b), args: [well33, c3] },
  {
    primitive: "triangularSolve",
    note: "上三角转置",
    f: (a, b) => triangularSolve(a, b, { lower: false, transpose: true }),
    args: [well33, c3],
  },
  {
    primitive: "triangularSolve",
    note: "下三角转置",
    f: (a, b) => triangularSolve(a, b, { transpose: true }),
    args: [well33, c3],
  },
  unary("reshape", (x) => p.reshape(x, [4, 6]), a234),
  unary("transpose", (x) => p.transpose(x, [2, 0, 1]), a234),
  unary("broadcastTo", (x) => p.broadcastTo(x, [2, 2, 3])),
  unary("broadcastTo", (x) => p.broadcastTo(x, [4, 3]), [[0.3, 0.4, 0.5]], { note: "放大长 1 的轴" }),
  unary("slice", (x) => p.slice(x, [0, 1, 0], [2, 2, 2], [1, 1, 2]), a234),
  unary("flip", (x) => p.flip(x, [0, 2]), a234),
  unary("pad", (x) =>
    p.pad(
      x,
      [
        [1, 0],
        [2, 1],
      ],
      7,
    ),
  ),
  unary("unfold", (x) => unfold(x, window22, [2, 3]), a234),
  unary("unfold", (x) => unfold(x, spread21, [1, 2]), a234, { note: "跨步与间隔" }),
  unary("fold", (x) => fold(p.reshape(x, [1, 2, 2, 2, 3]), window22, [3, 4]), a234),
  unary("fold", (x) => fold(p.reshape(x, [6, 2, 1, 1, 2]), spread21, [3, 4]), a234, { note: "跨步与间隔" }),
  { primitive: "concat", f: (x, y) => p.concat([x, y], 1), args: [a23, [[5], [6]]] },
  { primitive: "gather", f: (x, i) => p.gather(x, i, 1), args: [a23, [2, 0, 2, 1]], indices: [1] },
  {
    primitive: "gather",
    note: "下标是矩阵",
    f: (x, i) => p.gather(x, i),
    args: [
      a23,
      [
        [1, 0],
        [1, 1],
      ],
    ],
    indices: [1],
  },
  {
    primitive: "scatterAdd",
    f: (i, u) => p.scatterAdd(i, u, 4, 1),
    args: [[3, 0, 3], a23],
    indices: [0],
  },
  { primitive: "matmul", f: p.matmul, args: [a23, f.tensor(b23).transpose().toArray() as number[][]] },
  { primitive: "matmul", note: "一摞乘一个", f: p.matmul, args: [a234, [[1.2], [0.4], [-0.3], [2.2]]] },
  {
    primitive: "matmul",
    note: "广播",
    f: p.matmul,
    args: [
      [a23, b23],
      [
        [
          [
            [0.4, 1.1],
            [1.3, -0.2],
            [0.6, 0.9],
          ],
        ],
        [
          [
            [1.4, 0.1],
            [0.3, -1.2],
            [0.5, 2.9],
          ],
        ],
      ],
    ],
  },
  { primitive: "matmul", note: "矩阵乘向量", f: p.matmul, args: [a23, c3] },
];
