import assert from "node:assert/strict";
import fc from "fast-check";
import type { TypedArray } from "../../dtype.js";
import "./accelerate.js";
import { gemm, gemmByScalars } from "./compile-gemm.js";
import { gemmModule, wasmGemm } from "./wasm-gemm.js";
import type { Strided } from "./wasm-pack.js";

const element = (s: Strided, i: number, j: number): number => s.data[s.offset + i * s.row + j * s.column]!;

const kinds = { double: Float64Array, single: Float32Array };

function matrix(
  make: typeof Float64Array | typeof Float32Array,
  rows: number,
  columns: number,
  layout: string,
  offset: number,
  seed: number,
): Strided {
  const values = Array.from({ length: offset + rows * columns + 1 }, (_, i) => Math.sin(seed + i * 1.7));
  return {
    data: make.from(values),
    offset,
    row: layout === "rows" ? columns : layout === "columns" ? 1 : 0,
    column: layout === "columns" ? rows : 1,
  };
}

type Gemm = typeof gemm;

/** 与三重循环比；out 两头各留几个格子，看有没有写到范围外。 */
function checkProduct(run: Gemm, m: number, n: number, k: number, a: Strided, b: Strided): void {
  const out: TypedArray =
    (a.data.slice(0, 0) as Float64Array).constructor === Float32Array
      ? new Float32Array(m * n + 3).fill(7)
      : new Float64Array(m * n + 3).fill(7);
  run(out, 2, m, n, k, a, b);
  const tolerance = (out instanceof Float32Array ? 2e-7 : 1e-15) * (k + 4);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += element(a, i, p) * element(b, p, j);
      assert.ok(
        Math.abs(out[2 + i * n + j]! - sum) <= tolerance,
        `(${i}, ${j}) ${out[2 + i * n + j]} ≠ ${sum}`,
      );
    }
  }
  assert.deepEqual([out[0], out[1], out.at(-1)], [7, 7, 7], "不写到范围外");
}

const layouts = fc.constantFrom("rows", "columns", "zero");
const kind = fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]));

describe("gemm", () => {
  for (const [name, run] of Object.entries({ gemm, gemmByScalars })) {
    it(`${name}：任意大小与步长（含转置、向量、空、广播的零步长）都等于三重循环`, () => {
      const size = fc.integer({ min: 0, max: 19 });
      fc.assert(
        fc.property(
          size,
          size,
          size,
          layouts,
          layouts,
          fc.nat(5),
          kind,
          (m, n, k, left, right, offset, type) => {
            const make = kinds[type];
            checkProduct(
              run,
              m,
              n,
              k,
              matrix(make, m, k, left, offset, 1),
              matrix(make, k, n, right, offset, 2),
            );
          },
        ),
        { numRuns: 400 },
      );
    });
  }

  it("跨过各个方向的分块边界也对", () => {
    for (const make of Object.values(kinds)) {
      for (const [m, n, k] of [
        [67, 5, 9],
        [5, 259, 9],
        [6, 5, 515],
        [65, 261, 258],
      ] as const) {
        checkProduct(gemm, m, n, k, matrix(make, m, k, "columns", 3, 1), matrix(make, k, n, "rows", 1, 2));
      }
    }
  });

  it("b 要转置而 a 很小：改算转置的乘积", () => {
    for (const make of Object.values(kinds)) {
      for (const layout of ["rows", "columns"]) {
        const [m, n, k] = [7, 70, 600];
        checkProduct(gemm, m, n, k, matrix(make, m, k, layout, 1, 1), matrix(make, k, n, "columns", 2, 2));
      }
    }
  });

  it("不是数的元素只影响自己的行与列：补的零不参与", () => {
    const a = Float64Array.from({ length: 17 * 11 }, () => 1);
    const b = Float64Array.from({ length: 11 * 13 }, () => 2);
    a[16 * 11] = Number.POSITIVE_INFINITY;
    b[12] = Number.NaN;
    const out = new Float64Array(17 * 13);
    gemm(
      out,
      0,
      17,
      13,
      11,
      { data: a, offset: 0, row: 11, column: 1 },
      { data: b, offset: 0, row: 13, column: 1 },
    );
    for (let i = 0; i < 17; i++) {
      for (let j = 0; j < 13; j++) {
        const expected = j === 12 ? Number.NaN : i === 16 ? Number.POSITIVE_INFINITY : 22;
        assert.ok(Object.is(out[i * 13 + j], expected), `(${i}, ${j})`);
      }
    }
  });

  it("模块是合法的 WebAssembly，很小；整数与混合类型不走它", () => {
    const bytes = gemmModule(false);
    assert.ok(WebAssembly.validate(bytes));
    assert.ok(bytes.length < 1500, String(bytes.length));
    const run = (out: TypedArray, a: TypedArray, b: TypedArray): boolean =>
      wasmGemm(
        out,
        0,
        32,
        32,
        32,
        { data: a, offset: 0, row: 32, column: 1 },
        { data: b, offset: 0, row: 32, column: 1 },
      );
    const [d, f, i] = [new Float64Array(1024), new Float32Array(1024), new Int32Array(1024)];
    assert.deepEqual([run(d, d, d), run(f, f, f), run(d, f, d), run(i, i, i)], [true, true, false, false]);
  });
});
