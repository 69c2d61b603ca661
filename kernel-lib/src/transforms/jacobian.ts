import { moveAxis, reshape } from "../core/internal.js";
import { cpu } from "../devices/cpu/device.js";
import { allocate } from "../dtype.js";
import { TiduError } from "../errors.js";
import { concat, slice } from "../primitives/index.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { nestTrees, type Tensors } from "../tree.js";
import { type DiffArgs, named, type OfSingle, type Single } from "./grad.js";
import { type AnyFunction, callName, requireFunction } from "./leaves.js";
import { Linearization, resolveArgnums } from "./linearize.js";
import { vmap } from "./vmap.js";

/** 输出树的每个叶子处放一棵输入树：∂(那个输出)/∂(每个输入)。 */
export type Jacobians<R, P> = 0 extends 1 & R
  ? any
  : R extends Tensor
    ? Tensors<P>
    : R extends object
      ? { [K in keyof R]: Jacobians<R[K], P> }
      : R;

export interface JacobianOptions<A extends number = number> {
  /** 对第几个参数求导，缺省 0；其余参数原样传给 f。 */
  readonly argnums?: A;
}

const count = (leaves: readonly Tensor[]): number => leaves.reduce((n, x) => n + x.size, 0);

/** 第 from 到 to 个基向量：第 k 个叶子的基张量形状 [to − from, …叶子形状]。 */
function basis(leaves: readonly Tensor[], from: number, to: number): Tensor[] {
  let start = 0;
  return leaves.map((x) => {
    const data = allocate(x.dtype, (to - from) * x.size);
    for (let row = Math.max(from, start); row < Math.min(to, start + x.size); row++) {
      data[(row - from) * x.size + row - start] = 1;
    }
    start += x.size;
    return new ArrayTensor(cpu, data, [to - from, ...x.shape], x.dtype);
  });
}

/** 一批最多这么多个数：基向量很多时分几批，免得中间结果撑爆内存。 */
const chunkElements = 1 << 22;

/** 对 leaves 的每个基向量作用线性映射 apply，结果沿第 0 轴排起来。 */
function overBasis(leaves: readonly Tensor[], width: number, apply: (ts: Tensor[]) => Tensor[]): Tensor[] {
  const total = count(leaves);
  const step = Math.max(1, Math.floor(chunkElements / Math.max(1, width, total)));
  const parts: Tensor[][] = [];
  for (let from = 0; from === 0 || from < total; from += step) {
    parts.push(vmap(apply)(basis(leaves, from, Math.min(total, from + step))) as Tensor[]);
  }
  const first = parts[0]!;
  return parts.length === 1 ? first : first.map((_, k) => concat(parts.map((p) => p[k]!)));
}

/** 沿第 0 轴按各叶子的元素数切开，每块变形为 shapeOf(块的叶子)。 */
function split(rows: Tensor, leaves: readonly Tensor[], shape: (leaf: Tensor) => number[]): Tensor[] {
  if (leaves.length === 1) return [reshape(rows, shape(leaves[0]!))];
  let start = 0;
  return leaves.map((x) => {
    const rest = rows.shape.slice(1);
    const part = slice(rows, [start, ...rest.map(() => 0)], [x.size, ...rest]);
    start += x.size;
    return reshape(part, shape(x));
  });
}

function forward(lin: Linearization): unknown {
  const inputs = lin.variables.map((v) => v.value);
  const columns = overBasis(inputs, count(lin.values), (ts) => lin.push(ts));
  // columns[k] 形状 [输入元素数, …输出形状]：切成各输入，再把输入的轴挪到最后。
  const blocks = columns.map((c, k) => {
    const out = lin.values[k]!.shape;
    return split(c, inputs, (x) => [x.size, ...out]).map((part, i) =>
      reshape(moveAxis(part, 0, out.length), [...out, ...inputs[i]!.shape]),
    );
  });
  return nestTrees(lin.structure, lin.inputs[0]!.structure, blocks.flat());
}

function reverse(lin: Linearization): unknown {
  const inputs = lin.variables.map((v) => v.value);
  const rows = overBasis(lin.values, count(inputs), (cts) => lin.pull(cts));
  // rows[i] 形状 [输出元素数, …输入形状]：切成各输出。
  const blocks = rows.map((r, i) => split(r, lin.values, (y) => [...y.shape, ...inputs[i]!.shape]));
  const flat = lin.values.flatMap((_, k) => inputs.map((_, i) => blocks[i]![k]!));
  return nestTrees(lin.structure, lin.inputs[0]!.structure, flat);
}

/** 雅可比与黑塞矩阵只对一个参数求；几个一起求请把它们放进一棵树。 */
export function requireOne(name: string, { argnums }: JacobianOptions): void {
  if (argnums === undefined || typeof argnums === "number") return;
  throw new TiduError(
    "TIDU-GRAD-004",
    `${name}：argnums 只能是一个数。要对几个参数一起求，请把它们放进一个对象或数组，作为一个参数传入。`,
  );
}

function make(
  transform: string,
  f: AnyFunction,
  options: JacobianOptions,
  compute: (lin: Linearization) => unknown,
): AnyFunction {
  requireFunction(transform, f);
  const name = callName(transform, f);
  requireOne(name, options);
  return named(name, (...args: unknown[]) => {
    const lin = new Linearization(name, f, args, resolveArgnums(name, options.argnums, args.length));
    return compute(lin);
  });
}

/**
 * 前向模式的雅可比矩阵：输入每个元素走一遍，输入少、输出多时快。形状是 [...输出形状, ...输入形状]。
 *
 * @example
 * jacfwd((x: Tensor) => mul(x, x))([1, 2]).toArray() // => [[2, 0], [0, 4]]
 */
export function jacfwd<F extends Single>(f: F): OfSingle<F>;
export function jacfwd<F extends AnyFunction, const A extends number = 0>(
  f: F,
  options?: JacobianOptions<A>,
): (...args: DiffArgs<Parameters<F>, A>) => Jacobians<ReturnType<F>, Parameters<F>[A]>;
export function jacfwd(f: AnyFunction, options: JacobianOptions = {}): AnyFunction {
  return make("jacfwd", f, options, forward);
}

/**
 * 反向模式的雅可比矩阵：输出每个元素走一遍，输入多、输出少时快。
 *
 * @example
 * jacrev((x: Tensor) => mul(x, x))([1, 2]).toArray() // => [[2, 0], [0, 4]]
 */
export function jacrev<F extends Single>(f: F): OfSingle<F>;
export function jacrev<F extends AnyFunction, const A extends number = 0>(
  f: F,
  options?: JacobianOptions<A>,
): (...args: DiffArgs<Parameters<F>, A>) => Jacobians<ReturnType<F>, Parameters<F>[A]>;
export function jacrev(f: AnyFunction, options: JacobianOptions = {}): AnyFunction {
  return make("jacrev", f, options, reverse);
}

/**
 * 雅可比矩阵 J，J[i…, j…] = ∂yᵢ/∂xⱼ，形状是 [...输出形状, ...输入形状]。输入不多于输出时走前向，否则走反向，结果相同。
 * 输入、输出是树时，结果是「输出的树套输入的树」。
 *
 * @example
 * const polar = (p: Tensor) => mul(p, [2, 3]);
 * jacobian(polar)([1, 1]).toArray() // => [[2, 0], [0, 3]]
 */
export function jacobian<F extends Single>(f: F): OfSingle<F>;
export function jacobian<F extends AnyFunction, const A extends number = 0>(
  f: F,
  options?: JacobianOptions<A>,
): (...args: DiffArgs<Parameters<F>, A>) => Jacobians<ReturnType<F>, Parameters<F>[A]>;
export function jacobian(f: AnyFunction, options: JacobianOptions = {}): AnyFunction {
  return make("jacobian", f, options, (lin) => {
    return count(lin.variables) <= count(lin.values) ? forward(lin) : reverse(lin);
  });
}
