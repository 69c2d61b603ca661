import assert from "node:assert/strict";
import * as fc from "fast-check";
import { optimise } from "../../graph/optimise.js";
import { astype, grad, tensor, tripletLoss } from "../../index.js";
import * as p from "../../primitives/index.js";
import type { Tensor } from "../../tensor.js";
import { GraphInterpreter } from "../../transforms/graph-interpreter.js";
import { compileCpu, sourceOf } from "./compile.js";

type Float = "float32" | "float64";
type Program = (xs: readonly Tensor[]) => Tensor | Tensor[];

function graphOf(f: Program, shapes: readonly number[][], dtype: Float) {
  const interpreter = new GraphInterpreter();
  const outputs = f(shapes.map((s) => interpreter.input(s, dtype)));
  return optimise(interpreter.finish([outputs].flat()));
}

/** 没有 WASM 时编译：同一张图写成 JavaScript 循环。 */
function withoutWasm<T>(f: () => T): T {
  const kept = globalThis.WebAssembly;
  try {
    (globalThis as { WebAssembly?: unknown }).WebAssembly = undefined;
    return f();
  } finally {
    globalThis.WebAssembly = kept;
  }
}

function both(f: Program, shapes: readonly number[][], dtype: Float, inputs: readonly unknown[]) {
  const graph = graphOf(f, shapes, dtype);
  const js = withoutWasm(() => compileCpu(graph))(inputs) as Float64Array[];
  const simd = compileCpu(graph)(inputs) as Float64Array[];
  return { graph, js, simd };
}

const loopsIn = (text: string): number => text.match(/loops\[\d+\]\(/g)?.length ?? 0;
const flops = (text: string): number => text.match(/\bfor \(/g)?.length ?? 0;

const [rows, columns] = [37, 132];
/** 三个同样大小的、一个按行的、一个按列的、一个标量。 */
const shapes = [[rows, columns], [rows, columns], [rows, columns], [rows, 1], [columns], []];
const special = [0, -0, 1, -1, 0.5, -2, Number.NaN, Infinity, -Infinity, 3.7, -1e-3, 1e5];

function inputsOf(seed: number, dtype: Float): (Float32Array | Float64Array)[] {
  let state = seed >>> 0 || 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return shapes.map((shape) => {
    const length = shape.reduce((n, d) => n * d, 1);
    const values = Array.from({ length }, () =>
      next() < 0.2 ? special[Math.floor(next() * special.length)]! : 8 * next() - 4,
    );
    return dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  });
}

const unary = [p.neg, p.abs, p.sqrt, p.square, p.sign, p.relu, (x: Tensor) => p.clip(x, -1.5, 1)];
const binary = [p.add, p.sub, p.mul, p.div, p.maximum, p.minimum];
const compare = [p.less, p.lessEqual, p.greater, p.greaterEqual, p.equal, p.notEqual];
const logic = [p.logicalAnd, p.logicalOr, (a: Tensor) => p.logicalNot(a)];

/** 照一串数选运算：每一步从已有的值里取操作数。 */
function build(codes: readonly number[]): (xs: readonly Tensor[]) => Tensor {
  return (xs) => {
    const pool: Tensor[] = [...xs];
    let last = p.add(xs[0]!, 0);
    for (const code of codes) {
      const at = (shift: number): Tensor => pool[(code >> shift) % pool.length]!;
      const [a, b, c] = [last, at(4), at(9)];
      const kind = code % 5;
      if (kind === 0) last = unary[(code >> 14) % unary.length]!(a);
      else if (kind < 3) last = binary[(code >> 14) % binary.length]!(a, b);
      else {
        const one = compare[(code >> 14) % compare.length]!(a, b);
        const two = compare[(code >> 17) % compare.length]!(b, c);
        last = p.where(kind === 3 ? one : logic[(code >> 20) % logic.length]!(one, two), c, a);
      }
      pool.push(last);
    }
    return last;
  };
}

function same(a: ArrayLike<number>, b: ArrayLike<number>, close: (x: number, y: number) => boolean): boolean {
  for (let i = 0; i < a.length; i++) if (!close(a[i]!, b[i]!)) return false;
  return a.length === b.length;
}

describe("SIMD 循环", () => {
  const programs = fc.array(fc.nat(2 ** 24), { minLength: 2, maxLength: 14 });

  it("随机的逐元素运算：与 JavaScript 循环逐位相同（float64），含 NaN、±0、±∞", () => {
    let used = 0;
    fc.assert(
      fc.property(programs, fc.nat(), (codes, seed) => {
        const { graph, js, simd } = both(build(codes), shapes, "float64", inputsOf(seed, "float64"));
        used += loopsIn(sourceOf(graph));
        return same(js[0]!, simd[0]!, Object.is);
      }),
      { numRuns: 25 },
    );
    assert.ok(used >= 20, `${used}`);
  });

  it("随机的逐元素运算：与逐步舍入到单精度的结果相同（float32）", () => {
    fc.assert(
      fc.property(programs, fc.nat(), (codes, seed) => {
        const inputs = inputsOf(seed, "float32");
        const f = build(codes);
        const { simd } = both(f, shapes, "float32", inputs);
        const eager = f(inputs.map((x, i) => tensor(x).reshape(shapes[i]!)));
        return same(eager.concrete().readSync(), simd[0]!, Object.is);
      }),
      { numRuns: 25 },
    );
  });

  for (const dtype of ["float32", "float64"] as const) {
    const tolerance = dtype === "float32" ? 1e-6 : 1e-12;
    const near = (x: number, y: number): boolean =>
      Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x));

    it(`按行与全部的约简：和、最大、最小，${dtype}`, () => {
      const reductions: Program[] = [
        ([x, y, , r]) => [p.sum(p.mul(p.sub(x!, y!), r!), [1]), p.max(x!, [1]), p.min(p.neg(y!), [1])],
        ([x]) => {
          const flat = p.reshape(x!, [rows * columns]);
          return [p.sum(p.abs(flat)), p.max(flat), p.min(flat), p.sqrt(p.abs(flat))];
        },
      ];
      for (const f of reductions) {
        for (const seed of [1, 2, 3]) {
          const finite = seed > 1;
          const inputs = inputsOf(seed, dtype).map((x) =>
            finite ? x.map((v) => (Math.abs(v) < 10 ? v : 1)) : x,
          );
          const { graph, js, simd } = both(f, shapes, dtype, inputs);
          assert.equal(loopsIn(sourceOf(graph)), 1);
          for (const [i, expected] of js.entries())
            assert.ok(same(expected, simd[i]!, near), `第 ${i} 个输出`);
        }
      }
    });

    it(`三元组损失的三个梯度与 JavaScript 循环相同，${dtype}`, () => {
      const f: Program = ([a, b, c]) =>
        grad((x: Tensor, y: Tensor, z: Tensor) => tripletLoss(x, y, z, { margin: 1 }), {
          argnums: [0, 1, 2],
        })(a!, b!, c!) as Tensor[];
      const inputs = inputsOf(9, dtype).map((x) => x.map((v) => (v - v === 0 ? v : 0.25)));
      const { graph, js, simd } = both(f, shapes, dtype, inputs);
      assert.ok(loopsIn(sourceOf(graph)) > 0);
      for (const [i, expected] of js.entries()) assert.ok(same(expected, simd[i]!, near));
    });
  }

  it("长度不是向量的整数倍、起点不在开头、比一块长", () => {
    const n = 70_003;
    const data = Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i)));
    const f: Program = ([x]) => p.mul(p.slice(x!, [5], [n - 5]), p.slice(x!, [0], [n - 5]));
    const { graph, js, simd } = both(f, [[n]], "float32", [data]);
    assert.equal(loopsIn(sourceOf(graph)), 1);
    assert.ok(same(js[0]!, simd[0]!, Object.is));
  });

  it("标量结果接着用；常数数组与单个数的输入", () => {
    const c = tensor(Float64Array.from({ length: 5000 }, (_, i) => i % 7));
    const f: Program = ([x, s]) => {
      const y = p.add(p.mul(x!, c), s!);
      return p.div(y, p.sum(p.abs(y)));
    };
    const inputs = [Float64Array.from({ length: 5000 }, (_, i) => Math.cos(i)), Float64Array.of(2)];
    const { graph, js, simd } = both(f, [[5000], []], "float64", inputs);
    assert.ok(loopsIn(sourceOf(graph)) >= 1);
    assert.ok(same(js[0]!, simd[0]!, (x, y) => Math.abs(x - y) <= 1e-14 * Math.abs(x)));
  });

  it("写不成 SIMD 的留给 JavaScript：超越函数、别的类型、跨步、按列的和、太小", () => {
    const left: [Program, number[][]][] = [
      [([x]) => p.exp(x!), [[5000]]],
      [([x]) => p.mul(x!, astype(x!, "float32")), [[5000]]],
      [([x]) => p.add(p.slice(x!, [0], [5000], [2]), 1), [[10_000]]],
      [([x]) => p.neg(p.transpose(x!)), [[80, 70]]],
      [([x]) => p.sum(p.abs(x!), [0]), [[80, 72]]],
      [([x]) => p.sum(p.abs(x!)), [[5001]]],
      [([x]) => p.abs(x!), [[100]]],
    ];
    for (const [f, s] of left) {
      const text = sourceOf(graphOf(f, s, "float64"));
      assert.equal(loopsIn(text), 0, text);
      assert.ok(flops(text) > 0);
    }
  });
});
