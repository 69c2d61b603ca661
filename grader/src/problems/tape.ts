import { tapeMistakes } from "../mistakes/tape.js";
import { tapeOracles } from "../oracles/tape.js";
import { family, type Mutant, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import { type Change, duals, run, type Script, summed } from "./tape-engine.js";
import { mean } from "./vectors.js";

/** 坐标避开 0 与 ±1：那里 a、a²、1/a 碰巧相等。 */
const away = (rng: Rng) => rng.sign() * (rng.sign() > 0 ? rng.uniform(0.5, 0.85) : rng.uniform(1.2, 1.9));
const drawn = (rng: Rng, count: number) => Array.from({ length: count }, () => away(rng));
const constant = (rng: Rng) => rng.sign() * rng.integer(2, 5);

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

const grads: Question = {
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

const script: Question = {
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

// 第三题：训练一条直线。
interface Training {
  gradient(e: number[], xs: number[]): [number, number];
  clear?: boolean;
  inTurn?: boolean;
  steps?(steps: number): number;
}
const products = (a: number[], b: number[]): number[] => a.map((t, i) => t * b[i]!);
const correct: Training = { gradient: (e, xs) => [mean(products(e, xs)), mean(e)] };

const fit =
  (change: Partial<Training> = {}) =>
  (xs: number[], ys: number[], start: number[], eta: number, count: number): number[] => {
    const plan = { ...correct, ...change };
    let [w, b] = start as [number, number];
    let [gw, gb] = [0, 0];
    const errors = () => xs.map((x, i) => w * x + b - ys[i]!);
    for (let k = 0; k < (plan.steps?.(count) ?? count); k++) {
      const g = plan.gradient(errors(), xs);
      [gw, gb] = plan.clear === false ? [gw + g[0], gb + g[1]] : g;
      w -= eta * gw;
      if (plan.inTurn) gb = plan.gradient(errors(), xs)[1]; // 用了更新过的 w
      b -= eta * gb;
    }
    return [w, b];
  };

/** 另一种写法：只用 x、y 的几个平均数，不看单个样本。 */
function byMoments(xs: number[], ys: number[], start: number[], eta: number, count: number): number[] {
  const [xx, x, xy, y] = [mean(products(xs, xs)), mean(xs), mean(products(xs, ys)), mean(ys)];
  return Array.from({ length: count }).reduce<number[]>(
    ([w, b]) => [w! - eta * (w! * xx + b! * x - xy), b! - eta * (w! * x + b! - y)],
    start,
  );
}

/** 一个样本更新一次，不等整批。 */
function oneByOne(xs: number[], ys: number[], start: number[], eta: number, count: number): number[] {
  const step = fit();
  let at = start;
  for (let k = 0; k < count; k++)
    xs.forEach((x, i) => {
      at = step([x], [ys[i]!], at, eta, 1);
    });
  return at;
}

const training: Question = {
  id: "tape.fit",
  fn: "fitLine",
  signature: "fitLine(xs: number[], ys: number[], start: number[], eta: number, steps: number): number[]",
  title: "用引擎训练一条直线",
  points: 1,
  params: ["xs", "ys", "start", "eta", "steps"],
  reference: fit(),
  truth: { kind: "value", second: byMoments },
  branches: [
    { id: "one", title: "走一步" },
    { id: "several", title: "走几步" },
    { id: "single", title: "只有一个样本" },
  ],
  sample(rng, branch) {
    const count = branch === "single" ? 1 : rng.integer(3, 5);
    const [xs, ys] = [drawn(rng, count), Array.from({ length: count }, () => rng.uniform(-2, 2))];
    const steps = branch === "one" ? 1 : rng.integer(3, 6);
    return [xs, ys, drawn(rng, 2), rng.uniform(0.05, 0.3), steps];
  },
  branchesOf: (xs: number[], _ys, _start, _eta, steps: number) => [
    xs.length === 1 ? "single" : steps === 1 ? "one" : "several",
  ],
  edges: [
    { title: "正文的四个样本，一步", args: [[-1, 0, 1, 2], [-1, 1, 3, 5], [0, 0], 0.1, 1] },
    { title: "正文的四个样本，两步", args: [[-1, 0, 1, 2], [-1, 1, 3, 5], [0, 0], 0.1, 2] },
    { title: "一步也不走", args: [[1, 2], [3, 4], [0.5, -0.5], 0.1, 0] },
    { title: "已经在谷底", args: [[-1, 0, 1, 2], [-1, 1, 3, 5], [2, 1], 0.1, 3] },
  ],
  hints: [
    "一步四个动作：清零，前向，反向，更新。每一步都换一个新引擎、新叶子，就等于清了零。",
    "$\\mathcal L=\\frac1N\\sum_i\\frac12(wx_i+b-y_i)^2$。一个样本的那一份是 $\\frac1{2N}e_i^2$，逐个样本 `backward`，梯度自然加在一起；全部加完再一起更新 $w\\leftarrow w-\\eta\\,\\bar w$，$b\\leftarrow b-\\eta\\,\\bar b$。",
    "循环里：`const engine = makeEngine(); const w = engine.leaf(at[0]); const b = engine.leaf(at[1]);`，对每个 `i` 算 `e = engine.sub(engine.add(engine.mul(w, engine.constant(xs[i])), b), engine.constant(ys[i]))`，`engine.backward(engine.mul(engine.constant(0.5 / xs.length), engine.pow(e, 2)))`，最后 `at = [at[0] - eta * w.grad, at[1] - eta * b.grad];`。",
  ],
  mutants: [
    { id: "not-cleared", fn: fit({ clear: false }) },
    { id: "cleared-before-update", fn: (_xs, _ys, start: number[]) => start },
    {
      id: "sum-not-mean",
      fn: fit({ gradient: (e, xs) => [mean(products(e, xs)) * e.length, mean(e) * e.length] }),
    },
    { id: "no-half", fn: fit({ gradient: (e, xs) => [2 * mean(products(e, xs)), 2 * mean(e)] }) },
    { id: "ascent", fn: fit({ gradient: (e, xs) => [-mean(products(e, xs)), -mean(e)] }) },
    { id: "updated-w", fn: fit({ inTurn: true }) },
    {
      id: "last-sample",
      fn: fit({ gradient: (e, xs) => [(e.at(-1)! * xs.at(-1)!) / e.length, e.at(-1)! / e.length] }),
    },
    { id: "one-by-one", fn: oneByOne },
    { id: "one-step-only", fn: fit({ steps: (n) => Math.min(n, 1) }) },
    { id: "one-step-short", fn: fit({ steps: (n) => n - 1 }) },
    { id: "one-step-more", fn: fit({ steps: (n) => n + 1 }) },
    { id: "bias-stuck", fn: fit({ gradient: (e, xs) => [mean(products(e, xs)), 0] }) },
    {
      id: "swapped",
      fn: (...args: Parameters<ReturnType<typeof fit>>) => fit()(...args).toReversed(),
    },
  ],
};

export const tape = family({
  id: "tape",
  title: "自己写一个自动微分",
  exercise: "1-foundations/05-code-practice",
  mistakes: tapeMistakes,
  oracles: tapeOracles,
  questions: [grads, script, training],
});
