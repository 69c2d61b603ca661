import { missingRule, type Params, type Primitive } from "../../core/primitive.js";
import type { DType } from "../../dtype.js";
import { type Shape, sameShape, sizeOf } from "../../shape.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import { floatExpressions, integerExpressions } from "./math.js";
import { converted, literal, load, offsets, storageType, type Uniforms, valueType } from "./wgsl.js";

/** 逐元素运算链的一个结点：叶是缓冲区或字面量，其余是一次逐元素原语。 */
export type Link = Leaf | Literal | Step;

export interface Leaf {
  readonly kind: "leaf";
  /** 第几个输入缓冲区。 */
  readonly slot: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface Literal {
  readonly kind: "number";
  readonly value: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface Step {
  readonly kind: "step";
  readonly primitive: Primitive<any>;
  readonly params: Params;
  readonly args: readonly Link[];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** 一条链生成的代码：各输入缓冲区的类型，和由线性下标求值的函数 value(i)。 */
export interface ChainCode {
  readonly inputs: string[];
  readonly declarations: string;
}

export function leaf(slot: number, x: { shape: Shape; dtype: DType }): Leaf {
  return { kind: "leaf", slot, shape: x.shape, dtype: x.dtype };
}

/**
 * 把整条链写成一个函数 `value(i)`：i 是 root 形状里的线性下标。链里的结点要么与 root 同形，要么只有一个元素；
 * 叶可以按广播规则取任何形状。公共子式只算一次。
 */
export function chainCode(root: Link, shape: Shape, u: Uniforms): ChainCode {
  const inputs: string[] = [];
  const strided: Leaf[] = [];
  visit(root, new Set(), (x) => {
    inputs[x.slot] = storageType(x.dtype);
    if (!sameShape(x.shape, shape) && sizeOf(x.shape) !== 1) strided.push(x);
  });
  const spread = offsets(
    "i",
    shape,
    strided.map((x) => broadcastStrides(x.shape, shape)),
    u,
  );
  const lines = strided.length ? [...spread.lines] : [];
  const names = new Map<Link, string>();
  const emit = (x: Link): string => {
    let name = names.get(x);
    if (name) return name;
    let text: string;
    if (x.kind === "leaf") {
      const k = strided.indexOf(x);
      const index = k >= 0 ? spread.offsets[k]! : sizeOf(x.shape) === 1 && sizeOf(shape) !== 1 ? "0i" : "i";
      text = load(x.dtype, `in${x.slot}`, index);
    } else if (x.kind === "number") text = x.dtype === "int32" ? `i32(${x.value})` : literal(x.value);
    else text = expression(x, x.args.map(emit));
    name = `v${names.size}`;
    lines.push(`let ${name} = ${text};`);
    names.set(x, name);
    return name;
  };
  const result = emit(root);
  const body = lines.join("\n  ");
  const declarations = `fn value(i: i32) -> ${valueType(root.dtype)} {
  ${body}
  return ${result};
}`;
  return { inputs, declarations };
}

function visit(x: Link, seen: Set<Link>, onLeaf: (x: Leaf) => void): void {
  if (seen.has(x)) return;
  seen.add(x);
  if (x.kind === "leaf") onLeaf(x);
  else if (x.kind === "step") for (const a of x.args) visit(a, seen, onLeaf);
}

/** 一步的表达式；结果的计算类型由 dtype 决定（布尔是 f32 的 0 或 1）。 */
function expression({ primitive, params, args, dtype }: Step, texts: string[]): string {
  const { name } = primitive;
  if (name === "cast") {
    const [from] = args;
    if (dtype === "bool") return `f32(${texts[0]} != ${valueType(from!.dtype)}(0))`;
    return converted(texts[0]!, from!.dtype, dtype);
  }
  const whole = args.every((a) => a.dtype === "int32" || a.dtype === "bool");
  const integer = whole && (dtype === "int32" || args.some((a) => a.dtype === "int32"));
  const exact = integer && (dtype === "int32" || dtype === "bool") ? integerExpressions[name] : undefined;
  if (exact) {
    const text = exact(
      texts.map((t, k) => converted(t, args[k]!.dtype, "int32")),
      params,
    );
    return dtype === "int32" ? text : `f32(${text})`;
  }
  const build = floatExpressions[name] ?? primitive.expr?.wgsl;
  if (!build) throw missingRule(primitive, "expr");
  const text = build(
    texts.map((t, k) => converted(t, args[k]!.dtype, "float32")),
    params,
  );
  return `${valueType(dtype)}(${text})`;
}
