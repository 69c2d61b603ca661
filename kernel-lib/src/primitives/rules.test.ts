import assert from "node:assert/strict";
import { asTensor } from "../core/convert.js";
import { primitives } from "../core/primitive.js";
import { isFloat } from "../dtype.js";
import { zerosLike } from "../functions/creation.js";
import { moveaxis, stack } from "../functions/rearrange.js";
import "../index.js";
import type { Tensor } from "../tensor.js";
import { type Case, cases } from "../testing/cases.js";
import { overFloats, tensorsOf } from "../testing/sample.js";
import { grad } from "../transforms/grad.js";
import { jit } from "../transforms/jit.js";
import { jvp } from "../transforms/jvp.js";
import { vjp } from "../transforms/vjp.js";
import { vmap } from "../transforms/vmap.js";
import { add, mul, neg, sub } from "./arithmetic.js";
import { sum } from "./reductions.js";
import { astype } from "./select.js";
import { sin } from "./trigonometry.js";

// 一张表，一组判据：每个原语的每条规则都与独立的东西比较——jvp 与有限差分，vjp 与 jvp（内积相等），
// 二阶与一阶的有限差分，batch 与逐个计算再叠起来。

const random = xorshift(12345);
function xorshift(state: number): () => number {
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function noise(like: Tensor): Tensor {
  const data = Float64Array.from({ length: like.size }, () => random() * 2 - 1);
  return asTensor(data).reshape([...like.shape]);
}

function near(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, `${what}：形状`);
  const a = actual.concrete().readSync();
  const e = expected.concrete().readSync();
  for (let i = 0; i < e.length; i++) {
    const error = Math.abs(a[i]! - e[i]!);
    assert.ok(
      Object.is(a[i], e[i]) || error <= tolerance * Math.max(1, Math.abs(e[i]!)),
      `${what}：第 ${i} 个是 ${a[i]}，应是 ${e[i]}`,
    );
  }
}

/** 中心差分加一次 Richardson 外推：误差 O(h⁴)。 */
function difference(g: (t: number) => Tensor): Tensor {
  const slope = (h: number): Tensor => mul(sub(g(h), g(-h)), 1 / (2 * h));
  return sub(mul(4 / 3, slope(5e-4)), mul(1 / 3, slope(1e-3)));
}

const title = (c: Case): string => (c.note ? `${c.primitive}（${c.note}）` : c.primitive);
// 只由自己的测试覆盖的原语。
const elsewhere = new Set(["random", "to"]);

// 装入时就取下：别的测试可能登记临时的原语。
const table = primitives();

describe("原语表", () => {
  it("每个原语都有 shape、jvp、vjp、batch 规则与用例，总数不少于 40", () => {
    const covered = new Set(cases.map((c) => c.primitive));
    const incomplete = table.flatMap((p) => {
      const missing = (["jvp", "vjp", "batch"] as const).filter((rule) => !p[rule]) as string[];
      if (!covered.has(p.name) && !elsewhere.has(p.name)) missing.push("用例");
      return missing.map((rule) => `${p.name}：${rule}`);
    });
    assert.deepEqual(incomplete, []);
    assert.ok(table.length >= 40);
  });

  for (const c of cases) {
    describe(title(c), () => {
      it("形状规则与核的结果一致", () => {
        const y = c.f(...tensorsOf(c));
        assert.equal(y.concrete().readSync().length, y.size);
      });

      it("float32 与 float64 一致", () => {
        const y = c.f(...tensorsOf(c));
        const single = c.f(...tensorsOf(c).map((t) => (isFloat(t.dtype) ? astype(t, "float32") : t)));
        if (isFloat(y.dtype)) assert.equal(single.dtype, "float32");
        near(astype(single, y.dtype), y, 1e-5, "float32");
      });

      it("jit 与即时执行一致，前向与梯度", () => {
        const { f, xs } = overFloats(c);
        near(jit(f)(...xs) as Tensor, f(...xs), 1e-12, "前向");
        if (c.flat) return;
        const loss = (...as: Tensor[]): Tensor => sum(sin(f(...as)));
        const g = grad(loss as any, { argnums: xs.map((_, i) => i) }) as any;
        const compiled = jit(g as (...as: Tensor[]) => Tensor[])(...xs);
        for (const [i, expected] of (g(...xs) as Tensor[]).entries())
          near(compiled[i]!, expected, 1e-12, `对第 ${i} 个输入的梯度`);
      });

      it("jvp 等于有限差分", () => {
        const { f, xs } = overFloats(c);
        const vs = xs.map(noise);
        const [, dy] = jvp(f, xs as any, vs as any) as [Tensor, Tensor];
        const expected = c.detached
          ? zerosLike(dy)
          : difference((t) => astype(f(...xs.map((x, i) => add(x, mul(t, vs[i]!)))), "float64"));
        near(astype(dy, "float64"), expected, 1e-8, "jvp");
      });

      if (!c.flat) {
        it("vjp 是 jvp 的转置：⟨u, Jv⟩ = ⟨Jᵀu, v⟩", () => {
          const { f, xs } = overFloats(c);
          const vs = xs.map(noise);
          const [y, dy] = jvp(f, xs as any, vs as any) as [Tensor, Tensor];
          const u = noise(y);
          const [, pull] = vjp(f, ...xs) as [Tensor, (ct: Tensor) => Tensor[]];
          const cts = pull(u);
          for (const [i, ct] of cts.entries()) assert.deepEqual(ct.shape, xs[i]!.shape);
          const left = sum(mul(u, dy)).item();
          const right = cts.reduce((s, ct, i) => s + sum(mul(ct, vs[i]!)).item(), 0);
          assert.ok(Math.abs(left - right) <= 1e-11 * Math.max(1, Math.abs(left)), `${left} ≠ ${right}`);
        });

        it("二阶：前向推反向等于一阶的有限差分", () => {
          const { f, xs } = overFloats(c);
          const u = noise(f(...xs));
          const loss = (...as: Tensor[]): Tensor => sum(mul(u, sin(f(...as))));
          const argnums = xs.map((_, i) => i);
          const g = (...as: Tensor[]): Tensor[] => (grad(loss as any, { argnums }) as any)(...as);
          const vs = xs.map(noise);
          const [, dg] = jvp(g as any, xs as any, vs as any) as unknown as [Tensor[], Tensor[]];
          for (const i of argnums) {
            const expected = difference((t) => g(...xs.map((x, k) => add(x, mul(t, vs[k]!))))[i]!);
            near(dg[i]!, expected, 1e-7, `对第 ${i} 个输入的二阶`);
          }
        });

        it("二阶：反向套反向与前向推反向相同", () => {
          const { f, xs } = overFloats(c);
          const u = noise(f(...xs));
          const loss = (...as: Tensor[]): Tensor => sum(mul(u, sin(f(...as))));
          const argnums = xs.map((_, i) => i);
          const g = (...as: Tensor[]): Tensor[] => (grad(loss as any, { argnums }) as any)(...as);
          const vs = xs.map(noise);
          const [, forward] = jvp(g as any, xs as any, vs as any) as unknown as [Tensor[], Tensor[]];
          const directional = (...as: Tensor[]): Tensor =>
            g(...as)
              .map((gi, i) => sum(mul(gi, vs[i]!)))
              .reduce((p, q) => add(p, q));
          const reverse = (grad(directional as any, { argnums }) as any)(...xs) as Tensor[];
          for (const i of argnums) near(reverse[i]!, forward[i]!, 1e-9, `对第 ${i} 个输入`);
        });
      }

      it("batch 等于逐个计算再叠起来", () => {
        const args = tensorsOf(c);
        const size = 3;
        for (let mask = 1; mask < 1 << args.length; mask++) {
          for (const last of [false, true]) {
            const copies = args.map((x, i) =>
              Array.from({ length: size }, (_, k) =>
                !((mask >> i) & 1) || k === 0 ? x : isFloat(x.dtype) ? mul(x, 1 + 0.01 * k) : rotate(x, k),
              ),
            );
            const inAxes = args.map((x, i) => ((mask >> i) & 1 ? (last ? x.rank : 0) : null));
            const stacked = args.map((x, i) => {
              if (inAxes[i] === null) return x;
              const s = stack(copies[i]!);
              return last ? moveaxis(s, 0, s.rank - 1) : s;
            });
            const together = (vmap(c.f as any, { inAxes } as any) as any)(...stacked) as Tensor;
            const single = stack(Array.from({ length: size }, (_, k) => c.f(...copies.map((x) => x[k]!))));
            near(together, single, 1e-12, `批轴 ${JSON.stringify(inAxes)}`);
            assert.equal(together.dtype, single.dtype);
          }
        }
      });
    });
  }
});

/** 换一组仍然合法的下标：倒过来。 */
function rotate(x: Tensor, k: number): Tensor {
  return k % 2 === 1 ? x.flip() : neg(neg(x));
}
