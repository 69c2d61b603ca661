import type { Question } from "../problem.js";
import type { Rng } from "../random.js";

// 计算图是数据：第 k 行是第 k 个节点 [运算, 用到的节点…]，编号都小于 k；最后一行是输出。
// 运算：0 输入，1 加，2 减，3 乘，4 除，5 平方，6 指数，7 正弦。
// s 的第 k 个数加在第 k 个节点上：输入节点的值就是 s[k]；别的节点是“微调”，对它求导就是伴随值。
export type Program = number[][];

const binary = [1, 2, 3, 4];

const unary = [5, 6, 7];

const titles = ["输入", "加法", "减法", "乘法", "除法", "平方", "指数", "正弦"];

export function apply(op: number, args: number[]): number {
  const [a, b] = args as [number, number];
  switch (op) {
    case 1:
      return a + b;
    case 2:
      return a - b;
    case 3:
      return a * b;
    case 4:
      return a / b;
    case 5:
      return a * a;
    case 6:
      return Math.exp(a);
    case 7:
      return Math.sin(a);
    default:
      return 0;
  }
}

export type Local = (op: number, args: number[]) => number[];

export const local: Local = (op, args) => {
  const [a, b] = args as [number, number];
  switch (op) {
    case 1:
      return [1, 1];
    case 2:
      return [1, -1];
    case 3:
      return [b, a];
    case 4:
      return [1 / b, -a / (b * b)];
    case 5:
      return [2 * a];
    case 6:
      return [Math.exp(a)];
    case 7:
      return [Math.cos(a)];
    default:
      return [];
  }
};

/** 换掉一种运算的局部导数，用来造错法。 */
export const localWith =
  (changed: number, rule: (a: number, b: number) => number[]): Local =>
  (op, args) =>
    op === changed ? rule(args[0]!, args[1]!) : local(op, args);

// 坐标避开 0 与 ±1：那里 a、a²、1/a 碰巧相等。
const away = (rng: Rng) => rng.sign() * (rng.sign() > 0 ? rng.uniform(0.35, 0.85) : rng.uniform(1.2, 2.4));

export const localQuestion: Question = {
  id: "graphs.local",
  fn: "localDerivatives",
  signature: "localDerivatives(op: number, args: number[]): number[]",
  title: "一步运算的局部导数",
  points: 1,
  params: ["op", "args"],
  reference: local,
  truth: { kind: "gradient", forward: apply, wrt: 1 },
  branches: [...binary, ...unary].map((op) => ({ id: String(op), title: titles[op]! })),
  sample(rng, branch) {
    const op = Number(branch);
    return [op, Array.from({ length: op < 5 ? 2 : 1 }, () => away(rng))];
  },
  branchesOf: (op: number) => [String(op)],
  edges: [
    { title: "正文里的除法", args: [4, [6, 2]] },
    { title: "0 除以 4", args: [4, [0, 4]] },
    { title: "3 乘 4", args: [3, [3, 4]] },
    { title: "0 的平方", args: [5, [0]] },
    { title: "e 的 0 次方", args: [6, [0]] },
    { title: "sin 0", args: [7, [0]] },
  ],
  hints: [
    "一次只动一个输入。对第 0 个求导时，把第 1 个当成固定的数，例如先想象它就是 2。一元运算只有一个输入，返回的数组长度是 1。",
    "加 $[1,1]$，减 $[1,-1]$，乘 $[b,a]$，除 $[1/b,\\,-a/b^2]$，平方 $[2a]$，指数 $[e^a]$，正弦 $[\\cos a]$。",
    "先 `const [a, b] = args;`，再一行一种：`if (op === 3) return [b, a];`，`if (op === 4) return [1 / b, -a / (b * b)];`，其余照表写。",
  ],
  mutants: [
    { id: "sub-sign", fn: localWith(2, () => [1, 1]) },
    { id: "sub-swapped", fn: localWith(2, () => [-1, 1]) },
    { id: "mul-unswapped", fn: localWith(3, (a, b) => [a, b]) },
    { id: "mul-ones", fn: localWith(3, () => [1, 1]) },
    { id: "div-sign", fn: localWith(4, (a, b) => [1 / b, a / (b * b)]) },
    { id: "div-no-square", fn: localWith(4, (a, b) => [1 / b, -a / b]) },
    { id: "div-no-numerator", fn: localWith(4, (_, b) => [1 / b, -1 / (b * b)]) },
    { id: "div-first", fn: localWith(4, (a, b) => [b, -a / (b * b)]) },
    { id: "square-no-factor", fn: localWith(5, (a) => [a]) },
    { id: "square-value", fn: localWith(5, (a) => [a * a]) },
    { id: "exp-power", fn: localWith(6, (a) => [a * Math.exp(a - 1)]) },
    { id: "exp-one", fn: localWith(6, () => [1]) },
    { id: "sin-sign", fn: localWith(7, (a) => [-Math.cos(a)]) },
    { id: "sin-value", fn: localWith(7, (a) => [Math.sin(a)]) },
    { id: "values", fn: (op, args) => args.map(() => apply(op, args)) },
  ],
};
