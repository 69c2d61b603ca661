import { TiduError } from "../errors.js";

/** 有名字的一段计算；每调用一次 block 包过的函数就是新的一段。 */
export interface Scope {
  readonly name: string;
  /** 外面一层；最外层的是 null。 */
  readonly parent: Scope | null;
}

let current: Scope | null = null;

/** 正在运行的最里一层。 */
export function currentScope(): Scope | null {
  return current;
}

/** scope 是不是 outer，或在它里面；outer 为 null 时总是。 */
export function within(scope: Scope | null, outer: Scope | null): boolean {
  for (let s = scope; s !== null; s = s.parent) if (s === outer) return true;
  return outer === null;
}

/** 两段的最里一层公共的外层。 */
export function commonScope(a: Scope | null, b: Scope | null): Scope | null {
  let s = a;
  while (s !== null && !within(b, s)) s = s.parent;
  return s;
}

/** 从外到里的各层。 */
export function scopePath(scope: Scope | null): Scope[] {
  const path: Scope[] = [];
  for (let s = scope; s !== null; s = s.parent) path.unshift(s);
  return path;
}

/**
 * 给一段计算起名字：返回的函数与 f 相同，trace 画图时把它里面的运算收成一个框，可以打开来看；可以嵌套。
 * 与 JAX 的 named_call 相当。f 必须是同步函数，返回 Promise 时抛 TIDU-GRAPH-002；
 * 已经包在 jit 里的函数只在第一次追踪时看得见里面的段，要画图请直接 trace 没有 jit 的函数。
 *
 * @example
 * const gate = block("门", (x: Tensor, w: Tensor) => sigmoid(mul(x, w)));
 * const g = trace((x: Tensor, w: Tensor) => mul(x, gate(x, w)))(2, 0);
 * [g.output.value.item(), g.blocks] // => [1, ["门"]]
 */
export function block<F extends (...args: any[]) => unknown>(name: string, f: F): F {
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const outer = current;
    current = { name, parent: outer };
    try {
      const result = f.apply(this, args);
      if (typeof (result as { then?: unknown } | null)?.then === "function") {
        throw new TiduError(
          "TIDU-GRAPH-002",
          `block("${name}")：里面的函数返回了 Promise，图上分不清哪些运算属于它。请改成同步函数，把 await 移到外面。`,
        );
      }
      return result;
    } finally {
      current = outer;
    }
  };
  Object.defineProperty(wrapped, "name", { value: f.name || name });
  Object.defineProperty(wrapped, "length", { value: f.length });
  // 参数名由源代码读出，所以照给原函数的。
  Object.defineProperty(wrapped, "toString", { value: () => Function.prototype.toString.call(f) });
  return wrapped as F;
}
