import assert from "node:assert/strict";
import { conventions } from "../conventions.js";
import { primitives } from "../core/primitive.js";
import { grad, intervalDerivative, jit, jvp, type Tensor, tensor, vjp, vmap } from "../index.js";
import { cases } from "../testing/cases.js";
import { kinks, smooth } from "../testing/kinks.js";
import { supportOf } from "../testing/support.js";

// 每个原语对每个可求导的参数：光滑点上一阶、二阶、前向、反向都由区间判据判定；拐点上都等于约定表里的值。

// 装入时就取下：别的测试可能登记临时的原语。
const table = primitives().map((p) => p.name);

/** 求一次导的几种办法；拐点处它们也要一致。 */
const modes: Readonly<Record<string, (f: (x: Tensor) => Tensor, x: number) => Tensor>> = {
  反向: (f, x) => grad(f)(x),
  前向: (f, x) => jvp(f, [x], [1])[1],
  vjp: (f, x) => vjp(f, x)[1](1)[0],
  "jit∘grad": (f, x) => jit(grad(f))(tensor(x)),
  "grad∘jit": (f, x) => grad(jit(f))(x),
  "vmap∘grad": (f, x) => vmap(grad(f))([x]).reshape([]),
};

describe("原语的导数", () => {
  it("每个原语都有用例，都说明了有没有拐点", () => {
    const covered = new Set([...cases.map((c) => c.primitive), "random", "to"]);
    assert.deepEqual(
      table.filter((name) => !covered.has(name)),
      [],
      "testing/cases.ts 里没有用例",
    );
    const undeclared = table.filter((name) => !(name in kinks) && !smooth.has(name));
    assert.deepEqual(undeclared, [], "testing/kinks.ts 里没有写明有没有拐点");
    assert.deepEqual(
      [...Object.keys(kinks), ...smooth].filter((name) => !table.includes(name)),
      [],
      "没有这个原语",
    );
  });

  for (const name of new Set(cases.map((c) => c.primitive))) {
    it(`${name}：光滑点上由区间判据判定`, async () => {
      for (const c of cases.filter((each) => each.primitive === name)) {
        const { first, second, jvp } = await supportOf(c);
        const expected = c.flat ? "zero" : "yes";
        assert.deepEqual(
          { first, second, jvp },
          { first: expected, second: expected, jvp: expected },
          c.note,
        );
      }
    });
  }

  for (const [name, points] of Object.entries(kinks)) {
    it(`${name}：拐点上等于约定`, () => {
      for (const { convention, f, at, value } of points) {
        const row = conventions.find((c) => c.id === convention)!;
        const expected = value ?? row.value;
        for (const [mode, derivative] of Object.entries(modes)) {
          assert.equal(derivative(f, at).item(), expected, `${mode}，${row.point}，在 ${at}`);
        }
        // 这里确实不光滑：否则这一例什么也没说明。
        assert.notEqual(intervalDerivative((x) => f(tensor(x)).item(), at).kind, "smooth");
      }
    });
  }
});
