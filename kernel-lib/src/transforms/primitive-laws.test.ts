import assert from "node:assert/strict";
import fc from "fast-check";
import { isFloat } from "../dtype.js";
import {
  add,
  checkpoint,
  grad,
  jit,
  jvp,
  moveaxis,
  mul,
  sin,
  stack,
  sum,
  type Tensor,
  tensor,
  vjp,
  vmap,
} from "../index.js";
import { sizeOf } from "../shape.js";
import { type Case, cases } from "../testing/cases.js";
import { overFloats, tensorsOf } from "../testing/sample.js";

// 每个可求导的原语，在随机的点、方向、批上检验变换的定律。定律与导数规则怎么写无关。

/** 由种子得到一串 [-1, 1] 里的数。 */
function stream(seed: number): () => number {
  let s = seed | 1;
  return () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (s >>> 0) / 2 ** 31 - 1;
  };
}

const like = (x: Tensor, next: () => number): Tensor =>
  tensor(Float64Array.from({ length: sizeOf(x.shape) }, next)).reshape([...x.shape]);

/** 离例子不远的另一点：各元素放大或缩小百分之几，仍在定义域内。 */
const nearby = (x: Tensor, next: () => number): Tensor =>
  isFloat(x.dtype) ? mul(x, add(1, mul(0.04, like(x, next)))) : x;

function near(actual: Tensor, expected: Tensor, what: string, tolerance = 1e-9): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const [a, e] = [actual, expected].map((t) => t.concrete().readSync()) as unknown as [
    Float64Array,
    Float64Array,
  ];
  const largest = Array.from(e).reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  for (let i = 0; i < e.length; i++) {
    assert.ok(
      Object.is(a[i], e[i]) || Math.abs(a[i]! - e[i]!) <= tolerance * largest,
      `${what}：${a[i]} ≠ ${e[i]}`,
    );
  }
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const options = { numRuns: 2, seed: 2024 };

/** 对每个原语的每个用例，换着随机种子检验。 */
function lawful(
  law: string,
  body: (c: Case, next: () => number) => void,
  among = (c: Case) => !c.flat,
): void {
  describe(law, () => {
    for (const name of new Set(cases.filter(among).map((c) => c.primitive))) {
      it(name, () => {
        for (const c of cases.filter((each) => among(each) && each.primitive === name)) {
          fc.assert(
            fc.property(seeds, (seed) => body(c, stream(seed))),
            options,
          );
        }
      });
    }
  });
}

/** 例子附近的一点，以及在那里的函数。 */
function at(c: Case, next: () => number): { f: (...xs: Tensor[]) => Tensor; xs: Tensor[] } {
  return overFloats({ ...c, args: tensorsOf(c).map((x) => nearby(x, next)), indices: [] });
}

const pullbackOf = (
  f: (...xs: Tensor[]) => Tensor,
  xs: readonly Tensor[],
): [Tensor, (ct: Tensor) => Tensor[]] =>
  vjp(f as any, ...(xs as any)) as unknown as [Tensor, (ct: Tensor) => Tensor[]];

describe("原语都守变换的定律", () => {
  lawful("⟨v, Ju⟩ = ⟨Jᵀv, u⟩", (c, next) => {
    const { f, xs } = at(c, next);
    const us = xs.map((x) => like(x, next));
    const [y, dy] = jvp(f as any, xs as any, us as any) as unknown as [Tensor, Tensor];
    const v = like(y, next);
    const back = pullbackOf(f, xs)[1](v);
    const right = back.map((g, i) => sum(mul(g, us[i]!))).reduce((a, b) => add(a, b));
    near(right, sum(mul(v, dy)), c.primitive);
  });

  lawful("pullback 是线性的：Jᵀ(au + bv) = aJᵀu + bJᵀv", (c, next) => {
    const { f, xs } = at(c, next);
    const [y, pull] = pullbackOf(f, xs);
    const [u, v, a, b] = [like(y, next), like(y, next), next(), next()];
    const whole = pull(add(mul(a, u), mul(b, v)));
    const [pu, pv] = [pull(u), pull(v)];
    for (const [i, g] of whole.entries())
      near(g, add(mul(a, pu[i]!), mul(b, pv[i]!)), `${c.primitive}，参数 ${i}`);
  });

  lawful(
    "vmap 等于逐个计算再叠起来，批轴可以在头也可以在尾",
    (c, next) => {
      const args = tensorsOf(c);
      const size = 2 + (Math.abs(Math.floor(next() * 8)) % 2);
      const mapped = args.map(() => next() > 0);
      if (!mapped.includes(true)) mapped[0] = true;
      const copies = args.map((x, i) =>
        Array.from({ length: size }, () => (mapped[i] ? nearby(x, next) : x)),
      );
      const inAxes = args.map((x, i) => (mapped[i] ? (next() > 0 ? 0 : x.rank) : null));
      const inputs = args.map((x, i) =>
        inAxes[i] === null ? x : moveaxis(stack(copies[i]!), 0, inAxes[i]!),
      );
      const together = vmap(c.f as any, { inAxes })(...(inputs as any)) as Tensor;
      const singles = Array.from({ length: size }, (_, k) => c.f(...copies.map((xs) => xs[k]!)));
      near(together, stack(singles), `${c.primitive} ${JSON.stringify(inAxes)}`);
    },
    () => true,
  );

  const gradients = (f: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[]): Tensor[] =>
    grad(f as any, { argnums: xs.map((_, i) => i) })(...(xs as any)) as unknown as Tensor[];

  lawful("jit、checkpoint 不改变值与梯度", (c, next) => {
    const { f, xs } = at(c, next);
    near(jit(f as any)(...(xs as any)) as Tensor, f(...xs), `${c.primitive}，jit 的值`);
    const weights = like(f(...xs), next);
    const loss = (...ys: Tensor[]): Tensor => sum(mul(weights, sin(f(...ys))));
    const kept = (...ys: Tensor[]): Tensor => sum(mul(weights, sin(checkpoint(f)(...ys))));
    const plain = gradients(loss, xs);
    const ways = {
      "jit∘grad": jit((ys: Tensor[]) => gradients(loss, ys))(xs as any) as Tensor[],
      "grad∘jit": gradients(jit(loss as any) as any, xs),
      checkpoint: gradients(kept, xs),
    };
    for (const [way, gs] of Object.entries(ways)) {
      for (const [i, g] of gs.entries()) near(g, plain[i]!, `${c.primitive}，${way}，参数 ${i}`);
    }
  });
});
