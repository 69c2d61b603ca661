import { bind } from "../core/bind.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { TiduError } from "../errors.js";
import { type Shape, showShape } from "../shape.js";
import { Tensor } from "../tensor.js";

export type Draw = "bits" | "uniform" | "split" | "integers" | "permutation";

// 一个原语管全部抽样：输入密钥 [..., 2]，输出 [..., ...shape]。密钥在 cpu 上，所以每个设备上得到同样的数。
const randomP: Primitive<any> = definePrimitive({
  name: "random",
  shape: ([key], { draw, shape }) => ({
    shape: [...key!.shape.slice(0, -1), ...shape],
    dtype: draw === "uniform" ? "float64" : "int32",
  }),
  jvp: () => null,
  vjp: () => null,
  batch: ([key], [dim], params) => ({ out: bind(randomP, [moveAxis(key!, dim!, 0)], params), dim: 0 }),
});

/** 用密钥抽样；密钥不对时说明该怎么写。 */
export function draw(op: string, key: Tensor, kind: Draw, shape: Shape, params: object = {}): Tensor {
  if (!(key instanceof Tensor) || key.dtype !== "int32" || key.shape.length !== 1 || key.shape[0] !== 2) {
    const seen =
      key instanceof Tensor ? `${key.dtype}${showShape(key.shape)} 的张量` : `${typeof key} ${String(key)}`;
    throw new TiduError(
      "TIDU-RANDOM-001",
      `${op}：第一个参数要是密钥，得到的是 ${seen}。请写 const k = key(0)，每次抽样前用 split(k) 分出新的密钥。`,
    );
  }
  return bind(randomP, [key], { draw: kind, shape, ...params });
}
