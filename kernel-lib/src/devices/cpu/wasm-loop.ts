import type { TypedArray } from "../../dtype.js";
import * as asm from "./wasm-assembler.js";

/** 写成 SIMD 的归约。 */
export type Reduce = "sum" | "max" | "min";

/** 一路数据：逐元素走、每行从头走（各行相同），还是每行一个数。 */
export interface Stream {
  readonly walk: "element" | "column" | "row";
  readonly way: "in" | "out";
  /** 在数组里的起点。 */
  readonly offset: number;
}

/** 各路数据在内存里的位置，与怎样分块。 */
export interface Layout {
  readonly bytes: 4 | 8;
  readonly rows: number;
  readonly columns: number;
  /** 一块的行数与列数；只有一行时按列分块，否则每块是整行。 */
  readonly block: { readonly rows: number; readonly columns: number };
  readonly streams: readonly Stream[];
  readonly scalars: number;
  readonly results: number;
  at(stream: Stream): number;
  scalarAt(i: number): number;
  resultAt(i: number): number;
}

const pages = 8;
/** 各路合起来一块这么多字节，留在二级缓存里。 */
const budget = 128 * 1024;
/** 各路错开一点：起点相差 4 KB 的整数倍时，处理器会误以为读的正是刚写的。 */
const gap = 192;

/** 定下分块与位置；一行就放不下时是 null。 */
export function place(
  { rows, columns }: { rows: number; columns: number },
  bytes: 4 | 8,
  streams: readonly Stream[],
  scalars: number,
  results: number,
): Layout | null {
  const lanes = 16 / bytes;
  const each = Math.floor(budget / bytes / Math.max(1, streams.length) / lanes) * lanes;
  const block =
    rows === 1
      ? { rows: 1, columns: Math.min(each, columns) }
      : { rows: Math.min(rows, Math.max(1, Math.floor(each / columns))), columns };
  const width = Math.ceil(block.columns / lanes) * lanes;
  const sizes = { element: block.rows * width, column: width, row: Math.ceil(block.rows / lanes) * lanes };
  const positions = new Map<Stream, number>();
  let next = 16 * (scalars + results);
  for (const stream of streams) {
    positions.set(stream, next);
    next += sizes[stream.walk] * bytes + gap;
  }
  if (next > pages * 65536) return null;
  return {
    bytes,
    rows,
    columns,
    block,
    streams,
    scalars,
    results,
    at: (stream) => positions.get(stream)!,
    scalarAt: (i) => 16 * i,
    resultAt: (i) => 16 * (scalars + i),
  };
}

interface Memory {
  readonly memory: WebAssembly.Memory;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

let shared: Memory | null = null;

/** 所有循环共用一块内存：每块 WebAssembly.Memory 要占好几 GB 的地址空间，不能一个循环一块。 */
function openMemory(): Memory {
  if (!shared) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    shared = { memory, f32: new Float32Array(memory.buffer), f64: new Float64Array(memory.buffer) };
  }
  return shared;
}

export type Loop = (arrays: readonly TypedArray[], scalars: readonly number[]) => number[];

/** 把各块依次抄进、计算、抄出的函数；没有 WASM SIMD 的地方是 null。combine 合并各块的归约。 */
export function openLoop(layout: Layout, body: asm.Function, combine: readonly Reduce[]): Loop | null {
  if (typeof WebAssembly === "undefined") return null;
  const bytes = asm.assemble(pages, [body], true);
  if (!WebAssembly.validate(bytes)) return null;
  const { memory, f32, f64 } = openMemory();
  const run = instantiate(bytes, memory);
  if (!run) return null;
  const data = layout.bytes === 8 ? f64 : f32;
  const unit = layout.bytes;
  const lanes = 16 / unit;
  const { rows, columns, block, streams } = layout;
  const at = streams.map((s) => layout.at(s) / unit);
  return (arrays, scalars) => {
    for (let i = 0; i < scalars.length; i++) data[layout.scalarAt(i) / unit] = scalars[i]!;
    for (const [i, s] of streams.entries()) {
      if (s.walk === "column") data.set(arrays[i]!.subarray(s.offset, s.offset + columns), at[i]!);
    }
    const results = combine.map((op) => (op === "sum" ? 0 : op === "max" ? -Infinity : Infinity));
    for (let row = 0; row < rows; row += block.rows) {
      const m = Math.min(block.rows, rows - row);
      for (let column = 0; column < columns; column += block.columns) {
        const n = Math.min(block.columns, columns - column);
        for (let i = 0; i < streams.length; i++) {
          const { walk, way, offset } = streams[i]!;
          if (way === "out" || walk === "column") continue;
          const from = offset + (walk === "row" ? row : row * columns + column);
          data.set(arrays[i]!.subarray(from, from + (walk === "row" ? m : m * n)), at[i]!);
        }
        run(m, Math.ceil(n / lanes));
        for (let i = 0; i < streams.length; i++) {
          const { walk, way, offset } = streams[i]!;
          if (way === "in") continue;
          const to = offset + (walk === "row" ? row : row * columns + column);
          arrays[i]!.set(data.subarray(at[i]!, at[i]! + (walk === "row" ? m : m * n)), to);
        }
        for (let i = 0; i < combine.length; i++) {
          const op = combine[i]!;
          const part = (op === "sum" ? f64 : data)[layout.resultAt(i) / (op === "sum" ? 8 : unit)]!;
          results[i] = op === "sum" ? results[i]! + part : Math[op](results[i]!, part);
        }
      }
    }
    return results;
  };
}

type Run = (rows: number, vectors: number) => void;

/** 有的浏览器不许在主线程上同步编译大的模块：那就不用它。 */
function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Run | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    return exports["run"] as unknown as Run;
  } catch {
    return null;
  }
}
