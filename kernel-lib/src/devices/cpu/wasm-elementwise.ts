import type { Expr } from "./compile-lower.js";
import * as asm from "./wasm-assembler.js";

// 逐元素运算的 SIMD 指令。每条与 JavaScript 的结果逐位相同：四则与开方都只舍入一次；
// f32x4.max 与 Math.max 一样传播 NaN、认 −0 < +0；比较与选择也相同。真假在这里是各道全 1 或全 0 的掩码。
// 指数、对数之类没有这样的保证，不在表里，整个循环就留给 JavaScript。

/** 一种浮点类型的各条指令。 */
export interface Lanes {
  readonly bytes: 4 | 8;
  readonly abs: number;
  readonly neg: number;
  readonly sqrt: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly div: number;
  readonly min: number;
  readonly max: number;
  /** 六个比较的第一条 eq，其后依次是 ne lt gt le ge。 */
  readonly compare: number;
}

const family = (bytes: 4 | 8, abs: number, compare: number): Lanes => {
  const [neg, sqrt, add, sub, mul, div, min, max] = [1, 3, 4, 5, 6, 7, 8, 9].map((i) => abs + i) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { bytes, abs, neg, sqrt, add, sub, mul, div, min, max, compare };
};

export const lanesOf = { float32: family(4, 0xe0, 0x41), float64: family(8, 0xec, 0x47) } as const;

export const [not, and, or, select] = [0x4d, 0x4e, 0x50, 0x52];

/** 操作数：取数值，或取掩码。 */
export interface Operands {
  numeric(i: number): asm.Code;
  mask(i: number): asm.Code;
}

type Emit = (l: Lanes, x: Operands, params: any) => asm.Code;

const unary =
  (name: "abs" | "neg" | "sqrt"): Emit =>
  (l, x) =>
    asm.simd(l[name], x.numeric(0));
const binary =
  (name: "add" | "sub" | "mul" | "div" | "min" | "max"): Emit =>
  (l, x) =>
    asm.simd(l[name], x.numeric(0), x.numeric(1));
const compare =
  (i: number): Emit =>
  (l, x) =>
    asm.simd(l.compare + i, x.numeric(0), x.numeric(1));

/** 结果是数。 */
const numbers: Record<string, Emit> = {
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  maximum: binary("max"),
  minimum: binary("min"),
  neg: unary("neg"),
  abs: unary("abs"),
  sqrt: unary("sqrt"),
  square: (l, x) => asm.simd(l.mul, x.numeric(0), x.numeric(0)),
  relu: (l, x) => asm.simd(l.max, x.numeric(0), asm.splat(l.bytes, 0)),
  clip: (l, x, { lo, hi }) =>
    asm.simd(l.min, asm.simd(l.max, x.numeric(0), asm.splat(l.bytes, lo)), asm.splat(l.bytes, hi)),
  // x > 0 取 1，x < 0 取 −1，其余（±0、NaN）原样。
  sign: (l, x) => {
    const [zero, one, minus] = [0, 1, -1].map((v) => asm.splat(l.bytes, v)) as [asm.Code, asm.Code, asm.Code];
    const below = asm.simd(select, minus, x.numeric(0), asm.simd(l.compare + 2, x.numeric(0), zero));
    return asm.simd(select, one, below, asm.simd(l.compare + 3, x.numeric(0), zero));
  },
  where: (_, x) => asm.simd(select, x.numeric(1), x.numeric(2), x.mask(0)),
  detach: (_, x) => x.numeric(0),
};

/** 结果是掩码。 */
const masks: Record<string, Emit> = {
  equal: compare(0),
  notEqual: compare(1),
  less: compare(2),
  greater: compare(3),
  lessEqual: compare(4),
  greaterEqual: compare(5),
  logicalAnd: (_, x) => asm.simd(and, x.mask(0), x.mask(1)),
  logicalOr: (_, x) => asm.simd(or, x.mask(0), x.mask(1)),
  logicalNot: (_, x) => asm.simd(not, x.mask(0)),
};

/** 这个运算的指令；没有就是 undefined。 */
export function instructionOf(e: Expr & { kind: "op" }): Emit | undefined {
  const table = e.dtype === "bool" ? masks : numbers;
  const { name } = e.node.primitive!;
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
