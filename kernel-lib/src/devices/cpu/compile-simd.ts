import type { DType } from "../../dtype.js";
import type { Affine, Var } from "./compile-affine.js";
import type { Names } from "./compile-emit.js";
import { coalesce, type Kernel, type Member, merged } from "./compile-kernels.js";
import { type Expr, sameAddress } from "./compile-lower.js";
import { survey } from "./compile-survey.js";
import * as asm from "./wasm-assembler.js";
import { and, instructionOf, type Lanes, lanesOf } from "./wasm-elementwise.js";
import { type Layout, place, type Reduce, type Stream } from "./wasm-loop.js";

// 把一个循环嵌套写成 WASM SIMD：一层循环，或“行 × 列”两层而各数组按行连续。
// 数据分块抄进一小块固定的内存，算完抄出去：抄写是 memcpy，块留在缓存里，输入输出仍是普通的类型化数组。

/** 编译好的循环：JavaScript 那边要交给它的数组与标量，它交回的标量。 */
export interface SimdLoop {
  readonly layout: Layout;
  /** 写成 SIMD 的循环。 */
  readonly run: asm.Function;
  /** 数组的变量名，与 layout.streams 一一对应。 */
  readonly arrays: readonly string[];
  /** 标量的文本。 */
  readonly scalars: readonly string[];
  /** 归约成标量的根。 */
  readonly results: readonly Result[];
}

export interface Result {
  readonly name: string;
  readonly op: Reduce;
  readonly dtype: DType;
}

/** 这么多次迭代才值得抄进抄出。 */
const smallest = 4096;
/** 表达式太多，寄存器不够，编译也慢。 */
const longest = 400;

class Unsupported extends Error {}

/** 写不成 SIMD 的（有别的类型、超越函数、跨步的读写、按列的归约）返回 null。 */
export function simdLoop(kernel: Kernel & { kind: "loop" }, names: Names): SimdLoop | null {
  const { addresses, pinned, exprs } = survey(kernel.members);
  const { loops, owner } = coalesce(kernel.vars, addresses, pinned);
  const size = loops.reduce((n, l) => n * l.extent, 1);
  if (loops.length === 0 || loops.length > 2 || size < smallest || exprs.size > longest) return null;
  const dtypes = kernel.members.map((m) => m.node.dtype);
  const dtype = dtypes.find((d) => d === "float32" || d === "float64");
  if (!dtype) return null;
  try {
    return new SimdEmitter(kernel.members, loops, owner, dtype, names).emit();
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

// 局部变量：参数是行数与每行的向量数；p、q、r 是按元素、按列、按行走的字节位置。
const [rows, vectors, p, q, r, left] = [0, 1, 2, 3, 4, 5];
const firstVector = 6;

class SimdEmitter {
  private readonly members: readonly Member[];
  private readonly names: Names;
  private readonly dtype: "float32" | "float64";
  private readonly lanes: Lanes;
  private readonly owner: ReadonlyMap<Var, Var>;
  private readonly row: Var | null;
  private readonly column: Var;
  private readonly extents: { readonly rows: number; readonly columns: number };
  private readonly streams = new Map<string, { stream: Stream; array: string }>();
  private readonly scalars: string[] = [];
  private readonly results: Result[] = [];
  private readonly locals = new Map<Expr, number>();
  /** 每行开头、每个向量、每行末尾的代码；地址等各数组的位置定了才知道，所以先是函数。 */
  private readonly head: Late[] = [];
  private readonly body: Late[] = [];
  private readonly tail: Late[] = [];
  private count = firstVector;

  constructor(
    members: readonly Member[],
    loops: readonly { v: Var; extent: number }[],
    owner: ReadonlyMap<Var, Var>,
    dtype: "float32" | "float64",
    names: Names,
  ) {
    this.members = members;
    this.names = names;
    this.dtype = dtype;
    this.lanes = lanesOf[dtype];
    this.owner = owner;
    this.column = loops.at(-1)!.v;
    this.row = loops.length === 2 ? loops[0]!.v : null;
    this.extents = { rows: this.row ? loops[0]!.extent : 1, columns: loops.at(-1)!.extent };
  }

  emit(): SimdLoop {
    for (const member of this.members) this.member(member);
    const whole = this.extents.columns % (16 / this.lanes.bytes) === 0;
    // 不足一个向量的尾巴多算几道也无妨，除非它们会进到归约里，或者后面紧跟着下一行。
    if (!whole && (this.row !== null || this.members.some((m) => m.reduce !== null))) throw new Unsupported();
    const entries = [...this.streams.values()];
    const layout = place(
      this.extents,
      this.lanes.bytes,
      entries.map((s) => s.stream),
      this.scalars.length,
      this.results.length,
    );
    if (!layout) throw new Unsupported();
    return {
      layout,
      run: this.assemble(layout),
      arrays: entries.map((s) => s.array),
      scalars: this.scalars,
      results: this.results,
    };
  }

  private assemble(layout: Layout): asm.Function {
    const { bytes } = this.lanes;
    const write = (list: readonly Late[]): asm.Code => list.map((late) => late(layout));
    const next = (local: number, n: number): asm.Code => asm.advance(local, asm.constant(n));
    const less = (local: number): asm.Code => asm.set(local, asm.subtract(asm.get(local), asm.constant(1)));
    return {
      name: "run",
      params: 2,
      locals: [
        [firstVector - 2, asm.i32],
        [this.count - firstVector, asm.v128],
      ],
      body: asm.repeat(
        [
          asm.set(q, asm.constant(0)),
          asm.set(left, asm.get(vectors)),
          write(this.head),
          asm.repeat([write(this.body), next(p, 16), next(q, 16), less(left)], asm.get(left)),
          write(this.tail),
          next(r, bytes),
          less(rows),
        ],
        asm.get(rows),
      ),
    };
  }

  private member({ node, reduce, expr, address }: Member): void {
    const scalar = this.names.scalar(node);
    if (reduce === null) {
      if (scalar !== null) throw new Unsupported();
      if (!this.names.escapes(node)) return;
      this.supported(node.dtype);
      const value = this.numeric(expr);
      const { stream } = this.stream(this.names.buffer(node), merged(address, this.owner), "out");
      if (stream.walk !== "element") throw new Unsupported();
      this.body.push((layout) => asm.store(asm.get(p), layout.at(stream), value));
      return;
    }
    if (scalar === null && !this.names.escapes(node)) return;
    this.supported(node.dtype);
    if (reduce === "prod") throw new Unsupported();
    const value = this.numeric(expr);
    if (scalar !== null) {
      if (this.row !== null) throw new Unsupported();
      const i = this.results.push({ name: scalar, op: reduce, dtype: node.dtype }) - 1;
      this.reduction(reduce, value, (layout, lane, bytes) =>
        asm.storeFirst(bytes, asm.constant(0), layout.resultAt(i), lane),
      );
      return;
    }
    const { stream } = this.stream(this.names.buffer(node), merged(address, this.owner), "out");
    if (stream.walk !== "row") throw new Unsupported();
    this.reduction(reduce, value, (layout, lane, bytes) => {
      const narrow = bytes === this.lanes.bytes ? lane : asm.simd(demote, lane);
      return asm.storeFirst(this.lanes.bytes, asm.get(r), layout.at(stream), narrow);
    });
  }

  /** 累加一行，行末把各道合成一个数交给 store。float32 的和用双精度累加，与 JavaScript 那边一样。 */
  private reduction(
    reduce: Reduce,
    value: asm.Code,
    store: (layout: Layout, lane: asm.Code, bytes: 4 | 8) => asm.Code,
  ): void {
    const { bytes } = this.lanes;
    if (reduce === "sum") {
      const { add } = lanesOf.float64;
      const low = this.count++;
      const high = this.count++;
      const parts =
        bytes === 8 ? [value] : [asm.simd(promote, value), asm.simd(promote, asm.lanesFrom(4, 2, value))];
      for (const [i, part] of parts.entries()) {
        const acc = i === 0 ? low : high;
        this.body.push(() => asm.set(acc, asm.simd(add, asm.get(acc), part)));
      }
      for (const acc of [low, high]) this.head.push(() => asm.set(acc, asm.splat(8, 0)));
      this.tail.push((layout) => [
        asm.set(low, asm.simd(add, asm.get(low), asm.get(high))),
        store(layout, asm.simd(add, asm.get(low), asm.lanesFrom(8, 1, asm.get(low))), 8),
      ]);
      return;
    }
    const acc = this.count++;
    const op = this.lanes[reduce];
    const fold = (from: number): asm.Code =>
      asm.set(acc, asm.simd(op, asm.get(acc), asm.lanesFrom(bytes, from, asm.get(acc))));
    this.head.push(() => asm.set(acc, asm.splat(bytes, reduce === "max" ? -Infinity : Infinity)));
    this.body.push(() => asm.set(acc, asm.simd(op, asm.get(acc), value)));
    this.tail.push((layout) => [bytes === 4 ? fold(2) : [], fold(1), store(layout, asm.get(acc), bytes)]);
  }

  private numeric(e: Expr): asm.Code {
    const { bytes } = this.lanes;
    if (e.dtype === "bool") return asm.simd(and, this.mask(e), asm.splat(bytes, 1));
    this.supported(e.dtype);
    if (e.kind === "literal") {
      if (bytes === 4 && !Object.is(Math.fround(e.value), e.value)) throw new Unsupported();
      return asm.splat(bytes, e.value);
    }
    const written = this.writtenHere(e);
    return written ? this.numeric(written) : this.once(e);
  }

  /** 读的若是同一次迭代刚写的，那个值的表达式。 */
  private writtenHere(e: Expr): Expr | null {
    if (e.kind !== "load") return null;
    const writer = this.members.find((m) => m.node === e.holder);
    return writer?.reduce === null && sameAddress(writer.address, e.address) ? writer.expr : null;
  }

  private mask(e: Expr): asm.Code {
    if (e.dtype !== "bool") throw new Unsupported();
    const written = this.writtenHere(e);
    if (written) return this.mask(written);
    if (e.kind !== "op") throw new Unsupported();
    return this.once(e);
  }

  private once(e: Expr): asm.Code {
    let local = this.locals.get(e);
    if (local === undefined) {
      const code = this.define(e);
      local = this.count++;
      this.locals.set(e, local);
      const to = local;
      (this.inner(e) ? this.body : this.head).push((layout) => asm.set(to, code(layout)));
    }
    return asm.get(local);
  }

  private define(e: Expr): Late {
    if (e.kind === "load") return this.load(e);
    if (e.kind !== "op") throw new Unsupported();
    const instruction = instructionOf(e);
    if (!instruction) throw new Unsupported();
    const code = instruction(
      this.lanes,
      { numeric: (i) => this.numeric(e.args[i]!), mask: (i) => this.mask(e.args[i]!) },
      e.node.params,
    );
    return () => code;
  }

  private load(e: Expr & { kind: "load" }): Late {
    const { bytes } = this.lanes;
    const at = merged(e.address, this.owner);
    const scalar = this.names.scalar(e.holder);
    if (scalar !== null || at.terms.size === 0) {
      const i = this.scalars.push(scalar ?? `${this.names.buffer(e.holder)}[${at.offset}]`) - 1;
      return (layout) => asm.loadSplat(bytes, asm.constant(0), layout.scalarAt(i));
    }
    const { stream } = this.stream(this.names.buffer(e.holder), at, "in");
    return (layout) => {
      const offset = layout.at(stream);
      if (stream.walk === "row") return asm.loadSplat(bytes, asm.get(r), offset);
      return asm.load(asm.get(stream.walk === "column" ? q : p), offset);
    };
  }

  /** 每个数组、每个起点一路。 */
  private stream(array: string, address: Affine, way: "in" | "out"): { stream: Stream; array: string } {
    const across = address.terms.get(this.column) ?? 0;
    const down = this.row ? (address.terms.get(this.row) ?? 0) : 0;
    const { columns } = this.extents;
    const walk =
      across === 1 && (this.row === null || down === columns)
        ? "element"
        : across === 1 && down === 0
          ? "column"
          : across === 0 && down === 1
            ? "row"
            : null;
    if (walk === null) throw new Unsupported();
    const key = `${way} ${array} ${walk} ${address.offset}`;
    let entry = this.streams.get(key);
    if (!entry) {
      entry = { stream: { walk, way, offset: address.offset }, array };
      this.streams.set(key, entry);
    }
    return entry;
  }

  private inner(e: Expr): boolean {
    for (const v of e.vars) if (this.owner.get(v) === this.column) return true;
    return false;
  }

  private supported(dtype: DType): void {
    if (dtype !== this.dtype) throw new Unsupported();
  }
}

type Late = (layout: Layout) => asm.Code;

/** f64x2.promote_low_f32x4 与 f32x4.demote_f64x2_zero。 */
const [promote, demote] = [0x5f, 0x5e];
