import assert from "node:assert/strict";
import fc from "fast-check";
import { asTensor } from "../core/convert.js";
import { cpu } from "../devices/cpu/device.js";
import { TiduError } from "../errors.js";
import * as ops from "../primitives/index.js";
import { sizeOf } from "../shape.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { grad, valueAndGrad } from "./grad.js";
import { hessian } from "./hessian.js";
import { jit } from "./jit.js";
import { jvp } from "./jvp.js";
import { vjp } from "./vjp.js";
import { vmap } from "./vmap.js";

type Pool = Tensor[];
type Step = readonly [op: number, a: number, b: number, c: number];

const unary = ["neg", "exp", "tanh", "sigmoid", "abs", "square", "relu", "sin", "softplus", "sign"] as const;
const binary = ["add", "sub", "mul", "div", "maximum", "minimum", "greater", "equal"] as const;
const reduce = ["sum", "max", "min", "prod"] as const;

const table: Readonly<Record<string, (...args: any[]) => any>> = { ...ops };

/** 一步：由三个随机数决定操作数与参数；形状不合的步跳过（返回 null）。 */
function apply([op, a, b, c]: Step, pool: Pool): Tensor | null {
  const x = pool[a % pool.length]!;
  const y = pool[b % pool.length]!;
  const axis = x.rank ? c % x.rank : 0;
  switch (op) {
    case 0:
      return table[unary[c % unary.length]!]!(x);
    case 1:
    case 2:
      return table[binary[c % binary.length]!]!(x, y);
    case 3:
      return table[reduce[b % reduce.length]!]!(x, c % 3 === 0 || x.rank === 0 ? undefined : axis);
    case 4:
      return ops.matmul(x, y);
    case 5:
      return ops.transpose(
        x,
        [...Array(x.rank).keys()].map((i) => (i + c) % x.rank),
      );
    case 6:
      return ops.reshape(x, c % 2 ? [x.size] : [...x.shape].reverse());
    case 7:
      return ops.broadcastTo(x, [2, ...x.shape]);
    case 8:
      return ops.where(ops.greater(x, 0), x, y);
    case 9:
      return ops.slice(
        x,
        x.shape.map((n) => Math.min(n, c % 2)),
        x.shape.map((n) => Math.max(0, n - (c % 2))),
      );
    case 10:
      return ops.flip(x, axis);
    case 11:
      return ops.pad(
        x,
        x.shape.map(() => [c % 2, b % 2] as const),
        0.5,
      );
    case 12:
      return ops.concat([x, x], axis);
    case 13:
      return ops.cumsum(x, axis);
    default:
      return ops.astype(x, (["float32", "int32", "float64", "bool"] as const)[c % 4]!);
  }
}

function run(inputs: readonly Tensor[], program: readonly Step[]): Tensor[] {
  const pool = [...inputs];
  for (const step of program) {
    try {
      const y = apply(step, pool);
      if (y && y.size <= 400) pool.push(y);
    } catch (error) {
      if (!String((error as Error).message).startsWith("TIDU-")) throw error;
    }
  }
  return pool.slice(-4);
}

/** 形状规则不接受的图不在此处检验。 */
function attempt<T>(f: () => T): T | null {
  try {
    return f();
  } catch (error) {
    if (error instanceof TiduError) return null;
    throw error;
  }
}

function close(actual: Tensor, expected: Tensor, note: string): void {
  assert.deepEqual(actual.shape, expected.shape, note);
  assert.equal(actual.dtype, expected.dtype, note);
  const [u, v] = [actual.concrete().readSync(), expected.concrete().readSync()];
  assert.equal(u.length, sizeOf(expected.shape), note);
  const tolerance = expected.dtype === "float32" ? 1e-5 : 1e-9;
  for (let i = 0; i < v.length; i++) {
    const [p, q] = [u[i]!, v[i]!];
    const same = Object.is(p, q) || p === q || Math.abs(p - q) <= tolerance * (1 + Math.abs(q));
    assert.ok(same, `${note}：第 ${i} 个元素 ${p} ≠ ${q}`);
  }
}

const shape = fc.constantFrom(
  [],
  [1],
  [3],
  [4],
  [2, 3],
  [3, 1],
  [1, 3],
  [3, 3],
  [2, 3, 4],
  [0],
  [2, 0],
  [3, 0, 1],
);
const element = fc.oneof(
  // 四分之一的整数倍：和是精确的，求和次序不同也不会让比较翻转。
  { weight: 8, arbitrary: fc.integer({ min: -12, max: 12 }).map((n) => n / 4) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1, -1, Infinity, NaN) },
);
const input = shape.chain((s) =>
  fc.array(element, { minLength: sizeOf(s), maxLength: sizeOf(s) }).map((xs) => {
    const x = new ArrayTensor(cpu, Float64Array.from(xs), s, "float64");
    // 反例里看得见数值。
    return Object.assign(x, { [fc.toStringMethod]: () => `[${s}] ${fc.stringify(xs)}` });
  }),
);
const step = fc.tuple(fc.nat(14), fc.nat(30), fc.nat(30), fc.nat(30));

describe("jit", () => {
  it("随机的图：编译的结果等于逐个原语执行", () => {
    const program = fc.array(step, { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(fc.array(input, { minLength: 1, maxLength: 3 }), program, (inputs, steps) => {
        const expected = run(inputs, steps);
        const compiled = jit((xs: Tensor[]) => run(xs, steps));
        for (let round = 0; round < 2; round++) {
          const actual = compiled([...inputs]);
          assert.equal(actual.length, expected.length);
          for (const [i, y] of actual.entries()) close(y, expected[i]!, `输出 ${i}`);
        }
      }),
      { numRuns: 800 },
    );
  });

  it("随机的图求导：jit(grad(f)) = grad(f) = grad(jit(f))", () => {
    const smooth = fc.tuple(
      fc.constantFrom(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      fc.nat(30),
      fc.nat(30),
      fc.nat(30),
    );
    fc.assert(
      fc.property(
        fc.array(input, { minLength: 1, maxLength: 3 }),
        fc.array(smooth, { maxLength: 8 }),
        (inputs, steps) => {
          const loss = (xs: Tensor[]): Tensor => {
            let total = asTensor(0);
            for (const y of run(xs, steps))
              if (y.dtype === "float64") total = ops.add(total, ops.sum(ops.tanh(y)));
            return total;
          };
          const expected = attempt(() => grad(loss)(inputs) as Tensor[]);
          fc.pre(expected !== null);
          const fast = jit(grad(loss))(inputs) as Tensor[];
          const inlined = grad(jit(loss))(inputs) as Tensor[];
          for (const [i, g] of expected.entries()) {
            close(fast[i]!, g, `jit(grad) 第 ${i} 个`);
            close(inlined[i]!, g, `grad(jit) 第 ${i} 个`);
          }
        },
      ),
      { numRuns: 250 },
    );
  });
  it("形状、元素类型相同就不再追踪；换了就重新编译", () => {
    let traces = 0;
    const f = jit((x: Tensor, k: Tensor) => {
      traces++;
      return ops.mul(x, k);
    });
    assert.deepEqual(f([1, 2], 3).toArray(), [3, 6]);
    assert.deepEqual(f([4, 5], 6).toArray(), [24, 30]);
    assert.equal(traces, 1);
    assert.deepEqual(f([[1]], 3).toArray(), [[3]]);
    assert.equal(traces, 2);
    assert.deepEqual(f([7, 8], 1).toArray(), [7, 8]);
    assert.equal(traces, 2);
  });

  it("布尔值、字符串、staticArgnums 按值固定", () => {
    let traces = 0;
    const f = jit((x: Tensor, mode: string, flip: boolean) => {
      traces++;
      const y = mode === "square" ? ops.square(x) : ops.neg(x);
      return flip ? ops.flip(y, 0) : y;
    });
    assert.deepEqual(f([1, 2], "square", true).toArray(), [4, 1]);
    assert.deepEqual(f([3, 4], "square", false).toArray(), [9, 16]);
    assert.deepEqual(f([3, 4], "neg", false).toArray(), [-3, -4]);
    assert.deepEqual(f([5, 6], "neg", false).toArray(), [-5, -6]);
    assert.equal(traces, 3);
    const power = jit(
      (x: Tensor, n: number) => {
        let y = x;
        for (let i = 1; i < n; i++) y = ops.mul(y, x);
        return y;
      },
      { staticArgnums: 1 },
    );
    assert.equal(power(2, 10).item(), 1024);
    assert.equal(power(3, 2).item(), 9);
  });

  it("返回值可以是树，非张量原样带出", () => {
    const f = jit((p: { w: Tensor; b: Tensor }) => ({ sum: ops.add(p.w, p.b), parts: [p.w, "w", null, 7] }));
    const out = f({ w: [1, 2], b: 3 });
    assert.deepEqual(out.sum.toArray(), [4, 5]);
    assert.deepEqual((out.parts[0] as Tensor).toArray(), [1, 2]);
    assert.deepEqual(out.parts.slice(1), ["w", null, 7]);
  });

  it("每次的输出是新的，不会被下一次调用覆盖", () => {
    const f = jit((x: Tensor) => [ops.mul(x, 2), ops.sum(x), ops.cumsum(x, 0)] as const);
    const first = f([1, 2, 3]);
    f([10, 20, 30]);
    assert.deepEqual(
      first.map((y) => y.toArray()),
      [[2, 4, 6], 6, [1, 3, 6]],
    );
  });

  it("依数值分支时报错，并说用什么代替", () => {
    const f = jit((x: Tensor) => (x.item() > 0 ? x : ops.neg(x)));
    assert.throws(
      () => f(3),
      (e: Error) => {
        assert.match(e.message, /^TIDU-TRACE-002：/);
        assert.match(e.message, /where/);
        assert.match(e.message, /clip/);
        return true;
      },
    );
  });

  it("追踪值带到外面再用，报泄漏", () => {
    let leaked: Tensor | undefined;
    jit((x: Tensor) => {
      leaked = x;
      return ops.neg(x);
    })(1);
    assert.throws(() => ops.neg(leaked!), /TIDU-TRACE-001/);
  });

  it("与其他变换嵌套", () => {
    const f = (x: Tensor): Tensor => ops.sum(ops.mul(ops.tanh(x), x));
    const x = asTensor([0.3, -1.2, 2]);
    const v = asTensor([1, 2, 3]);
    close(jit(jit(f))(x), f(x), "jit∘jit");
    close(jit(hessian(f))(x) as Tensor, hessian(f)(x) as Tensor, "jit∘hessian");
    close(hessian(jit(f))(x) as Tensor, hessian(f)(x) as Tensor, "hessian∘jit");
    close(vmap(jit(ops.tanh))(x), ops.tanh(x), "vmap∘jit");
    close(
      jit(vmap(grad(f)))([x, x].length ? ops.reshape(x, [3, 1]) : x),
      vmap(grad(f))(ops.reshape(x, [3, 1])),
      "jit∘vmap∘grad",
    );
    close(jvp(jit(f), [x], [v])[1] as Tensor, jvp(f, [x], [v])[1] as Tensor, "jvp∘jit");
    const [, pull] = vjp(jit(f), x);
    close((pull(asTensor(1)) as Tensor[])[0]!, grad(f)(x), "vjp∘jit");
    const [y, g] = jit(valueAndGrad(f))(x);
    close(y, f(x), "值");
    close(g, grad(f)(x), "梯度");
  });

  it("闭包里用到外层变换的变量时，梯度不丢", () => {
    const outer = (x: Tensor): Tensor => jit((y: Tensor) => ops.mul(ops.square(x), y))(asTensor(3));
    assert.equal(grad(outer)(2).item(), 12);
    assert.equal(grad((x) => jit((y: Tensor) => ops.sum(ops.add(y, ops.mul(x, x))))([1, 2]))(3).item(), 12);
  });

  it("grad(jit(f)) 也用编译好的前向与反向，任意阶都对", () => {
    let traces = 0;
    const f = (p: { w: Tensor; n: Tensor }, x: Tensor, mode: string, k: any): Tensor => {
      traces++;
      const y = ops.mul(ops.tanh(ops.mul(p.w, x)), k);
      return ops.sum(mode === "square" ? ops.square(y) : y);
    };
    const compiled = jit(f);
    const p = { w: asTensor([0.5, -1]), n: ops.astype([1, 2], "int32") };
    const loss = (g: typeof f) => (w: Tensor, x: Tensor) => g({ w, n: p.n }, x, "square", 3);
    const [x, y] = [asTensor([2, 0.3]), asTensor([-1, 4])];
    const both = (g: typeof f) => grad(loss(g), { argnums: [0, 1] });
    const [a, b] = both(f)(p.w, x) as [Tensor, Tensor];
    const [c, d] = both(compiled as typeof f)(p.w, x) as [Tensor, Tensor];
    close(c, a, "对 w");
    close(d, b, "对 x");
    const before = traces;
    close((both(compiled as typeof f)(p.w, y) as Tensor[])[0]!, (both(f)(p.w, y) as Tensor[])[0]!, "换一点");
    assert.equal(traces, before + 1, "再求一次不再追踪（只有对照的那次调用）");
    const curve = (g: typeof f) => hessian((w: Tensor) => loss(g)(w, x))(p.w) as Tensor;
    close(curve(compiled as typeof f), curve(f), "二阶");
    const third = (g: (x: Tensor) => Tensor) => grad((x: Tensor) => grad((x: Tensor) => grad(g)(x))(x))(0.7);
    const cubic = (x: Tensor): Tensor => ops.mul(ops.exp(x), ops.sin(x));
    close(third(jit(cubic)), third(cubic), "三阶");
    close(vmap(grad(jit(cubic)))(x), vmap(grad(cubic))(x), "vmap∘grad∘jit");
  });

  it("grad∘jit 里的闭包用到求导变量时，两条路的梯度都不丢", () => {
    const f = (x: Tensor): Tensor => jit((y: Tensor) => ops.mul(x, ops.square(y)))(ops.mul(x, 2));
    assert.equal(grad(f)(3).item(), 3 * 4 * 9);
    assert.equal(grad((x) => grad(f)(x))(3).item(), 6 * 4 * 3);
  });

  it("返回值里有张量以外的东西时，求导改为内联", () => {
    const f = jit((x: Tensor) => ({ value: ops.sum(ops.square(x)), note: "平方和" }));
    assert.deepEqual(grad((x) => f(x).value)([1, 2]).toArray(), [2, 4]);
    const constant = jit((x: Tensor) => [ops.sum(ops.mul(x, 3)), asTensor(7)] as const);
    assert.deepEqual(grad((x) => ops.add(...constant(x)))([1, 2]).toArray(), [3, 3]);
  });

  it("xᵉˣ 的二阶导数：jit(grad(grad)) 是 (x+2)eˣ", () => {
    const f = (x: Tensor): Tensor => ops.mul(x, ops.exp(x));
    const second = jit(grad((x) => grad(f)(x)))(0.5).item();
    assert.ok(Math.abs(second - 2.5 * Math.exp(0.5)) < 1e-14);
  });

  it("float32 的张量与普通的数相乘还是 float32", () => {
    const x = ops.astype([1, 2], "float32");
    const f = (a: Tensor, k: any): Tensor => ops.mul(a, k);
    assert.equal(jit(f)(x, 0.1).dtype, f(x, 0.1).dtype);
    assert.deepEqual(jit(f)(x, 0.1).toArray(), f(x, 0.1).toArray());
  });

  it("很深的图分成几个函数，结果不变；标量在段之间传递", () => {
    const deep = (w: Tensor, x: Tensor): Tensor => {
      let h = x;
      let total = asTensor(0);
      for (let i = 0; i < 60; i++) {
        h = ops.tanh(ops.add(ops.matmul(h, w), i / 60));
        total = ops.add(total, ops.mul(ops.sum(h), total.rank + i));
      }
      return total;
    };
    const w = asTensor([
      [0.5, -0.3],
      [0.2, 0.7],
    ]);
    const x = asTensor([
      [1, 2],
      [3, 4],
      [-1, 0],
    ]);
    close(jit(deep)(w, x), deep(w, x), "值");
    close(jit(grad(deep))(w, x) as Tensor, grad(deep)(w, x) as Tensor, "梯度");
  });

  it("大矩阵乘（转置不搬数据）与逐个执行一致", () => {
    const a = asTensor(
      Array.from({ length: 45 }, (_, i) => Array.from({ length: 37 }, (_, j) => Math.sin(i * 7 + j))),
    );
    const b = asTensor(
      Array.from({ length: 41 }, (_, i) => Array.from({ length: 37 }, (_, j) => Math.cos(i - 3 * j))),
    );
    const f = (a: Tensor, b: Tensor): Tensor => ops.tanh(ops.matmul(ops.mul(a, 2), ops.transpose(b)));
    close(jit(f)(a, b), f(a, b), "a·bᵀ");
    const g = (a: Tensor, b: Tensor): Tensor => ops.matmul(ops.transpose(ops.matmul(a, ops.transpose(b))), a);
    close(jit(g)(a, b), g(a, b), "(a·bᵀ)ᵀ·a");
    const batch = (a: Tensor): Tensor =>
      ops.matmul(ops.broadcastTo(a, [3, 45, 37]), ops.transpose(ops.reshape(a, [1, 45, 37]), [0, 2, 1]));
    close(jit(batch)(a), batch(a), "成批");
  });
});
