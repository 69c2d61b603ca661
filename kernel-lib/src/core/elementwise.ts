import { type DType, isFloat, promote } from "../dtype.js";
import { broadcastShapes, sameShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { alignBatch } from "./batching.js";
import { bind } from "./bind.js";
import { add, broadcastTo, sumTo } from "./internal.js";
import { definePrimitive, type Primitive } from "./primitive.js";

/**
 * 逐元素原语对第 i 个输入的局部导数作用在 g 上。雅可比是对角阵，转置就是自己，
 * 所以同一个式子既推切向量（jvp），也拉伴随（vjp）。null 表示导数处处为零（或约定为零）。
 */
export type LocalDerivative =
  | ((g: Tensor, out: Tensor, args: readonly Tensor[], params: any) => Tensor)
  | null;

export interface ElementwiseRow {
  readonly name: string;
  /** cpu 上的表达式；操作数是变量名或字面量文本。 */
  readonly js: (...args: string[]) => string;
  /** WGSL 表达式；操作数已是 f32（比较的结果是 bool）。 */
  readonly wgsl: (...args: string[]) => string;
  /** 每个输入一个局部导数。 */
  readonly d: readonly LocalDerivative[];
  /** 输出的元素类型：same 取提升后的类型，float 至少是浮点，bool 用于比较。 */
  readonly result?: "same" | "float" | "bool" | ((dtypes: readonly DType[]) => DType);
}

export function defineElementwise(row: ElementwiseRow): Primitive {
  const resultType = (dtypes: readonly DType[]): DType => {
    if (typeof row.result === "function") return row.result(dtypes);
    if (row.result === "bool") return "bool";
    const common = dtypes.reduce(promote);
    return row.result === "same" || isFloat(common) ? common : "float64";
  };
  const self: Primitive = definePrimitive({
    name: row.name,
    shape: (args) => ({
      shape: broadcastShapes(row.name, ...args.map((a) => a.shape)),
      dtype: resultType(args.map((a) => a.dtype)),
    }),
    jvp: (primals, tangents, out, params) => {
      let sum: Tensor | null = null;
      for (let i = 0; i < primals.length; i++) {
        const t = tangents[i];
        const d = row.d[i];
        if (!t || !d) continue;
        const term = d(t, out, primals, params);
        sum = sum === null ? term : add(sum, term);
      }
      return sum === null || sameShape(sum.shape, out.shape) ? sum : broadcastTo(sum, out.shape);
    },
    vjp: (i, ct, out, args, params) => {
      const d = row.d[i];
      return d ? sumTo(d(ct, out, args, params), args[i]!.shape) : null;
    },
    batch: (args, dims, params) => ({ out: bind(self, alignBatch(args, dims), params), dim: 0 }),
    expr: { js: (args) => row.js(...args), wgsl: (args) => row.wgsl(...args) },
  });
  return self;
}
