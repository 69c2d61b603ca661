import * as lib from "@tidu/kernel-lib";
import type { Question } from "../problem.js";
import type { Rng } from "../random.js";

// 随机的复合函数：光滑的与带拐点的运算混在一起。前向、对偶数的导数、梯度库各算各的。

interface Operation {
  f(...x: number[]): number;
  /** 对每个自变量的导数；拐点上照约定表。 */
  slopes(...x: number[]): number[];
  library(...x: lib.Tensor[]): lib.Tensor;
  /** 一种常见的写错的导数。 */
  wrong(...x: number[]): number[];
  /** 在这里有拐点（一元）。 */
  kink?: number;
}

const unary = (
  f: (x: number) => number,
  slope: (x: number) => number,
  library: (x: lib.Tensor) => lib.Tensor,
  wrong: (x: number) => number,
  kink?: number,
): Operation => ({
  f,
  slopes: (x) => [slope(x!)],
  library: (x) => library(x!),
  wrong: (x) => [wrong(x!)],
  ...(kink === undefined ? {} : { kink }),
});

const ELU = 1.5;
const LEAK = 0.25;

const smooth: Operation[] = [
  unary(Math.sin, Math.cos, lib.sin, (x) => -Math.cos(x)),
  unary(
    Math.tanh,
    (x) => 1 - Math.tanh(x) ** 2,
    lib.tanh,
    (x) => 1 - Math.tanh(x),
  ),
  unary(
    (x) => x * x,
    (x) => 2 * x,
    lib.square,
    (x) => x,
  ),
  unary(
    (x) => Math.exp(x / 4),
    (x) => Math.exp(x / 4) / 4,
    (x) => lib.exp(x.div(4)),
    (x) => Math.exp(x / 4),
  ),
  unary(
    (x) => 1 / (1 + Math.exp(-x)),
    (x) => 1 / (2 + Math.exp(x) + Math.exp(-x)),
    lib.sigmoid,
    (x) => 1 / (1 + Math.exp(-x)),
  ),
];

const kinked: Operation[] = [
  unary(
    (x) => Math.max(0, x),
    (x) => (x > 0 ? 1 : 0),
    lib.relu,
    () => 1,
    0,
  ),
  unary(
    Math.abs,
    (x) => Math.sign(x),
    lib.abs,
    () => 1,
    0,
  ),
  unary(
    (x) => (x > 0 ? x : LEAK * x),
    (x) => (x > 0 ? 1 : LEAK),
    (x) => lib.leakyRelu(x, LEAK),
    (x) => (x > 0 ? LEAK : 1),
    0,
  ),
  unary(
    (x) => (x >= 0 ? x : ELU * Math.expm1(x)),
    (x) => (x >= 0 ? 1 : ELU * Math.exp(x)),
    (x) => lib.elu(x, ELU),
    (x) => (x >= 0 ? ELU : Math.exp(x)),
    0,
  ),
  unary(
    (x) => Math.max(-1, Math.min(1, x)),
    (x) => (x >= -1 && x <= 1 ? 1 : 0),
    (x) => lib.clip(x, -1, 1),
    (x) => (x >= -1 && x <= 1 ? 0 : 1),
    1,
  ),
  unary(
    (x) => (Math.abs(x) <= 0.75 ? (x * x) / 2 : 0.75 * (Math.abs(x) - 0.375)),
    (x) => Math.max(-0.75, Math.min(0.75, x)),
    (x) => lib.huber(x, 0.75),
    (x) => (Math.abs(x) <= 0.75 ? x : -0.75 * Math.sign(x)),
    0.75,
  ),
];

const binary: Operation[] = [
  { f: (x, y) => x! + y!, slopes: () => [1, 1], library: (x, y) => x!.add(y!), wrong: () => [1, -1] },
  { f: (x, y) => x! - y!, slopes: () => [1, -1], library: (x, y) => x!.sub(y!), wrong: () => [1, 1] },
  {
    f: (x, y) => x! * y!,
    slopes: (x, y) => [y!, x!],
    library: (x, y) => x!.mul(y!),
    wrong: (x, y) => [x!, y!],
  },
  {
    f: (x, y) => Math.max(x!, y!),
    slopes: (x, y) => (x === y ? [0.5, 0.5] : x! > y! ? [1, 0] : [0, 1]),
    library: (x, y) => lib.maximum(x!, y!),
    wrong: () => [1, 1],
  },
];

/** 一步：运算与它取用的节点。前 `inputs` 个节点是自变量。 */
interface Step {
  op: Operation;
  from: number[];
}

export interface Composition {
  question: Question;
  /** 把第 `step` 步的导数换成写错的，得到的梯度。 */
  mutant(x: number[], step: number): number[];
  steps: number;
  /** 恰在拐点上的点（没有时为 null）。 */
  kinkPoint: number[] | null;
}

/** 造一个随机函数。`factor` 乘在最后，用来把梯度压到很小。 */
export function compose(rng: Rng, factor = 1): Composition {
  const inputs = rng.integer(1, 4);
  const steps: Step[] = [];
  // 第一步是带拐点的一元运算，作用在第 0 个自变量上：拐点在哪里因此是已知的。
  const first = rng.pick(kinked);
  steps.push({ op: first, from: [0] });
  for (let k = 0; k < rng.integer(2, 6); k++) {
    const last = inputs + steps.length - 1;
    const op = rng.pick(rng.uniform(0, 1) < 0.45 ? binary : rng.uniform(0, 1) < 0.6 ? smooth : kinked);
    const other = rng.integer(0, last);
    steps.push({ op, from: op.f.length === 2 ? (rng.sign() > 0 ? [last, other] : [other, last]) : [last] });
  }
  // 每个自变量都用上一次，免得梯度恒为零。
  for (let i = 1; i < inputs; i++) {
    const last = inputs + steps.length - 1;
    steps.push({ op: binary[rng.pick([0, 1, 2])]!, from: [last, i] });
  }
  const weights = Array.from({ length: inputs }, () => rng.sign() * rng.uniform(0.2, 1.5));
  const run = (x: number[]): number[] => {
    const nodes = [...x];
    for (const { op, from } of steps) nodes.push(op.f(...from.map((j) => nodes[j]!)));
    return nodes;
  };
  const forward = (x: number[]) => factor * (run(x).at(-1)! + x.reduce((s, v, i) => s + weights[i]! * v, 0));
  /** 反向一遍；第 `broken` 步用写错的导数。 */
  const gradient = (x: number[], broken = -1): number[] => {
    const nodes = run(x);
    const bars = nodes.map(() => 0);
    bars[bars.length - 1] = factor;
    for (let k = steps.length - 1; k >= 0; k--) {
      const { op, from } = steps[k]!;
      const values = from.map((j) => nodes[j]!);
      const slopes = k === broken ? op.wrong(...values) : op.slopes(...values);
      for (const [n, j] of from.entries()) bars[j]! += slopes[n]! * bars[inputs + k]!;
    }
    return x.map((_, i) => bars[i]! + factor * weights[i]!);
  };
  const library = (x: number[]) => {
    const f = (t: lib.Tensor) => {
      const nodes = x.map((_, i) => lib.gather(t, i));
      for (const { op, from } of steps) nodes.push(op.library(...from.map((j) => nodes[j]!)));
      return nodes
        .at(-1)!
        .add(lib.sum(t.mul(weights)))
        .mul(factor);
    };
    return lib
      .grad(f)(x as never)
      .toArray();
  };
  const question: Question = {
    id: "composition",
    fn: "gradient",
    signature: "gradient(x: number[]): number[]",
    title: "随机复合函数",
    points: 1,
    params: ["x"],
    reference: (x: number[]) => gradient(x),
    truth: { kind: "gradient", forward, wrt: 0 },
    library,
    branches: [],
    sample: (r) => [x0(r, inputs)],
    branchesOf: () => [],
    edges: [],
    hints: ["", "", ""],
    mutants: [],
  };
  const kinkPoint = [first.kink!, ...x0(rng, inputs - 1)];
  return { question, mutant: gradient, steps: steps.length, kinkPoint: kinks(kinkPoint) ? null : kinkPoint };

  /** 除了第一步，还有别的步恰好也在拐点上：几个约定复合起来不一定还在区间里，不用这样的点。 */
  function kinks(x: number[]): boolean {
    const nodes = run(x);
    return steps.slice(1).some(({ op, from }) => {
      const values = from.map((j) => nodes[j]!);
      if (op.kink !== undefined) return Math.abs(Math.abs(values[0]!) - op.kink) < 1e-9;
      return op === binary[3] && Math.abs(values[0]! - values[1]!) < 1e-9;
    });
  }
}

const x0 = (rng: Rng, size: number) => Array.from({ length: size }, () => rng.uniform(-2, 2));
