import {
  add,
  clip,
  concat,
  exp,
  expandDims,
  gather,
  jacobianPenalty,
  logsumexp,
  matmul,
  max,
  mean,
  mul,
  pad,
  relu,
  slice,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  transpose,
  where,
} from "../index.js";
import type { Tensor } from "../tensor.js";

/** 几个原语组成的标量函数：检验整条链在设备上的值与梯度。 */
export interface Composition {
  readonly name: string;
  readonly f: (...args: Tensor[]) => Tensor;
  readonly shapes: readonly (readonly number[])[];
}

export const compositions: readonly Composition[] = [
  {
    name: "Huber：合写成 c·(e − c/2)",
    f: (pred, target) => {
      const e = sub(pred!, target!);
      const c = clip(e, -0.7, 0.7);
      return mean(mul(c, sub(e, mul(0.5, c))));
    },
    shapes: [
      [13, 21],
      [13, 21],
    ],
  },
  {
    name: "三元组损失（欧氏距离）",
    f: (a, p, n) => {
      const distance = (x: Tensor, y: Tensor) => sqrt(sum(square(sub(x, y)), 1));
      return sum(relu(add(sub(distance(a!, p!), distance(a!, n!)), 0.5)));
    },
    shapes: [
      [9, 37],
      [9, 37],
      [9, 37],
    ],
  },
  {
    name: "softmax 的加权平方和",
    f: (x, w) => sum(mul(w!, square(softmax(x!, 1)))),
    shapes: [
      [7, 50],
      [7, 50],
    ],
  },
  {
    name: "两层感知机的均方误差",
    f: (x, w1, b1, w2, b2, y) =>
      mean(square(sub(add(matmul(tanh(add(matmul(x!, w1!), b1!)), w2!), b2!), y!))),
    shapes: [[33, 5], [5, 18], [18], [18, 3], [3], [33, 3]],
  },
  {
    name: "单头注意力",
    f: (q, k, v) => sum(square(matmul(softmax(mul(0.4, matmul(q!, transpose(k!))), -1), v!))),
    shapes: [
      [19, 6],
      [23, 6],
      [23, 4],
    ],
  },
  {
    name: "雅可比惩罚（tanh 网络）",
    f: (x, w, b, v) => jacobianPenalty.tanh({ hidden: { w: w!, b: b! }, output: { w: v! } }, x!),
    shapes: [[11, 5], [5, 9], [9], [9, 3]],
  },
  {
    name: "雅可比惩罚（softmax 输出）",
    f: (x, w, b) => jacobianPenalty.softmax({ w: w!, b: b! }, x!),
    shapes: [[11, 5], [5, 9], [9]],
  },
  {
    name: "最大值、拼接、补边、切片与取下标",
    f: (x, y) => {
      const z = concat(
        [
          pad(x!, [
            [0, 0],
            [1, 2],
          ]),
          y!,
        ],
        0,
      );
      const picked = gather(z, [2, 0, 2, 4], 0);
      return add(sum(mul(slice(picked, [1, 1], [3, 4]), 2)), sum(max(z, 1)));
    },
    shapes: [
      [3, 4],
      [2, 7],
    ],
  },
  {
    name: "按条件选择与对数求和指数",
    f: (x, y) => add(sum(logsumexp(x!, 0)), sum(where([true, false, true], exp(expandDims(y!, 0)), x!))),
    shapes: [[5, 3], [3]],
  },
];
