import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gather, reshape, stack, sum, tensor } from "./index.js";
import { functions } from "./jax-cases.js";
import type { Tensor } from "./tensor.js";
import { hvp, jit, jvp, vjp, vmap } from "./transforms/index.js";

// 独立的真值：fixtures/ 里由 JAX（CPU、float64）算好的值、vjp、jvp 与黑塞矩阵向量积，直接执行、jit 与 vmap 都要相同。
// 怎样生成、为什么避开拐点，见 fixtures/make_fixtures.py 开头。

interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: string;
  readonly op: string;
  readonly params: unknown;
  readonly inputs: readonly Packed[];
  readonly value: Packed;
  readonly tangents?: readonly Packed[];
  readonly cotangent?: Packed;
  readonly vjp?: readonly Packed[];
  readonly jvp?: Packed;
  readonly hvp?: readonly Packed[];
}

const groups = [
  "elementwise",
  "reductions",
  "arrays",
  "convolution",
  "linalg",
  "compositions",
  "large",
  "operations",
  "training",
] as const;
const load = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));

/** 相对 max(1, |期望|) 的误差。 */
const tolerance = 1e-10;

const unpack = ({ shape, data }: Packed): Tensor => reshape(tensor(Float64Array.from(data)), shape);

function compare(what: string, actual: Tensor, expected: Packed): void {
  assert.deepEqual([...actual.shape], expected.shape, `${what}的形状`);
  const data = actual.concrete().readSync();
  for (const [i, want] of expected.data.entries()) {
    const error = Math.abs(Number(data[i]) - want) / Math.max(1, Math.abs(want));
    assert.ok(error <= tolerance, `${what}的第 ${i} 个元素是 ${data[i]}，JAX 得 ${want}，误差 ${error}`);
  }
}

/** 一次算出四样：值、vjp、jvp、hvp。hvp 的标量是 ½ Σ ct·f²。 */
function everything(f: (...xs: Tensor[]) => Tensor) {
  return (xs: Tensor[], ts: Tensor[], ct: Tensor) => {
    const [value, pullback] = vjp(f, ...xs);
    const scalar = (args: Tensor[]): Tensor => {
      const y = f(...args);
      return sum(ct.mul(y).mul(y)).mul(0.5);
    };
    return {
      value,
      vjp: pullback(ct) as Tensor[],
      jvp: jvp(f, xs, ts)[1],
      hvp: hvp(scalar)(xs, ts) as Tensor[],
    };
  };
}

/** 与稍有不同的另一份并排成批，取回第 0 份：批里串了位就会错。 */
function batched(g: (...args: any[]) => any) {
  const beside = (x: any): any => (Array.isArray(x) ? x.map(beside) : stack([x, x.mul(1.001)]));
  const first = (y: any): any => {
    if (Array.isArray(y)) return y.map(first);
    if (typeof y.shape === "undefined")
      return Object.fromEntries(Object.entries(y).map(([k, v]) => [k, first(v)]));
    return gather(y, 0);
  };
  return (...args: any[]): any => first(vmap(g)(...args.map(beside)));
}

const modes = {
  直接执行: (g: (...args: any[]) => any) => g,
  jit: (g: (...args: any[]) => any) => jit(g),
  vmap: batched,
} as const;

function check(c: Case, mode: keyof typeof modes): void {
  const wrap = <F extends (...args: any[]) => any>(g: F): ((...args: Parameters<F>) => ReturnType<F>) =>
    modes[mode](g);
  const f = functions[c.op]!(c.params);
  const xs = c.inputs.map(unpack);
  const label = `${c.name}（${mode}）：`;
  if (!c.cotangent) {
    compare(`${label}值`, wrap((args: Tensor[]) => f(...args))(xs), c.value);
    return;
  }
  const all = wrap(everything(f))(xs, c.tangents!.map(unpack), unpack(c.cotangent));
  compare(`${label}值`, all.value, c.value);
  for (const [i, g] of c.vjp!.entries()) compare(`${label}vjp 的第 ${i} 项`, all.vjp[i]!, g);
  compare(`${label}jvp `, all.jvp, c.jvp!);
  for (const [i, h] of (c.hvp ?? []).entries()) compare(`${label}hvp 的第 ${i} 项`, all.hvp[i]!, h);
}

describe("与 JAX 一致", () => {
  for (const group of groups) {
    describe(group, () => {
      const cases = load(group);
      for (const op of new Set(cases.map((c) => c.op))) {
        const own = cases.filter((c) => c.op === op);
        it(`${op}：${own.length} 例`, () => {
          for (const c of own) {
            check(c, "直接执行");
            check(c, "jit");
            check(c, "vmap");
          }
        });
      }
    });
  }

  it("每个算子都有用例，名字不重复，至少 250 例", () => {
    const cases = groups.flatMap(load);
    assert.deepEqual([...new Set(cases.map((c) => c.op))].sort(), Object.keys(functions).sort());
    assert.equal(new Set(cases.map((c) => c.name)).size, cases.length);
    assert.ok(cases.length >= 250);
  });

  it("比较会失败：改动期望值的第 9 位就不相等", () => {
    const good = unpack({ shape: [1], data: [2] });
    compare("值", good, { shape: [1], data: [2 + 1e-11] });
    assert.throws(() => compare("值", good, { shape: [1], data: [2 + 1e-9] }), /误差/);
    assert.throws(() => compare("值", good, { shape: [], data: [2] }), /形状/);
  });
});
