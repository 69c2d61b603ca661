import * as f from "../functions/index.js";
import * as p from "../primitives/index.js";
import { type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import type { Sample } from "../testing/sample.js";

/** 随机的小程序：形状任意（空、标量、秩到 6、长 1 的轴），先搬动（转置、跨步切片、翻转、变形），再运算，再归约。 */
export interface RandomProgram extends Sample {
  readonly name: string;
}

type Step = readonly [label: string, f: (x: Tensor) => Tensor];

class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0 || 1;
  }

  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  shuffled(n: number): number[] {
    const out = [...Array(n).keys()];
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

function randomShape(dice: Dice): number[] {
  const rank = dice.below(7);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const n = dice.pick([1, 2, 3, 4, 5, 7, 17, ...(dice.next() < 0.1 ? [0] : [])]);
    shape.push(sizeOf(shape) * n > 300 ? 1 : n);
  }
  return shape;
}

/** 与 shape 能广播的另一个形状：去掉前面几轴，剩下的随机压成 1。 */
function broadcastable(dice: Dice, shape: Shape): number[] {
  return shape.slice(dice.below(shape.length + 1)).map((n) => (dice.next() < 0.4 ? 1 : n));
}

function values(dice: Dice, shape: Shape): Tensor {
  const data = Float64Array.from({ length: sizeOf(shape) }, () => 3 * dice.next() - 1.5);
  return f.tensor(data).reshape([...shape]);
}

/** 一步搬动：不改变数值，只改变排列，于是后面的运算读到的不是连续的数据。 */
function layoutStep(dice: Dice, shape: Shape): Step {
  const rank = shape.length;
  const axes = [...shape.keys()];
  const choices: (() => Step)[] = [
    () => {
      const perm = dice.shuffled(rank);
      return [`转置[${perm}]`, (x) => p.transpose(x, perm)];
    },
    () => {
      const some = axes.filter(() => dice.next() < 0.5);
      return [`翻转[${some}]`, (x) => p.flip(x, some)];
    },
    () => {
      const start = shape.map((n) => (n > 1 ? dice.below(2) : 0));
      const step = shape.map(() => 1 + dice.below(2));
      const size = shape.map((n, i) => Math.ceil((n - start[i]!) / step[i]!));
      return [`切片[${start}]步[${step}]`, (x) => p.slice(x, start, size, step)];
    },
    () => ["展平再还原", (x) => p.reshape(p.reshape(x, [x.size]), [...x.shape])],
    () => [
      "补边",
      (x) =>
        p.pad(
          x,
          shape.map((_, i) => (i === rank - 1 ? [1, 1] : [0, 0])),
          0.5,
        ),
    ],
  ];
  return rank === 0 ? ["不动", (x) => x] : dice.pick(choices)();
}

const smooth: readonly Step[] = [
  ["sin", p.sin],
  ["tanh", p.tanh],
  ["exp", p.exp],
  ["sigmoid", p.sigmoid],
  ["square", p.square],
  ["softplus", p.softplus],
  ["erf", p.erf],
];

function reduceStep(dice: Dice, shape: Shape): Step {
  const axes = [...shape.keys()].filter(() => dice.next() < 0.5);
  const keepDims = dice.next() < 0.5;
  const choices: Step[] = [
    [`sum[${axes}]`, (x) => p.sum(x, axes, { keepDims })],
    ["不归约", (x) => x],
  ];
  if (axes.every((a) => shape[a]! > 0) && sizeOf(shape) > 0) {
    choices.push(
      [`mean[${axes}]`, (x) => f.mean(x, axes, { keepDims })],
      [`max[${axes}]`, (x) => p.max(x, axes, { keepDims })],
      [`logsumexp[${axes}]`, (x) => f.logsumexp(x, axes, { keepDims })],
    );
    if (shape.length > 0) {
      const axis = dice.below(shape.length);
      choices.push(
        [`softmax[${axis}]`, (x) => f.softmax(x, axis)],
        [`cumsum[${axis}]`, (x) => p.cumsum(x, axis)],
      );
    }
  }
  return dice.pick(choices);
}

const join: readonly (readonly [string, (x: Tensor, y: Tensor) => Tensor])[] = [
  ["add", p.add],
  ["sub", p.sub],
  ["mul", p.mul],
  ["maximum", p.maximum],
  ["除以 1 + y²", (x, y) => p.div(x, p.add(1, p.square(y)))],
  ["where", (x, y) => p.where(p.greater(y, 0), x, y)],
];

function elementwise(dice: Dice): RandomProgram {
  const shape = randomShape(dice);
  const steps: Step[] = [];
  let moved: Tensor = values(dice, shape);
  const args = [moved];
  for (let k = dice.below(3); k > 0; k--) {
    const step = layoutStep(dice, moved.shape);
    steps.push(step);
    moved = step[1](moved);
  }
  const unary = dice.pick(smooth);
  const [label, binary] = dice.pick(join);
  const other = values(dice, broadcastable(dice, moved.shape));
  const reduce = reduceStep(dice, moved.shape);
  const flipSides = dice.next() < 0.5;
  const names = [...steps.map(([n]) => n), unary[0], `${label}${showShape(other.shape)}`, reduce[0]];
  return {
    name: `${showShape(shape)} → ${names.join(" → ")}`,
    args: [...args, other],
    f: (x, y) => {
      const z = unary[1](steps.reduce((v, [, step]) => step(v), x!));
      return reduce[1](flipSides ? binary(y!, z) : binary(z, y!));
    },
  };
}

/** 成批的矩阵乘：批轴互相广播，尺寸不整除工作组，操作数可能是转置来的。 */
function product(dice: Dice): RandomProgram {
  const [m, k, n] = [0, 1, 2].map(() => dice.pick([1, 2, 3, 5, 8, 17, 33])) as [number, number, number];
  const lead = randomShape(dice)
    .slice(0, dice.below(4))
    .map((d) => Math.min(d, 3));
  const turned = dice.next() < 0.5;
  const left = [...lead, ...(turned ? [k, m] : [m, k])];
  const right = [...broadcastable(dice, lead), k, n];
  return {
    name: `matmul ${showShape(left)}${turned ? "ᵀ" : ""} × ${showShape(right)}`,
    args: [values(dice, left), values(dice, right)],
    f: (a, b) => p.tanh(p.mul(0.3, p.matmul(turned ? f.swapaxes(a!, -1, -2) : a!, b!))),
  };
}

/** 第 seed 到 seed + count − 1 个程序；同一个种子总是同一个程序。 */
export function randomPrograms(count: number, seed = 1): RandomProgram[] {
  return Array.from({ length: count }, (_, i) => {
    const dice = new Dice(seed + i);
    for (let k = 0; k < 8; k++) dice.next();
    return dice.next() < 0.8 ? elementwise(dice) : product(dice);
  });
}
