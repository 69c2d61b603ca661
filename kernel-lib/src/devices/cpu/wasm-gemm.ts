import { dtypeOf, type TypedArray } from "../../dtype.js";
import * as asm from "./wasm-assembler.js";
import { copyOut, pack, type Strided } from "./wasm-pack.js";

// 矩阵乘的 SIMD 核（分块与打包的思路：K. Goto, R. van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008）
//
// C 分成 4 行 × 2 个向量的小块，八个累加器留在寄存器里。A 每 4 行、B 每两个向量宽的列先打包成连续的一条，
// 凑不满的补零，所以核里没有边角；转置、步长、广播都在打包时处理，不另搬数据。
// WASM 的内存大小固定，只放打包好的块与一块结果：不增长，也就不泄漏，视图不会失效。

const rows = 4;
const blockM = 64;
const blockK = 256;
const blockN = 256;
const aAt = 0;
const bAt = aAt + blockM * blockK * 8;
const cAt = bAt + blockK * blockN * 8;
const pages = (cAt + blockM * blockN * 8) / 65536;

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

/** 一小块：c[4 × 2 个向量] = a 的一条 × b 的一条。参数 a b c k ldc。 */
function tile({ bytes, mul, add, fma }: Lanes, fused: boolean): asm.Function {
  const [a, b, c, k, ldc] = [0, 1, 2, 3, 4];
  const sum = (r: number, v: number): number => 5 + 2 * r + v;
  const [b0, b1, x] = [13, 14, 15];
  const each = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
  const term = (r: number, v: number): asm.Code => {
    const s = asm.get(sum(r, v));
    const factors = [asm.get(x), asm.get(v === 0 ? b0 : b1)];
    return asm.set(sum(r, v), fused ? asm.simd(fma, factors, s) : asm.simd(add, s, asm.simd(mul, factors)));
  };
  return {
    params: 5,
    locals: [[11, asm.v128]],
    body: [
      asm.repeat(
        [
          asm.set(b0, asm.load(asm.get(b), 0)),
          asm.set(b1, asm.load(asm.get(b), 16)),
          each(rows, (r) => [
            asm.set(x, asm.loadSplat(bytes, asm.get(a), r * bytes)),
            term(r, 0),
            term(r, 1),
          ]),
          asm.advance(a, asm.constant(rows * bytes)),
          asm.advance(b, asm.constant(32)),
          asm.set(k, asm.subtract(asm.get(k), asm.constant(1))),
        ],
        asm.get(k),
      ),
      each(rows, (r) => [
        each(2, (v) => asm.store(asm.get(c), 16 * v, asm.get(sum(r, v)))),
        asm.advance(c, asm.get(ldc)),
      ]),
    ],
  };
}

/** 一块：b 的一条留在一级缓存里，a 的各条依次经过。参数 a b c k 行条数 列条数 ldc。 */
function block(name: string, inner: number, { bytes }: Lanes): asm.Function {
  const [a, b, c, k, m, n, ldc] = [0, 1, 2, 3, 4, 5, 6];
  const [i, p, q] = [7, 8, 9];
  const args = [p, b, q, k, ldc].map(asm.get);
  const less = (local: number): asm.Code => asm.set(local, asm.subtract(asm.get(local), asm.constant(1)));
  return {
    name,
    params: 7,
    locals: [[3, asm.i32]],
    body: asm.repeat(
      [
        asm.set(i, asm.get(m)),
        asm.set(p, asm.get(a)),
        asm.set(q, asm.get(c)),
        asm.repeat(
          [
            asm.call(inner, ...args),
            asm.advance(p, asm.multiply(asm.get(k), asm.constant(rows * bytes))),
            asm.advance(q, asm.multiply(asm.get(ldc), asm.constant(rows))),
            less(i),
          ],
          asm.get(i),
        ),
        asm.advance(b, asm.multiply(asm.get(k), asm.constant(32))),
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
    block("float64", 0, lanes.float64),
    block("float32", 1, lanes.float32),
  ]);
}

type Block = (a: number, b: number, c: number, k: number, m: number, n: number, ldc: number) => void;

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

/** 这个大小的矩阵乘值得打包送进 WASM 吗；两边要同是 float64 或同是 float32。 */
export function wasmFits(
  m: number,
  n: number,
  k: number,
  out: TypedArray,
  a: TypedArray,
  b: TypedArray,
): boolean {
  if (m < 2 || n < 2 || m * n * k < wasmFrom) return false;
  const dtype = dtypeOf(out);
  if ((dtype !== "float64" && dtype !== "float32") || dtypeOf(a) !== dtype) return false;
  if (dtypeOf(b) !== dtype) return false;
  if (machine === undefined) machine = open();
  return machine !== null;
}

/** 少于这么多次乘加时打包不划算（在 8×16×8 处已经快一倍多）。 */
const wasmFrom = 1000;

/** out[m×n] = a[m×k]·b[k×n]，out 行优先、从 start 起；先用 wasmFits 问过。 */
export function wasmGemm(
  out: TypedArray,
  start: number,
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
  for (let j = 0; j < n; j += blockN) {
    const nb = Math.min(blockN, n - j);
    const nTiles = Math.ceil(nb / columns);
    const ldc = nTiles * columns;
    for (let p = 0; p < k; p += blockK) {
      const kb = Math.min(blockK, k - p);
      pack(memory, bAt / size, columns, b.data, b.offset + p * b.row + j * b.column, b.column, nb, b.row, kb);
      for (let i = 0; i < m; i += blockM) {
        const mb = Math.min(blockM, m - i);
        pack(memory, aAt / size, rows, a.data, a.offset + i * a.row + p * a.column, a.row, mb, a.column, kb);
        run(aAt, bAt, cAt, kb, Math.ceil(mb / rows), nTiles, ldc * size);
        copyOut(memory, cAt / size, ldc, out, start + i * n + j, n, mb, nb, p > 0);
      }
    }
  }
}
