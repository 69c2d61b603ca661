import "../devices/cpu/accelerate.js";
import { defaultDevice } from "../devices/default.js";
import type { Device } from "../devices/device.js";
import { evaluate } from "../devices/evaluate.js";
import { untracked } from "../devices/scope.js";
import type { DType } from "../dtype.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { optimise } from "../graph/optimise.js";
import type { Shape } from "../shape.js";
import { ArrayTensor, Tensor } from "../tensor.js";
import type { LikeArgs } from "../tree.js";
import { isPlainObject } from "../tree.js";
import { GraphInterpreter, GraphTracer, OtherDevice, OuterTracer } from "./graph-interpreter.js";
import { buildArgument, deviceOf, hasTracer, match, numberType, type Spec, specOf } from "./jit-arguments.js";
import { peelArguments, withCompiledGradient } from "./jit-gradient.js";
import { type AnyFunction, callName, requireFunction } from "./leaves.js";

/** jit 的选项。 */
export interface JitOptions {
  /** 这些位置的参数按值固定下来（循环次数、轴号等），换一个值就重新编译。 */
  readonly staticArgnums?: number | readonly number[];
}

/** 一份编译结果与它对参数的假定。 */
interface Entry {
  readonly specs: readonly Spec[];
  readonly device: Device;
  readonly fallback: Device;
  /** 设备当时的编译器：网页里它比核心晚到一步，到了就重新编译。 */
  readonly compiler: Device["compile"];
  readonly run: (buffers: unknown[]) => unknown;
  /** 返回值全是张量：可以整个求导。 */
  readonly differentiable: boolean;
}

/** 每个函数最多留这么多份编译结果，超过就丢掉最久没用的。 */
const cacheLimit = 64;

/**
 * 编译：第一次调用时把 f 记成计算图，优化后编译到参数所在的设备上（cpu 上是一个 JavaScript 函数，循环融合，不留中间数组）；
 * 以后参数的结构、形状、元素类型与设备都相同时直接用编译结果。
 *
 * - 张量、数值数组和普通的数都当作变量，换一个值不用重新编译；函数里读不到它们的数值（TIDU-TRACE-002）。
 * - 布尔值、字符串、函数、null 以及 staticArgnums 指定的参数按值固定，值变了就重新编译。
 * - f 应当是纯函数：外面的张量在第一次调用时被当作常量记下，console.log 这类副作用只发生一次。
 * - 可以与别的变换任意嵌套。求导放在里面最快：jit(grad(f))；grad(jit(f)) 的前向与反向也各是编译好的一次调用。
 *   在 vmap、jvp 等其余变换里面则内联执行，结果相同。
 *
 * @example
 * const step = jit((w: Tensor, x: Tensor) => sub(w, mul(0.5, x)));
 * step([1, 2], [2, 2]).toArray() // => [0, 1]
 */
export function jit<F extends AnyFunction>(
  f: F,
  options: JitOptions = {},
): (...args: LikeArgs<Parameters<F>>) => ReturnType<F> {
  requireFunction("jit", f);
  const { staticArgnums = [] } = options;
  const fixed = new Set(typeof staticArgnums === "number" ? [staticArgnums] : staticArgnums);
  let cache: Entry[] = [];
  let withGradient: AnyFunction | null = null;
  /** 已有的编译结果里与参数相符的，移到最前。 */
  const find = (args: readonly unknown[]): { entry: Entry; buffers: unknown[] } | null => {
    for (let i = 0; i < cache.length; i++) {
      const entry = cache[i]!;
      const buffers = matchAll(entry, args);
      if (buffers === null) continue;
      if (i > 0) cache = [entry, ...cache.filter((e) => e !== entry)];
      return { entry, buffers };
    }
    return null;
  };
  /** 新编译一份；f 用到了外层变换的张量时是 null，不进缓存。 */
  const add = (args: readonly unknown[]): Entry | null => {
    const entry = compile(f, args, fixed);
    if (entry) cache = [entry, ...cache.slice(0, cacheLimit - 1)];
    return entry;
  };
  const compiled = (...args: unknown[]): any => {
    const hit = find(args);
    if (hit) return hit.entry.run(hit.buffers);
    if (args.some((x, i) => !fixed.has(i) && hasTracer(x))) return traced(args);
    const entry = add(args);
    return entry ? entry.run(matchAll(entry, args)!) : f(...args);
  };
  /** 在别的变换里面：反向模式用编译好的前向与反向，其余内联执行。 */
  const traced = (args: unknown[]): unknown => {
    const values = fixed.size === 0 ? peelArguments(args) : null;
    const entry = values && (find(values)?.entry ?? add(values));
    if (!entry?.differentiable) return f(...args);
    withGradient ??= withCompiledGradient(f, compiled, (g) => jit(g) as typeof g);
    return withGradient(...args);
  };
  return Object.defineProperty(compiled, "name", { value: callName("jit", f) });
}

function matchAll(entry: Entry, args: readonly unknown[]): unknown[] | null {
  const { specs, device } = entry;
  if (args.length !== specs.length || entry.fallback !== defaultDevice()) return null;
  if (entry.compiler !== device.compile) return null;
  const buffers: unknown[] = [];
  for (let i = 0; i < specs.length; i++) {
    if (!match(specs[i]!, args[i], device, buffers)) return null;
  }
  return buffers;
}

function compile(f: AnyFunction, args: readonly unknown[], fixed: ReadonlySet<number>): Entry | null {
  const number = numberType(args);
  const specs = args.map((x, i): Spec => (fixed.has(i) ? { kind: "static", value: x } : specOf(x, number)));
  const fallback = defaultDevice();
  let device = deviceOf(specs);
  for (;;) {
    try {
      // 图里的常量跨调用使用，不归第一次调用时外面的 scope 管。
      const built = untracked(() => build(f, specs, device));
      return { specs, device, fallback, compiler: device.compile, ...built };
    } catch (error) {
      if (error instanceof OuterTracer) return null;
      // 参数都在 cpu 上，函数里的常量却在别处：换到那个设备上再来一次。
      if (!(error instanceof OtherDevice)) throw error;
      device = error.device;
    }
  }
}

function build(
  f: AnyFunction,
  specs: readonly Spec[],
  device: Device,
): Pick<Entry, "run" | "differentiable"> {
  const { graph, output } = record(f, specs, device);
  const optimised = optimise(graph, (dtype) => device.storage(dtype));
  const execute = device.compile ? device.compile(optimised) : interpret(optimised, device);
  const { outputs } = optimised;
  if (output.kind === "tensor") {
    const { shape, dtype } = outputs[0]!;
    const run = (buffers: unknown[]): Tensor => new ArrayTensor(device, execute(buffers)[0], shape, dtype);
    return { run, differentiable: true };
  }
  const run = (buffers: unknown[]): unknown => {
    const results = execute(buffers);
    return assemble(output, (k) => new ArrayTensor(device, results[k], outputs[k]!.shape, outputs[k]!.dtype));
  };
  return { run, differentiable: allTensors(output) };
}

/** 返回值的样子：张量是图的第几个输出，其余原样。 */
type Output =
  | { readonly kind: "tensor"; readonly index: number }
  | { readonly kind: "fixed"; readonly value: unknown }
  | { readonly kind: "array"; readonly children: readonly Output[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly children: readonly Output[] };

function record(f: AnyFunction, specs: readonly Spec[], device: Device): { graph: Graph; output: Output } {
  const interpreter = new GraphInterpreter(device);
  const leaf = (shape: Shape, dtype: DType, path: string): Tensor =>
    interpreter.input(shape, device.storage(dtype), path);
  const inputs = specs.map((s, i) => buildArgument(s, leaf, `参数${i + 1}`));
  const tensors: Tensor[] = [];
  const describe = (y: unknown): Output => {
    if (y instanceof GraphTracer && y.interpreter === interpreter) {
      return { kind: "tensor", index: tensors.push(y) - 1 };
    }
    if (y instanceof Tensor) {
      if (!(y instanceof ArrayTensor)) throw new OuterTracer();
      return { kind: "fixed", value: y };
    }
    if (Array.isArray(y)) return { kind: "array", children: y.map(describe) };
    if (typeof y === "object" && y !== null && isPlainObject(y)) {
      const keys = Object.keys(y);
      return { kind: "object", keys, children: keys.map((k) => describe(y[k])) };
    }
    return { kind: "fixed", value: y };
  };
  try {
    const output = describe(f(...inputs));
    return { graph: interpreter.finish(tensors), output };
  } finally {
    interpreter.active = false;
  }
}

function allTensors(output: Output): boolean {
  if ("children" in output) return output.children.every(allTensors);
  return output.kind === "tensor" || output.value instanceof Tensor;
}

function assemble(output: Output, tensor: (index: number) => Tensor): unknown {
  switch (output.kind) {
    case "tensor":
      return tensor(output.index);
    case "fixed":
      return output.value;
    case "array":
      return output.children.map((c) => assemble(c, tensor));
    case "object": {
      const out: Record<string, unknown> = {};
      for (let i = 0; i < output.keys.length; i++) {
        out[output.keys[i]!] = assemble(output.children[i]!, tensor);
      }
      return out;
    }
  }
}

/** 没有 compile 的设备：按优化过的图逐个原语执行，用完的中间结果不再引用。 */
function interpret(graph: Graph, device: Device): (inputs: readonly unknown[]) => unknown[] {
  const last = new Map<GraphNode, number>();
  for (const [i, node] of graph.nodes.entries()) for (const x of node.args) last.set(x, i);
  for (const y of graph.outputs) last.set(y, graph.nodes.length);
  return (inputs) => {
    const values = new Map<GraphNode, ArrayTensor>();
    for (const [i, x] of graph.inputs.entries()) {
      values.set(x, new ArrayTensor(device, inputs[i], x.shape, x.dtype));
    }
    for (const [i, node] of graph.nodes.entries()) {
      if (node.kind === "constant") values.set(node, node.value!);
      if (node.kind !== "op") continue;
      const args = node.args.map((x) => values.get(x)!);
      values.set(node, evaluate(node.primitive!, args, node.params));
      for (const x of node.args) if (last.get(x) === i) values.delete(x);
    }
    return graph.outputs.map((y) => values.get(y)!.buffer);
  };
}
