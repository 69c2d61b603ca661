import { TiduError } from "./errors.js";
import { Tensor, type TensorLike } from "./tensor.js";

/** 参数树：对象与数组一层层套起来，叶子是张量。模型的参数常写成 { w, b } 或 [{ w, b }, { w, b }]。 */
export type Tree<L = TensorLike> = L | readonly Tree<L>[] | { readonly [key: string]: Tree<L> };

/** 把类型里的叶子（张量、数、数值数组）都换成 Tensor：求导结果的类型。 */
export type Tensors<T> = 0 extends 1 & T
  ? any
  : T extends TensorLike
    ? Tensor
    : T extends object
      ? { [K in keyof T]: Tensors<T[K]> }
      : T;

/** 把类型里的叶子换成 R。 */
export type MapTree<T, R> = 0 extends 1 & T
  ? any
  : T extends TensorLike
    ? R
    : T extends object
      ? { [K in keyof T]: MapTree<T[K], R> }
      : T;

/** 与一棵已知的树相配的值（伴随、切向量）：要 Tensor 的地方可以给任何 TensorLike。 */
export type Likes<T> = 0 extends 1 & T
  ? any
  : T extends Tensor
    ? TensorLike
    : T extends TensorLike
      ? T
      : T extends object
        ? { [K in keyof T]: Likes<T[K]> }
        : T;

/**
 * 经过变换的函数的参数：要 Tensor 的地方可以给任何 TensorLike。但张量的数组（Tensor[]）各项要写成张量：
 * 全是数的数组 [1, 2] 是一个向量，不是两个标量。
 */
export type Inputs<T> = 0 extends 1 & T
  ? any
  : T extends Tensor
    ? TensorLike
    : T extends TensorLike
      ? T
      : T extends readonly unknown[]
        ? { [K in keyof T]: T[K] extends Tensor ? T[K] : Inputs<T[K]> }
        : T extends object
          ? { [K in keyof T]: Inputs<T[K]> }
          : T;

/** 一列参数，各自放宽成 TensorLike。 */
export type LikeArgs<A extends any[]> = { [K in keyof A]: Inputs<A[K]> };

/** 与一列参数相配的切向量。 */
export type LikeTangents<A extends any[]> = { [K in keyof A]: Likes<A[K]> };

/** 一列参数，各自换成 Tensor。 */
export type TensorArgs<A extends any[]> = { [K in keyof A]: Tensors<A[K]> };

/** 树的形状：叶子之外的一切。empty 记住树里的 null 与 undefined；fixed 是不参与变换的值。 */
export type Structure =
  | { readonly kind: "leaf" }
  | { readonly kind: "empty"; readonly value: null | undefined }
  | { readonly kind: "fixed"; readonly value: unknown }
  | { readonly kind: "array"; readonly children: readonly Structure[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly children: readonly Structure[] };

export interface Flat<L> {
  readonly leaves: L[];
  /** 每个叶子在树里的位置，如 params.layers[0].w，用在错误信息里。 */
  readonly paths: string[];
  readonly structure: Structure;
}

const leaf: Structure = { kind: "leaf" };

/** 只由数组成的（嵌套）数组是一个叶子；含张量或对象的数组是树的一层。 */
function isNumeric(x: readonly unknown[]): boolean {
  return x.every(
    (v) => typeof v === "number" || typeof v === "boolean" || (Array.isArray(v) && isNumeric(v)),
  );
}

export function isPlainObject(x: object): x is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype || isForeignPlain(prototype);
}

// 另一个 vm 上下文（笔记本的单元格）里的字面量，原型是那个上下文的 Object.prototype。
function isForeignPlain(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
}

export function describe(x: unknown): string {
  if (x === null) return "null";
  if (x === undefined) return "undefined";
  if (typeof x === "string") return `字符串 ${JSON.stringify(x.length > 20 ? `${x.slice(0, 20)}…` : x)}`;
  if (typeof x === "number") return `数 ${x}`;
  if (typeof x === "boolean") return `布尔值 ${x}`;
  if (typeof x === "function") return `函数 ${x.name || "(匿名)"}`;
  if (x instanceof Tensor) return `张量 ${x}`;
  if (Array.isArray(x)) return "数组";
  if (typeof x !== "object") return typeof x;
  return isPlainObject(x) ? "对象" : (x.constructor?.name ?? "对象");
}

function walk<L>(
  tree: unknown,
  path: string,
  out: Flat<L>,
  isLeaf: (x: unknown) => boolean,
  other: (x: unknown, path: string) => Structure,
): Structure {
  if (isLeaf(tree)) {
    out.leaves.push(tree as L);
    out.paths.push(path);
    return leaf;
  }
  if (tree === null || tree === undefined) return { kind: "empty", value: tree };
  if (Array.isArray(tree) && !isNumeric(tree)) {
    return { kind: "array", children: tree.map((v, i) => walk(v, `${path}[${i}]`, out, isLeaf, other)) };
  }
  if (typeof tree === "object" && isPlainObject(tree)) {
    const keys = Object.keys(tree);
    return {
      kind: "object",
      keys,
      children: keys.map((k) => walk(tree[k], `${path}.${k}`, out, isLeaf, other)),
    };
  }
  return other(tree, path);
}

export function isTensorLike(x: unknown): boolean {
  if (x instanceof Tensor || typeof x === "number" || typeof x === "boolean") return true;
  return ArrayBuffer.isView(x) || (Array.isArray(x) && isNumeric(x));
}

/** 展平一棵叶子是 TensorLike 的树；别的东西（字符串、函数、Map……）抛 TIDU-TREE-001 并指出位置。 */
export function flatten(tree: unknown, path = "x"): Flat<TensorLike> {
  const leaves: TensorLike[] = [];
  const paths: string[] = [];
  const flat = { leaves, paths, structure: leaf };
  const structure = walk(tree, path, flat, isTensorLike, (x, where) => {
    throw new TiduError(
      "TIDU-TREE-001",
      `${where} 处是${describe(x)}，不是张量。参与变换的只能是张量、数、数值数组，以及由它们组成的对象和数组${
        typeof x === "object" ? "；类的实例请换成普通对象，如 { w: model.w, b: model.b }" : ""
      }。`,
    );
  });
  return { leaves, paths, structure };
}

/** 展平一列参数；最外层总是“一个参数一项”，哪怕参数都是数。 */
export function flattenArgs(args: readonly unknown[], name: (i: number) => string): Flat<TensorLike> {
  const each = args.map((arg, i) => flatten(arg, name(i)));
  return {
    leaves: each.flatMap((f) => f.leaves),
    paths: each.flatMap((f) => f.paths),
    structure: { kind: "array", children: each.map((f) => f.structure) },
  };
}

/** 只把张量当叶子，其余原样记在结构里：用于残差和带配置项的参数。 */
export function flattenTensors(tree: unknown, path = "x"): Flat<Tensor> {
  const leaves: Tensor[] = [];
  const paths: string[] = [];
  const flat = { leaves, paths, structure: leaf };
  const structure = walk(
    tree,
    path,
    flat,
    (x) => x instanceof Tensor,
    (value) => ({ kind: "fixed", value }),
  );
  return { leaves, paths, structure };
}

/** flatten 的逆：把叶子按次序放回去。 */
export function unflatten(structure: Structure, leaves: readonly unknown[]): any {
  let next = 0;
  const build = (s: Structure): unknown => {
    switch (s.kind) {
      case "leaf":
        return leaves[next++];
      case "array":
        return s.children.map(build);
      case "object":
        return Object.fromEntries(s.keys.map((k, i) => [k, build(s.children[i]!)]));
      default:
        return s.value;
    }
  };
  return build(structure);
}

function showStructure(s: Structure): string {
  switch (s.kind) {
    case "leaf":
      return "张量";
    case "array":
      return `[${s.children.map(showStructure).join(", ")}]`;
    case "object":
      return `{${s.keys.map((k, i) => `${k}: ${showStructure(s.children[i]!)}`).join(", ")}}`;
    default:
      return describe(s.value);
  }
}

/**
 * 按 structure 的样子从 tree 里取叶子；对不上时抛 TIDU-TREE-002，指出第一处不同。
 * `empty` 为真时，tree 里某一处是 null 或 undefined 表示它下面的叶子全缺（得到 null）。
 */
export function matchLeaves(
  structure: Structure,
  tree: unknown,
  path: string,
  empty = false,
): (TensorLike | null)[] {
  const out: (TensorLike | null)[] = [];
  const mismatch = (want: Structure, x: unknown, where: string): never => {
    throw new TiduError(
      "TIDU-TREE-002",
      `${where} 处的结构对不上：这里应是 ${showStructure(want)}，得到的是${describe(x)}。整棵树应形如 ${showStructure(structure)}。`,
    );
  };
  const pick = (s: Structure, x: unknown, where: string): void => {
    if (empty && (x === null || x === undefined)) {
      for (let n = countLeaves(s); n > 0; n--) out.push(null);
      return;
    }
    if (s.kind === "leaf") {
      if (!isTensorLike(x)) mismatch(s, x, where);
      out.push(x as TensorLike);
    } else if (s.kind === "array") {
      if (!Array.isArray(x) || x.length !== s.children.length) mismatch(s, x, where);
      for (const [i, c] of s.children.entries()) pick(c, (x as unknown[])[i], `${where}[${i}]`);
    } else if (s.kind === "object") {
      if (typeof x !== "object" || x === null || x instanceof Tensor) mismatch(s, x, where);
      const record = x as Record<string, unknown>;
      const extra = Object.keys(record).find((k) => !s.keys.includes(k));
      if (extra !== undefined) {
        throw new TiduError(
          "TIDU-TREE-002",
          `${where} 处多了 “${extra}”；应有的键是 ${s.keys.join("、") || "（无）"}。`,
        );
      }
      for (const [i, k] of s.keys.entries()) {
        if (!(k in record) && !empty) {
          throw new TiduError(
            "TIDU-TREE-002",
            `${where} 处缺了 “${k}”；应有的键是 ${s.keys.join("、")}，得到的是 ${Object.keys(record).join("、") || "（无）"}。`,
          );
        }
        pick(s.children[i]!, record[k], `${where}.${k}`);
      }
    }
  };
  pick(structure, tree, path);
  return out;
}

export function countLeaves(s: Structure): number {
  if (s.kind === "leaf") return 1;
  if (s.kind === "array" || s.kind === "object") {
    return s.children.reduce((n, c) => n + countLeaves(c), 0);
  }
  return 0;
}

/** 把叶子一组一组地放进 outer 的每个叶子处，每组的样子是 inner：雅可比矩阵「树套树」的结果。 */
export function nestTrees(outer: Structure, inner: Structure, leaves: readonly unknown[]): any {
  const n = countLeaves(inner);
  return unflatten(
    outer,
    Array.from({ length: countLeaves(outer) }, (_, i) => unflatten(inner, leaves.slice(i * n, (i + 1) * n))),
  );
}

/**
 * 树的全部叶子，按键的书写次序。
 *
 * @example
 * treeLeaves({ w: [1, 2], layers: [{ b: 3 }] }) // => [[1, 2], 3]
 */
export function treeLeaves(tree: unknown): TensorLike[] {
  return flatten(tree).leaves;
}

/**
 * 对树的每个叶子作用 f，得到同样结构的树；给出几棵树时，对应的叶子一起传给 f。结构不同抛 TIDU-TREE-002。
 *
 * @example
 * const params = { w: tensor([1, 2]), b: tensor(3) };
 * const grads = { w: tensor([10, 10]), b: tensor(10) };
 * treeMap((p, g) => add(p, mul(g, -0.1)), params, grads).w.toArray() // => [0, 1]
 */
export function treeMap<T, R = Tensor>(
  f: (leaf: Tensor, ...others: Tensor[]) => R,
  tree: T,
  ...rest: readonly any[]
): MapTree<T, R> {
  const { leaves, structure } = flatten(tree);
  const others = rest.map((t, i) => matchLeaves(structure, t, `第 ${i + 2} 棵树`));
  return unflatten(
    structure,
    leaves.map((x, k) => f(x as Tensor, ...others.map((o) => o[k] as Tensor))),
  );
}
