import type { DType } from "../../dtype.js";
import type { GraphNode } from "../../graph/graph.js";
import type { Affine, Var } from "./compile-affine.js";
import { coalesce, type Kernel, type Member, merged } from "./compile-kernels.js";
import { childrenOf, type Expr, sameAddress } from "./compile-lower.js";
import { survey } from "./compile-survey.js";

/** 生成代码时要问的：缓冲区叫什么、标量叫什么、哪些根要真的写出去。 */
export interface Names {
  /** 缓冲区变量名。 */
  buffer(holder: GraphNode): string;
  /** 只有一个元素、住在局部变量里的根。 */
  scalar(holder: GraphNode): string | null;
  /** 本嵌套之外有没有人要读它。 */
  escapes(node: GraphNode): boolean;
  /** float32 的累加用的 float64 草稿。 */
  scratch(node: GraphNode): string;
}

/** 一层循环的代码：先是常量，再是里层循环或循环体，最后是收尾。 */
interface Scope {
  readonly depth: number;
  readonly parent: Scope | null;
  readonly head: string[];
  readonly tail: string[];
}

const identity = { sum: "0", prod: "1", max: "-Infinity", min: "Infinity" } as const;

/** 两个值的归约；最值里有 NaN 结果就是 NaN，与 Math.max 一致。 */
export function combine(op: keyof typeof identity, acc: string, x: string): string {
  if (op === "sum") return `${acc} + ${x}`;
  return op === "prod" ? `${acc} * ${x}` : `Math.${op}(${acc}, ${x})`;
}

interface Accumulator {
  readonly name: string;
  readonly op: keyof typeof identity;
}

/** 这么长的归约循环才值得展开；循环体太长则不展开。 */
const unrollFrom = 32;
const unrollLength = 1200;

/**
 * 归约循环一次走四步，四个累加器轮流用：一个累加器时，每次加法都要等上一次的结果。
 */
function unrolled(v: string, extent: number, body: string, accumulators: readonly Accumulator[]): string {
  const whole = extent - (extent % 4);
  const step = (k: number): string => {
    let text = body;
    for (const { name } of k === 0 ? [] : accumulators) {
      text = text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), `${name}_${k}`);
    }
    return `{ const ${v} = ${v}_4 + ${k};\n${text}\n}`;
  };
  const lines = accumulators.map(
    ({ name, op }) => `let ${[1, 2, 3].map((k) => `${name}_${k} = ${identity[op]}`).join(", ")};`,
  );
  lines.push(`for (let ${v}_4 = 0; ${v}_4 < ${whole}; ${v}_4 += 4) {`, ...[0, 1, 2, 3].map(step), "}");
  if (whole < extent) lines.push(`for (let ${v} = ${whole}; ${v} < ${extent}; ${v}++) {\n${body}\n}`);
  for (const { name, op } of accumulators) {
    const pair = [combine(op, name, `${name}_1`), combine(op, `${name}_2`, `${name}_3`)];
    lines.push(`${name} = ${combine(op, `(${pair[0]})`, `(${pair[1]})`)};`);
  }
  return lines.join("\n");
}

/**
 * 一个循环嵌套的代码。每个中间值都是一个 const，放在它依赖的最深一层循环里，
 * 与里层循环无关的计算因此自动提到外面。
 */
export class LoopEmitter {
  private readonly names: Names;
  private readonly kernel: Kernel & { kind: "loop" };
  private readonly loops: { v: Var; extent: number }[];
  private readonly owner: Map<Var, Var>;
  private readonly scopes: Scope[];
  private readonly inner = new Map<Var, Scope>();
  private readonly text = new Map<Expr, string>();
  private readonly before: string[] = [];
  private readonly after: string[] = [];
  private readonly logical: ReadonlySet<Expr>;
  /** 同一个数的 tanh 与 sechSquare：先到的一个把两个都算好。 */
  private readonly twins: ReadonlyMap<Expr, Twins>;
  /** 最里层循环里的累加器。 */
  private readonly accumulators: Accumulator[] = [];
  /** 提到外层的地址。 */
  private readonly bases = new Map<string, string>();
  private count = 0;

  constructor(kernel: Kernel & { kind: "loop" }, names: Names) {
    this.names = names;
    this.kernel = kernel;
    const { addresses, pinned, exprs } = survey(kernel.members);
    const { loops, owner } = coalesce(kernel.vars, addresses, pinned);
    this.loops = loops;
    this.owner = owner;
    this.logical = conditionsOnly(
      exprs,
      kernel.members.map((m) => m.expr),
    );
    this.twins = twinsIn(exprs);
    this.scopes = [{ depth: 0, parent: null, head: [], tail: [] }];
    for (const [i] of loops.entries()) {
      this.scopes.push({ depth: i + 1, parent: this.scopes[i]!, head: [], tail: [] });
    }
  }

  emit(): string {
    for (const member of this.kernel.members) this.member(member);
    return [...this.before, "{", this.nest(0), "}", ...this.after].join("\n");
  }

  private nest(depth: number): string {
    const { head, tail } = this.scopes[depth]!;
    const loop = this.loops[depth];
    if (!loop) return [...head, ...tail].join("\n");
    const { name } = loop.v;
    const inner = this.nest(depth + 1);
    const accumulators = depth + 1 === this.loops.length ? this.accumulators : [];
    if (accumulators.length > 0 && loop.extent >= unrollFrom && inner.length < unrollLength) {
      return [...head, unrolled(name, loop.extent, inner, accumulators), ...tail].join("\n");
    }
    const open = `for (let ${name} = 0; ${name} < ${loop.extent}; ${name}++) {`;
    return [...head, open, inner, "}", ...tail].join("\n");
  }

  private member({ node, reduce, expr, address }: Member): void {
    const body = this.scopes.at(-1)!;
    const scalar = this.names.scalar(node);
    const at = merged(address, this.owner);
    const kept = this.depthOf(at.terms.keys());
    if (reduce === null) {
      const value = this.value(expr, body);
      if (scalar !== null) {
        this.before.push(`let ${scalar};`);
        body.tail.push(`${scalar} = ${value};`);
      } else if (this.names.escapes(node)) {
        body.tail.push(`${this.names.buffer(node)}[${this.address(at)}] = ${value};`);
      }
      return;
    }
    if (scalar === null && !this.names.escapes(node)) return;
    const value = this.value(expr, body);
    if (kept === at.terms.size) {
      // 留下的循环都在外层：累加器是局部变量。
      const acc = scalar ?? `a${node.id}`;
      const init = `let ${acc} = ${identity[reduce]};`;
      this.accumulators.push({ name: acc, op: reduce });
      if (scalar !== null) this.before.push(init);
      else this.scopes[kept]!.head.push(init);
      body.tail.push(`${acc} = ${combine(reduce, acc, value)};`);
      if (scalar !== null) {
        if (node.dtype !== "float64") this.after.push(`${acc} = ${rounded(acc, node.dtype)};`);
      } else this.scopes[kept]!.tail.push(`${this.names.buffer(node)}[${this.address(at)}] = ${acc};`);
      return;
    }
    const direct = node.dtype === "float64" || node.dtype === "int32";
    const target = direct ? this.names.buffer(node) : this.names.scratch(node);
    this.before.push(`${target}.fill(${direct ? fillOf(reduce, node.dtype) : identity[reduce]});`);
    const cell = `${target}[${this.address(at)}]`;
    body.tail.push(`${cell} = ${combine(reduce, cell, value)};`);
    if (!direct) this.after.push(`${this.names.buffer(node)}.set(${target});`);
  }

  /** 表达式的文本：字面量、变量名或一次读取。 */
  private value(e: Expr, from: Scope): string {
    const known = this.text.get(e);
    if (known !== undefined) return known;
    const text = this.define(e, from);
    this.text.set(e, text);
    return text;
  }

  private define(e: Expr, from: Scope): string {
    const scope = this.scopeOf(e, from);
    switch (e.kind) {
      case "literal":
        return literal(e.value);
      case "load":
        return this.load(e, scope);
      case "op": {
        const args = e.args.map((x) => this.value(x, from));
        const twins = this.twins.get(e);
        if (twins) return this.both(twins, e, args[0]!, scope);
        const { primitive, params } = e.node;
        let text = primitive!.expr!.js(args, params);
        if (this.logical.has(e)) text = text.replace(/^\((.*) \? 1 : 0\)$/s, "($1)");
        else if (e.dtype !== "bool" && !keepsPrecision(e))
          text = rounded(this.divided(e, args, text, from), e.dtype);
        text = fastMath(text, e.dtype);
        if (primitive!.name === "where" && this.logical.has(e.args[0]!)) text = text.replace(" != 0 ?", " ?");
        return this.constant(scope, text);
      }
      case "sum": {
        const products = e.items.map(([a, b]) => `${this.value(a, from)} * ${this.value(b, from)}`);
        return this.constant(scope, rounded(products.join(" + ") || "0", e.dtype));
      }
      case "dot":
        return this.dot(e, scope);
      case "bounded": {
        const inside = this.value(e.inside, from);
        const tests = e.tests.map(({ index, size }) => {
          const at = this.address(merged(index, this.owner));
          return `${at} >= 0 && ${at} < ${size}`;
        });
        return this.constant(scope, `(${tests.join(" && ")} ? ${inside} : ${literal(e.value)})`);
      }
    }
  }

  /**
   * 除法换成乘法，结果不变时才换：除数是 2 的幂；或者是 float32，而除数在里层循环里不变
   * （倒数与乘积都是双精度，舍入到单精度后与直接除只在恰好落在两数正中附近时可能不同）。
   */
  private divided(e: Expr & { kind: "op" }, [a, b]: readonly string[], text: string, from: Scope): string {
    if (e.node.primitive!.name !== "div" || e.dtype === "int32") return text;
    const divisor = e.args[1]!;
    if (divisor.kind === "literal") {
      const exact = Number.isInteger(Math.log2(Math.abs(divisor.value))) && 1 / divisor.value !== 0;
      return exact || e.dtype === "float32" ? `${a} * ${literal(1 / divisor.value)}` : text;
    }
    if (e.dtype !== "float32") return text;
    const outer = this.scopeOf(divisor, from);
    if (outer.depth >= this.scopeOf(e, from).depth) return text;
    const key = `1 / ${b}`;
    let inverse = this.bases.get(key);
    if (!inverse) this.bases.set(key, (inverse = this.constant(outer, key)));
    return `${a} * ${inverse}`;
  }

  private both({ tanh, slope }: Twins, e: Expr, x: string, scope: Scope): string {
    const y = this.constant(scope, rounded(`tanh(${x}, side)`, tanh.dtype));
    const d = this.constant(scope, rounded("side[0]", slope.dtype));
    this.text.set(tanh, y);
    this.text.set(slope, d);
    return e === tanh ? y : d;
  }

  private load(e: Expr & { kind: "load" }, scope: Scope): string {
    const writer = this.kernel.members.find((m) => m.node === e.holder);
    if (writer && writer.reduce === null && sameAddress(writer.address, e.address)) {
      return this.value(writer.expr, scope);
    }
    const scalar = this.names.scalar(e.holder);
    if (scalar !== null) return scalar;
    const at = this.address(merged(e.address, this.owner));
    return this.constant(scope, `${this.names.buffer(e.holder)}[${at}]`);
  }

  private dot(e: Expr & { kind: "dot" }, scope: Scope): string {
    const acc = `d${this.count++}`;
    const inner: Scope = { depth: scope.depth + 0.5, parent: scope, head: [], tail: [] };
    this.inner.set(e.k, inner);
    const product = `${this.value(e.a, inner)} * ${this.value(e.b, inner)}`;
    const { name, extent } = e.k;
    scope.head.push(
      `let ${acc} = 0;`,
      `for (let ${name} = 0; ${name} < ${extent}; ${name}++) {`,
      ...inner.head,
      `${acc} += ${product};`,
      "}",
    );
    this.inner.delete(e.k);
    for (const x of [...this.text.keys()]) if (x.vars.has(e.k)) this.text.delete(x);
    return e.dtype === "float64" ? acc : this.constant(scope, rounded(acc, e.dtype));
  }

  private constant(scope: Scope, text: string): string {
    const name = `t${this.count++}`;
    scope.head.push(`const ${name} = ${text};`);
    return name;
  }

  /** 依赖的变量里最深的一层。 */
  private scopeOf(e: Expr, from: Scope): Scope {
    for (const v of e.vars) {
      const inner = this.inner.get(v);
      if (inner) return inner;
    }
    const outer = this.scopes[this.depthOf(e.vars)]!;
    return outer.depth <= from.depth ? outer : from;
  }

  private depthOf(vars: Iterable<Var>): number {
    let depth = 0;
    for (const v of vars) {
      const o = this.owner.get(v);
      const at = this.loops.findIndex((l) => l.v === o);
      if (at >= 0) depth = Math.max(depth, at + 1);
    }
    return depth;
  }

  /** 地址的文本；外层循环定下的那部分提到外层去算。 */
  private address(a: Affine): string {
    const terms = [...a.terms].sort(([x], [y]) => this.levelOf(x) - this.levelOf(y));
    const show = (list: typeof terms): string =>
      list.map(([v, c]) => (c === 1 ? v.name : `${v.name} * ${c}`)).join(" + ");
    const parts: string[] = [];
    const last = terms.pop();
    if (terms.length > 0) {
      const outer = this.scopes[this.depthOf(terms.map(([v]) => v))]!;
      const text = show(terms);
      let name = this.bases.get(text);
      if (!name) {
        name = `p${this.count++}`;
        this.bases.set(text, name);
        outer.head.push(`const ${name} = ${text};`);
      }
      parts.push(name);
    }
    if (last) parts.push(show([last]));
    if (a.offset !== 0 || parts.length === 0) parts.push(String(a.offset));
    return parts.join(" + ");
  }

  private levelOf(v: Var): number {
    return this.inner.has(v) ? Infinity : this.depthOf([v]);
  }
}

/** 生成的代码里用的指数与双曲正切（compile-math.ts）。 */
function fastMath(text: string, dtype: DType): string {
  return text
    .replaceAll("Math.exp(", dtype === "float32" ? "expSingle(" : "exp(")
    .replaceAll("Math.tanh(", "tanh(");
}

/** 结果总是某个操作数（或它的相反数、0、±1）的运算：操作数已经是 float32，就不必再舍入。 */
const selecting = new Set(["abs", "neg", "sign", "where", "maximum", "minimum", "relu", "stopGradient"]);

function keepsPrecision(e: Expr & { kind: "op" }): boolean {
  if (e.dtype !== "float32") return false;
  const { name } = e.node.primitive!;
  // 乘 0 或 ±2ᵏ 没有误差（溢出与下溢留到最后存的时候）。
  if (name === "mul" && e.args.every(isSingle) && e.args.some(isScale)) return true;
  if (name === "div" && isSingle(e.args[0]!) && e.args[1]!.kind === "literal" && isScale(e.args[1]!))
    return true;
  if (!selecting.has(name)) return false;
  return e.args.every(isSingle);
}

function isSingle(e: Expr): boolean {
  return e.kind === "literal"
    ? Math.fround(e.value) === e.value
    : e.dtype === "float32" || e.dtype === "bool";
}

/** 值只能是 0 或 ±2ᵏ：字面量、按条件选的字面量（导数里的掩码），以及它们的积。 */
function isScale(e: Expr): boolean {
  if (e.kind === "literal") {
    const x = Math.abs(e.value);
    return x === 0 || (x > 1e-30 && x < 1e30 && Number.isInteger(Math.log2(x)));
  }
  if (e.kind !== "op") return false;
  const { name } = e.node.primitive!;
  if (name === "where") return isScale(e.args[1]!) && isScale(e.args[2]!);
  return (name === "mul" || name === "neg") && e.args.every(isScale);
}

function fillOf(reduce: keyof typeof identity, dtype: DType): string {
  if (dtype !== "int32" || reduce === "sum" || reduce === "prod") return identity[reduce];
  return reduce === "max" ? "-2147483648" : "2147483647";
}

/** 存进 dtype 再读出来的值。 */
export function rounded(text: string, dtype: DType): string {
  switch (dtype) {
    case "float32":
      return `fround(${text})`;
    case "int32":
      return `(${text} | 0)`;
    case "bool":
      return `(${text} & 255)`;
    default:
      return text;
  }
}

export function literal(value: number): string {
  if (Object.is(value, -0)) return "(-0)";
  return value < 0 ? `(${value})` : String(value);
}

interface Twins {
  readonly tanh: Expr;
  readonly slope: Expr;
}

function twinsIn(exprs: Iterable<Expr>): Map<Expr, Twins> {
  const found = new Map<Expr, { tanh?: Expr; slope?: Expr }>();
  for (const e of exprs) {
    if (e.kind !== "op") continue;
    const { name } = e.node.primitive!;
    if (name !== "tanh" && name !== "sechSquare") continue;
    const pair = found.get(e.args[0]!) ?? {};
    pair[name === "tanh" ? "tanh" : "slope"] = e;
    found.set(e.args[0]!, pair);
  }
  const twins = new Map<Expr, Twins>();
  for (const { tanh, slope } of found.values()) {
    if (!tanh || !slope) continue;
    for (const e of [tanh, slope]) twins.set(e, { tanh, slope });
  }
  return twins;
}

/** 只当 where 的条件用的比较：不必先变成 0/1 再与 0 比。 */
function conditionsOnly(exprs: ReadonlySet<Expr>, roots: readonly Expr[]): Set<Expr> {
  const found = new Set<Expr>();
  const barred = new Set<Expr>(roots);
  for (const e of exprs) {
    for (const [i, x] of childrenOf(e).entries()) {
      const condition = e.kind === "op" && e.node.primitive!.name === "where" && i === 0;
      if (condition && x.kind === "op" && x.dtype === "bool") found.add(x);
      else barred.add(x);
    }
  }
  for (const x of barred) found.delete(x);
  return found;
}
