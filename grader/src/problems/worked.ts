import { workedMistakes } from "../mistakes/worked.js";
import { workedOracles } from "../oracles/worked.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";

/** 第 1.4 章的函数 f(x, y) = (x² + xy)y³。 */
const f = (x: number, y: number): number => (x * x + x * y) * y ** 3;
const dx = (x: number, y: number): number => 2 * x * y ** 3 + y ** 4;
const dy = (x: number, y: number): number => 3 * x ** 2 * y ** 2 + 4 * x * y ** 3;
const dxx = (_x: number, y: number): number => 2 * y ** 3;
const dxy = (x: number, y: number): number => 6 * x * y ** 2 + 4 * y ** 3;
const dyy = (x: number, y: number): number => 6 * x ** 2 * y + 12 * x * y ** 2;

// 分支按象限分：符号写反、漏了绝对值一类的错，只在一个象限里看不出来。
const branches = [
  { id: "pos-pos", title: "x、y 都为正" },
  { id: "pos-neg", title: "x 为正，y 为负" },
  { id: "neg-pos", title: "x 为负，y 为正" },
  { id: "neg-neg", title: "x、y 都为负" },
];

/** 坐标避开 0 与 1：那里许多写法碰巧相等。 */
function drawPoint(rng: Rng, branch: string): [number, number] {
  const [sx, sy] = branch.split("-").map((part) => (part === "pos" ? 1 : -1));
  return [sx! * rng.uniform(0.4, 2.2), sy! * rng.uniform(1.2, 2.6)];
}

const quadrant = (x: number, y: number): string[] => [`${x > 0 ? "pos" : "neg"}-${y > 0 ? "pos" : "neg"}`];

const pointEdges = [
  { title: "正文里的点", point: [1, 2] },
  { title: "x 为 0", point: [0, 2] },
  { title: "y 为 0", point: [2, 0] },
  { title: "x 与 y 相消", point: [1, -1] },
];

const on = (g: (x: number, y: number) => number[]) => (p: number[]) => g(p[0]!, p[1]!);

const gradient: Question = {
  id: "worked.gradient",
  fn: "workedGradient",
  signature: "workedGradient(p: number[]): number[]",
  title: "任意点的梯度",
  points: 1,
  params: ["p"],
  reference: on((x, y) => [dx(x, y), dy(x, y)]),
  truth: { kind: "gradient", forward: (p: number[]) => f(p[0]!, p[1]!), wrt: 0 },
  branches,
  sample: (rng, branch) => [drawPoint(rng, branch)],
  branchesOf: (p: number[]) => quadrant(p[0]!, p[1]!),
  edges: pointEdges.map(({ title, point }) => ({ title, args: [point] })),
  hints: [
    "求对 $x$ 的偏导数时，把 $y$ 当成一个固定的数，例如先想象它就是 2。求对 $y$ 的偏导数时反过来。",
    "令 $u=x^2+xy$，$v=y^3$，$f=uv$。$x$ 只在 $u$ 里；$y$ 既在 $u$ 里又在 $v$ 里，两条路径要相加：$\\frac{\\partial f}{\\partial y}=v\\cdot x+u\\cdot3y^2$。",
    "返回 `[y ** 3 * (2 * x + y), y ** 3 * x + …]`，省略的一项是 $u$ 乘以 $3y^2$。",
  ],
  mutants: [
    { id: "value", fn: on((x, y) => [f(x, y), f(x, y)]) },
    { id: "swapped", fn: on((x, y) => [dy(x, y), dx(x, y)]) },
    { id: "sign", fn: on((x, y) => [-dx(x, y), -dy(x, y)]) },
    { id: "x-through-a", fn: on((x, y) => [2 * x * y ** 3, dy(x, y)]) },
    { id: "x-through-b", fn: on((x, y) => [y ** 4, dy(x, y)]) },
    { id: "y-through-v", fn: on((x, y) => [dx(x, y), (x * x + x * y) * 3 * y * y]) },
    { id: "y-through-u", fn: on((x, y) => [dx(x, y), x * y ** 3]) },
    { id: "product-unswapped", fn: on((x, y) => [(x * x + x * y) * (2 * x + y), dy(x, y)]) },
    { id: "product-of-derivatives", fn: on((x, y) => [dx(x, y), x * 3 * y * y]) },
    { id: "power-kept", fn: on((x, y) => [dx(x, y), x * y ** 3 + (x * x + x * y) * 3 * y ** 3]) },
    { id: "power-no-factor", fn: on((x, y) => [dx(x, y), x * y ** 3 + (x * x + x * y) * y * y]) },
    { id: "not-held", fn: on((x, y) => [dx(x, y) + dy(x, y), dx(x, y) + dy(x, y)]) },
    {
      id: "local-swapped",
      fn: on((x, y) => [y ** 3 * (2 * x + x), y ** 3 * y + (x * x + x * y) * 3 * y * y]),
    },
  ],
};

/** 一个数和它沿某个方向的变化率：值题的第二个判据，不用偏导数的公式。 */
type Dual = [value: number, rate: number];
const plus = (p: Dual, q: Dual): Dual => [p[0] + q[0], p[1] + q[1]];
const times = (p: Dual, q: Dual): Dual => [p[0] * q[0], p[0] * q[1] + p[1] * q[0]];

function rateAlong(p: number[], v: number[]): number {
  const size = Math.hypot(v[0]!, v[1]!);
  const x: Dual = [p[0]!, v[0]! / size];
  const y: Dual = [p[1]!, v[1]! / size];
  return times(plus(times(x, x), times(x, y)), times(y, times(y, y)))[1];
}

const dot = (p: number[], v: number[]): number => dx(p[0]!, p[1]!) * v[0]! + dy(p[0]!, p[1]!) * v[1]!;
const size = (v: number[]): number => Math.hypot(v[0]!, v[1]!);
const steepness = (p: number[]): number => Math.hypot(dx(p[0]!, p[1]!), dy(p[0]!, p[1]!));

const directional: Question = {
  id: "worked.directional",
  fn: "workedDirectional",
  signature: "workedDirectional(p: number[], v: number[]): number",
  title: "任意方向的方向导数",
  points: 1,
  params: ["p", "v"],
  reference: (p: number[], v: number[]) => dot(p, v) / size(v),
  truth: { kind: "value", second: rateAlong },
  branches,
  sample(rng, branch) {
    // 方向的长度避开 1：不化成单位长度才看得出来。
    const angle = rng.uniform(0, 2 * Math.PI);
    const length = rng.sign() > 0 ? rng.uniform(0.2, 0.7) : rng.uniform(1.5, 4);
    return [drawPoint(rng, branch), [length * Math.cos(angle), length * Math.sin(angle)]];
  },
  branchesOf: (p: number[]) => quadrant(p[0]!, p[1]!),
  edges: [
    {
      title: "只拧 x",
      args: [
        [1, 2],
        [5, 0],
      ],
    },
    {
      title: "只拧 y",
      args: [
        [1, 2],
        [0, -0.25],
      ],
    },
    {
      title: "正文里的方向",
      args: [
        [1, 2],
        [3, 4],
      ],
    },
    {
      title: "沿梯度",
      args: [
        [1, 2],
        [32, 44],
      ],
    },
    {
      title: "沿等高线",
      args: [
        [1, 2],
        [11, -8],
      ],
    },
    {
      title: "梯度为零的点",
      args: [
        [2, 0],
        [1, 1],
      ],
    },
  ],
  hints: [
    "方向导数问的是：沿这个方向每走**单位长度**，$f$ 变化多少。给你的 $v$ 不一定是单位长度。",
    "先把方向化成单位长度 $\\hat v=v/\\lVert v\\rVert$，再与梯度对应相乘、相加：$D=\\frac{\\partial f}{\\partial x}\\hat v_1+\\frac{\\partial f}{\\partial y}\\hat v_2$。",
    "`const [gx, gy] = workedGradient(p);` 然后返回 `(gx * v[0] + gy * v[1]) / Math.hypot(v[0], v[1])`。",
  ],
  mutants: [
    { id: "not-normalised", fn: dot },
    { id: "divided-by-square", fn: (p, v) => dot(p, v) / size(v) ** 2 },
    { id: "divided-by-sum", fn: (p, v) => dot(p, v) / (Math.abs(v[0]) + Math.abs(v[1])) },
    { id: "sign", fn: (p, v) => -dot(p, v) / size(v) },
    { id: "absolute", fn: (p, v) => Math.abs(dot(p, v)) / size(v) },
    { id: "steepest", fn: (p) => steepness(p) },
    { id: "cosine", fn: (p, v) => (steepness(p) === 0 ? 0 : dot(p, v) / size(v) / steepness(p)) },
    { id: "crossed", fn: (p, v) => dot(p, [v[1], v[0]]) / size(v) },
    { id: "rotated", fn: (p, v) => dot(p, [-v[1], v[0]]) / size(v) },
    { id: "minus", fn: (p, v) => dot(p, [v[0], -v[1]]) / size(v) },
    { id: "x-only", fn: (p, v) => dot(p, [v[0], 0]) / size(v) },
    { id: "gradient-at-direction", fn: (p, v) => dot(v, p) / size(v) },
    { id: "full-step", fn: (p, v) => (f(p[0] + v[0], p[1] + v[1]) - f(p[0], p[1])) / size(v) },
  ],
};

/** 黑塞矩阵的一行：∂f/∂x（i=0）或 ∂f/∂y（i=1）的梯度。 */
const rowOf =
  (rows: (x: number, y: number) => number[][]) =>
  (p: number[], i: number): number[] =>
    rows(p[0]!, p[1]!)[i]!;

const hessianRow: Question = {
  id: "worked.hessian",
  fn: "workedHessianRow",
  signature: "workedHessianRow(p: number[], i: number): number[]",
  title: "黑塞矩阵的一行",
  points: 1,
  params: ["p", "i"],
  reference: rowOf((x, y) => [
    [dxx(x, y), dxy(x, y)],
    [dxy(x, y), dyy(x, y)],
  ]),
  // 被求导的一阶偏导数由对偶数算出，与闭式各写各的。
  truth: {
    kind: "gradient",
    forward: (p: number[], i: number) => rateAlong(p, i === 0 ? [1, 0] : [0, 1]),
    wrt: 0,
  },
  branches: branches.flatMap(({ id, title }) =>
    [0, 1].map((i) => ({ id: `${id}-${i}`, title: `${title}，第 ${i} 行` })),
  ),
  sample: (rng, branch) => [drawPoint(rng, branch), Number(branch.split("-")[2])],
  branchesOf: (p: number[], i: number) => quadrant(p[0]!, p[1]!).map((id) => `${id}-${i}`),
  edges: pointEdges.flatMap(({ title, point }) =>
    [0, 1].map((i) => ({ title: `${title}，第 ${i} 行`, args: [point, i] })),
  ),
  hints: [
    "第 0 行是 $\\partial f/\\partial x$ 的梯度，第 1 行是 $\\partial f/\\partial y$ 的梯度。先把这两个一阶偏导数展开成几项之和，再各求两次偏导数。",
    "一阶偏导数是 $2xy^3+y^4$ 与 $3x^2y^2+4xy^3$。第 0 行：$2y^3$ 与 $6xy^2+4y^3$；第 1 行的第一个数与第 0 行的第二个数相同。",
    "先算 `const mixed = 6 * x * y ** 2 + 4 * y ** 3;`，`i === 0` 时返回 `[2 * y ** 3, mixed]`，否则返回 `[mixed, …]`，省略的是 $3x^2y^2+4xy^3$ 对 $y$ 的偏导数。",
  ],
  mutants: [
    {
      id: "rows-swapped",
      fn: rowOf((x, y) => [
        [dxy(x, y), dyy(x, y)],
        [dxx(x, y), dxy(x, y)],
      ]),
    },
    {
      id: "columns-swapped",
      fn: rowOf((x, y) => [
        [dxy(x, y), dxx(x, y)],
        [dyy(x, y), dxy(x, y)],
      ]),
    },
    {
      id: "sign",
      fn: rowOf((x, y) => [
        [-dxx(x, y), -dxy(x, y)],
        [-dxy(x, y), -dyy(x, y)],
      ]),
    },
    {
      id: "diagonal-only",
      fn: rowOf((x, y) => [
        [dxx(x, y), 0],
        [0, dyy(x, y)],
      ]),
    },
    {
      id: "mixed-first-term",
      fn: rowOf((x, y) => [
        [dxx(x, y), 6 * x * y * y],
        [6 * x * y * y, dyy(x, y)],
      ]),
    },
    {
      id: "mixed-second-term",
      fn: rowOf((x, y) => [
        [dxx(x, y), 4 * y ** 3],
        [4 * y ** 3, dyy(x, y)],
      ]),
    },
    {
      id: "mixed-doubled",
      fn: rowOf((x, y) => [
        [dxx(x, y), 2 * dxy(x, y)],
        [2 * dxy(x, y), dyy(x, y)],
      ]),
    },
    {
      id: "mixed-product",
      fn: rowOf((x, y) => [
        [dxx(x, y), dx(x, y) * dy(x, y)],
        [dx(x, y) * dy(x, y), dyy(x, y)],
      ]),
    },
    {
      id: "xx-keeps-constant",
      fn: rowOf((x, y) => [
        [2 * y ** 3 + y ** 4, dxy(x, y)],
        [dxy(x, y), dyy(x, y)],
      ]),
    },
    {
      id: "yy-first-term",
      fn: rowOf((x, y) => [
        [dxx(x, y), dxy(x, y)],
        [dxy(x, y), 6 * x * x * y],
      ]),
    },
    {
      id: "yy-second-term",
      fn: rowOf((x, y) => [
        [dxx(x, y), dxy(x, y)],
        [dxy(x, y), 12 * x * y * y],
      ]),
    },
    {
      id: "squared-gradient",
      fn: rowOf((x, y) => [
        [dx(x, y) ** 2, dx(x, y) * dy(x, y)],
        [dx(x, y) * dy(x, y), dy(x, y) ** 2],
      ]),
    },
    { id: "gradient", fn: (p) => [dx(p[0], p[1]), dy(p[0], p[1])] },
  ],
};

// 另一张图：a = x² + e₀，b = xy + e₁，c = ab + e₂，d = b + y + e₃，g = cd。
// e 是加在四个中间节点上的微调，g 对它们的导数就是这些节点的伴随值。
interface Nodes {
  a: number;
  b: number;
  c: number;
  d: number;
}

function nodes(x: number, y: number, e: number[]): Nodes {
  const a = x * x + e[0]!;
  const b = x * y + e[1]!;
  return { a, b, c: a * b + e[2]!, d: b + y + e[3]! };
}

type Backward = (n: Nodes, x: number, y: number) => { x: number; y: number; e: number[] };
const adjoints = (backward: Backward) => (x: number, y: number, e: number[]) =>
  backward(nodes(x, y, e), x, y) as any;

/** 反向一趟；`change` 换掉其中几份，用来造错法。 */
interface Parts {
  aBar(n: Nodes): number;
  bBar(n: Nodes): number;
  cBar(n: Nodes): number;
  dBar(n: Nodes): number;
  x(aBar: number, bBar: number, x: number, y: number): number;
  y(bBar: number, dBar: number, x: number, y: number): number;
}
const correct: Parts = {
  aBar: ({ b, d }) => d * b,
  bBar: ({ a, c, d }) => d * a + c,
  cBar: ({ d }) => d,
  dBar: ({ c }) => c,
  x: (aBar, bBar, x, y) => aBar * 2 * x + bBar * y,
  y: (bBar, dBar, x) => bBar * x + dBar,
};
const sweep = (change: Partial<Parts> = {}) => {
  const parts = { ...correct, ...change };
  return adjoints((n, x, y) => {
    const [aBar, bBar, cBar, dBar] = [parts.aBar(n), parts.bBar(n), parts.cBar(n), parts.dBar(n)];
    return {
      x: parts.x(aBar, bBar, x, y),
      y: parts.y(bBar, dBar, x, y),
      e: [aBar, bBar, cBar, dBar],
    };
  });
};
const adjointsAt = sweep();

const graph: Question = {
  id: "worked.adjoints",
  fn: "workedAdjoints",
  signature: "workedAdjoints(x: number, y: number, e: number[]): { x: number; y: number; e: number[] }",
  title: "一张计算图的全部伴随值",
  points: 2,
  params: ["x", "y", "e"],
  reference: adjointsAt,
  truth: {
    kind: "gradient",
    forward(x: number, y: number, e: number[]) {
      const { c, d } = nodes(x, y, e);
      return c * d;
    },
    wrt: { x: 0, y: 1, e: 2 },
  },
  branches,
  sample(rng, branch) {
    const [x, y] = drawPoint(rng, branch);
    return [x, y, Array.from({ length: 4 }, () => rng.sign() * rng.uniform(0.1, 0.6))];
  },
  branchesOf: (x: number, y: number) => quadrant(x, y),
  edges: [
    { title: "微调全为 0", args: [1, 2, [0, 0, 0, 0]] },
    { title: "微调全为 0", args: [2, -1, [0, 0, 0, 0]] },
    { title: "x 为 0", args: [0, 2, [0.5, -0.5, 1, 0.25]] },
    { title: "y 为 0", args: [1.5, 0, [0.5, 0.25, -1, 0.5]] },
  ],
  hints: [
    "先做前向，把 $a,b,c,d$ 的值都算好（微调也要加上）。再从 $\\bar g=1$ 出发往回走。图上从一个节点出去几条边，它就要收几份。",
    "$\\bar c=d$，$\\bar d=c$。$b$ 有两条出边：去 $c$ 的边局部导数是 $a$，去 $d$ 的边局部导数是 1，所以 $\\bar b=\\bar c\\,a+\\bar d$。$x$ 和 $y$ 也各有两条出边。",
    "依次写：`const cBar = d; const dBar = c; const aBar = cBar * b; const bBar = cBar * a + dBar;` 最后 $\\bar x=\\bar a\\cdot2x+\\bar b\\cdot y$，$\\bar y=\\bar b\\cdot x+\\bar d$。",
  ],
  mutants: [
    { id: "b-through-c", fn: sweep({ bBar: ({ a, d }) => d * a }) },
    { id: "b-through-d", fn: sweep({ bBar: ({ c }) => c }) },
    { id: "b-multiplied", fn: sweep({ bBar: ({ a, c, d }) => d * a * c }) },
    { id: "x-through-a", fn: sweep({ x: (aBar, _b, x) => aBar * 2 * x }) },
    { id: "x-through-b", fn: sweep({ x: (_a, bBar, _x, y) => bBar * y }) },
    { id: "y-through-b", fn: sweep({ y: (bBar, _d, x) => bBar * x }) },
    { id: "y-through-d", fn: sweep({ y: (_b, dBar) => dBar }) },
    { id: "product-unswapped", fn: sweep({ cBar: ({ c }) => c, dBar: ({ d }) => d }) },
    { id: "a-unswapped", fn: sweep({ aBar: ({ a, d }) => d * a }) },
    { id: "a-no-upstream", fn: sweep({ aBar: ({ b }) => b }) },
    { id: "square-no-factor", fn: sweep({ x: (aBar, bBar, x, y) => aBar * x + bBar * y }) },
    {
      id: "local-swapped",
      fn: sweep({
        x: (aBar, bBar, x) => aBar * 2 * x + bBar * x,
        y: (bBar, dBar, _x, y) => bBar * y + dBar,
      }),
    },
    {
      id: "values",
      fn: (x, y, e) => {
        const { a, b, c, d } = nodes(x, y, e);
        return { x, y, e: [a, b, c, d] };
      },
    },
    { id: "nudge-forgotten", fn: (x, y) => adjointsAt(x, y, [0, 0, 0, 0]) },
  ],
};

export const worked = family({
  id: "worked",
  title: "一个完整的算例",
  exercise: "1-foundations/04-worked-example",
  mistakes: workedMistakes,
  oracles: workedOracles,
  questions: [gradient, directional, hessianRow, graph],
});
