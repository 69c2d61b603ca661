import assert from "node:assert/strict";
import fc from "fast-check";
import { indentAfter } from "../indent.js";
import { openings } from "./brackets.js";
import { NativeTypeService } from "./native.js";
import { project } from "./testing.js";

const tick = "`";

/** 没写完的，与下一行的缩进。 */
const incomplete: [code: string, indent: string][] = [
  ["if (x) {", "  "],
  ["if (x)", "  "],
  ["if (a) { } else", "  "],
  ["for (const x of y)", "  "],
  ["foo(", "  "],
  ["foo(a,", "  "],
  ["foo(\n  a,", "  "],
  [`const t = ${tick}abc`, ""],
  [`const t = ${tick}abc \${x`, "  "],
  ["/* 注释", ""],
  ["1 +", "  "],
  ["x = {\n  a: [1, (2", "    "],
  ["class A {\n  b() {", "    "],
  ["@dec", ""],
  ["@dec()\nclass A {", "  "],
  ["const f = (a: number,", "  "],
  ["const f = (a: number) =>", "  "],
  ["const f = <T,>(", "  "],
  ["(a, b): number", ""],
  ["switch (x) {\n  case 1:", "    "],
  ["interface A {\n  x: ", "    "],
  ["type T = A |", "  "],
  ["import { a,", "  "],
  ["try { }", ""],
  ["const", ""],
  ["const a = 1;\nif (a > 1) {\n    foo(1,\n", "      "],
];

describe("types/completeness", () => {
  const types = new NativeTypeService(project());
  after(() => types.close());

  for (const [code, indent] of incomplete)
    it(`没写完 ${JSON.stringify(code)}`, () => {
      assert.equal(types.completeness(code), "incomplete");
      assert.equal(indentAfter(code), indent);
    });

  for (const code of [
    "a = 3",
    "",
    "  ",
    "// 注释",
    "await x",
    "a => a",
    "@dec class A {}",
    "let x: number",
    "'}'",
    "/[(]/",
  ])
    it(`写完了 ${JSON.stringify(code)}`, () => assert.equal(types.completeness(code), "complete"));

  for (const code of ["const s = 'abc", "x y z )", "}", "1 +* 2", "(]", "a = /re"])
    it(`写错了 ${JSON.stringify(code)}`, () => assert.equal(types.completeness(code), "invalid"));

  it("写完的程序，在任何一行末尾断开都不是写错", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }), (chosen) => {
        const lines = chosen.join("\n").split("\n");
        assert.equal(types.completeness(lines.join("\n")), "complete");
        for (let count = 1; count < lines.length; count++) {
          const prefix = lines.slice(0, count).join("\n");
          assert.notEqual(types.completeness(prefix), "invalid", prefix);
        }
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it("数括号：字符串、模板、注释、正则里的不算", () => {
    for (const [code, closers] of [
      ["f('(', \"[\", /[(]/, (a / b) / c, [", "])"],
      [`${tick}a \${ { b: ${tick}(${tick} `, "}}`"],
      ["// (\n/* [ */ {", "}"],
      ["x = 'it\\'s (' + (", ")"],
      ["()[]{}", ""],
    ] as const)
      assert.equal(openings(code).closers, closers, code);
    assert.equal(openings("(]").broken, true);
    assert.equal(openings(")").broken, true);
  });
});

/** 跨行写的各种语句。 */
const pieces = [
  "const f = (\n  a: number,\n  b: { x: string } = { x: '' },\n): number => {\n  return a;\n};",
  "class A<T>\n  extends Object {\n  #x = 1;\n  static {\n    1;\n  }\n  get y(): number {\n    return this.#x;\n  }\n}",
  `const t = ${tick}一\n\${[\n  1,\n  2,\n].map(\n  (x) => x,\n)}\n二${tick};`,
  "/*\n * 注释 ( [\n */\nlet z = 1;",
  "switch (1 as number) {\n  case 1:\n    break;\n  default:\n}",
  "type T = {\n  [key: string]: number;\n} & {\n  a: 1;\n};",
  "function g<\n  K extends string,\n>(\n  this: void,\n  k: K,\n) {\n  for (\n    const x of [1]\n  ) {\n    k;\n  }\n}",
  "const o = {\n  a: 1,\n  b() {\n    return /[)]/.test(')');\n  },\n  async *c() {},\n  ...{},\n};",
  "try {\n  1;\n} catch (e) {\n  2;\n} finally {\n  3;\n}",
  "const r = [1, 2]\n  .map(\n    (x) => x + 1,\n  )\n  .filter(Boolean);",
  "enum E {\n  A = 1,\n  B,\n}\nnamespace N {\n  export const v = 1;\n}",
  "if (1) {\n  1;\n} else if (\n  2\n) {\n  3;\n} else {\n  4;\n}",
];
