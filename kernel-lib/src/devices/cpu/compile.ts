import { allocate, type DType, type TypedArray } from "../../dtype.js";
import type { Graph, GraphNode } from "../../graph/graph.js";
import { sizeOf } from "../../shape.js";
import { ArrayTensor } from "../../tensor.js";
import { track } from "../scope.js";
import { type Affine, scale, type Var } from "./compile-affine.js";
import { LoopEmitter, type Names, rounded } from "./compile-emit.js";
import { gemm } from "./compile-gemm.js";
import { type Kernel, type Operand, schedule } from "./compile-kernels.js";
import { loadsOf, sameAddress } from "./compile-lower.js";
import { exp, expSingle, tanh } from "./compile-math.js";
import { makePlan, type Plan } from "./compile-plan.js";
import { simdLoop } from "./compile-simd.js";
import { cpu } from "./device.js";
import { intoKernels } from "./kernels/index.js";
import { lend, pin, pooled } from "./pool.js";
import { type Loop, openLoop } from "./wasm-loop.js";

export type Compiled = (inputs: readonly unknown[]) => unknown[];

/**
 * 把整张图编译成一个 JavaScript 函数。逐元素运算、约简与小矩阵乘融合进尽量少的循环，
 * 视图（reshape、transpose、broadcastTo、slice …）只改下标；中间缓冲区编译时分配好，反复使用，输出每次新建。
 */
export function compileCpu(graph: Graph): Compiled {
  const { source, links } = generate(graph);
  return new Function("links", source)(links) as Compiled;
}

/** 生成的源代码，供阅读与测试。 */
export function sourceOf(graph: Graph): string {
  return generate(graph).source;
}

/** 生成的代码要引用的外部对象。 */
interface Links {
  readonly constants: TypedArray[];
  readonly buffers: TypedArray[];
  readonly calls: ((inputs: TypedArray[], into?: TypedArray) => TypedArray)[];
  readonly gemm: typeof gemm;
  readonly exp: typeof exp;
  readonly expSingle: typeof expSingle;
  readonly tanh: typeof tanh;
  /** tanh 顺手算出的导数。 */
  readonly side: Float64Array;
  readonly output: typeof output;
  /** 写成 WASM SIMD 的循环。 */
  readonly loops: Loop[];
}

/** 大的输出：借来的数组，所在的 scope 结束时还回去。 */
function output(dtype: DType, size: number): TypedArray {
  const data = lend(dtype, size);
  track(cpu, data);
  return data;
}

function generate(graph: Graph): { source: string; links: Links } {
  const plan = makePlan(graph);
  const kernels = schedule(plan);
  const links: Links = {
    constants: [],
    buffers: [],
    calls: [],
    gemm,
    exp,
    expSingle,
    tanh,
    output,
    loops: [],
    side: new Float64Array(1),
  };
  const names = new BufferNames(graph, plan, kernels, links);
  const body: string[] = [];
  for (const kernel of kernels) {
    if (kernel.kind === "loop")
      body.push(emitSimd(kernel, names, links) ?? new LoopEmitter(kernel, names).emit());
    else if (kernel.kind === "gemm") {
      if (names.escapes(kernel.node)) body.push(emitGemm(kernel, names));
    } else body.push(emitCall(kernel.node, names, plan, links));
  }
  const results = graph.outputs.map((y) => names.result(plan.holder(y)));
  const { parts, main } = split(body, results);
  const source = [
    '"use strict";',
    "const { constants, buffers, calls, gemm, exp, expSingle, tanh, output, loops, side } = links;",
    ...parts,
    "return (inputs) => {",
    shortNames,
    ...names.declarations(),
    ...main,
    `return [${results.join(", ")}];`,
    "};",
  ].join("\n");
  return { source, links };
}

/** 局部变量里的函数：每次调用的字节码比 Math.fround 短一半，函数太长时 V8 就不优化了。 */
const shortNames = "const fround = Math.fround;";

/** 一个函数的源代码最长这么多字符：V8 不优化太大的函数，太大的图要分成几段。 */
const partLimit = 12_000;

/**
 * 源代码太长时把循环分到几个函数里。缓冲区作为参数传进去；标量在段里是局部变量，
 * 别的段要用的存进一个 Float64Array：放在共用的变量里，V8 每写一次都要新建一个数的对象。
 */
function split(body: readonly string[], results: readonly string[]): { parts: string[]; main: string[] } {
  if (body.reduce((n, text) => n + text.length, 0) <= partLimit) return { parts: [], main: [...body] };
  const pieces: { text: string; own: boolean }[] = [];
  let group: string[] = [];
  const close = (): void => {
    if (group.length > 0) pieces.push({ text: group.join("\n"), own: true });
    group = [];
  };
  for (const text of body) {
    if (text.startsWith("const r")) {
      // 外部的核：结果是新的缓冲区，留在主函数里。
      close();
      pieces.push({ text, own: false });
      continue;
    }
    group.push(text);
    if (group.reduce((n, t) => n + t.length, 0) > partLimit / 2) close();
  }
  close();
  const slots = new Map<string, number>();
  const used = [...pieces.map(({ text }) => scalarsIn(text)), scalarsIn(results.join())];
  for (const [i, { text }] of pieces.entries()) {
    for (const name of definedIn(text)) {
      if (used.some((names, k) => k !== i && names.has(name))) slots.set(name, slots.size);
    }
  }
  const read = (names: Iterable<string>): string[] =>
    [...names].map((name) => `const ${name} = shared[${slots.get(name)}];`);
  const parts = [`const shared = new Float64Array(${slots.size});`];
  const main: string[] = [];
  const here = new Set<string>();
  for (const [i, { text, own }] of pieces.entries()) {
    const defined = definedIn(text);
    const borrowed = [...used[i]!].filter((name) => !defined.has(name));
    if (!own) {
      main.push(...read(borrowed.filter((name) => !here.has(name))), text);
      for (const name of borrowed) here.add(name);
      continue;
    }
    const kept = [...defined].filter((name) => slots.has(name));
    const buffers = [...new Set(text.match(/\b[xbcor]\d+\b/g))].join(", ");
    const name = `part${i}`;
    const lines = [...read(borrowed), text, ...kept.map((x) => `shared[${slots.get(x)}] = ${x};`)];
    parts.push(`function ${name}(${buffers}) {\n${shortNames}\n${lines.join("\n")}\n}`);
    main.push(`${name}(${buffers});`);
  }
  main.push(...read([...used.at(-1)!].filter((name) => !here.has(name))));
  return { parts, main };
}

const scalarsIn = (text: string): Set<string> => new Set(text.match(/\bs\d+\b/g));
const definedIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^let (s\d+)\b/gm)].map((m) => m[1]!));

const arrayName: Record<DType, string> = {
  float64: "Float64Array",
  float32: "Float32Array",
  int32: "Int32Array",
  bool: "Uint8Array",
};

/** 各节点的缓冲区：输入、常量、输出（每次新建）、中间结果（按存活区间复用）。 */
class BufferNames implements Names {
  private readonly named = new Map<GraphNode, string>();
  private readonly declared: string[] = [];
  private readonly outside = new Set<GraphNode>();
  private readonly outputs: ReadonlySet<GraphNode>;
  private readonly links: Links;
  private readonly scratches = new Map<number, string>();

  constructor(graph: Graph, plan: Plan, kernels: readonly Kernel[], links: Links) {
    this.links = links;
    this.outputs = new Set(graph.outputs.map((y) => plan.holder(y)));
    for (const [i, x] of graph.inputs.entries()) {
      this.named.set(x, `x${i}`);
      this.declared.push(`const x${i} = inputs[${i}];`);
    }
    this.allocate(plan, kernels);
  }

  buffer(holder: GraphNode): string {
    return this.named.get(holder) ?? this.constant(holder);
  }

  scalar(holder: GraphNode): string | null {
    return holder.kind === "op" && sizeOf(holder.shape) === 1 && !this.named.has(holder)
      ? `s${holder.id}`
      : null;
  }

  escapes(node: GraphNode): boolean {
    return this.outside.has(node) || this.outputs.has(node);
  }

  scratch(node: GraphNode): string {
    const size = sizeOf(node.shape);
    let name = this.scratches.get(size);
    if (!name) this.scratches.set(size, (name = this.preallocated("float64", size)));
    return name;
  }

  /** 缓冲区；标量则装进新的数组。 */
  result(holder: GraphNode): string {
    const scalar = this.scalar(holder);
    return scalar === null ? this.buffer(holder) : `${arrayName[holder.dtype]}.of(${scalar})`;
  }

  declarations(): readonly string[] {
    return this.declared;
  }

  /** 常量用到时才连上；单个数已经写成字面量，通常用不到。 */
  private constant(node: GraphNode): string {
    const data = node.value!.buffer as TypedArray;
    pin(data);
    const i = this.links.constants.push(data) - 1;
    this.named.set(node, `c${i}`);
    this.declared.push(`const c${i} = constants[${i}];`);
    return `c${i}`;
  }

  private preallocated(dtype: DType, size: number): string {
    const i = this.links.buffers.push(allocate(dtype, size)) - 1;
    this.declared.push(`const b${i} = buffers[${i}];`);
    return `b${i}`;
  }

  /** 每个中间缓冲区从写到最后一次读之间不能被别人用；过了就还回去给同样大小的用。 */
  private allocate(plan: Plan, kernels: readonly Kernel[]): void {
    const lastUse = new Map<GraphNode, number>();
    const writers = new Map<GraphNode, number>();
    const use = (holder: GraphNode, at: number): void => {
      if (writers.get(holder) !== at) this.outside.add(holder);
      lastUse.set(holder, at);
    };
    for (const [at, kernel] of kernels.entries()) {
      for (const node of written(kernel)) writers.set(node, at);
      for (const holder of reads(kernel, plan)) use(holder, at);
    }
    const free = new Map<string, string[]>();
    const live: { until: number; key: string; name: string }[] = [];
    for (const [at, kernel] of kernels.entries()) {
      for (const [i, entry] of [...live.entries()].reverse()) {
        if (entry.until >= at) continue;
        live.splice(i, 1);
        free.set(entry.key, [...(free.get(entry.key) ?? []), entry.name]);
      }
      for (const node of written(kernel)) {
        if (kernel.kind === "opaque" && !writesInto(node)) this.named.set(node, `r${node.id}`);
        else if (kernel.kind === "loop" && sizeOf(node.shape) === 1) continue;
        else if (this.outputs.has(node)) {
          this.declared.push(`const o${node.id} = ${newOutput(node)};`);
          this.named.set(node, `o${node.id}`);
        } else if (this.outside.has(node)) {
          const size = sizeOf(node.shape);
          const key = `${node.dtype}:${size}`;
          const name = free.get(key)?.pop() ?? this.preallocated(node.dtype, size);
          this.named.set(node, name);
          live.push({ until: lastUse.get(node) ?? at, key, name });
        }
      }
    }
  }
}

function newOutput({ dtype, shape }: GraphNode): string {
  const size = sizeOf(shape);
  return pooled(dtype, size) ? `output("${dtype}", ${size})` : `new ${arrayName[dtype]}(${size})`;
}

function written(kernel: Kernel): GraphNode[] {
  return kernel.kind === "loop" ? kernel.members.map((m) => m.node) : [kernel.node];
}

/** 嵌套要从缓冲区读的根；同一次迭代里刚写的不算。 */
function reads(kernel: Kernel, plan: Plan): GraphNode[] {
  if (kernel.kind === "gemm") return [kernel.left.holder, kernel.right.holder];
  if (kernel.kind === "opaque") return kernel.node.args.map((x) => plan.holder(x));
  const found: GraphNode[] = [];
  for (const { expr } of kernel.members) {
    for (const load of loadsOf(expr)) {
      const writer = kernel.members.find((m) => m.node === load.holder);
      if (writer && writer.reduce === null && sameAddress(writer.address, load.address)) continue;
      found.push(load.holder);
    }
  }
  return found;
}

/** 外部的核能写进编译时分配的缓冲区；其余的每次返回新数组。 */
function writesInto(node: GraphNode): boolean {
  return intoKernels.has(node.primitive!.name);
}

function emitSimd(kernel: Kernel & { kind: "loop" }, names: BufferNames, links: Links): string | null {
  const simd = simdLoop(kernel, names);
  const loop =
    simd &&
    openLoop(
      simd.layout,
      simd.run,
      simd.results.map((r) => r.op),
    );
  if (!loop) return null;
  const i = links.loops.push(loop) - 1;
  const call = `loops[${i}]([${simd.arrays.join(", ")}], [${simd.scalars.join(", ")}]);`;
  if (simd.results.length === 0) return call;
  const scalars = simd.results.map(({ name, dtype }, k) => `let ${name} = ${rounded(`q${i}[${k}]`, dtype)};`);
  return [`const q${i} = ${call}`, ...scalars].join("\n");
}

function emitCall(node: GraphNode, names: BufferNames, plan: Plan, links: Links): string {
  const { primitive, args, params, shape, dtype } = node;
  const i =
    links.calls.push((inputs, into) =>
      cpu.run(
        primitive!,
        inputs.map((data, k) => new ArrayTensor(cpu, data, args[k]!.shape, args[k]!.dtype)),
        params,
        { shape, dtype },
        into,
      ),
    ) - 1;
  const operands = args.map((x) => names.result(plan.holder(x)));
  const target = names.buffer(node);
  const list = operands.join(", ");
  return writesInto(node)
    ? `calls[${i}]([${list}], ${target});`
    : `const ${target} = calls[${i}]([${list}]);`;
}

function emitGemm({ node, left, right }: Kernel & { kind: "gemm" }, names: BufferNames): string {
  const [m, n] = node.shape.slice(-2) as [number, number];
  const operand = (o: Operand): string => {
    const offset = text(o.address, o.batch);
    const step = (v: Var): number => o.address.terms.get(v) ?? 0;
    return `{ data: ${names.result(o.holder)}, offset: ${offset}, row: ${step(o.row)}, column: ${step(o.column)} }`;
  };
  const { batch } = left;
  const lines = batch.map((v) => `for (let ${v.name} = 0; ${v.name} < ${v.extent}; ${v.name}++)`);
  let start: Affine = { offset: 0, terms: new Map() };
  for (const v of batch) {
    start = scale(start, v.extent);
    start = { offset: 0, terms: new Map([...start.terms, [v, 1]]) };
  }
  const at = text(scale(start, m * n), batch);
  const k = node.args[0]!.shape.at(-1)!;
  lines.push(`gemm(${names.buffer(node)}, ${at}, ${m}, ${n}, ${k}, ${operand(left)}, ${operand(right)});`);
  return lines.join("\n");
}

function text(a: Affine, vars: readonly Var[]): string {
  const parts = [String(a.offset)];
  for (const v of vars) {
    const c = a.terms.get(v);
    if (c) parts.push(`${v.name} * ${c}`);
  }
  return parts.join(" + ");
}
