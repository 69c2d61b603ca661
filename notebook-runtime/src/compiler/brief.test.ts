import assert from "node:assert/strict";
import { briefNames, isBriefValue } from "./brief.js";
import { parse } from "./parse.js";

describe("一眼看得到头的单元格", () => {
  const names = (source: string) => briefNames(parse(source).program.body);

  it("字面量、名字、算术、声明", () => {
    assert.deepEqual(names("1 + 1"), []);
    assert.deepEqual(names("const v = w * 2; let t = 'a'; -v === 3 || null"), null);
    assert.deepEqual(names("const v = w * 2; let t = 'a'; -v === 3"), ["v", "w", "t", "v"]);
    assert.deepEqual(names(""), []);
  });

  it("会执行别的代码的都不算", () => {
    for (const source of [
      "f()",
      "o.p",
      "o[0]",
      "`x`",
      "new F()",
      "for (;;) {}",
      "await 1",
      "10n ** 10n",
      "() => 1",
      "[1]",
      "({ a: 1 })",
      "const { a } = b",
      "let a",
      "a = 1",
      "a++",
      "const a: number = 1",
      "import 'x'",
      "class A {}",
    ])
      assert.equal(names(source), null, source);
  });

  it("对象、函数、bigint、symbol 的值不行：运算会调用它们的方法，或算很久", () => {
    for (const value of [1, "a", true, undefined, null]) assert.ok(isBriefValue(value));
    for (const value of [{}, [], () => 1, 1n, Symbol("s")]) assert.ok(!isBriefValue(value));
  });
});
