import { asTensor } from "../core/convert.js";
import { WrappingTracer } from "../core/tracer.js";
import { cpu } from "../devices/cpu/device.js";
import type { Device } from "../devices/device.js";
import { place } from "../devices/evaluate.js";
import { allocate, isFloat } from "../dtype.js";
import { TiduError } from "../errors.js";
import { sameShape, showShape, sizeOf } from "../shape.js";
import { ArrayTensor, Tensor } from "../tensor.js";
import {
  describe,
  type Flat,
  flatten,
  isPlainObject,
  isTensorLike,
  matchLeaves,
  type Structure,
} from "../tree.js";
import { BatchTracer } from "./batch-interpreter.js";
import { JvpTracer } from "./jvp-interpreter.js";

// 各个变换共用的：参数怎样变成张量，结果怎样检查。

export type AnyFunction = (...args: any[]) => any;

/** 错误信息里称呼一次变换，如 grad(loss)。 */
export function callName(transform: string, f: AnyFunction): string {
  return `${transform}(${f.name || "f"})`;
}

export function requireFunction(transform: string, f: unknown): void {
  if (typeof f === "function") return;
  throw new TiduError(
    "TIDU-GRAD-007",
    `${transform} 的第一个参数应是函数，得到的是${describe(f)}。要求导的是函数本身：写 ${transform}(f)(x)，不写 ${transform}(f(x))。`,
  );
}

/** 展平一个参数，叶子都变成张量。 */
export function tensorLeaves(arg: unknown, path: string): Flat<Tensor> {
  const { leaves, paths, structure } = flatten(arg, path);
  return { leaves: leaves.map((x) => asTensor(x)), paths, structure };
}

/** 同 tensorLeaves，但要求全是浮点：整数没有导数。 */
export function floatLeaves(name: string, arg: unknown, path: string): Flat<Tensor> {
  const flat = tensorLeaves(arg, path);
  for (const [i, x] of flat.leaves.entries()) {
    if (isFloat(x.dtype)) continue;
    throw new TiduError(
      "TIDU-GRAD-003",
      `${name}：${flat.paths[i]} 的元素类型是 ${x.dtype}，整数与布尔没有导数。请换成浮点数；不求导的量用 argnums 排除，或写进闭包。`,
    );
  }
  if (flat.structure.kind === "empty") {
    throw new TiduError(
      "TIDU-GRAD-008",
      `${name}：没有给出 ${path}（得到 ${describe(arg)}），不知道对什么求导。`,
    );
  }
  return flat;
}

/** 展平函数的返回值；叶子必须都是张量，否则抛 TIDU-GRAD-002。 */
export function outputLeaves(name: string, output: unknown): Flat<Tensor> {
  if (output !== undefined && output !== null && !isPromise(output)) {
    const flat = flatten(output, "返回值");
    const bad = flat.leaves.findIndex((x) => !(x instanceof Tensor));
    if (bad < 0) return flat as Flat<Tensor>;
    const x = flat.leaves[bad];
    const where = flat.paths[bad] === "返回值" ? "" : `（${flat.paths[bad]}）`;
    const why =
      typeof x === "number"
        ? "是不是用了 item()、toArray() 或 Math 里的函数？那样得到的是普通的数，导数到此断开；请一路用张量的运算。"
        : "请一路用张量的运算，返回张量。";
    throw new TiduError("TIDU-GRAD-002", `${name}：函数返回的${where}是${describe(x)}，不是张量。${why}`);
  }
  const why = isPromise(output)
    ? "函数是异步的（返回 Promise）；请把 await 移到变换外面，变换只接受普通的同步函数。"
    : "函数没有返回值；是不是忘了写 return？";
  throw new TiduError("TIDU-GRAD-002", `${name}：${why}`);
}

// 笔记本的单元格可能在另一个上下文里，那里的 Promise 不是这里的 Promise。
function isPromise(x: unknown): boolean {
  return typeof (x as PromiseLike<unknown> | null | undefined)?.then === "function";
}

/**
 * 调用 f。raw 里的参数没有转成张量，原样传入：若 f 因此在数或数组上找不到张量的方法，说清该怎么写，
 * 别的错误原样抛出。
 */
export function callWith(
  name: string,
  f: AnyFunction,
  args: readonly unknown[],
  raw: (i: number) => boolean,
): unknown {
  try {
    return f(...args);
  } catch (error) {
    const missing = /(\w+) is not a function/.exec(missingMethod(error))?.[1];
    const at = args.findIndex((x, i) => raw(i) && holdsPlain(x));
    if (missing === undefined || at < 0 || !(missing in Tensor.prototype)) throw error;
    throw new TiduError(
      "TIDU-GRAD-012",
      `${name}：第 ${at + 1} 个参数不参与变换，原样传给函数；它里面有普通的数或数组，没有 ${missing} 这个方法。要当张量用，请先写成 tensor(…)。`,
      { cause: error },
    );
  }
}

// 笔记本的单元格可能在另一个上下文里，那里的 TypeError 不是这里的 TypeError。
function missingMethod(error: unknown): string {
  const { name, message } = (error ?? {}) as Partial<Error>;
  return name === "TypeError" ? String(message) : "";
}

/** 树里有没有普通的数或数值数组。 */
function holdsPlain(x: unknown): boolean {
  if (x instanceof Tensor || typeof x !== "object" || x === null) return typeof x === "number";
  if (isTensorLike(x)) return true;
  return (Array.isArray(x) || isPlainObject(x)) && Object.values(x).some(holdsPlain);
}

/** 与 x 同形状、同类型、同设备的零。 */
export function zerosLike(x: Tensor): Tensor {
  return filled(x, 0);
}

export function filled(x: Tensor, value: number): Tensor {
  const data = allocate(x.dtype, sizeOf(x.shape)).fill(value);
  const full = new ArrayTensor(cpu, data, x.shape, x.dtype);
  const device = ownerOf(x);
  return device ? place(full, device) : full;
}

/** 追踪值背后的数据在哪个设备上；计算图里还没有数据，得到 null（常量由图放到它的设备上）。 */
function ownerOf(x: Tensor): Device | null {
  let y = x;
  for (;;) {
    if (y instanceof ArrayTensor) return y.owner;
    if (y instanceof JvpTracer) y = y.primal;
    else if (y instanceof WrappingTracer || y instanceof BatchTracer) y = y.value;
    else return null;
  }
}

/** 把切向量或伴随的树对到 like 的叶子上：结构、形状都要一致。 */
export function matchTangents(
  name: string,
  structure: Structure,
  like: readonly Tensor[],
  tree: unknown,
  path: string,
): Tensor[] {
  const leaves = matchLeaves(structure, tree, `${name} 的${path}`);
  return leaves.map((v, i) => {
    const x = like[i]!;
    const t = v instanceof Tensor ? v : asTensor(v!, x.dtype);
    if (sameShape(t.shape, x.shape)) return t;
    throw new TiduError(
      "TIDU-GRAD-005",
      `${name}：${path}的形状是 ${showShape(t.shape)}，应与对应的张量相同，即 ${showShape(x.shape)}。`,
    );
  });
}
