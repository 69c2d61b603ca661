import type { Affine, Var } from "./compile-affine.js";
import type { Member } from "./compile-kernels.js";
import { childrenOf, type Expr } from "./compile-lower.js";

/** 嵌套里的全部地址；pad 的边界判断要用到的变量不能合并。 */
export function survey(members: readonly Member[]): {
  addresses: Affine[];
  pinned: Set<Var>;
  exprs: Set<Expr>;
} {
  const addresses = members.map((m) => m.address);
  const pinned = new Set<Var>();
  const exprs = new Set<Expr>();
  const stack = members.map((m) => m.expr);
  for (let e = stack.pop(); e; e = stack.pop()) {
    if (exprs.has(e)) continue;
    exprs.add(e);
    if (e.kind === "load") addresses.push(e.address);
    if (e.kind === "bounded") for (const t of e.tests) for (const v of t.index.terms.keys()) pinned.add(v);
    stack.push(...childrenOf(e));
  }
  return { addresses, pinned, exprs };
}
