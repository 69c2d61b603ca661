import type { Tensor2D, Tensor as TfTensor } from "@tensorflow/tfjs-core";
import type { Aval } from "../../core/primitive.js";
import { sameShape, sizeOf } from "../../shape.js";
import type { Tf } from "./load.js";

type TfDType = "float32" | "int32" | "bool";

/** tfjs 里的元素类型。 */
export function tfType(dtype: Aval["dtype"]): TfDType {
  return dtype === "float64" ? "float32" : dtype;
}

/** 一个原语用 tfjs 的前向算子写出来；只用前向，从不碰它的磁带。 */
export type TfKernel = (tf: Tf, inputs: readonly TfTensor[], params: any, out: Aval) => TfTensor;

function as(tf: Tf, x: TfTensor, dtype: TfDType): TfTensor {
  return x.dtype === dtype ? x : tf.cast(x, dtype);
}

/** 浮点里算，再转回输出的类型。 */
const unary =
  (f: (tf: Tf, x: TfTensor, params: any) => TfTensor): TfKernel =>
  (tf, [x], params, out) =>
    as(tf, f(tf, as(tf, x!, "float32"), params), tfType(out.dtype));

/** 两边先转成输出的类型。 */
const binary =
  (f: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): TfKernel =>
  (tf, [a, b], _, out) => {
    const dtype = tfType(out.dtype);
    return as(tf, f(tf, as(tf, a!, dtype), as(tf, b!, dtype)), dtype);
  };

const compare =
  (f: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): TfKernel =>
  (tf, [a, b]) => {
    const dtype = a!.dtype === "float32" || b!.dtype === "float32" ? "float32" : "int32";
    return f(tf, as(tf, a!, dtype), as(tf, b!, dtype));
  };

const logical =
  (f: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): TfKernel =>
  (tf, [a, b]) =>
    f(tf, truth(tf, a!), truth(tf, b!));

function truth(tf: Tf, x: TfTensor): TfTensor {
  return x.dtype === "bool" ? x : tf.notEqual(x, tf.scalar(0, x.dtype as TfDType));
}

const reduce =
  (f: (tf: Tf, x: TfTensor, axes: number[]) => TfTensor): TfKernel =>
  (tf, [x], { axes }: { axes: number[] }, out) => {
    const dtype = tfType(out.dtype);
    const y = as(tf, x!, dtype);
    return axes.length === 0 ? y : as(tf, f(tf, y, axes), dtype);
  };

// 有的后端（wasm）在最值里忽略 NaN；凡含 NaN 的都补成 NaN。
const extremum = (name: "max" | "min"): TfKernel =>
  reduce((tf, x, axes) => {
    const y = tf[name](x, axes);
    return x.dtype === "float32" ? tf.where(tf.any(tf.isNaN(x), axes), tf.fill(y.shape, Number.NaN), y) : y;
  });

const larger = (name: "maximum" | "minimum"): TfKernel =>
  binary((tf, a, b) => {
    const y = tf[name](a, b);
    if (y.dtype !== "float32") return y;
    return tf.where(tf.logicalOr(tf.isNaN(a), tf.isNaN(b)), tf.fill(y.shape, Number.NaN), y);
  });

function horner(tf: Tf, x: TfTensor, coefficients: readonly number[]): TfTensor {
  let sum: TfTensor = tf.zerosLike(x);
  for (const c of coefficients) sum = tf.add(tf.mul(sum, x), c);
  return sum;
}

// Giles（2010）的两段多项式，自变量 w = −ln(1 − x²)。
function erfinv(tf: Tf, x: TfTensor): TfTensor {
  const w = tf.neg(tf.log(tf.mul(tf.sub(1, x), tf.add(1, x))));
  const centre = [
    2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
    -0.00417768164, 0.246640727, 1.50140941,
  ];
  const tail = [
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
    0.00943887047, 1.00167406, 2.83297682,
  ];
  const near = horner(tf, tf.sub(w, 2.5), centre);
  const far = horner(tf, tf.sub(tf.sqrt(w), 3), tail);
  const y = tf.mul(x, tf.where(tf.less(w, 5), near, far));
  return tf.where(tf.equal(tf.abs(x), 1), tf.mul(x, Number.POSITIVE_INFINITY), y);
}

// Numerical Recipes 的 erfcc：有理–指数逼近，相对误差 1.2e-7；1 − tf.erf 在右尾会相消。
function erfc(tf: Tf, x: TfTensor): TfTensor {
  const z = tf.abs(x);
  const t = tf.div(1, tf.add(1, tf.mul(0.5, z)));
  const poly = horner(
    tf,
    t,
    [
      0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
      1.00002368, -1.26551223,
    ],
  );
  const y = tf.mul(t, tf.exp(tf.sub(poly, tf.square(z))));
  return tf.where(tf.less(x, 0), tf.sub(2, y), y);
}

function scatterAdd(
  tf: Tf,
  [indices, updates]: readonly TfTensor[],
  { axis, size }: { axis: number; size: number },
  out: Aval,
): TfTensor {
  // 把被累加的轴移到最前：scatterND 按行累加，重复的行相加。
  const pre = sizeOf(out.shape.slice(0, axis));
  const post = sizeOf(out.shape.slice(axis + 1));
  const m = indices!.size;
  const dtype = tfType(out.dtype);
  if (m === 0) return tf.zeros([...out.shape], dtype);
  const lines = tf.reshape(as(tf, updates!, dtype), [pre, m, post]);
  const rows = tf.reshape(tf.transpose(lines, [1, 0, 2]), [m, pre * post]);
  const sums = tf.scatterND(tf.reshape(indices!, [m, 1]), rows, [size, pre * post]);
  return tf.reshape(tf.transpose(tf.reshape(sums, [size, pre, post]), [1, 0, 2]), [...out.shape]);
}

// 秩太高时 wasm 的 pad 不报错而给出没写过的内存，所以一次只补一轴，前后的轴各并成一轴。
function pad(
  tf: Tf,
  [x]: readonly TfTensor[],
  { lo, hi, value }: { lo: number[]; hi: number[]; value: number },
  out: Aval,
): TfTensor {
  if (lo.length <= 4) {
    return tf.pad(
      x!,
      lo.map((n, i): [number, number] => [n, hi[i]!]),
      value,
    );
  }
  let y = x!;
  const shape = [...x!.shape];
  for (const [i, n] of lo.entries()) {
    if (n === 0 && hi[i] === 0) continue;
    const lines = tf.reshape(y, [sizeOf(shape.slice(0, i)), shape[i]!, sizeOf(shape.slice(i + 1))]);
    y = tf.pad(
      lines,
      [
        [0, 0],
        [n, hi[i]!],
        [0, 0],
      ],
      value,
    );
    shape[i]! += n + hi[i]!;
  }
  return tf.reshape(y, [...out.shape]);
}

function matmul(tf: Tf, [a, b]: readonly TfTensor[], _: unknown, out: Aval): TfTensor {
  if (a!.shape.at(-1) === 0) return tf.zeros([...out.shape], tfType(out.dtype));
  // tfjs 的批轴广播在两边都要放大时算错（[2,1,m,k]×[3,k,n]），所以先各自铺开。
  const lead = out.shape.slice(0, -2);
  const spread = (x: TfTensor): Tensor2D => {
    const shape = [...lead, ...x.shape.slice(-2)];
    const full = sameShape(shape, x.shape) ? x : tf.broadcastTo(x, shape);
    return as(tf, full, "float32") as Tensor2D;
  };
  return as(tf, tf.matMul(spread(a!), spread(b!)), tfType(out.dtype));
}

const position =
  (name: "argMax" | "argMin"): TfKernel =>
  (tf, [x], { axis }) =>
    tf[name](x!.dtype === "bool" ? as(tf, x!, "int32") : x!, axis);

/** 沿末轴从大到小的次序；相同的保持原来的先后。 */
function descending(tf: Tf, lines: TfTensor): TfTensor {
  return tf.topk(lines, lines.shape.at(-1)!).indices;
}

/** 每一行按 order 取数。 */
function pick(tf: Tf, lines: TfTensor, order: TfTensor): TfTensor {
  const [rows, n] = lines.shape as [number, number];
  const first = tf.mul(tf.range(0, rows, 1, "int32"), tf.scalar(n, "int32"));
  const flat = tf.add(order, tf.reshape(first, [rows, 1]));
  return tf.gather(tf.reshape(lines, [rows * n]), as(tf, flat, "int32") as Tensor2D);
}

// tfjs 没有 argsort，用 topk 写：取相反数，从大到小就是从小到大。NaN 先当作最大的数排一次，
// 再按“是不是 NaN”稳定地排一次，于是 NaN 落在 ∞ 之后。
function argsort(tf: Tf, [x]: readonly TfTensor[], { axis }: { axis: number }): TfTensor {
  const rank = x!.shape.length;
  const last = x!.shape.map((_, i) => i).filter((i) => i !== axis);
  const back = x!.shape.map((_, i) => (i < axis ? i : i === axis ? rank - 1 : i - 1));
  const moved = tf.transpose(x!, [...last, axis]);
  const lines = tf.reshape(moved, [-1, x!.shape[axis]!]);
  const restore = (order: TfTensor): TfTensor => tf.transpose(tf.reshape(order, moved.shape), back);
  // 整数用 −1 − x：最小的整数没有相反数。
  if (x!.dtype !== "float32") {
    return restore(descending(tf, tf.sub(tf.scalar(-1, "int32"), as(tf, lines, "int32"))));
  }
  const nan = tf.isNaN(lines);
  const numbers = tf.where(nan, tf.fill(lines.shape, Number.NEGATIVE_INFINITY), tf.neg(lines));
  const first = descending(tf, numbers);
  const second = descending(tf, tf.sub(1, pick(tf, as(tf, nan, "float32"), first)));
  return restore(pick(tf, first, second));
}

/** 逐个元素都不变。 */
const same: TfKernel = (tf, [x]) => tf.clone(x!);

/** 用 tfjs 的算子写得出的原语；这里没有的取回主机上算（见 host.ts）。 */
export const kernels: Readonly<Record<string, TfKernel>> = {
  add: binary((tf, a, b) => tf.add(a, b)),
  sub: binary((tf, a, b) => tf.sub(a, b)),
  mul: binary((tf, a, b) => tf.mul(a, b)),
  div: binary((tf, a, b) => tf.div(a, b)),
  mod: binary((tf, a, b) => tf.mod(a, b)),
  pow: (tf, [a, b], _, out) =>
    as(tf, tf.pow(as(tf, a!, "float32"), as(tf, b!, "float32")), tfType(out.dtype)),
  maximum: larger("maximum"),
  minimum: larger("minimum"),
  neg: (tf, [x]) => tf.neg(x!),
  abs: (tf, [x]) => tf.abs(x!),
  square: (tf, [x]) => tf.mul(x!, x!),
  sign: unary((tf, x) => tf.where(tf.isNaN(x), x, tf.sign(x))),
  floor: unary((tf, x) => tf.floor(x)),
  ceil: unary((tf, x) => tf.ceil(x)),
  round: unary((tf, x) => tf.round(x)),
  exp: unary((tf, x) => tf.exp(x)),
  expm1: unary((tf, x) => tf.expm1(x)),
  log: unary((tf, x) => tf.log(x)),
  log1p: unary((tf, x) => tf.log1p(x)),
  sqrt: unary((tf, x) => tf.sqrt(x)),
  sin: unary((tf, x) => tf.sin(x)),
  cos: unary((tf, x) => tf.cos(x)),
  tan: unary((tf, x) => tf.tan(x)),
  asin: unary((tf, x) => tf.asin(x)),
  acos: unary((tf, x) => tf.acos(x)),
  atan: unary((tf, x) => tf.atan(x)),
  sinh: unary((tf, x) => tf.sinh(x)),
  cosh: unary((tf, x) => tf.cosh(x)),
  tanh: unary((tf, x) => tf.tanh(x)),
  sechSquare: unary((tf, x) => {
    const e = tf.exp(tf.mul(-2, tf.abs(x)));
    return tf.div(tf.mul(4, e), tf.square(tf.add(1, e)));
  }),
  atan2: binary((tf, a, b) => tf.atan2(a, b)),
  logaddexp: binary((tf, a, b) => {
    const far = tf.add(tf.maximum(a, b), tf.log1p(tf.exp(tf.neg(tf.abs(tf.sub(a, b))))));
    return tf.where(tf.equal(a, b), tf.add(a, Math.LN2), far);
  }),
  sigmoid: unary((tf, x) => tf.sigmoid(x)),
  softplus: unary((tf, x) => tf.softplus(x)),
  relu: unary((tf, x) => tf.relu(x)),
  elu: unary((tf, x, { alpha }) =>
    tf.where(tf.greaterEqual(x, 0), x, tf.mul(alpha, tf.expm1(tf.minimum(x, 0)))),
  ),
  erf: unary((tf, x) => tf.erf(x)),
  erfc: unary(erfc),
  erfinv: unary(erfinv),
  clip: unary((tf, x, { lo, hi }) => tf.where(tf.isNaN(x), x, tf.clipByValue(x, lo, hi))),
  detach: same,
  stopGradient: same,
  equal: compare((tf, a, b) => tf.equal(a, b)),
  notEqual: compare((tf, a, b) => tf.notEqual(a, b)),
  greater: compare((tf, a, b) => tf.greater(a, b)),
  greaterEqual: compare((tf, a, b) => tf.greaterEqual(a, b)),
  less: compare((tf, a, b) => tf.less(a, b)),
  lessEqual: compare((tf, a, b) => tf.lessEqual(a, b)),
  logicalAnd: logical((tf, a, b) => tf.logicalAnd(a, b)),
  logicalOr: logical((tf, a, b) => tf.logicalOr(a, b)),
  logicalNot: (tf, [x]) => tf.logicalNot(truth(tf, x!)),
  where: (tf, [c, a, b], _, out) => {
    const dtype = tfType(out.dtype);
    return tf.where(truth(tf, c!), as(tf, a!, dtype), as(tf, b!, dtype));
  },
  cast: (tf, [x], _, out) => (out.dtype === "bool" ? truth(tf, x!) : as(tf, x!, tfType(out.dtype))),
  sum: reduce((tf, x, axes) => tf.sum(x, axes)),
  prod: reduce((tf, x, axes) => tf.prod(x, axes)),
  max: extremum("max"),
  min: extremum("min"),
  argmax: position("argMax"),
  argmin: position("argMin"),
  reshape: (tf, [x], _, out) => tf.reshape(x!, [...out.shape]),
  transpose: (tf, [x], { perm }) => tf.transpose(x!, [...perm]),
  broadcastTo: (tf, [x], _, out) => tf.broadcastTo(x!, [...out.shape]),
  slice: (tf, [x], { start, size, step }: { start: number[]; size: number[]; step: number[] }) => {
    // 步长大于 1 的轴用下标取：wasm 的 stridedSlice 把整数与布尔的二进制位当成浮点。
    const extent = size.map((n, i) => (step[i] === 1 ? n : (n - 1) * step[i]! + 1));
    let y: TfTensor = tf.slice(x!, [...start], extent);
    for (const [axis, by] of step.entries()) {
      if (by === 1) continue;
      const indices = Int32Array.from({ length: size[axis]! }, (_, i) => i * by);
      y = tf.gather(y, tf.tensor1d(indices, "int32"), axis);
    }
    return y;
  },
  pad,
  concat: (tf, inputs, { axis }, out) => {
    const dtype = tfType(out.dtype);
    return tf.concat(
      inputs.map((x) => as(tf, x, dtype)),
      axis,
    );
  },
  flip: (tf, [x], { axes }) => tf.reverse(x!, [...axes]),
  cumsum: (tf, [x], { axis }, out) => tf.cumsum(as(tf, x!, tfType(out.dtype)), axis),
  gather: (tf, [x, indices], { axis }) => tf.gather(x!, indices as Tensor2D, axis),
  scatterAdd,
  matmul,
  argsort,
};
