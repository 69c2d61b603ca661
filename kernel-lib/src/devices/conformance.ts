import { bind } from "../core/bind.js";
import { type Params, primitive, primitives } from "../core/primitive.js";
import { type DType, isFloat, type TypedArray } from "../dtype.js";
import { type Shape, sameShape, showShape, sizeOf } from "../shape.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { cpu } from "./cpu/device.js";
import type { Device } from "./device.js";

/** 一致性检验的一例：同样的输入在 cpu（float64）与被测设备上各算一次。 */
export interface ConformanceCase {
  readonly name: string;
  readonly primitive: string;
  readonly inputs: readonly Input[];
  readonly params: Params;
  /** 允许的相对误差（以 float32 的 ε 计）；缺省 64。 */
  readonly ulps?: number;
}

interface Input {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: readonly number[];
}

/** 可重现的随机数：mulberry32。 */
function source(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// 空、标量、不足一个工作组、恰好一组、多出一个、几组零一些。
const shapes: readonly Shape[] = [
  [],
  [1],
  [0],
  [3, 0, 2],
  [5],
  [7, 13],
  [2, 3, 4, 5],
  [256],
  [257],
  [3, 300],
];
const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[7], []],
  [[], [2, 3]],
  [[3, 1], [4]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[0], [1]],
  [
    [5, 1, 7],
    [1, 6, 1],
  ],
  [
    [2, 1, 3, 1],
    [4, 1, 5],
  ],
  [[300], [300]],
  [
    [33, 9],
    [33, 9],
  ],
];

class Builder {
  private readonly random: () => number;
  readonly cases: ConformanceCase[] = [];

  constructor(seed: number) {
    this.random = source(seed);
  }

  float(shape: Shape, lo = -3, hi = 3): Input {
    const data = Array.from({ length: sizeOf(shape) }, () => Math.fround(lo + (hi - lo) * this.random()));
    return { shape, dtype: "float32", data };
  }

  int(shape: Shape, lo: number, hi: number): Input {
    const data = Array.from({ length: sizeOf(shape) }, () => Math.floor(lo + (hi - lo) * this.random()));
    return { shape, dtype: "int32", data };
  }

  bool(shape: Shape): Input {
    return { shape, dtype: "bool", data: this.int(shape, 0, 2).data };
  }

  values(data: readonly number[], dtype: DType = "float32"): Input {
    return { shape: [data.length], dtype, data: isFloat(dtype) ? data.map(Math.fround) : data };
  }

  push(name: string, inputs: readonly Input[], params: Params = {}, ulps?: number): void {
    const label = `${name} ${inputs.map((x) => `${x.dtype}${showShape(x.shape)}`).join(" ")}`;
    const extra = Object.keys(params).length ? ` ${JSON.stringify(params)}` : "";
    this.cases.push({ name: label + extra, primitive: name, inputs, params, ulps });
  }
}

const special = [0, -0, 1, -1, 0.5, -0.5, 2.5, -2.5, 1.5, 20, -20, 90, -90, 1e6, 1e-6, -1e-6];
const extremes = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

type Row = (b: Builder, name: string) => void;

const unary =
  (lo: number, hi: number, more: readonly number[] = special, ulps?: number, params: Params = {}): Row =>
  (b, name) => {
    for (const shape of shapes) b.push(name, [b.float(shape, lo, hi)], params, ulps);
    b.push(name, [b.values(more)], params, ulps);
  };

const binary =
  (lo = -3, hi = 3, ulps?: number): Row =>
  (b, name) => {
    for (const [x, y] of pairs) b.push(name, [b.float(x, lo, hi), b.float(y, lo, hi)], {}, ulps);
  };

const mixed =
  (floatRow: Row): Row =>
  (b, name) => {
    floatRow(b, name);
    b.push(name, [b.int([9], -9, 9), b.int([4, 1], -9, 9)]);
    b.push(name, [b.values([16777217, -5, 0, 7], "int32"), b.values([1, 3, -2, 7], "int32")]);
    b.push(name, [b.int([5], -9, 9), b.float([5])]);
    b.push(name, [b.bool([5]), b.float([5])]);
  };

const compare: Row = (b, name) => {
  mixed(binary())(b, name);
  b.push(name, [b.values([1, 2, 3, -0]), b.values([1, 5, 2, 0])]);
  b.push(name, [b.values(extremes), b.values([...extremes].reverse())]);
};

const logical: Row = (b, name) => {
  b.push(name, [b.bool([2, 3]), b.bool([3])]);
  b.push(name, [b.values([0, 2, -1, 0]), b.values([0, 0, 3, 1])]);
  b.push(name, [b.bool([0]), b.bool([1])]);
};

const reduction =
  (empty: boolean, lo = -3, hi = 3, ulps = 256): Row =>
  (b, name) => {
    const put = (shape: Shape, axes: number[]) => b.push(name, [b.float(shape, lo, hi)], { axes }, ulps);
    put([], []);
    put([1], [0]);
    put([5], [0]);
    put([3, 4, 5], [1]);
    put([3, 4, 5], [0, 2]);
    put([3, 4, 5], [0, 1, 2]);
    put([3, 4, 5], []);
    put([2, 3, 2, 3, 2], [1, 3]);
    put([3, 1000], [1]);
    put([70, 3], [0]);
    put([5000, 2], [0]);
    put([40, 4100], [0]);
    put([0, 3], [1]);
    if (empty) {
      put([3, 0], [1]);
      put([0], [0]);
    }
    if (name !== "prod") put([20011], [0]);
    b.push(name, [b.int([4, 5], -4, 5)], { axes: [1] });
    if (name === "max" || name === "min") b.push(name, [b.values([1, Number.NaN, 3])], { axes: [0] });
  };

const position: Row = (b, name) => {
  for (const [shape, axis] of [
    [[1], 0],
    [[5], 0],
    [[3, 4, 5], 0],
    [[3, 4, 5], 1],
    [[3, 4, 5], 2],
    [[3, 1000], 1],
    [[0, 3], 1],
  ] as const)
    b.push(name, [b.float(shape)], { axis });
  b.push(name, [b.values([2, 7, 1, 7, 1])], { axis: 0 });
  b.push(name, [b.int([4, 9], -3, 3)], { axis: 1 });
};

/** 对角占优的方阵，条件数小。 */
function square(b: Builder, shape: Shape): Input {
  const n = shape.at(-1)!;
  const { data, dtype } = b.float(shape, -1, 1);
  const diagonal = (k: number): boolean => Math.floor(k / n) % n === k % n;
  return { shape, dtype, data: data.map((v, k) => Math.fround(diagonal(k) ? v + n + 1 : v)) };
}

/** 对角线拉开的矩阵：特征值与奇异值互不相近，向量才确定。 */
function separated(b: Builder, shape: Shape, symmetric: boolean): Input {
  const n = shape.at(-1)!;
  const { data, dtype } = b.float(shape, -1, 1);
  const at = (k: number): number => {
    const [i, j] = [Math.floor(k / n) % n, k % n];
    const mirrored = symmetric ? data[k - i * n - j + Math.min(i, j) * n + Math.max(i, j)]! : data[k]!;
    return i === j ? mirrored + 3 * (i + 1) : mirrored;
  };
  return { shape, dtype, data: data.map((_, k) => Math.fround(at(k))) };
}

const images = [
  [[4, 4], { size: [2, 2], strides: [1, 1], dilation: [1, 1], counts: [3, 3] }],
  [[2, 3, 9, 8], { size: [3, 2], strides: [2, 3], dilation: [2, 1], counts: [3, 3] }],
  [[3, 1, 5], { size: [1, 5], strides: [1, 2], dilation: [1, 1], counts: [1, 1] }],
  [[0, 6, 6], { size: [3, 3], strides: [1, 1], dilation: [1, 1], counts: [4, 4] }],
] as const;

const orders: readonly Shape[] = [
  [1, 1],
  [2, 2],
  [3, 5, 5],
  [2, 1, 17, 17],
  [0, 3, 3],
];

const rows: Readonly<Record<string, Row>> = {
  add: mixed(binary()),
  sub: mixed(binary()),
  mul: mixed(binary()),
  div: (b, name) => {
    binary(0.1, 3)(b, name);
    b.push(name, [b.values([1, -1, 0]), b.values([0, 0, 0])]);
    b.push(name, [b.int([4], 1, 9), b.int([4], 1, 9)]);
  },
  neg: (b, name) => {
    unary(-3, 3)(b, name);
    b.push(name, [b.int([5], -9, 9)]);
  },
  pow: (b, name) => {
    binary(0.1, 3, 256)(b, name);
    b.push(name, [b.values([-2, -2, -1.5, 0, 0, 2, 2, -3]), b.values([2, 3, -1, 0, 2, -2, 0.5, 1])], {}, 256);
    b.push(name, [b.values([-2, 10]), b.values([0.5, 20])], {}, 256);
  },
  exp: unary(-5, 5, special, 512),
  expm1: unary(-2, 2, [1e-6, -1e-6, 0, 20, -20], 256),
  log: unary(0.01, 9, [1, 0, -1, 1e-6, 1e6, 2], 256),
  log1p: unary(-0.9, 9, [0, 1e-6, -1e-6, -1, 1e6], 256),
  sqrt: unary(0, 9, [0, 1, 4, -1, 1e6]),
  square: unary(-3, 3),
  abs: (b, name) => {
    unary(-3, 3)(b, name);
    b.push(name, [b.int([5], -9, 9)]);
  },
  sign: unary(-3, 3),
  sin: unary(-9, 9, [0, 1, -1, Math.PI, 100, -1000], 128),
  cos: unary(-9, 9, [0, 1, -1, Math.PI / 2, 100, -1000], 128),
  tan: unary(-1.3, 1.3, [0, 1, -1], 256),
  asin: unary(-0.99, 0.99, [0, 1, -1, 2], 2048),
  acos: unary(-0.99, 0.99, [0, 1, -1, 2], 2048),
  atan: unary(-9, 9, [0, 1, -1, 1e6], 1024),
  sinh: unary(-4, 4, [0, 1e-5, 20, -20], 512),
  cosh: unary(-4, 4, [0, 1e-5, 20, -20], 512),
  tanh: unary(-3, 3, special, 256),
  sechSquare: unary(-3, 3, [0, 1, -1, 20, -20, 90], 512),
  atan2: (b, name) => {
    binary(-3, 3, 4096)(b, name);
    b.push(name, [b.values([0, 1, -1, 0, 2, -2]), b.values([0, 0, 0, -1, 3, -3])], {}, 4096);
  },
  logaddexp: (b, name) => {
    binary(-3, 3, 256)(b, name);
    b.push(name, [b.values([1000, -1000, 90, 0]), b.values([1000, -1000, -90, 20])], {}, 256);
  },
  sigmoid: unary(-5, 5, special, 512),
  relu: unary(-3, 3),
  softplus: unary(-5, 5, special, 256),
  elu: unary(-3, 3, special, 256, { alpha: 1.3 }),
  erf: unary(-3, 3, [0, 0.5, -0.5, 1, 5, -5], 128),
  erfc: unary(-3, 3, [0, 0.5, -0.5, 1, 5, -5, 9], 1024),
  erfinv: unary(-0.99, 0.99, [0, 0.5, -0.5, 1, -1, 1.5], 256),
  detach: unary(-3, 3),
  stopGradient: unary(-3, 3),
  random: (b, name) => {
    const keys = b.values([1, 2, -5, 77], "int32");
    const two = { ...keys, shape: [2, 2] };
    const one = b.values([0, 42], "int32");
    b.push(name, [one], { draw: "bits", shape: [300] });
    b.push(name, [one], { draw: "uniform", shape: [20, 20] });
    b.push(name, [two], { draw: "uniform", shape: [3] });
    b.push(name, [two], { draw: "split", shape: [4, 2] });
    b.push(name, [one], { draw: "integers", shape: [50], span: 7 });
    b.push(name, [one], { draw: "integers", shape: [50], span: 3_000_000_000 });
    b.push(name, [one], { draw: "integers", shape: [50], span: 2 ** 32 });
    b.push(name, [one], { draw: "uniform", shape: [0] });
    // 一轮、两轮、不必洗的。
    for (const n of [1, 40, 1700]) b.push(name, [one], { draw: "permutation", shape: [n] });
    b.push(name, [two], { draw: "permutation", shape: [9] });
  },
  floor: unary(-3, 3, special.slice(0, 9)),
  ceil: unary(-3, 3, special.slice(0, 9)),
  round: unary(-3, 3, special.slice(0, 9)),
  maximum: mixed(binary()),
  minimum: mixed(binary()),
  mod: (b, name) => {
    binary(0.5, 5, 256)(b, name);
    b.push(name, [b.values([5, -5, 5, -5, 6]), b.values([3, 3, -3, -3, 3])]);
    b.push(name, [b.values([5, -5, 5, -5, 6], "int32"), b.values([3, 3, -3, -3, 3], "int32")]);
  },
  equal: compare,
  notEqual: compare,
  greater: compare,
  greaterEqual: compare,
  less: compare,
  lessEqual: compare,
  logicalAnd: logical,
  logicalOr: logical,
  logicalNot: (b, name) => {
    b.push(name, [b.bool([7])]);
    b.push(name, [b.values([0, 2, -1])]);
  },
  where: (b, name) => {
    b.push(name, [b.bool([2, 3]), b.float([3]), b.float([])]);
    b.push(name, [b.bool([]), b.float([300]), b.float([300])]);
    b.push(name, [b.bool([4]), b.int([4], -9, 9), b.int([4], -9, 9)]);
    b.push(name, [b.bool([0]), b.float([]), b.float([1])]);
    b.push(name, [b.values([0, 2, -1]), b.float([3]), b.values(extremes)]);
  },
  clip: (b, name) => {
    unary(-3, 3, special, undefined, { lo: -1, hi: 0.5 })(b, name);
    unary(-3, 3, special, undefined, { lo: 0, hi: Number.POSITIVE_INFINITY })(b, name);
  },
  cast: (b, name) => {
    b.push(name, [b.float([9], -5, 5)], { dtype: "int32" });
    b.push(name, [b.values([0, 1, -0.5])], { dtype: "bool" });
    b.push(name, [b.int([9], -5, 5)], { dtype: "float32" });
    b.push(name, [b.int([9], -5, 5)], { dtype: "bool" });
    b.push(name, [b.bool([9])], { dtype: "float32" });
    b.push(name, [b.bool([9])], { dtype: "int32" });
  },
  sum: reduction(true),
  prod: reduction(true, 0.9, 1.1, 4096),
  max: reduction(false),
  min: reduction(false),
  argmax: position,
  argmin: position,
  reshape: (b, name) => {
    b.push(name, [b.float([6])], { shape: [2, 3] });
    b.push(name, [b.float([0, 3])], { shape: [0] });
    b.push(name, [b.float([1])], { shape: [] });
    b.push(name, [b.bool([4])], { shape: [2, 2] });
  },
  transpose: (b, name) => {
    b.push(name, [b.float([7, 13])], { perm: [1, 0] });
    b.push(name, [b.float([2, 3, 4, 5])], { perm: [3, 1, 0, 2] });
    b.push(name, [b.int([2, 3, 4], -9, 9)], { perm: [0, 2, 1] });
    b.push(name, [b.float([3, 0])], { perm: [1, 0] });
    b.push(name, [b.bool([3, 2])], { perm: [1, 0] });
  },
  broadcastTo: (b, name) => {
    b.push(name, [b.float([])], { shape: [3, 4] });
    b.push(name, [b.float([3, 1])], { shape: [2, 3, 300] });
    b.push(name, [b.float([1, 5, 1])], { shape: [4, 5, 6] });
    b.push(name, [b.int([1], -9, 9)], { shape: [0] });
    b.push(name, [b.bool([2, 1])], { shape: [2, 2] });
  },
  slice: (b, name) => {
    b.push(name, [b.float([10])], { start: [2], size: [4], step: [2] });
    b.push(name, [b.float([5, 6, 7])], { start: [1, 0, 2], size: [3, 6, 2], step: [1, 1, 3] });
    b.push(name, [b.float([4])], { start: [1], size: [0], step: [1] });
    b.push(name, [b.int([6], -9, 9)], { start: [1], size: [3], step: [1] });
    b.push(name, [b.values([5, 16777217, 7, -3], "int32")], { start: [1], size: [2], step: [2] });
    b.push(name, [b.bool([6])], { start: [1], size: [3], step: [2] });
  },
  pad: (b, name) => {
    b.push(name, [b.float([3])], { lo: [1], hi: [2], value: 0 });
    b.push(name, [b.float([3, 4])], { lo: [0, 2], hi: [1, 0], value: -1.5 });
    b.push(name, [b.float([3])], { lo: [1], hi: [1], value: Number.NEGATIVE_INFINITY });
    b.push(name, [b.float([0, 2])], { lo: [1, 0], hi: [1, 0], value: 7 });
    b.push(name, [b.float([2, 1, 3, 1, 2, 2])], {
      lo: [1, 0, 0, 1, 0, 2],
      hi: [0, 0, 1, 0, 0, 1],
      value: 0.5,
    });
    b.push(name, [b.int([2], -9, 9)], { lo: [1], hi: [1], value: 4 });
  },
  concat: (b, name) => {
    b.push(name, [b.float([3]), b.float([0]), b.float([2])], { axis: 0 });
    b.push(name, [b.float([2, 3]), b.float([2, 1]), b.float([2, 300])], { axis: 1 });
    b.push(name, [b.float([2, 2]), b.int([1, 2], -9, 9)], { axis: 0 });
    b.push(name, [b.bool([2]), b.bool([3])], { axis: 0 });
  },
  flip: (b, name) => {
    b.push(name, [b.float([5])], { axes: [0] });
    b.push(name, [b.float([3, 4, 5])], { axes: [0, 2] });
    b.push(name, [b.float([0, 2])], { axes: [0] });
    b.push(name, [b.int([3, 2], -9, 9)], { axes: [1] });
  },
  cumsum: (b, name) => {
    for (const [shape, axis] of [
      [[5], 0],
      [[3, 300], 1],
      [[300, 3], 0],
      [[2, 3, 4], 1],
      [[0], 0],
      [[1], 0],
    ] as const)
      b.push(name, [b.float(shape)], { axis }, 512);
    b.push(name, [b.int([7], -9, 9)], { axis: 0 });
    b.push(name, [b.bool([7])], { axis: 0 });
  },
  gather: (b, name) => {
    b.push(name, [b.float([5]), b.int([3], 0, 5)], { axis: 0 });
    b.push(name, [b.float([4, 5, 6]), b.int([2, 7], 0, 5)], { axis: 1 });
    b.push(name, [b.float([4, 5]), b.int([], 0, 5)], { axis: 1 });
    b.push(name, [b.float([4, 5]), b.int([0], 0, 5)], { axis: 0 });
    b.push(name, [b.int([6], -9, 9), b.int([9], 0, 6)], { axis: 0 });
    b.push(name, [b.bool([6]), b.int([9], 0, 6)], { axis: 0 });
  },
  scatterAdd: (b, name) => {
    b.push(name, [b.int([9], 0, 4), b.float([9])], { axis: 0, size: 4 });
    b.push(name, [b.int([2, 3], 0, 5), b.float([4, 2, 3, 6])], { axis: 1, size: 5 });
    b.push(name, [b.int([], 0, 3), b.float([4])], { axis: 0, size: 3 });
    b.push(name, [b.int([0], 0, 3), b.float([0, 4])], { axis: 0, size: 3 });
    b.push(name, [b.int([300], 0, 7), b.float([300, 3])], { axis: 0, size: 7 }, 512);
    b.push(name, [b.int([5], 0, 3), b.int([5], -9, 9)], { axis: 0, size: 3 });
  },
  matmul: (b, name) => {
    const put = (x: Shape, y: Shape) => b.push(name, [b.float(x), b.float(y)], {}, 512);
    put([1, 1], [1, 1]);
    put([3, 4], [4, 5]);
    put([17, 33], [33, 19]);
    put([16, 16], [16, 16]);
    put([70, 50], [50, 65]);
    put([33, 100], [100, 64]);
    put([2, 3, 4], [2, 4, 5]);
    put([2, 1, 3, 4], [3, 4, 5]);
    put([3, 4], [2, 4, 5]);
    put([3, 0], [0, 5]);
    put([0, 4], [4, 5]);
    put([0, 2, 3], [0, 3, 2]);
    b.push(name, [b.int([3, 4], -5, 5), b.int([4, 2], -5, 5)]);
  },
  argsort: (b, name) => {
    for (const [shape, axis] of [
      [[1], 0],
      [[0], 0],
      [[9], 0],
      [[3, 300], 1],
      [[4, 7, 5], 1],
      [[4, 0], 1],
    ] as const)
      b.push(name, [b.float(shape)], { axis });
    b.push(name, [b.values([3, Number.NaN, -0, 0, ...extremes, 0, 3])], { axis: 0 });
    b.push(name, [b.int([40], -3, 3)], { axis: 0 });
    b.push(name, [b.bool([9])], { axis: 0 });
  },
  solve: (b, name) => {
    for (const shape of orders) b.push(name, [square(b, shape), b.float([shape.at(-1)!, 3])], {}, 512);
    b.push(name, [square(b, [2, 1, 4, 4]), b.float([3, 4, 2])], {}, 512);
    b.push(name, [square(b, [4, 4]), b.float([4, 0])]);
  },
  triangularSolve: (b, name) => {
    for (const lower of [true, false]) {
      for (const transpose of [true, false]) {
        for (const shape of orders)
          b.push(name, [square(b, shape), b.float([shape.at(-1)!, 3])], { lower, transpose }, 512);
      }
    }
  },
  cholesky: (b, name) => {
    for (const shape of orders) b.push(name, [square(b, shape)], {}, 512);
  },
  det: (b, name) => {
    for (const shape of orders.slice(0, 3)) b.push(name, [square(b, shape)], {}, 512);
    b.push(name, [{ shape: [2, 2], dtype: "float32", data: [0, 2, 3, 0] }]);
  },
  logdet: (b, name) => {
    for (const shape of orders) b.push(name, [square(b, shape)], {}, 512);
  },
  cofactor: (b, name) => {
    for (const shape of orders.slice(0, 3)) b.push(name, [square(b, shape)], {}, 4096);
    b.push(name, [{ shape: [2, 2], dtype: "float32", data: [1, 2, 2, 4] }]);
  },
  eigh: (b, name) => {
    for (const shape of orders) b.push(name, [separated(b, shape, true)], {}, 4096);
    b.push(name, [{ shape: [2, 2], dtype: "float32", data: [0, 0, 0, 0] }]);
  },
  svd: (b, name) => {
    for (const shape of orders) b.push(name, [separated(b, shape, false)], {}, 4096);
    b.push(name, [{ shape: [3, 2], dtype: "float32", data: [4, 0, 0, 3, 0, 0] }]);
    b.push(name, [{ shape: [2, 3], dtype: "float32", data: [4, 0, 0, 0, 3, 0] }]);
  },
  pinv: (b, name) => {
    for (const shape of orders) b.push(name, [separated(b, shape, false)], {}, 4096);
    b.push(name, [{ shape: [2, 2], dtype: "float32", data: [1, 2, 2, 4] }], {}, 4096);
    b.push(name, [{ shape: [2, 3], dtype: "float32", data: [4, 0, 0, 0, 3, 0] }]);
  },
  qr: (b, name) => {
    for (const shape of orders) b.push(name, [square(b, shape)], {}, 4096);
    b.push(name, [b.float([7, 3])], {}, 4096);
  },
  unfold: (b, name) => {
    for (const [shape, window] of images) b.push(name, [b.float([...shape])], window);
    b.push(name, [b.int([4, 4], -9, 9)], images[0]![1]);
  },
  fold: (b, name) => {
    for (const [shape, window] of images) {
      const lead = shape.slice(0, -2);
      const patches = [...lead, ...window.size, ...window.counts];
      b.push(name, [b.float(patches)], { ...window, shape: shape.slice(-2) });
    }
  },
};

// to 只是搬动，另有检验。
const elsewhere = ["to"];

/** 登记在原语表里、但还没有写检验的；有一个就说明该补了。 */
export function uncoveredPrimitives(): string[] {
  return primitives()
    .map((p) => p.name)
    .filter((name) => !elsewhere.includes(name) && !Object.hasOwn(rows, name));
}

/** 全部原语的全部检验。 */
export function conformanceCases(seed = 1): ConformanceCase[] {
  const b = new Builder(seed);
  const names = new Set(primitives().map((p) => p.name));
  for (const [name, row] of Object.entries(rows)) if (names.has(name)) row(b, name);
  return b.cases;
}

function place({ shape, dtype, data }: Input, device: Device, own: DType): Tensor {
  const typed = dtype === "int32" ? Int32Array : dtype === "bool" ? Uint8Array : Float64Array;
  return new ArrayTensor(device, device.upload(typed.from(data), own), shape, own);
}

/** 在设备上算一例，与 cpu 的 float64 结果比较；一致时返回 null，否则说明哪里不同。 */
export async function checkConformance(test: ConformanceCase, device: Device): Promise<string | null> {
  const p = primitive(test.primitive);
  const wide = (d: DType): DType => (d === "float32" ? "float64" : d);
  const params = test.params["dtype"] === "float32" ? { ...test.params, dtype: "float64" } : test.params;
  const expected = bind(
    p,
    test.inputs.map((x) => place(x, cpu, wide(x.dtype))),
    params,
  );
  const actual = bind(
    p,
    test.inputs.map((x) => place(x, device, device.storage(x.dtype))),
    test.params,
  );
  if (!sameShape(actual.shape, expected.shape)) {
    return `形状 ${showShape(actual.shape)}，应为 ${showShape(expected.shape)}`;
  }
  const dtype = device.storage(expected.dtype);
  if (actual.dtype !== dtype) return `元素类型 ${actual.dtype}，应为 ${dtype}`;
  return compareData(await actual.data(), await expected.data(), test);
}

function compareData(actual: TypedArray, expected: TypedArray, test: ConformanceCase): string | null {
  const eps = 2 ** -23 * (test.ulps ?? 64);
  // 相消之后的绝对误差与参与运算的数的大小相当，而不是与结果相当。
  let largest = 1;
  for (const v of expected) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
  const scale = expected instanceof Float64Array ? 2 ** -23 * 16 * Math.min(largest, 64) : 0;
  for (let i = 0; i < expected.length; i++) {
    const want = expected instanceof Float64Array ? Math.fround(expected[i]!) : expected[i]!;
    const got = actual[i]!;
    if (Object.is(got, want) || got === want || Math.abs(got - want) <= eps * Math.abs(want) + scale)
      continue;
    const from = test.inputs.map((x) =>
      x.data.length === expected.length ? x.data[i] : `${x.data.length} 个数`,
    );
    return `第 ${i} 个元素是 ${got}，应为 ${want}（输入 ${from.join("、")}）`;
  }
  return null;
}
