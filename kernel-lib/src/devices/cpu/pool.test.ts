import assert from "node:assert/strict";
import * as fc from "fast-check";
import { add, jit, mul, reshape, sum, type Tensor, tensor, valueAndGrad } from "../../index.js";
import { scope } from "../scope.js";
import { lend } from "./pool.js";

const large = 20_000;
const ramp = (from = 0): Tensor => tensor(Float64Array.from({ length: large }, (_, i) => from + i));
const bufferOf = (x: Tensor): ArrayBufferLike => (x.concrete().buffer as Float64Array).buffer;

describe("大数组的池", () => {
  it("scope 放掉的输出，下一次调用接着用；留下的不会被改写", () => {
    const twice = jit((x: Tensor) => mul(x, 2));
    const x = ramp();
    let memory: ArrayBufferLike | undefined;
    const sums: number[] = [];
    for (let i = 0; i < 5; i++) {
      scope(() => {
        const y = twice(x);
        memory ??= bufferOf(y);
        assert.equal(bufferOf(y), memory);
        sums.push(sum(y).item());
      });
    }
    const kept = scope(() => twice(x));
    assert.equal(bufferOf(kept), memory);
    const other = twice(ramp(1));
    assert.notEqual(bufferOf(other), memory);
    assert.deepEqual(kept.toArray<number[]>().slice(0, 3), [0, 2, 4]);
    assert.deepEqual(new Set(sums), new Set([large * (large - 1)]));
  });

  it("放掉以后再用会报错：求值、读取、交给 jit", async () => {
    const f = jit((x: Tensor) => add(x, 1));
    const x = ramp();
    let stolen: Tensor | undefined;
    scope(() => {
      stolen = f(x);
    });
    const freed = { message: /^TIDU-DEV-009：/ };
    assert.throws(() => add(stolen!, 1), freed);
    assert.throws(() => stolen!.toArray(), freed);
    assert.throws(() => f(stolen!), freed);
    await assert.rejects(stolen!.data(), freed);
  });

  it("直接读过的数组、jit 的常量不收回", () => {
    const f = jit((x: Tensor) => add(x, 1));
    const x = ramp();
    let data: ArrayLike<number> = [];
    let g = (y: Tensor): Tensor => y;
    scope(() => {
      data = f(x).concrete().readSync();
      const c = f(x);
      g = jit((y: Tensor) => mul(y, c));
      g(x);
    });
    scope(() => f(ramp(7)));
    for (let i = 0; i < 3; i++) scope(() => void f(ramp(100 * i)));
    assert.deepEqual([data[0], data[large - 1]], [1, large]);
    assert.equal(g(ramp(2)).toArray<number[]>()[3], 20);
  });

  it("改了形状的同一份数据一起留下", () => {
    const f = jit((x: Tensor) => mul(x, 3));
    const y = scope(() => reshape(f(ramp()), [2, large / 2]));
    scope(() => void f(ramp(5)));
    f(ramp(9));
    assert.equal(y.toArray<number[][]>()[1]![0], (3 * large) / 2);
  });

  it("任意次序的调用、保留与释放：留下的值都对", () => {
    const f = jit((x: Tensor) => mul(x, 2));
    const both = jit(valueAndGrad((x: Tensor) => sum(mul(x, x))));
    const step = fc.record({ keep: fc.boolean(), gradient: fc.boolean(), nested: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const kept: { y: Tensor; from: number }[] = [];
        for (const [from, { keep, gradient, nested }] of steps.entries()) {
          const run = (): Tensor => (gradient ? (both(ramp(from))[1] as Tensor) : f(ramp(from)));
          const y = scope(() => {
            const inner = nested ? scope(run) : run();
            run();
            return keep ? inner : null;
          });
          if (y) kept.push({ y, from });
        }
        for (const { y, from } of kept) {
          const data = y.concrete().buffer as Float64Array;
          if (data[0] !== 2 * from || data[large - 1] !== 2 * (from + large - 1)) return false;
        }
        return true;
      }),
      { numRuns: 40 },
    );
  });

  it("借出的数组不重叠", () => {
    const seen = new Set(Array.from({ length: 20 }, () => lend("float32", large).buffer));
    assert.equal(seen.size, 20);
  });

  it("一万次大输出，内存不涨", () => {
    const f = jit((x: Tensor) => mul(x, 2));
    const x = ramp();
    const turn = (n: number): void => {
      for (let i = 0; i < n; i++) scope(() => void f(x));
    };
    turn(100);
    const before = process.memoryUsage().arrayBuffers;
    turn(10_000);
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * large * 8);
  });
});
