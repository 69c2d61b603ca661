import assert from "node:assert/strict";
import { bind } from "../../core/bind.js";
import { primitives } from "../../core/primitive.js";
import { max, mean, sum, tensor, to } from "../../index.js";
import { arity } from "../../testing/arity.js";
import { testGpu } from "../software-gpu.js";

// 无穷、NaN、带符号的零、会溢出的大数、整数与半整数、三角函数要大幅约化的数。
const values = [
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-20],
  [3e38, -3e38, 1e10, -1e10, 16777216, 123456.7, -1e6, 3.3e7],
  [1, -1, 0.5, -0.5, 2, -2, 3, -3, 88, -104, 100.5],
]
  .flat()
  .map(Math.fround);
const params = { alpha: 1.3, lo: -1, hi: 0.5, dtype: "int32" };

/** 规范不保证的：0 与 −0 里取哪一个，−0.5 舍入成哪一个零。 */
const anyZero = ["maximum", "minimum", "round"];

function agrees(got: number, want: number, zeros: boolean): boolean {
  if (want === 0) return got === 0 && (zeros || Object.is(got, want));
  if (Object.is(got, want)) return true;
  // 正好在溢出的边上时，两边可能一个溢出一个没有。
  if (Math.abs(want) >= 3.39e38) return Math.sign(got) === Math.sign(want) && Math.abs(got) >= 3.3e38;
  return Math.abs(got - want) <= 3e-5 * Math.abs(want) + 1e-37;
}

describe("webgpu：无穷、NaN、带符号的零与极大的数", () => {
  before(async function () {
    if (!(await testGpu())) this.skip();
  });

  const rows = primitives().filter((p) => p.expr && p.name !== "cast" && arity(p, params) < 3);

  for (const p of rows) {
    it(`${p.name} 与 cpu 一致`, async () => {
      const inputs =
        arity(p, params) === 1
          ? [values]
          : [values.flatMap((a) => values.map(() => a)), values.flatMap(() => values)];
      const expected = bind(
        p,
        inputs.map((x) => tensor(x)),
        params,
      );
      const actual = bind(
        p,
        inputs.map((x) => to(x, "webgpu")),
        params,
      );
      const [want, got] = [await expected.data(), await actual.data()];
      const wrong: string[] = [];
      for (let i = 0; i < want.length; i++) {
        if (agrees(got[i]!, Math.fround(want[i]!), anyZero.includes(p.name))) continue;
        wrong.push(`${p.name}(${inputs.map((x) => x[i])}) = ${got[i]}，应为 ${want[i]}`);
      }
      assert.deepEqual(wrong, []);
    });
  }

  it("约简让 NaN 传下去", async () => {
    const x = to([1, Number.NaN, 3, Number.POSITIVE_INFINITY], "webgpu");
    for (const f of [sum, mean, max]) assert.deepEqual([...(await f(x).data())], [Number.NaN]);
  });
});
