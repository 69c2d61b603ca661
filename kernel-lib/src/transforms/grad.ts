import { isFloat } from "../dtype.js";
import { TiduError } from "../errors.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import type { Inputs, Tensors } from "../tree.js";
import { type AnyFunction, callName, filled, requireFunction } from "./leaves.js";
import { Linearization, resolveArgnums } from "./linearize.js";

export type ScalarFunction = (...args: any[]) => Tensor;
export type Argnums = number | readonly number[];

type Positions<A extends Argnums> = A extends readonly number[] ? `${A[number]}` : `${A & number}`;

/** 只有一个张量参数的函数；没写类型的 `x => …` 因此得到 x: Tensor。 */
export type Single = (x: Tensor) => Tensor;

/** 对 Single 求导的结果；参数写成 any 时（常是一棵没写类型的树），不再要求它是一个张量。 */
export type OfSingle<F extends Single, R = Tensor> = 0 extends 1 & Parameters<F>[0]
  ? (x: any) => any
  : (x: TensorLike) => R;

/** 求导的参数可以给 TensorLike，其余参数与 f 声明的一样。 */
export type DiffArgs<P extends any[], A extends Argnums> = {
  [K in keyof P]: K extends Positions<A> ? Inputs<P[K]> : P[K];
};

/** argnums 是一个数时得到那个参数的梯度；是数组时得到一个数组。 */
export type Gradients<F extends AnyFunction, A extends Argnums> = A extends number
  ? Tensors<Parameters<F>[A]>
  : { -readonly [K in keyof A]: Tensors<Parameters<F>[A[K] & number]> };

export interface GradOptions<A extends Argnums = Argnums> {
  /** 对第几个参数求导，从 0 数起；给数组则对几个参数一起求。缺省 0。 */
  readonly argnums?: A;
}

/**
 * 标量函数的梯度函数，反向模式：`grad(f)(x)` 与 x 同形状。参数可以是树，梯度是同样结构的树。
 * f 必须返回一个标量张量（形状 []），否则抛 TIDU-GRAD-001。可以任意嵌套：`grad(grad(f))`。
 * 求导的参数可以给普通的数与数组，会变成张量；其余参数原样传给 f，所以循环次数、选项可以是普通的值，
 * 要当张量用的请写 tensor(…)。整数、布尔与字符串没有导数，不能出现在求导的参数里（TIDU-GRAD-003、TIDU-TREE-001）。
 *
 * @example
 * grad((x: Tensor) => mul(x, mul(x, x)))(2).item() // => 12
 * @example
 * const loss = (p: { w: Tensor; b: Tensor }, x: Tensor) => add(mul(p.w, x), p.b);
 * const g = grad(loss)({ w: 2, b: 1 }, tensor(5));
 * [g.w.item(), g.b.item()] // => [5, 1]
 */
export function grad<F extends Single>(f: F): OfSingle<F>;
export function grad<F extends ScalarFunction, const A extends Argnums = 0>(
  f: F,
  options?: GradOptions<A>,
): (...args: DiffArgs<Parameters<F>, A>) => Gradients<F, A>;
export function grad(f: AnyFunction, options: GradOptions = {}): AnyFunction {
  requireFunction("grad", f);
  const name = callName("grad", f);
  return named(name, (...args: unknown[]) => differentiate(name, f, args, options)[1]);
}

/**
 * 同时得到函数值与梯度：`[f(x), ∇f(x)]`，前向只算一遍。
 *
 * @example
 * const [y, g] = valueAndGrad((x: Tensor) => mul(x, x))(3);
 * [y.item(), g.item()] // => [9, 6]
 */
export function valueAndGrad<F extends Single>(f: F): OfSingle<F, [Tensor, Tensor]>;
export function valueAndGrad<F extends ScalarFunction, const A extends Argnums = 0>(
  f: F,
  options?: GradOptions<A>,
): (...args: DiffArgs<Parameters<F>, A>) => [Tensor, Gradients<F, A>];
export function valueAndGrad(f: AnyFunction, options: GradOptions = {}): AnyFunction {
  requireFunction("valueAndGrad", f);
  const name = callName("valueAndGrad", f);
  return named(name, (...args: unknown[]) => differentiate(name, f, args, options));
}

function differentiate(
  name: string,
  f: AnyFunction,
  args: readonly unknown[],
  { argnums }: GradOptions,
): [Tensor, unknown] {
  const lin = new Linearization(name, f, args, resolveArgnums(name, argnums, args.length));
  const y = lin.values[0];
  if (lin.structure.kind !== "leaf" || !y || y.shape.length > 0) {
    const got = lin.structure.kind === "leaf" ? `形状 ${showShape(y!.shape)}` : `${lin.values.length} 个张量`;
    throw new TiduError(
      "TIDU-GRAD-001",
      `${name}：只有标量才有梯度，函数返回的却是${got}。请用 sum 或 mean 化成标量；要整个导数请用 vjp 或 jacobian。`,
    );
  }
  if (!isFloat(y.dtype)) {
    throw new TiduError("TIDU-GRAD-003", `${name}：函数返回的元素类型是 ${y.dtype}，整数与布尔没有导数。`);
  }
  const gradients = lin.packInputs(lin.pull([filled(y, 1)]));
  return [y, Array.isArray(argnums) ? gradients : gradients[0]];
}

/** 给变换出来的函数起名，再出错时看得出是哪一层。 */
export function named<F extends AnyFunction>(name: string, f: F): F {
  return Object.defineProperty(f, "name", { value: name });
}
