import type { Mutant, Question } from "../problem.js";
import type { Rng } from "../random.js";
import { type Change, duals, run, type Script } from "./tape-engine.js";

/** 坐标避开 0 与 ±1：那里 a、a²、1/a 碰巧相等。 */
const away = (rng: Rng) => rng.sign() * (rng.sign() > 0 ? rng.uniform(0.5, 0.85) : rng.uniform(1.2, 1.9));

export const drawn = (rng: Rng, count: number) => Array.from({ length: count }, () => away(rng));

export const constant = (rng: Rng) => rng.sign() * rng.integer(2, 5);

// 第一题：只有一次反向，从最后一行出发。
const once = (change?: Change) => (program: Script, inputs: number[]) =>
  run([...program, [8, program.length - 1]], inputs, change);

const output = (program: Script, inputs: number[]): number => duals(program, inputs).at(-1)!.v;

const shapes = [
  { id: "chain", title: "一条线，有常数" },
  { id: "fan", title: "有扇出" },
  { id: "twice", title: "一步用了同一个量两次" },
  { id: "again", title: "同一个输入读了两次" },
  { id: "power", title: "负的次数" },
];

function build(rng: Rng, shape: string): Script {
  const sign = () => rng.pick([1, 2]);
  const n = () => rng.pick([2, 3]);
  switch (shape) {
    case "chain":
      return [
        [0, 0],
        [5, 0, n()],
        [0, 1],
        [sign(), 1, 2],
        [6, constant(rng)],
        [3, 3, 4],
        [0, 2],
        [4, 5, 6],
      ];
    case "fan": // 第 2 行有三条出边
      return [
        [0, 0],
        [0, 1],
        [3, 0, 1],
        [5, 2, n()],
        [sign(), 3, 2],
        [3, 4, 2],
        [4, 5, 1],
      ];
    case "twice":
      return [
        [0, 0],
        [0, 1],
        [2, 0, 1],
        [3, 2, 2],
        [1, 3, 3],
        [3, 4, 0],
      ];
    case "again":
      return [
        [0, 0],
        [0, 1],
        [5, 0, n()],
        [0, 0],
        [3, 2, 3],
        [sign(), 4, 1],
        [0, 1],
        [3, 5, 6],
      ];
    default:
      return [
        [0, 0],
        [0, 1],
        [5, 0, -n()],
        [6, constant(rng)],
        [3, 2, 3],
        [5, 1, -1],
        [sign(), 4, 5],
      ];
  }
}

const inputsOf = (script: Script) => new Set(script.filter(([op]) => op === 0).map(([, m]) => m)).size;

function shapeOf(program: Script): string[] {
  const reads = program.filter(([op]) => op === 0);
  const uses = program.map(() => 0);
  for (const [op, i, j] of program)
    if (op! >= 1 && op! <= 5) for (const k of op === 5 ? [i!] : [i!, j!]) uses[k] = uses[k]! + 1;
  if (reads.length > inputsOf(program)) return ["again"];
  if (program.some(([op, i, j]) => op! >= 1 && op! <= 4 && i === j)) return ["twice"];
  if (uses.some((count) => count > 1)) return ["fan"];
  return [program.some(([op, , n]) => op === 5 && n! < 0) ? "power" : "chain"];
}

/** 换掉一种运算的局部导数。 */
const slopesWith =
  (changed: number, rule: (a: number, b: number) => number[]): NonNullable<Change["slopes"]> =>
  (op, a, b) =>
    op === changed ? rule(a, b) : undefined;

const engineMutants: [id: string, change: Change][] = [
  ["overwritten", { put: (bar, input, share) => bar.set(input, share) }],
  [
    "first-kept",
    {
      put(bar, input, share) {
        if (!bar.has(input)) bar.set(input, share);
      },
    },
  ],
  ["multiplied", { put: (bar, input, share) => bar.set(input, share * (bar.get(input) ?? 1)) }],
  [
    "first-argument-only",
    {
      put(bar, input, share, slot) {
        if (slot === 0) bar.set(input, share + (bar.get(input) ?? 0));
      },
    },
  ],
  ["no-upstream", { upstream: false }],
  ["onwards", { onwards: true }],
  ["seed-value", { seed: ({ value }) => value }],
  ["mul-unswapped", { slopes: slopesWith(3, (a, b) => [a, b]) }],
  ["sub-sign", { slopes: slopesWith(2, () => [1, 1]) }],
  ["div-sign", { slopes: slopesWith(4, (a, b) => [1 / b, a / (b * b)]) }],
  ["div-no-square", { slopes: slopesWith(4, (a, b) => [1 / b, -a / b]) }],
  ["pow-no-factor", { slopes: slopesWith(5, (a, n) => [a ** (n - 1)]) }],
  ["pow-kept", { slopes: slopesWith(5, (a, n) => [n * a ** n]) }],
  ["pow-sign", { slopes: slopesWith(5, (a, n) => [Math.abs(n) * a ** (n - 1)]) }],
];

export const grads: Question = {
  id: "tape.grads",
  fn: "tapeGrads",
  signature: "tapeGrads(program: number[][], inputs: number[]): number[]",
  title: "二十行的自动微分引擎",
  points: 2,
  params: ["program", "inputs"],
  reference: once(),
  truth: { kind: "gradient", forward: output, wrt: 1 },
  branches: shapes,
  sample(rng, shape) {
    const program = build(rng, shape);
    return [program, drawn(rng, inputsOf(program))];
  },
  branchesOf: (program: Script) => shapeOf(program),
  edges: [
    {
      title: "正文的算例",
      args: [
        [
          [0, 0],
          [0, 1],
          [5, 0, 2],
          [3, 0, 1],
          [1, 2, 3],
          [5, 1, 3],
          [3, 4, 5],
        ],
        [1, 2],
      ],
    },
    {
      title: "常数除以平方",
      args: [
        [
          [0, 0],
          [6, 10],
          [5, 0, 2],
          [4, 1, 2],
        ],
        [2],
      ],
    },
    { title: "输出就是输入", args: [[[0, 0]], [3]] },
    {
      title: "有个输入没人用",
      args: [
        [
          [0, 0],
          [0, 1],
          [5, 1, 2],
          [3, 0, 0],
        ],
        [3, 2],
      ],
    },
    {
      title: "自己减自己",
      args: [
        [
          [0, 0],
          [2, 0, 0],
        ],
        [3],
      ],
    },
  ],
  hints: [
    "先写 `record`：它造出一个新的 `Var`，推进 `tape`，再交出去。五种运算都只是“算出值，备好局部导数，交给 `record`”。`backward` 倒着看 `tape`，每一笔做同样的事。",
    "局部导数：加 $[1,1]$，减 $[1,-1]$，乘 $[b,a]$，除 $[1/b,\\,-a/b^2]$，乘方 $[n\\,a^{n-1}]$。倒放时 $\\bar v_{\\text{输入}}\\mathrel{+}=\\bar v_{\\text{这一笔}}\\cdot\\text{局部导数}$，最后把叶子的那份加到它的 `grad` 上。",
    "`const record = (value, inputs, slopes) => { const v = { value, grad: 0, inputs, slopes }; tape.push(v); return v; };`，`mul: (a, b) => record(a.value * b.value, [a, b], [b.value, a.value])`，其余照写；`backward` 与正文的几乎一样。",
  ],
  mutants: [
    ...engineMutants.map(([id, change]): Mutant => ({ id, fn: once(change) })),
    {
      // 每读一次输入都新立一个叶子，只交出最后一个的梯度。
      id: "leaf-per-row",
      fn: (program: Script, inputs: number[]) => {
        const reads = program.filter(([op]) => op === 0).map(([, m]) => m!);
        let row = 0;
        const renamed = program.map((line) => (line[0] === 0 ? [0, row++] : line));
        const separate = once()(
          renamed,
          reads.map((m) => inputs[m]!),
        );
        return inputs.map((_, m) => separate[reads.lastIndexOf(m)] ?? 0);
      },
    },
    { id: "sign", fn: (p: Script, x: number[]) => once()(p, x).map((g) => -g) },
    { id: "value", fn: (p: Script, x: number[]) => x.map(() => output(p, x)) },
  ],
};
