import type { Question } from "../problem.js";
import type { Rng } from "../random.js";
import type { Program } from "./graphs-local.js";
import { branchOf, build, last, shapes } from "./graphs-output.js";
import { total } from "./vectors.js";

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

export const writtenQuestion: Question = {
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
