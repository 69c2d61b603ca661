import type { Question } from "../problem.js";
import type { Rng } from "../random.js";
import { apply, type Program } from "./graphs-local.js";

type Step = (op: number, args: number[]) => number;

export function forward(program: Program, s: number[], step: Step = apply, nudge = true): number[] {
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

export const last = (values: number[]): number => values[values.length - 1]!;

export const output = (program: Program, s: number[]): number => last(forward(program, s));

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
export const shapes = [
  { id: "chain", title: "一条线" },
  { id: "fan", title: "有扇出" },
  { id: "twice", title: "一步用了同一个节点两次" },
  { id: "mixed", title: "三个输入、各种运算" },
];

export function build(rng: Rng, shape: string): Program {
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

export function branchOf(program: Program): string[] {
  const uses = program.map(() => 0);
  for (const [, ...args] of program) for (const i of args) uses[i] = uses[i]! + 1;
  if (program.some(([, i, j]) => i !== undefined && i === j)) return ["twice"];
  if (uses.every((n) => n <= 1)) return ["chain"];
  return [program.filter(([op]) => op === 0).length === 3 ? "mixed" : "fan"];
}

/** 数都不大，指数里才不会爆；微调都不为零，漏加才看得出来。 */
export function starts(rng: Rng, program: Program, nudged = true): number[] {
  return program.map(([op]) => {
    const x = op === 0 ? rng.uniform(0.6, 1.7) : nudged ? rng.uniform(0.1, 0.4) : 0;
    return op === 0 && rng.sign() > 0 ? -x : x;
  });
}

export const edges = [
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

export const outputQuestion: Question = {
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
