import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import type { Primitive } from "../core/primitive.js";
import { Tracer } from "../core/tracer.js";
import { type DType, isFloat, promote } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Tensor, TensorLike } from "../tensor.js";

// 比较与逻辑的结果是 bool，导数为零。操作数在 WGSL 里都是 f32，真假是 1 与 0。

function comparison(name: string, operator: string): Primitive {
  return defineElementwise({
    name,
    js: ([a, b]) => `(${a} ${operator} ${b} ? 1 : 0)`,
    wgsl: ([a, b]) => `(${a} ${operator} ${b})`,
    d: [null, null],
    result: "bool",
  });
}

const equalP = comparison("equal", "==");
const notEqualP = comparison("notEqual", "!=");
const greaterP = comparison("greater", ">");
const greaterEqualP = comparison("greaterEqual", ">=");
const lessP = comparison("less", "<");
const lessEqualP = comparison("lessEqual", "<=");

/**
 * 逐元素比较是否相等，结果是 bool（1 真 0 假）。
 *
 * @example
 * equal([1, 2, 3], [1, 5, 3]).toArray() // => [1, 0, 1]
 */
export function equal(a: TensorLike, b: TensorLike): Tensor {
  return bind(equalP, asTensors(a, b), {});
}

/**
 * 逐元素比较是否不等。
 *
 * @example
 * notEqual([1, 2], 2).toArray() // => [1, 0]
 */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return bind(notEqualP, asTensors(a, b), {});
}

/**
 * 逐元素 a > b。
 *
 * @example
 * greater([1, 2, 3], 2).toArray() // => [0, 0, 1]
 */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return bind(greaterP, asTensors(a, b), {});
}

/**
 * 逐元素 a ≥ b。
 *
 * @example
 * greaterEqual([1, 2, 3], 2).toArray() // => [0, 1, 1]
 */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return bind(greaterEqualP, asTensors(a, b), {});
}

/**
 * 逐元素 a < b。
 *
 * @example
 * less([1, 2, 3], 2).toArray() // => [1, 0, 0]
 */
export function less(a: TensorLike, b: TensorLike): Tensor {
  return bind(lessP, asTensors(a, b), {});
}

/**
 * 逐元素 a ≤ b。
 *
 * @example
 * lessEqual([1, 2, 3], 2).toArray() // => [1, 1, 0]
 */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor {
  return bind(lessEqualP, asTensors(a, b), {});
}

const andP = defineElementwise({
  name: "logicalAnd",
  js: ([a, b]) => `(${a} != 0 && ${b} != 0 ? 1 : 0)`,
  wgsl: ([a, b]) => `(${a} != 0.0 && ${b} != 0.0)`,
  d: [null, null],
  result: "bool",
});

/**
 * 逐元素“且”；非零为真。
 *
 * @example
 * logicalAnd([true, true], [true, false]).toArray() // => [1, 0]
 */
export function logicalAnd(a: TensorLike, b: TensorLike): Tensor {
  return bind(andP, asTensors(a, b), {});
}

const orP = defineElementwise({
  name: "logicalOr",
  js: ([a, b]) => `(${a} != 0 || ${b} != 0 ? 1 : 0)`,
  wgsl: ([a, b]) => `(${a} != 0.0 || ${b} != 0.0)`,
  d: [null, null],
  result: "bool",
});

/**
 * 逐元素“或”；非零为真。
 *
 * @example
 * logicalOr([false, true], [false, false]).toArray() // => [0, 1]
 */
export function logicalOr(a: TensorLike, b: TensorLike): Tensor {
  return bind(orP, asTensors(a, b), {});
}

const notP = defineElementwise({
  name: "logicalNot",
  js: ([a]) => `(${a} == 0 ? 1 : 0)`,
  wgsl: ([a]) => `(${a} == 0.0)`,
  d: [null],
  result: "bool",
});

/**
 * 逐元素“非”；零变真，非零变假。
 *
 * @example
 * logicalNot([true, false]).toArray() // => [0, 1]
 */
export function logicalNot(x: TensorLike): Tensor {
  return bind(notP, [asTensor(x)], {});
}

const whereP = defineElementwise({
  name: "where",
  js: ([c, a, b]) => `(${c} != 0 ? ${a} : ${b})`,
  wgsl: ([c, a, b]) => `select(${b}, ${a}, ${c} != 0.0)`,
  d: [null, (g, _, [c]) => where(c!, g, 0), (g, _, [c]) => where(c!, 0, g)],
  result: ([, a, b]) => promote(a!, b!),
});

/**
 * 按条件选择：cond 非零处取 a，否则取 b；三者互相广播。梯度只流向被选中的一支。
 * 没选中的一支如果算出 ∞ 或 NaN，梯度仍可能被它污染，请先把它的输入换成安全的值。
 *
 * @example
 * where([true, false], [1, 2], [10, 20]).toArray() // => [1, 20]
 */
export function where(cond: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors(a, b);
  return bind(whereP, [asTensor(cond), x!, y!], {});
}

const jsCast: Record<DType, (a: string) => string> = {
  float64: (a) => `(${a})`,
  float32: (a) => `Math.fround(${a})`,
  int32: (a) => `(${a} | 0)`,
  bool: (a) => `(${a} != 0 ? 1 : 0)`,
};

const castP = defineElementwise({
  name: "cast",
  js: ([a], { dtype }: { dtype: DType }) => jsCast[dtype](a!),
  wgsl: ([a], { dtype }: { dtype: DType }) =>
    dtype === "bool" ? `(${a} != 0.0)` : dtype === "int32" ? `trunc(${a})` : `(${a})`,
  d: [(g, out, [x]) => (isFloat(out.dtype) && isFloat(x!.dtype) ? astype(g, x!.dtype) : null)],
  result: (_, { dtype }: { dtype: DType }) => dtype,
});

/**
 * 转换元素类型；浮点转 int32 向零取整，转 bool 时非零为真。浮点之间的转换可以求导。
 * 类型名不对时抛 TIDU-DTYPE-001。
 *
 * @example
 * astype([1.7, -1.7, 0], "int32").toArray() // => [1, -1, 0]
 */
export function astype(x: TensorLike, dtype: DType): Tensor {
  if (!Object.hasOwn(jsCast, dtype)) {
    throw new TiduError(
      "TIDU-DTYPE-001",
      `没有元素类型 “${dtype}”；可用的有 ${Object.keys(jsCast).join("、")}。`,
    );
  }
  const t = asTensor(x);
  return t.dtype === dtype ? t : bind(castP, [t], { dtype });
}

const detachP = defineElementwise({
  name: "detach",
  js: ([a]) => `(${a})`,
  wgsl: ([a]) => `(${a})`,
  d: [null],
  result: "same",
});

/** 值不变、导数为零的单个张量；公开的 stopGradient 作用于树。 */
export function detach(x: TensorLike): Tensor {
  const t = asTensor(x);
  return t instanceof Tracer ? bind(detachP, [t], {}) : t;
}
