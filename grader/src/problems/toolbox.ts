import { toolboxMistakes } from "../mistakes/toolbox.js";
import { toolboxOracles } from "../oracles/toolbox.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import { apply, type Matrix, transpose } from "./matrices.js";
import { add, scale, sub, total, type Vector } from "./vectors.js";

// 前两题的程序 F(x, c)：三个输入、三个输出，行与列一样长，用反了形状也对。
// c 也是三个数，对错了参数，形状也对。

type Jacobian = (x: Vector, c: Vector) => Matrix;

const program = (x: Vector, c: Vector): Vector => [
  x[0]! * x[1]! + c[0]! * x[2]!,
  Math.sin(x[0]!) + c[1]! * x[1]! * x[2]!,
  x[0]! * x[2]! ** 2 + c[2]! * x[1]!,
];

/** F 对 x 的雅可比矩阵。 */
const byX: Jacobian = (x, c) => [
  [x[1]!, x[0]!, c[0]!],
  [Math.cos(x[0]!), c[1]! * x[2]!, c[1]! * x[1]!],
  [x[2]! ** 2, c[2]!, 2 * x[0]! * x[2]!],
];

/** F 对 c 的雅可比矩阵。 */
const byC: Jacobian = (x) => [
  [x[2]!, 0, 0],
  [0, x[1]! * x[2]!, 0],
  [0, 0, x[1]!],
];

const column = (A: Matrix, j: number): Vector => A.map((row) => row[j]!);
const size = (v: Vector): number => Math.hypot(...v);

/** 坐标避开 0 与 ±1，各分量大小不同：换了次序、漏了平方都看得出来。 */
const drawVector = (rng: Rng): Vector => [
  rng.sign() * rng.uniform(0.3, 0.8),
  rng.sign() * rng.uniform(1.2, 1.8),
  rng.sign() * rng.uniform(2.1, 2.8),
];

/** 一个数和它沿某个方向的变化率：第二个判据，不用偏导数的公式。 */
type Dual = [value: number, rate: number];
const plus = (p: Dual, q: Dual): Dual => [p[0] + q[0], p[1] + q[1]];
const mul = (p: Dual, q: Dual): Dual => [p[0] * q[0], p[0] * q[1] + p[1] * q[0]];

function push(x: Vector, c: Vector, t: Vector): Vector {
  const [a, b, d] = x.map((v, i): Dual => [v, t[i]!]) as [Dual, Dual, Dual];
  const [k, l, m] = c.map((v): Dual => [v, 0]) as [Dual, Dual, Dual];
  const sine: Dual = [Math.sin(a[0]), Math.cos(a[0]) * a[1]];
  return [
    plus(mul(a, b), mul(k, d))[1],
    plus(sine, mul(l, mul(b, d)))[1],
    plus(mul(a, mul(d, d)), mul(m, b))[1],
  ];
}

const basis = (i: number, height = 1): Vector => [0, 1, 2].map((k) => (k === i ? height : 0));

const directional: Question = {
  id: "toolbox.directional",
  fn: "alongDirection",
  signature: "alongDirection(x: number[], c: number[], t: number[]): number[]",
  title: "沿一个方向",
  points: 1,
  params: ["x", "c", "t"],
  reference: (x: Vector, c: Vector, t: Vector) => apply(byX(x, c), t),
  truth: { kind: "value", second: push },
  branches: [
    { id: "general", title: "三个输入都动" },
    { id: "axis", title: "只动一个输入" },
  ],
  sample: (rng, branch) => [
    drawVector(rng),
    drawVector(rng),
    branch === "axis"
      ? basis(rng.integer(0, 2), rng.sign() * rng.uniform(1.3, 2.2))
      : [rng.uniform(0.4, 0.8), rng.sign() * rng.uniform(1.2, 1.8), rng.sign() * rng.uniform(2.2, 2.9)],
  ],
  branchesOf: (_x, _c, t: Vector) => [t.filter((v) => v !== 0).length === 1 ? "axis" : "general"],
  edges: [
    {
      title: "题面里的点",
      args: [
        [0, 2, 1],
        [3, 1, 2],
        [1, 1, -1],
      ],
    },
    {
      title: "不动",
      args: [
        [0, 2, 1],
        [3, 1, 2],
        [0, 0, 0],
      ],
    },
    {
      title: "c 全是 0",
      args: [
        [0, 2, 1],
        [0, 0, 0],
        [1, -2, 4],
      ],
    },
    {
      title: "长度为 3 的方向",
      args: [
        [0, -2, 3],
        [1, 4, -2],
        [2, -1, 2],
      ],
    },
  ],
  hints: [
    "从输入往输出推的那件工具，一次给出 $Jt$，不必写出 $J$。",
    "`jvp(f, [x], [t])` 返回两样：第 0 个是 $f(x)$，第 1 个是 $Jt$。$c$ 不动，所以先写一个只有一个参数的函数，把 $c$ 留在里面。",
    "`const f = (q: Tensor) => program(q, tensor(c));` 再返回 `jvp(f, [x], [t])[…].toArray<number[]>()`，省略的是取第几个。",
  ],
  mutants: [
    { id: "pulled", fn: (x, c, t) => apply(transpose(byX(x, c)), t) },
    { id: "wrong-argument", fn: (x, c, t) => apply(byC(x, c), t) },
    { id: "not-held", fn: (x, c, t) => add(apply(byX(x, c), t), apply(byC(x, c), t)) },
    { id: "value", fn: (x, c) => program(x, c) },
    { id: "value-added", fn: (x, c, t) => add(program(x, c), apply(byX(x, c), t)) },
    { id: "full-step", fn: (x, c, t) => sub(program(add(x, t), c), program(x, c)) },
    { id: "swapped", fn: (x, c, t) => apply(byX(t, c), x) },
    { id: "normalised", fn: (x, c, t) => scale(apply(byX(x, c), t), size(t) === 0 ? 0 : 1 / size(t)) },
    { id: "ones", fn: (x, c) => apply(byX(x, c), [1, 1, 1]) },
    { id: "gradient-of-sum", fn: (x, c) => apply(transpose(byX(x, c)), [1, 1, 1]) },
    {
      id: "sum-times-direction",
      fn: (x, c, t) => column(byX(x, c), 0).map((_, j) => total(column(byX(x, c), j)) * t[j]),
    },
    { id: "diagonal", fn: (x, c, t) => byX(x, c).map((row, i) => row[i]! * t[i]) },
  ],
};

/** axis 为 0 取第 i 行，为 1 取第 i 列。 */
const line =
  (table: Jacobian) =>
  (x: Vector, c: Vector, axis: number, i: number): Vector =>
    axis === 0 ? table(x, c)[i]! : column(table(x, c), i);

const reference = line(byX);

/** 第二个判据：一列是沿基向量的变化率；一行是各列的同一个分量。 */
function lineByPushing(x: Vector, c: Vector, axis: number, i: number): Vector {
  if (axis === 1) return push(x, c, basis(i));
  return [0, 1, 2].map((j) => push(x, c, basis(j))[i]!);
}

const jacobianLine: Question = {
  id: "toolbox.line",
  fn: "jacobianLine",
  signature: "jacobianLine(x: number[], c: number[], axis: number, i: number): number[]",
  title: "雅可比矩阵的一行或一列",
  points: 2,
  params: ["x", "c", "axis", "i"],
  reference,
  truth: { kind: "value", second: lineByPushing },
  branches: [
    { id: "row", title: "取一行" },
    { id: "column", title: "取一列" },
  ],
  sample: (rng, branch) => [drawVector(rng), drawVector(rng), branch === "row" ? 0 : 1, rng.integer(0, 2)],
  branchesOf: (_x, _c, axis: number) => [axis === 0 ? "row" : "column"],
  edges: [
    { title: "题面里的行", args: [[0, 2, 1], [3, 1, 2], 0, 1] },
    { title: "题面里的列", args: [[0, 2, 1], [3, 1, 2], 1, 1] },
    { title: "第 0 行", args: [[0, -2, 3], [1, 4, -2], 0, 0] },
    { title: "第 2 列", args: [[0, -2, 3], [1, 4, -2], 1, 2] },
    { title: "第 2 行", args: [[0, -2, 3], [1, 4, -2], 0, 2] },
    { title: "第 0 列", args: [[0, -2, 3], [1, 4, -2], 1, 0] },
  ],
  hints: [
    "一行管一个输出，要从那个输出往回拉；一列管一个输入，要从那个输入往前推。",
    "第 $i$ 行是 $J^\\top u$，$u$ 只有第 $i$ 个数是 1：用 `vjp`。第 $i$ 列是 $Jt$，$t$ 只有第 $i$ 个数是 1：用 `jvp`。",
    "先造 `const e = [0, 0, 0]; e[i] = 1;`。行：`vjp(f, x)[1](e)[0].toArray<number[]>()`；列：`jvp(f, …, …)[1].toArray<number[]>()`。",
  ],
  mutants: [
    { id: "row-for-column", fn: (x, c, axis, i) => reference(x, c, 1 - axis, i) },
    { id: "always-row", fn: (x, c, _axis, i) => reference(x, c, 0, i) },
    { id: "always-column", fn: (x, c, _axis, i) => reference(x, c, 1, i) },
    { id: "wrong-argument", fn: line(byC) },
    {
      id: "not-held",
      fn: (x, c, axis, i) => add(reference(x, c, axis, i), line(byC)(x, c, axis, i)),
    },
    { id: "from-one", fn: (x, c, axis, i) => reference(x, c, axis, (i + 2) % 3) },
    { id: "filled-with-index", fn: (x, c, axis, i) => scale(reference(x, c, axis, i), i) },
    {
      id: "all-ones",
      fn: (x, c, axis) => apply(axis === 0 ? transpose(byX(x, c)) : byX(x, c), [1, 1, 1]),
    },
    { id: "at-the-point", fn: (x, c, axis) => apply(axis === 0 ? transpose(byX(x, c)) : byX(x, c), x) },
    { id: "value", fn: (x, c) => program(x, c) },
  ],
};

// 第三题的函数 s(p, c)，黑塞矩阵在抽样的范围里正定。
const s = ([a, b]: Vector, [k, l]: Vector): number =>
  a! ** 4 + b! ** 4 + a! ** 2 + b! ** 2 + k! * a! ** 2 * b! + l! * a!;
const slopes = ([a, b]: Vector, [k, l]: Vector): Vector => [
  4 * a! ** 3 + 2 * a! + 2 * k! * a! * b! + l!,
  4 * b! ** 3 + 2 * b! + k! * a! ** 2,
];
const bends = ([a, b]: Vector, [k]: Vector): Matrix => [
  [12 * a! ** 2 + 2 + 2 * k! * b!, 2 * k! * a!],
  [2 * k! * a!, 12 * b! ** 2 + 2],
];
const solve = (A: Matrix, v: Vector): Vector => {
  const [[p, q], [r, t]] = A as [[number, number], [number, number]];
  const det = p * t - q * r;
  return [(t * v[0]! - q * v[1]!) / det, (p * v[1]! - r * v[0]!) / det];
};
const step = (p: Vector, c: Vector): Vector => solve(bends(p, c), slopes(p, c));

/** 第二个判据：先消去第一个未知数，再回代；一阶导数按因式分解来写。 */
function byElimination([a, b]: Vector, [k, l]: Vector): Vector {
  const mixed = 2 * k! * a!;
  const first = 2 * a! * (2 * a! * a! + 1 + k! * b!) + l!;
  const second = 2 * b! * (2 * b! * b! + 1) + k! * a! * a!;
  const pivot = 2 * (6 * a! * a! + 1 + k! * b!);
  const factor = mixed / pivot;
  const y = (second - factor * first) / (2 * (6 * b! * b! + 1) - factor * mixed);
  return [a! - (first - mixed * y) / pivot, b! - y];
}

const drawPoint = (rng: Rng, branch: string): Vector => [
  (branch === "right" ? 1 : -1) * rng.uniform(0.6, 1.6),
  rng.sign() * rng.uniform(0.5, 1.4),
];

const newtonStep: Question = {
  id: "toolbox.newton",
  fn: "newtonStep",
  signature: "newtonStep(p: number[], c: number[]): number[]",
  title: "走一步牛顿法",
  points: 2,
  params: ["p", "c"],
  reference: (p: Vector, c: Vector) => sub(p, step(p, c)),
  truth: { kind: "value", second: byElimination },
  branches: [
    { id: "right", title: "第 0 个数为正" },
    { id: "left", title: "第 0 个数为负" },
  ],
  sample: (rng, branch) => [
    drawPoint(rng, branch),
    [rng.sign() * rng.uniform(0.4, 0.9), rng.sign() * rng.uniform(2, 4)],
  ],
  branchesOf: (p: Vector) => [p[0]! > 0 ? "right" : "left"],
  edges: [
    {
      title: "题面里的点",
      args: [
        [1, 0],
        [1, 7],
      ],
    },
    {
      title: "已经在最低点",
      args: [
        [0, 0],
        [0, 0],
      ],
    },
    {
      title: "黑塞矩阵只有对角线",
      args: [
        [2, -1],
        [0, 3],
      ],
    },
    {
      title: "第 0 个数为 0",
      args: [
        [0, 1],
        [1, 4],
      ],
    },
  ],
  hints: [
    "牛顿法的一步是 $p-H^{-1}\\nabla s$，梯度和黑塞矩阵都在 $p$ 处取值，$c$ 不动。",
    "`hessian(f)(p)` 是 2 行 2 列的表 $H$，`grad(f)(p)` 是两个数 $g$。不必求 $H^{-1}$，解方程组 $Hd=g$，新的点是 $p-d$。",
    "`const f = (q: Tensor) => energy(q, tensor(c));` 再返回 `sub(p, solve(hessian(f)(p), …)).toArray<number[]>()`。",
  ],
  mutants: [
    { id: "gradient-step", fn: (p, c) => sub(p, slopes(p, c)) },
    { id: "uphill", fn: (p, c) => add(p, step(p, c)) },
    { id: "step-only", fn: (p, c) => step(p, c) },
    { id: "negative-step", fn: (p, c) => scale(step(p, c), -1) },
    { id: "multiplied", fn: (p, c) => sub(p, apply(bends(p, c), slopes(p, c))) },
    {
      id: "diagonal",
      fn: (p, c) =>
        sub(
          p,
          slopes(p, c).map((g, i) => g / bends(p, c)[i]![i]!),
        ),
    },
    {
      id: "inverse-diagonal",
      fn: (p, c) => {
        const H = bends(p, c);
        const det = H[0]![0]! * H[1]![1]! - H[0]![1]! ** 2;
        return sub(
          p,
          slopes(p, c).map((g, i) => (g * H[1 - i]![1 - i]!) / det),
        );
      },
    },
    {
      id: "row-sums",
      fn: (p, c) =>
        sub(
          p,
          slopes(p, c).map((g, i) => g / total(bends(p, c)[i]!)),
        ),
    },
    { id: "half", fn: (p, c) => sub(p, scale(step(p, c), 0.5)) },
    { id: "constant-forgotten", fn: (p) => sub(p, step(p, [0, 0])) },
    { id: "hessian-without-constant", fn: (p, c) => sub(p, solve(bends(p, [0, 0]), slopes(p, c))) },
    { id: "towards-value", fn: (p, c) => sub(p, solve(bends(p, c), [s(p, c), s(p, c)])) },
  ],
};

export const toolbox = family({
  id: "toolbox",
  title: "框架与工具",
  exercise: "1-foundations/07-toolbox",
  mistakes: toolboxMistakes,
  oracles: toolboxOracles,
  questions: [directional, jacobianLine, newtonStep],
});
