import { type DType, isFloat, promote } from "../dtype.js";
import { broadcastShapes, sameShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { alignBatch } from "./batching.js";
import { bind } from "./bind.js";
import { add, broadcastTo, castLike, sumTo } from "./internal.js";
import { definePrimitive, type Params, type Primitive } from "./primitive.js";

/**
 * 逐元素原语对第 i 个输入的局部导数作用在 g 上。雅可比是对角阵，转置就是自己，
 * 所以同一个式子既推切向量（jvp），也拉伴随（vjp）。null 表示导数处处为零（或约定为零）。
 */
export type LocalDerivative =
  | ((g: Tensor, out: Tensor, args: readonly Tensor[], params: any) => Tensor | null)
  | null;

/** 输出的元素类型：same 取提升后的类型，number 至少是 int32，float 至少是浮点，bool 用于比较。 */
export type ResultType =
  | "same"
  | "number"
  | "float"
  | "bool"
  | ((dtypes: readonly DType[], params: any) => DType);

export interface ElementwiseRow {
  readonly name: string;
  /** cpu 上的表达式；操作数是变量名或字面量文本，结果总是数（真假是 1 与 0）。 */
  readonly js: (args: readonly string[], params: any) => string;
  /** WGSL 表达式；操作数已是 f32（比较的结果是 bool）。 */
  readonly wgsl: (args: readonly string[], params: any) => string;
  /** 每个输入一个局部导数。 */
  readonly d: readonly LocalDerivative[];
  readonly result?: ResultType;
}

export function defineElementwise(row: ElementwiseRow): Primitive {
  const self: Primitive = definePrimitive({
    name: row.name,
    shape: (args, params) => {
      let dtype = args[0]!.dtype;
      for (let i = 1; i < args.length; i++) dtype = promote(dtype, args[i]!.dtype);
      return {
        shape: commonShape(row.name, args),
        dtype: resultType(row.result ?? "float", dtype, args, params),
      };
    },
    jvp: (primals, tangents, out, params) => {
      let sum: Tensor | null = null;
      for (let i = 0; i < primals.length; i++) {
        const t = tangents[i];
        const term = t && row.d[i]?.(t, out, primals, params);
        if (term) sum = sum === null ? term : add(sum, term);
      }
      return sum === null ? null : castLike(broadcastTo(sum, out.shape), out);
    },
    vjp: (i, ct, out, args, params) => {
      const term = row.d[i]?.(ct, out, args, params);
      return term ? castLike(sumTo(term, args[i]!.shape), args[i]!) : null;
    },
    batch: (args, dims, params) => ({ out: bind(self, alignBatch(args, dims), params), dim: 0 }),
    expr: { js: row.js, wgsl: row.wgsl },
  });
  return self;
}

function resultType(
  rule: ResultType,
  common: DType,
  args: readonly { dtype: DType }[],
  params: Params,
): DType {
  if (typeof rule === "function") {
    return rule(
      args.map((a) => a.dtype),
      params,
    );
  }
  if (rule === "bool") return "bool";
  if (rule === "number") return common === "bool" ? "int32" : common;
  return rule === "same" || isFloat(common) ? common : "float64";
}

// 形状相同或其一是标量时不必走完整的广播规则：小张量的开销主要在这里。
function commonShape(name: string, args: readonly { shape: readonly number[] }[]): readonly number[] {
  const a = args[0]!.shape;
  if (args.length === 1) return a;
  if (args.length === 2) {
    const b = args[1]!.shape;
    if (b.length === 0 || sameShape(a, b)) return a;
    if (a.length === 0) return b;
  }
  return broadcastShapes(name, ...args.map((x) => x.shape));
}
