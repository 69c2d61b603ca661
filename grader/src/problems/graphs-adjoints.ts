import type { Question } from "../problem.js";
import { apply, type Local, local, localWith, type Program } from "./graphs-local.js";
import { branchOf, build, edges, forward, last, output, shapes, starts } from "./graphs-output.js";

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

export const adjointsQuestion: Question = {
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
