import type { Params, Primitive } from "../core/primitive.js";

/** 逐元素原语有几个操作数：看它的表达式里出现了哪几个。 */
export function arity(p: Primitive<any>, params: Params): number {
  const text = p.expr!.js(["α", "β", "γ"], params);
  return text.includes("γ") ? 3 : text.includes("β") ? 2 : 1;
}
