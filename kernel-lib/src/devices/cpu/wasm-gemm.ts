import { dtypeOf, type TypedArray } from "../../dtype.js";
import * as asm from "./wasm-assembler.js";
import { addOut, copyIn, type Strided, transposeIn } from "./wasm-pack.js";

// 矩阵乘的 SIMD 核（分块的思路：K. Goto, R. van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008）
//
// C 分成 4 行 × 2 个向量的小块，八个累加器留在寄存器里。A 的元素逐个读出、填满各道，所以行优先、列优先都行；
// B 要一次读一个向量，列不连续时先转置。抄进来大多是整段的 memcpy，不逐个搬。
// 凑不满的小块照样算完整的一块：多出来的行与列读到的是旧数据，算出来不抄出去，彼此也不相干。
// WASM 的内存大小固定，只放 A、B、C 的各一块：不增长，也就不泄漏，视图不会失效。

const rows = 4;
const blockM = 64;
const blockK = 256;
const blockN = 256;
/** B 的行距多留一条缓存线：行距是 2 的幂时各行挤在同几组缓存里。 */
const gap = 64;
const aAt = 0;
const bAt = aAt + blockM * blockK * 8;
const cAt = bAt + blockK * (blockN * 8 + gap);
const pages = Math.ceil((cAt + blockM * blockN * 8) / 65536);

/** 一种浮点类型的核用到的指令；fma 为真时乘加是一条（relaxed SIMD），结果的末位可能不同。 */
interface Lanes {
  readonly bytes: 4 | 8;
  readonly mul: number;
  readonly add: number;
  readonly fma: number;
}

const lanes = {
  float64: { bytes: 8, mul: 0xf2, add: 0xf0, fma: 0x107 },
  float32: { bytes: 4, mul: 0xe6, add: 0xe4, fma: 0x105 },
} as const satisfies Record<string, Lanes>;

/** 一小块：c[4 × 2 个向量] = a 的一条 × b 的一条。参数 a b c k，A 的行距与列距，B、C 的行距（字节）。 */
function tile({ bytes, mul, add, fma }: Lanes, fused: boolean): asm.Function {
  const [a, b, c, k, rowA, columnA, rowB, rowC, row2, row3] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const sum = (r: number, v: number): number => 10 + 2 * r + v;
  const [b0, b1, x] = [18, 19, 20];
  const fromRow = [[], rowA, row2, row3].map((r) =>
    typeof r === "number" ? asm.add(asm.get(a), asm.get(r)) : asm.get(a),
  );
  const each = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
  const term = (r: number, v: number): asm.Code => {
    const s = asm.get(sum(r, v));
    const factors = [asm.get(x), asm.get(v === 0 ? b0 : b1)];
    return asm.set(sum(r, v), fused ? asm.simd(fma, factors, s) : asm.simd(add, s, asm.simd(mul, factors)));
  };
  return {
    params: 8,
    locals: [
      [2, asm.i32],
      [11, asm.v128],
    ],
    body: [
      asm.set(row2, asm.add(asm.get(rowA), asm.get(rowA))),
      asm.set(row3, asm.add(asm.get(row2), asm.get(rowA))),
      asm.repeat(
        [
          asm.set(b0, asm.load(asm.get(b), 0)),
          asm.set(b1, asm.load(asm.get(b), 16)),
          each(rows, (r) => [asm.set(x, asm.loadSplat(bytes, fromRow[r]!, 0)), term(r, 0), term(r, 1)]),
          asm.advance(a, asm.get(columnA)),
          asm.advance(b, asm.get(rowB)),
          asm.set(k, asm.subtract(asm.get(k), asm.constant(1))),
        ],
        asm.get(k),
      ),
      each(rows, (r) => [
        each(2, (v) => asm.store(asm.get(c), 16 * v, asm.get(sum(r, v)))),
        asm.advance(c, asm.get(rowC)),
      ]),
    ],
  };
}

/** 一块：B 的一条留在一级缓存里，A 的各条依次经过。参数 a b c k，行、列各几条，其余同上。 */
function block(name: string, inner: number): asm.Function {
  const [a, b, c, k, m, n, rowA, columnA, rowB, rowC] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const [i, p, q] = [10, 11, 12];
  const args = [p, b, q, k, rowA, columnA, rowB, rowC].map(asm.get);
  const less = (local: number): asm.Code => asm.set(local, asm.subtract(asm.get(local), asm.constant(1)));
  return {
    name,
    params: 10,
    locals: [[3, asm.i32]],
    body: asm.repeat(
      [
        asm.set(i, asm.get(m)),
        asm.set(p, asm.get(a)),
        asm.set(q, asm.get(c)),
        asm.repeat(
          [
            asm.call(inner, ...args),
            asm.advance(p, asm.multiply(asm.get(rowA), asm.constant(rows))),
            asm.advance(q, asm.multiply(asm.get(rowC), asm.constant(rows))),
            less(i),
          ],
          asm.get(i),
        ),
        asm.advance(b, asm.constant(32)),
        asm.advance(c, asm.constant(32)),
        less(n),
      ],
      asm.get(n),
    ),
  };
}

/** 模块的字节。 */
export function gemmModule(fused: boolean): Uint8Array<ArrayBuffer> {
  return asm.assemble(pages, [
    tile(lanes.float64, fused),
    tile(lanes.float32, fused),
    block("float64", 0),
    block("float32", 1),
  ]);
}

type Block = (...args: readonly number[]) => void;

interface Machine {
  readonly float64: Block;
  readonly float32: Block;
  readonly f64: Float64Array;
  readonly f32: Float32Array;
}

let machine: Machine | null | undefined;

/** 第一次用到时才编译；没有 WASM SIMD 的地方是 null。 */
function open(): Machine | null {
  if (typeof WebAssembly === "undefined") return null;
  const bytes = [true, false].map(gemmModule).find((b) => WebAssembly.validate(b));
  if (!bytes) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { buffer } = exports["memory"] as WebAssembly.Memory;
  return {
    float64: exports["float64"] as unknown as Block,
    float32: exports["float32"] as unknown as Block,
    f64: new Float64Array(buffer),
    f32: new Float32Array(buffer),
  };
}

/** 这个大小的矩阵乘值得送进 WASM 吗；两边要同是 float64 或同是 float32。 */
function fits(m: number, n: number, k: number, out: TypedArray, a: TypedArray, b: TypedArray): boolean {
  if (m < 2 || n < 2 || m * n * k < wasmFrom) return false;
  const dtype = dtypeOf(out);
  if ((dtype !== "float64" && dtype !== "float32") || dtypeOf(a) !== dtype) return false;
  if (dtypeOf(b) !== dtype) return false;
  if (machine === undefined) machine = open();
  return machine !== null;
}

/** 少于这么多次乘加时抄进抄出不划算（在 8×16×8 处已经快一倍多）。 */
const wasmFrom = 1000;

/** out[m×n] = a[m×k]·b[k×n]，out 行优先、从 start 起。太小、不是浮点或没有 WASM SIMD 时什么也不做，返回 false。 */
export function wasmGemm(
  out: TypedArray,
  start: number,
  m: number,
  n: number,
  k: number,
  a: Strided,
  b: Strided,
): boolean {
  if (!fits(m, n, k, out, a.data, b.data)) return false;
  // b 要转置而 a 小得多时，改算 (bᵀaᵀ)ᵀ：转置的是 a 与结果。
  const swap = b.column !== 1 && (a.row === 1 ? 0 : k * m) + m * n < k * n;
  if (swap) blocks(out, start, n, true, n, m, k, flipped(b), flipped(a));
  else blocks(out, start, n, false, m, n, k, a, b);
  return true;
}

const flipped = ({ data, offset, row, column }: Strided): Strided => ({
  data,
  offset,
  row: column,
  column: row,
});

/** 逐块算；across 为真时结果转置着写。 */
function blocks(
  out: TypedArray,
  start: number,
  pitch: number,
  across: boolean,
  m: number,
  n: number,
  k: number,
  a: Strided,
  b: Strided,
): void {
  const double = out instanceof Float64Array;
  const memory = double ? machine!.f64 : machine!.f32;
  const run = double ? machine!.float64 : machine!.float32;
  const size = double ? 8 : 4;
  const columns = 32 / size;
  // A 按它自己连续的方向放；两个方向都不连续时按行放。
  const byColumn = a.row === 1 && a.column !== 1;
  for (let j = 0; j < n; j += blockN) {
    const nb = Math.min(blockN, n - j);
    const tiles = Math.ceil(nb / columns);
    const rowB = tiles * columns + gap / size;
    const rowC = tiles * columns;
    for (let p = 0; p < k; p += blockK) {
      const kb = Math.min(blockK, k - p);
      const fromB = b.offset + p * b.row + j * b.column;
      if (b.column === 1) copyIn(memory, bAt / size, rowB, b.data, fromB, b.row, kb, 1, nb);
      else transposeIn(memory, bAt / size, rowB, b.data, fromB, b.row, kb, b.column, nb);
      for (let i = 0; i < m; i += blockM) {
        const mb = Math.min(blockM, m - i);
        const fromA = a.offset + i * a.row + p * a.column;
        const rowA = byColumn ? 1 : kb;
        const columnA = byColumn ? mb : 1;
        if (byColumn) copyIn(memory, aAt / size, mb, a.data, fromA, a.column, kb, 1, mb);
        else copyIn(memory, aAt / size, kb, a.data, fromA, a.row, mb, a.column, kb);
        const high = Math.ceil(mb / rows);
        run(aAt, bAt, cAt, kb, high, tiles, rowA * size, columnA * size, rowB * size, rowC * size);
        const to = start + (across ? i + j * pitch : i * pitch + j);
        if (p > 0)
          addOut(
            memory,
            cAt / size,
            across ? 1 : rowC,
            across ? rowC : 1,
            out,
            to,
            pitch,
            across ? nb : mb,
            across ? mb : nb,
          );
        else if (across) transposeIn(out, to, pitch, memory, cAt / size, 1, nb, rowC, mb);
        else copyIn(out, to, pitch, memory, cAt / size, rowC, mb, 1, nb);
      }
    }
  }
}
