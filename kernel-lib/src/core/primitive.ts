import type { DType } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** 抽象值：只有形状与元素类型，没有数据。形状规则与 jit 都只看它。 */
export interface Aval {
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Params = Readonly<Record<string, any>>;

/**
 * 原语表的一行。一个原语只有一个输出；各条规则用别的原语写成，所以任意阶导数都由同一张表得到。
 *
 * - `shape`：由输入的抽象值得到输出的抽象值，输入不合法时抛中文错误。
 * - `jvp`：切向量往前推；`tangents[i] === null` 表示恒为零，返回 null 表示输出的切向量恒为零。
 * - `vjp`：把上游伴随 `ct` 拉回第 `i` 个输入；返回 null 表示该输入没有梯度。
 * - `batch`：第 i 个输入的批轴是 `dims[i]`（null 表示没有批轴）；返回结果与它的批轴。
 * - `expr`：逐元素原语的表达式，一份给 JavaScript（cpu 的即时循环与 jit 共用），一份给 WGSL。
 */
export interface Primitive<P extends Params = Params> {
  readonly name: string;
  readonly shape: (args: readonly Aval[], params: P) => Aval;
  readonly jvp?: (
    primals: readonly Tensor[],
    tangents: readonly (Tensor | null)[],
    out: Tensor,
    params: P,
  ) => Tensor | null;
  readonly vjp?: (i: number, ct: Tensor, out: Tensor, args: readonly Tensor[], params: P) => Tensor | null;
  readonly batch?: (
    args: readonly Tensor[],
    dims: readonly (number | null)[],
    params: P,
    size: number,
  ) => { out: Tensor; dim: number };
  readonly expr?: {
    readonly js: (args: readonly string[], params: P) => string;
    readonly wgsl: (args: readonly string[], params: P) => string;
  };
}

const table = new Map<string, Primitive<any>>();

/** 把一行登记进原语表；名字重复是程序错误。 */
export function definePrimitive<P extends Params>(row: Primitive<P>): Primitive<P> {
  if (table.has(row.name)) throw new TiduError("TIDU-PRIM-001", `原语 “${row.name}” 登记了两次。`);
  table.set(row.name, row);
  return row;
}

/** 全部原语，按登记次序。 */
export function primitives(): Primitive<any>[] {
  return [...table.values()];
}

export function missingRule(primitive: Primitive<any>, rule: string): TiduError {
  return new TiduError(
    "TIDU-PRIM-002",
    `原语 “${primitive.name}” 没有 ${rule} 规则。支持情况见 FEATURES.md；可以用 customVjp 自己给出梯度。`,
  );
}

/** 按名字取一行；规则里用别的原语、又怕循环引用时用它。 */
export function primitive(name: string): Primitive<any> {
  const row = table.get(name);
  if (!row) throw new TiduError("TIDU-PRIM-003", `没有原语 “${name}”。`);
  return row;
}
