import { asTensor } from "../core/convert.js";
import { broadcastTo, moveAxis } from "../core/internal.js";
import { TiduError } from "../errors.js";
import { normalizeAxis, showShape } from "../shape.js";
import { Tensor } from "../tensor.js";
import { describe, flatten, type LikeArgs, type Tensors, unflatten } from "../tree.js";
import { BatchInterpreter, BatchTracer } from "./batch-interpreter.js";
import { named } from "./grad.js";
import { type AnyFunction, callName, callWith, outputLeaves, requireFunction } from "./leaves.js";

/** 批轴：数指出哪一轴是样本，null 表示所有样本共用；也可以按参数树分别写。 */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

export interface VmapOptions {
  /** 各参数的批轴，缺省 0。写数组则一个参数一项；某一项可以是与参数同结构的树。 */
  readonly inAxes?: Axes;
  /** 结果的批轴放在哪里，缺省 0。 */
  readonly outAxes?: Axes;
}

/**
 * 把处理一个样本的函数变成处理一批样本的函数，每个原语一次算完整批。
 *
 * @example
 * const dot2 = (a: Tensor, b: Tensor) => mul(a, b).sum();
 * vmap(dot2)([[1, 2], [3, 4]], [[1, 1], [10, 10]]).toArray() // => [3, 70]
 * @example
 * const scale = (x: Tensor, c: Tensor) => mul(x, c);
 * vmap(scale, { inAxes: [0, null] })([1, 2, 3], tensor(10)).toArray() // => [10, 20, 30]
 */
export function vmap<F extends AnyFunction>(
  f: F,
  options: VmapOptions = {},
): (...args: LikeArgs<Parameters<F>>) => Tensors<ReturnType<F>> {
  requireFunction("vmap", f);
  const name = callName("vmap", f);
  const { inAxes = 0, outAxes = 0 } = options;
  return named(name, (...args: unknown[]) => {
    if (Array.isArray(inAxes) && inAxes.length !== args.length) {
      throw new TiduError(
        "TIDU-VMAP-001",
        `${name}：inAxes 有 ${inAxes.length} 项，调用时给了 ${args.length} 个参数；应一个参数一项。`,
      );
    }
    const plans = args.map((arg, i) =>
      plan(name, arg, Array.isArray(inAxes) ? inAxes[i] : inAxes, `第 ${i + 1} 个参数`),
    );
    const size = batchSize(name, plans.flat());
    const interpreter = new BatchInterpreter(size);
    const traced = args.map((arg, i) => rebuild(arg, plans[i]!, interpreter));
    try {
      const output = callWith(name, f, traced, (i) => plans[i]!.every((p) => p.axis === null));
      const { leaves, structure, paths } = outputLeaves(name, output);
      const axes = prefixAxes(name, unflatten(structure, leaves), outAxes, "返回值");
      return unflatten(
        structure,
        leaves.map((y, k) => placeAxis(name, y, axes[k]!, interpreter, paths[k]!)),
      );
    } finally {
      interpreter.active = false;
    }
  }) as never;
}

interface Planned {
  readonly tensor: Tensor | null;
  readonly axis: number | null;
  readonly path: string;
}

function plan(name: string, arg: unknown, axes: Axes | undefined, path: string): Planned[] {
  if (axes === null) return [];
  const { leaves, paths } = flatten(arg, path);
  const list = prefixAxes(name, arg, axes ?? 0, path);
  return leaves.map((leaf, k) => {
    const axis = list[k]!;
    if (axis === null) return { tensor: null, axis: null, path: paths[k]! };
    const x = asTensor(leaf);
    if (x.shape.length === 0) {
      throw new TiduError(
        "TIDU-VMAP-002",
        `${name}：${paths[k]} 是标量，没有批轴。它若为所有样本共用，请在 inAxes 里给它 null。`,
      );
    }
    return { tensor: x, axis: normalizeAxis(`${name}：${paths[k]}`, axis, x.shape.length), path: paths[k]! };
  });
}

function rebuild(arg: unknown, planned: readonly Planned[], interpreter: BatchInterpreter): unknown {
  if (planned.length === 0) return arg;
  const { leaves, structure } = flatten(arg);
  // 不分批的叶子原样传入：普通的数仍是数，可以作循环次数。
  return unflatten(
    structure,
    leaves.map((leaf, k) => {
      const { tensor, axis } = planned[k]!;
      return tensor === null ? leaf : new BatchTracer(interpreter, tensor, axis);
    }),
  );
}

function batchSize(name: string, planned: readonly Planned[]): number {
  const batched = planned.filter((p) => p.tensor !== null);
  const first = batched[0];
  if (!first) {
    throw new TiduError(
      "TIDU-VMAP-003",
      `${name}：没有一个参数有批轴，不知道一批有多少样本。inAxes 里至少要有一个数。`,
    );
  }
  const size = first.tensor!.shape[first.axis!]!;
  for (const p of batched) {
    const n = p.tensor!.shape[p.axis!]!;
    if (n === size) continue;
    throw new TiduError(
      "TIDU-VMAP-004",
      `${name}：批的大小不一致：${first.path}（形状 ${showShape(first.tensor!.shape)}，轴 ${first.axis}）是 ${size}，` +
        `${p.path}（形状 ${showShape(p.tensor!.shape)}，轴 ${p.axis}）是 ${n}。`,
    );
  }
  return size;
}

/** axes 是 tree 的前缀：某处写一个数，就管它下面的全部叶子。 */
function prefixAxes(name: string, tree: unknown, axes: Axes, path: string): (number | null)[] {
  if (axes === null || typeof axes === "number") {
    return new Array(flatten(tree).leaves.length).fill(axes);
  }
  const isTree = typeof tree === "object" && tree !== null && !(tree instanceof Tensor);
  if (!isTree || Array.isArray(tree) !== Array.isArray(axes)) {
    throw new TiduError(
      "TIDU-VMAP-005",
      `${name}：${path} 是${describe(tree)}，批轴却写成了${describe(axes)}；批轴的树应与参数的树同样结构。`,
    );
  }
  return Object.entries(tree).flatMap(([key, child]) => {
    const own = (axes as Record<string, Axes>)[key];
    if (own === undefined) {
      throw new TiduError("TIDU-VMAP-005", `${name}：没有写 ${path}.${key} 的批轴；共用的请写 null。`);
    }
    return prefixAxes(name, child, own, `${path}.${key}`);
  });
}

function placeAxis(
  name: string,
  y: Tensor,
  axis: number | null,
  interpreter: BatchInterpreter,
  path: string,
): Tensor {
  const own = y instanceof BatchTracer && y.interpreter === interpreter;
  const value = own ? y.value : y;
  const dim = own ? y.dim : null;
  if (axis === null) {
    if (dim === null) return value;
    throw new TiduError(
      "TIDU-VMAP-006",
      `${name}：${path} 因样本而异，outAxes 不能是 null；请给它一个轴号。`,
    );
  }
  const to = normalizeAxis(`${name}：${path}`, axis, y.shape.length + 1);
  if (dim !== null) return moveAxis(value, dim, to);
  return moveAxis(broadcastTo(value, [interpreter.batchSize, ...value.shape]), 0, to);
}
