import { graphsMistakes } from "../mistakes/graphs.js";
import { graphsOracles } from "../oracles/graphs.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import { total } from "./vectors.js";

// 计算图是数据：第 k 行是第 k 个节点 [运算, 用到的节点…]，编号都小于 k；最后一行是输出。
// 运算：0 输入，1 加，2 减，3 乘，4 除，5 平方，6 指数，7 正弦。
// s 的第 k 个数加在第 k 个节点上：输入节点的值就是 s[k]；别的节点是“微调”，对它求导就是伴随值。
type Program = number[][];

const binary = [1, 2, 3, 4];
const unary = [5, 6, 7];
const titles = ["输入", "加法", "减法", "乘法", "除法", "平方", "指数", "正弦"];

function apply(op: number, args: number[]): number {
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

type Local = (op: number, args: number[]) => number[];

const local: Local = (op, args) => {
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
const localWith =
  (changed: number, rule: (a: number, b: number) => number[]): Local =>
  (op, args) =>
    op === changed ? rule(args[0]!, args[1]!) : local(op, args);

// 坐标避开 0 与 ±1：那里 a、a²、1/a 碰巧相等。
const away = (rng: Rng) => rng.sign() * (rng.sign() > 0 ? rng.uniform(0.35, 0.85) : rng.uniform(1.2, 2.4));

const localQuestion: Question = {
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

type Step = (op: number, args: number[]) => number;

function forward(program: Program, s: number[], step: Step = apply, nudge = true): number[] {
  const values: number[] = [];
  program.forEach(([op, ...args], k) => {
    const start = op === 0 || nudge ? s[k]! : 0;
    values.push(
      step(
        op!,
        args.map((i) => values[i]!),
      ) + start,
    );
  });
  return values;
}

const last = (values: number[]): number => values[values.length - 1]!;
const output = (program: Program, s: number[]): number => last(forward(program, s));

/** 另一种算法：从输出递归往回问，不用队列，也不存中间值。 */
function ask(program: Program, s: number[], k = program.length - 1): number {
  const [op, i, j] = program[k] as [number, number, number];
  const a = () => ask(program, s, i);
  const b = () => ask(program, s, j);
  const rules = [
    () => 0,
    () => b() + a(),
    () => -b() + a(),
    () => b() * a(),
    () => a() * b() ** -1,
    () => a() ** 2,
    () => Math.E ** a(),
    () => Math.cos(a() - Math.PI / 2),
  ];
  return s[k]! + rules[op]!();
}

// 图的模样：一条线、有扇出、同一个节点当两次输入、混合。
const shapes = [
  { id: "chain", title: "一条线" },
  { id: "fan", title: "有扇出" },
  { id: "twice", title: "一步用了同一个节点两次" },
  { id: "mixed", title: "三个输入、各种运算" },
];

function build(rng: Rng, shape: string): Program {
  const u = () => rng.pick([5, 7, 6]);
  switch (shape) {
    case "chain":
      return [[0], [5, 0], [0], [2, 1, 2], [7, 3], [0], [4, 4, 5]];
    case "fan": // 节点 2 有三条出边
      return [[0], [0], [3, 0, 1], [u(), 2], [rng.pick([1, 2]), 3, 2], [3, 4, 2], [4, 5, 1]];
    case "twice":
      return [[0], [0], [2, 0, 1], [3, 2, 2], [1, 3, 3], [3, 4, 0]];
    default:
      return [[0], [0], [0], [2, 0, 1], [3, 3, 2], [u(), 4], [4, 3, 2], [2, 5, 6], [3, 7, 4]];
  }
}

function branchOf(program: Program): string[] {
  const uses = program.map(() => 0);
  for (const [, ...args] of program) for (const i of args) uses[i] = uses[i]! + 1;
  if (program.some(([, i, j]) => i !== undefined && i === j)) return ["twice"];
  if (uses.every((n) => n <= 1)) return ["chain"];
  return [program.filter(([op]) => op === 0).length === 3 ? "mixed" : "fan"];
}

/** 数都不大，指数里才不会爆；微调都不为零，漏加才看得出来。 */
function starts(rng: Rng, program: Program, nudged = true): number[] {
  return program.map(([op]) => {
    const x = op === 0 ? rng.uniform(0.6, 1.7) : nudged ? rng.uniform(0.1, 0.4) : 0;
    return op === 0 && rng.sign() > 0 ? -x : x;
  });
}

const edges = [
  {
    title: "正文里的图",
    args: [
      [[0], [5, 0], [0], [1, 1, 2], [3, 1, 3]],
      [2, 0, 1, 0, 0],
    ],
  },
  { title: "只有一个输入", args: [[[0]], [3]] },
  {
    title: "有个节点没人用",
    args: [
      [[0], [0], [5, 1], [3, 0, 0]],
      [3, 2, 0, 0],
    ],
  },
  {
    title: "同一个节点减自己",
    args: [
      [[0], [5, 0], [2, 1, 1]],
      [3, 0, 0.5],
    ],
  },
];

/** 换掉一种运算的前向。 */
const outputWith = (changed: number, rule: (a: number, b: number) => number) => (p: Program, s: number[]) =>
  last(forward(p, s, (op, args) => (op === changed ? rule(args[0]!, args[1]!) : apply(op, args))));

const outputQuestion: Question = {
  id: "graphs.output",
  fn: "graphOutput",
  signature: "graphOutput(program: number[][], s: number[]): number",
  title: "照着一张图算前向",
  points: 1,
  params: ["program", "s"],
  reference: output,
  truth: { kind: "value", second: (p: Program, s: number[]) => ask(p, s) },
  branches: shapes,
  sample(rng, shape) {
    const program = build(rng, shape);
    return [program, starts(rng, program)];
  },
  branchesOf: (p: Program) => branchOf(p),
  edges,
  hints: [
    "准备一个空数组 `v`，从第 0 行到最后一行，算出一个就放进去一个。轮到第 $k$ 行时，它用到的节点都已经在 `v` 里了。",
    "$v_k=\\text{运算}(v_i,v_j)+s_k$。输入节点没有运算，$v_k=s_k$。最后一个 $v$ 就是答案。",
    "`for (let k = 0; k < program.length; k++) { const [op, i, j] = program[k]; const a = v[i], b = v[j]; let r = 0; … v.push(r + s[k]); }`，省略号处按 `op` 给 `r` 赋值。",
  ],
  mutants: [
    { id: "nudge-forgotten", fn: (p: Program, s: number[]) => last(forward(p, s, apply, false)) },
    {
      id: "inputs-zero",
      fn: (p: Program, s: number[]) =>
        last(
          forward(
            p,
            s.map((x, k) => (p[k]![0] === 0 ? 0 : x)),
          ),
        ),
    },
    { id: "sub-swapped", fn: outputWith(2, (a, b) => b - a) },
    { id: "sub-as-add", fn: outputWith(2, (a, b) => a + b) },
    { id: "div-swapped", fn: outputWith(4, (a, b) => b / a) },
    { id: "div-as-mul", fn: outputWith(4, (a, b) => a * b) },
    { id: "square-doubled", fn: outputWith(5, (a) => 2 * a) },
    { id: "sin-as-cos", fn: outputWith(7, (a) => Math.cos(a)) },
    { id: "indices-as-values", fn: indicesAsValues },
    { id: "starts-as-values", fn: startsAsValues },
    { id: "sum-of-nodes", fn: (p: Program, s: number[]) => forward(p, s).reduce((t, x) => t + x, 0) },
    { id: "one-before-last", fn: (p: Program, s: number[]) => forward(p, s).at(-2) ?? 0 },
    { id: "first-node", fn: (p: Program, s: number[]) => forward(p, s)[0]! },
  ],
};

/** 把编号当成了数。 */
function indicesAsValues(program: Program, s: number[]): number {
  const [op, ...args] = program.at(-1)!;
  return apply(op!, args) + s.at(-1)!;
}

/** 用到的节点取了 s 而不是已经算出的值。 */
function startsAsValues(program: Program, s: number[]): number {
  const [op, ...args] = program.at(-1)!;
  return (
    apply(
      op!,
      args.map((i) => s[i]!),
    ) + s.at(-1)!
  );
}

interface Change {
  local?: Local;
  /** 把一份贡献放进伴随值。 */
  put?(bar: number[], i: number, share: number, slot: number): void;
  seed?(values: number[]): number;
  /** 前向的值。 */
  values?(program: Program, s: number[]): number[];
  upstream?: boolean;
  /** 哪些节点往回传。 */
  passes?(op: number, k: number): boolean;
  onwards?: boolean;
}

/** 倒着走一趟；`change` 换掉其中一处，用来造错法。 */
const backward =
  (change: Change = {}) =>
  (program: Program, s: number[]): number[] => {
    const values = (change.values ?? forward)(program, s);
    const bar = program.map(() => 0);
    bar[program.length - 1] = change.seed?.(values) ?? 1;
    const order = program.map((_, k) => k);
    if (!change.onwards) order.reverse();
    for (const k of order) {
      const [op, ...args] = program[k]!;
      if (change.passes && !change.passes(op!, k)) continue;
      const at = args.map((i) => values[i]!);
      (change.local ?? local)(op!, at).forEach((slope, slot) => {
        const share = change.upstream === false ? slope : bar[k]! * slope;
        const i = args[slot]!;
        if (change.put) change.put(bar, i, share, slot);
        else bar[i] = bar[i]! + share;
      });
    }
    return bar;
  };

const adjoints = backward();

const adjointsQuestion: Question = {
  id: "graphs.adjoints",
  fn: "graphAdjoints",
  signature: "graphAdjoints(program: number[][], s: number[]): number[]",
  title: "任意一张图的全部伴随值",
  points: 2,
  params: ["program", "s"],
  reference: adjoints,
  truth: { kind: "gradient", forward: output, wrt: 1 },
  branches: shapes,
  sample(rng, shape) {
    const program = build(rng, shape);
    return [program, starts(rng, program)];
  },
  branchesOf: (p: Program) => branchOf(p),
  edges,
  hints: [
    "先照上一题做一遍前向，这次把每个节点的值都留着。再准备一个全是 0 的数组放伴随值，最后一个节点放 1，从后往前一行一行地送。",
    "轮到第 $k$ 行时，它的伴随值已经收齐。把 $\\bar v_k$ 乘局部导数，**加**到它用到的每个节点上：$\\bar v_i\\mathrel{+}=\\bar v_k\\cdot\\partial v_k/\\partial v_i$。",
    "`for (let k = program.length - 1; k >= 0; k--) { const [op, ...args] = program[k]; const d = localDerivatives(op, args.map((i) => v[i])); args.forEach((i, n) => { bar[i] += bar[k] * d[n]; }); }`",
  ],
  mutants: [
    {
      id: "overwritten",
      fn: backward({
        put(bar, i, share) {
          bar[i] = share;
        },
      }),
    },
    {
      id: "first-kept",
      fn: backward({
        put(bar, i, share) {
          if (bar[i] === 0) bar[i] = share;
        },
      }),
    },
    {
      id: "multiplied",
      fn: backward({
        put(bar, i, share) {
          bar[i] = bar[i] === 0 ? share : bar[i]! * share;
        },
      }),
    },
    {
      id: "first-argument-only",
      fn: backward({
        put(bar, i, share, slot) {
          if (slot === 0) bar[i] = bar[i]! + share;
        },
      }),
    },
    { id: "no-upstream", fn: backward({ upstream: false }) },
    { id: "onwards", fn: backward({ onwards: true }) },
    { id: "seed-value", fn: backward({ seed: last }) },
    { id: "seed-zero", fn: backward({ seed: () => 0 }) },
    { id: "local-at-starts", fn: backward({ values: (_, s) => s }) },
    { id: "nudge-forgotten", fn: backward({ values: (p, s) => forward(p, s, apply, false) }) },
    { id: "mul-unswapped", fn: backward({ local: localWith(3, (a, b) => [a, b]) }) },
    { id: "sub-sign", fn: backward({ local: localWith(2, () => [1, 1]) }) },
    { id: "div-sign", fn: backward({ local: localWith(4, (a, b) => [1 / b, a / (b * b)]) }) },
    { id: "square-no-factor", fn: backward({ local: localWith(5, (a) => [a]) }) },
    {
      id: "inputs-only",
      fn: (p: Program, s: number[]) => adjoints(p, s).map((x, k) => (p[k]![0] === 0 ? x : 0)),
    },
    { id: "sign", fn: (p: Program, s: number[]) => adjoints(p, s).map((x) => -x) },
    { id: "values", fn: (p: Program, s: number[]) => forward(p, s) },
  ],
};

type Count = (sizes: number[], op: number) => number;

/** 照图往前数：每个节点由它用到的节点的数得出。 */
const tally = (count: Count) => (program: Program) => {
  const sizes: number[] = [];
  for (const [op, ...args] of program)
    sizes.push(
      count(
        args.map((i) => sizes[i]!),
        op!,
      ),
    );
  return last(sizes);
};
const steps = (program: Program): number[][] => program.filter(([op]) => op !== 0);

/** 另一种数法：每个运算节点贡献“从它到输出的路径条数”，从后往前数路径。 */
function byPaths(program: Program): number {
  const paths = program.map(() => 0);
  paths[program.length - 1] = 1;
  let size = 0;
  for (let k = program.length - 1; k >= 0; k--) {
    const [op, ...args] = program[k]!;
    if (op !== 0) size += paths[k]!;
    for (const i of args) paths[i] = paths[i]! + paths[k]!;
  }
  return size;
}

/** 反复套同一步：每层把上一层用两次。 */
function nested(rng: Rng, layers: number): Program {
  const program: Program = [[0], [0]];
  for (let k = 0; k < layers; k++) {
    const previous = k === 0 ? 0 : program.length - 1;
    program.push([rng.pick([1, 2]), 1, previous], [3, previous, program.length]);
  }
  return program;
}

const writtenQuestion: Question = {
  id: "graphs.written",
  fn: "writtenLength",
  signature: "writtenLength(program: number[][]): number",
  title: "写开成公式有多长",
  points: 1,
  params: ["program"],
  reference: tally((sizes, op) => (op === 0 ? 0 : 1 + total(sizes))),
  truth: { kind: "value", second: byPaths },
  branches: [...shapes, { id: "nested", title: "反复套同一步" }],
  sample: (rng, shape) => [shape === "nested" ? nested(rng, rng.integer(3, 9)) : build(rng, shape)],
  branchesOf: (p: Program) =>
    p.length > 7 && p.filter(([op]) => op === 0).length === 2 ? ["nested"] : branchOf(p),
  edges: [
    { title: "正文里的图", args: [[[0], [5, 0], [0], [1, 1, 2], [3, 1, 3]]] },
    { title: "只有一个输入", args: [[[0]]] },
    { title: "有个节点没人用", args: [[[0], [0], [5, 1], [3, 0, 0]]] },
    { title: "连乘自己三次", args: [[[0], [3, 0, 0], [3, 1, 1], [3, 2, 2]]] },
  ],
  hints: [
    "一个节点写开有多长，由它用到的节点写开有多长决定。输入写开就是一个字母，一次运算也没有。",
    "$\\ell_k=1+\\ell_i+\\ell_j$（一元运算没有 $\\ell_j$），输入 $\\ell_k=0$。同一个节点用了两次，就抄两遍，要加两次。",
    "和前向一样的循环：`len.push(op === 0 ? 0 : 1 + args.reduce((t, i) => t + len[i], 0));`，返回最后一个。",
  ],
  mutants: [
    { id: "nodes", fn: (p: Program) => p.length },
    { id: "steps", fn: (p: Program) => steps(p).length },
    { id: "inputs-counted", fn: tally((sizes) => 1 + total(sizes)) },
    { id: "leaves", fn: tally((sizes, op) => (op === 0 ? 1 : total(sizes))) },
    { id: "depth", fn: tally((sizes, op) => (op === 0 ? 0 : 1 + Math.max(...sizes))) },
    { id: "edges", fn: (p: Program) => steps(p).reduce((t, row) => t + row.length - 1, 0) },
    { id: "first-argument-only", fn: tally((sizes, op) => (op === 0 ? 0 : 1 + sizes[0]!)) },
    { id: "no-own-step", fn: tally((sizes, op) => (op === 0 ? 0 : Math.max(1, total(sizes)))) },
    { id: "two-per-step", fn: tally((sizes, op) => (op === 0 ? 0 : 2 + total(sizes))) },
    { id: "unary-doubled", fn: tally((sizes, op) => (op === 0 ? 0 : 1 + total(sizes) * (op >= 5 ? 2 : 1))) },
    { id: "unary-free", fn: tally((sizes, op) => (op === 0 ? 0 : (op >= 5 ? 0 : 1) + total(sizes))) },
    { id: "off-by-one", fn: (p: Program) => byPaths(p) + 1 },
    {
      id: "product",
      fn: tally((sizes, op) => (op === 0 ? 0 : 1 + sizes.reduce((t, x) => t * Math.max(x, 1), 1))),
    },
  ],
};

export const graphs = family({
  id: "graphs",
  title: "计算图",
  exercise: "1-foundations/02-core-concepts",
  mistakes: graphsMistakes,
  oracles: graphsOracles,
  questions: [localQuestion, outputQuestion, adjointsQuestion, writtenQuestion],
});
