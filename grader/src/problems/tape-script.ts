import type { Mutant, Question } from "../problem.js";
import type { Rng } from "../random.js";
import { type Change, run, type Script, summed } from "./tape-engine.js";
import { constant, drawn } from "./tape-grads.js";

// 第二题：脚本里有反向、清零和剪断。
const scripts = [
  { id: "repeated", title: "对同一个量反向几次" },
  { id: "two-losses", title: "对两个量各反向一次" },
  { id: "cleared", title: "中途清零" },
  { id: "detached", title: "有剪断的路" },
];

function buildScript(rng: Rng, shape: string): Script {
  const sign = () => rng.pick([1, 2]);
  const n = () => rng.pick([2, 3]);
  // 前五行：第 4 行有扇出，离输入隔着两步。
  const start: Script = [
    [0, 0],
    [0, 1],
    [3, 0, 1],
    [5, 2, n()],
    [sign(), 3, 2],
  ];
  switch (shape) {
    case "repeated":
      return [...start, [3, 4, 0], ...Array.from({ length: rng.integer(2, 3) }, () => [8, 5])];
    case "two-losses":
      return [...start, [sign(), 4, 1], [3, 5, 2], [8, 4], [6, constant(rng)], [8, 6]];
    case "cleared":
      return [...start, [8, 4], [8, 3], [9], [3, 4, 1], [8, 8]];
    default:
      return [...start, [7, 4], [3, 5, 2], [sign(), 6, 4], [8, 7], [7, 0], [3, 9, 3], [8, 10]];
  }
}

function scriptOf(script: Script): string[] {
  const targets = script.filter(([op]) => op === 8).map(([, i]) => i!);
  if (script.some(([op]) => op === 7)) return ["detached"];
  if (script.some(([op]) => op === 9)) return ["cleared"];
  return [new Set(targets).size > 1 ? "two-losses" : "repeated"];
}

const scriptEdges: [title: string, args: [Script, number[]]][] = [
  [
    "题面的脚本",
    [
      [[0, 0], [0, 1], [3, 0, 1], [8, 2], [8, 2], [9], [7, 0], [3, 6, 0], [8, 7]],
      [3, 2],
    ],
  ],
  [
    "算例反向两次",
    [
      [
        [0, 0],
        [0, 1],
        [5, 0, 2],
        [3, 0, 1],
        [1, 2, 3],
        [5, 1, 3],
        [3, 4, 5],
        [8, 6],
        [8, 6],
      ],
      [1, 2],
    ],
  ],
  [
    "没有反向",
    [
      [
        [0, 0],
        [5, 0, 2],
      ],
      [3],
    ],
  ],
  ["以清零收尾", [[[0, 0], [5, 0, 2], [8, 1], [9]], [3]]],
  [
    "对输入自己反向",
    [
      [
        [0, 0],
        [8, 0],
        [8, 0],
      ],
      [3],
    ],
  ],
  [
    "对常数反向",
    [
      [
        [0, 0],
        [6, 2],
        [3, 0, 1],
        [8, 1],
        [8, 2],
      ],
      [3],
    ],
  ],
  [
    "剪断以后什么也不剩",
    [
      [
        [0, 0],
        [5, 0, 2],
        [7, 1],
        [8, 2],
      ],
      [3],
    ],
  ],
];

const scriptMutants: [id: string, change: Change][] = [
  [
    "not-accumulated",
    {
      collect(node, adjoint) {
        node.grad = adjoint;
      },
    },
  ],
  ["bar-kept", { keepsBar: true }],
  ["bar-kept-seed", { keepsBar: true, addsSeed: true }],
  ["tape-dropped", { drops: true }],
  ["zero-ignored", { zero: "ignored" }],
  ["zero-last", { zero: "last" }],
  ["zero-first-input", { zero: "first-leaf" }],
  ["detach-ignored", { detach: "ignored" }],
  ["detach-zero", { detach: "zero" }],
  ["from-latest", { from: (rows) => rows.findLast((row) => row !== null)! }],
  ["from-first", { from: (rows) => rows.find((row) => row !== null && row.inputs.length > 0) ?? rows[0]! }],
  ["overwritten", { put: (bar, input, share) => bar.set(input, share) }],
];

const backwards = (script: Script): number => script.filter(([op]) => op === 8).length;

export const script: Question = {
  id: "tape.script",
  fn: "scriptGrads",
  signature: "scriptGrads(script: number[][], inputs: number[]): number[]",
  title: "会累加、会清零、会剪断",
  points: 2,
  params: ["script", "inputs"],
  reference: (s: Script, x: number[]) => run(s, x),
  truth: { kind: "value", second: summed },
  branches: scripts,
  sample: (rng, shape) => [buildScript(rng, shape), drawn(rng, 2)],
  branchesOf: (s: Script) => scriptOf(s),
  edges: scriptEdges.map(([title, args]) => ({ title, args })),
  hints: [
    "照上一题的样子逐行执行，只多认三种指令。反向那一行什么时候读到就什么时候做，别攒到最后。",
    "剪断：`engine.constant(v.value)`，值照抄，来路不要。反向：`engine.backward(rows[i])`，每次都加到叶子原有的 `grad` 上。清零：把每个叶子的 `grad` 设为 0。",
    "在上一题的循环里加三句：`if (op === 7) r = engine.constant(rows[i].value); if (op === 8) engine.backward(rows[i]); if (op === 9) for (const x of leaves) x.grad = 0;`。8 和 9 没有结果，也要往 `rows` 里放点什么占住编号。",
  ],
  mutants: [
    ...scriptMutants.map(
      ([id, change]): Mutant => ({ id, fn: (s: Script, x: number[]) => run(s, x, change) }),
    ),
    {
      id: "averaged",
      fn: (s: Script, x: number[]) => run(s, x).map((g) => g / Math.max(1, backwards(s))),
    },
  ],
};
