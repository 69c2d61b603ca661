import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { NativeTypeService } from "./native.js";
import { readPlain } from "./plain.js";

const known = new Map([
  ["a", "number"],
  ["s", "string"],
] as const);

describe("浅显的单元格", function () {
  this.timeout(60_000);

  it("认得的", () => {
    for (const code of [
      "",
      ";",
      "1 + 1",
      "  -a * (2 - 0.5) % 3 / a;",
      "s + 1 + 'x'",
      "const b = a + 1\nlet c = b - -1;\n\nc",
      "(1\n+ 2)",
      "1\n- 2",
    ])
      assert.ok(readPlain(code, known), code);
    const cell = readPlain("const b = a + 1; let t = s + b", known)!;
    assert.deepEqual([...cell.used], ["a", "s"]);
    assert.deepEqual(Object.fromEntries(cell.types), { b: "number", t: "string" });
    assert.deepEqual(Object.fromEntries(cell.declarations.names), { b: false, t: true });
  });

  it("拿不准的都交给 TypeScript", () => {
    for (const code of [
      "z + 1",
      "s - 1",
      "1--1",
      "a--",
      "1 ** 2",
      "1 === 2",
      "a = 2",
      "a += 1",
      "1 // @ts-expect-error",
      "1 /* 一 */",
      "a(1)",
      "a\n(1)",
      "const b = 1\n(2)",
      "const a = a + 1",
      "a; const a = 1",
      "const b = 1; const b = 2",
      "const let = 1",
      "let undefined = 1",
      "const B = 1",
      "const b: number = 1",
      "const b = 1, c = 2",
      "let b",
      "1 2",
      "07",
      "1.toFixed()",
      "1n + 1n",
      "0x10",
      "12345678901234567890",
      "'a\\n'",
      "`x`",
      "a /1/ s",
      "1 <!-- 2",
      "%types on",
      "名 + 1",
    ])
      assert.equal(readPlain(code, known), undefined, code);
  });

  it("随机的笔记本：它说没有错的，TypeScript 也说没有错，声明也都登记上", () => {
    const service = new NativeTypeService(mkdtempSync(join(tmpdir(), "tidu-plain-")));
    const rarely = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
    const name = rarely(
      fc.constantFrom("a", "b", "c", "d"),
      fc.constantFrom("type", "get", "let", "undefined", "name"),
    );
    const space = rarely(fc.constantFrom("", " "), fc.constantFrom("\n", "\t"));
    const literal = rarely(
      fc.constantFrom("0", "1", "2.50", "'a'", '"b c"'),
      fc.constantFrom("007", "1.", "1e3", "-1", "+2"),
    );
    const operator = rarely(
      fc.constantFrom("+", "+", "+", "-", "*", "/", "%"),
      fc.constantFrom("**", "--", "==", "//"),
    );
    const { expression } = fc.letrec<{ expression: string; operand: string }>((tie) => ({
      operand: fc.oneof(
        { depthSize: "small" },
        literal,
        name,
        fc.tuple(space, tie("expression")).map(([gap, inner]) => `(${gap}${inner})`),
      ),
      expression: fc
        .array(fc.tuple(tie("operand"), space, operator, space), { maxLength: 2 })
        .chain((parts) => tie("operand").map((last) => parts.flat().join("") + last)),
    }));
    const statement = fc.oneof(
      expression,
      fc
        .tuple(fc.constantFrom("const", "let"), name, expression)
        .map(([word, at, value]) => `${word} ${at} = ${value}`),
    );
    const cell = fc
      .array(fc.tuple(statement, rarely(fc.constantFrom(";", "\n", ";\n"), fc.constant(" "))), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => parts.flat().join(""));
    let agreed = 0;
    try {
      fc.assert(
        fc.property(fc.array(cell, { minLength: 4, maxLength: 8 }), (cells) => {
          service.reset();
          const types = new Map<string, "number" | "string">();
          for (const code of ["const a = 1; let b = a + 2", "const c = 'x'; let d = c + a", ...cells]) {
            const plain = readPlain(code, types);
            if (!plain) continue;
            // 开头多一个注释，就不算浅显，一定问 TypeScript
            assert.deepEqual(service.check(`/**/${code}`), [], JSON.stringify(code));
            service.commit(`/**/${code}`);
            for (const [at, type] of plain.types) types.set(at, type);
            agreed++;
          }
        }),
        { numRuns: 200 },
      );
      assert.ok(agreed > 400, String(agreed));
    } finally {
      service.close();
    }
  });

  it("类型服务：浅显的与别的单元格混着来，结果和全问 TypeScript 一样", () => {
    const service = new NativeTypeService(mkdtempSync(join(tmpdir(), "tidu-plain-")));
    const codes = (code: string) => service.check(code).map((item) => item.code);
    const run = (code: string) => {
      assert.deepEqual(codes(code), [], code);
      service.commit(code);
    };
    try {
      run("const x = 1");
      run("const y = x + 1");
      assert.deepEqual(codes("const wrong: string = y"), [2322]);
      run("const x = 'now text'");
      assert.deepEqual(codes("x * 2"), [2362]);
      run("const z: { n: number } = { n: y }");
      run("const y = z");
      assert.deepEqual(codes("y + 1"), [2365]);
      assert.ok(service.complete("x.toUp", 6).items.some(({ text }) => text === "toUpperCase"));
      service.reset();
      assert.deepEqual(codes("x + 1"), [2304]);
    } finally {
      service.close();
    }
  });
});
