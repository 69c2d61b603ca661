import assert from "node:assert/strict";
import { parse as babelParse } from "@babel/parser";
import { compileCell, parseCell } from "./compile.js";
import { oracle, ours } from "./differential.js";
import { snippets } from "./snippets.js";

describe("单元格编译器：与 esbuild 的差分", () => {
  for (const [name, source] of Object.entries(snippets)) {
    it(name, async () => {
      const expected = await oracle(source);
      assert.equal(await ours(source, true), expected);
      assert.equal(await ours(source, false), expected);
    });
  }
});

describe("单元格编译器：位置不变", () => {
  for (const [name, source] of Object.entries(snippets)) {
    it(name, () => {
      const cell = compileCell(source);
      assert.equal(lines(cell.code).length, lines(source).length + 1, "只在末尾多一行");
      const { tokens } = babelParse(cell.code, { tokens: true, errorRecovery: true }) as unknown as {
        tokens: { type: { label: string }; value: unknown; start: number; end: number; loc: Loc }[];
      };
      let checked = 0;
      for (const { type, start, end, loc } of tokens) {
        if (!["name", "num", "string"].includes(type?.label)) continue;
        if (loc.start.line !== loc.end.line) continue;
        const text = cell.code.slice(start, end);
        const first = cell.original(loc.start.line, loc.start.column + 1);
        const last = cell.original(loc.end.line, loc.end.column);
        assert.equal(first.line, loc.start.line);
        // 插入的文本整段对应源码里的一点，不检查。
        if (text.startsWith("ª") || (first.column === last.column && text.length > 1)) continue;
        const found = lines(source)[first.line - 1]?.slice(first.column - 1, first.column - 1 + text.length);
        if (text.length === 1 && found !== text) continue;
        assert.equal(found, text, `${first.line}:${first.column}`);
        checked += 1;
      }
      assert.ok(checked > 0);
    });
  }
});

interface Loc {
  start: { line: number; column: number };
  end: { line: number; column: number };
}

function lines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/);
}

describe("单元格编译器：语法错误", () => {
  const cases: [string, string, number, number, RegExp][] = [
    ["缺少值", "let z = ", 1, 9, /不该出现/],
    ["重复声明", "let a = 1;\nlet a = 2;", 2, 5, /重复声明了 a/],
    ["装饰器", "@dec class A {}", 1, 1, /装饰器/],
    ["没写完的字符串", 'const s = "abc', 1, 11, /字符串没有写完/],
    ["顶层 return", "return 1", 1, 1, /return 只能写在函数里/],
    ["没有循环的 break", "break", 1, 1, /break 只能/],
    ["const 没有值", "const a", 1, 8, /必须有初始值/],
    ["赋值给调用", "f() = 1", 1, 1, /赋值号左边/],
    ["命名空间里的 using", "namespace N { using x = f() }", 1, 15, /using 不能直接写在这里/],
    ["代码后面的魔法命令", "1\n;\n%time f()", 3, 1, /魔法命令.*最前面/],
    ["for 头部的 using", "for (using x = f();;) {}", 1, 6, /using/],
  ];
  for (const [name, source, line, column, message] of cases) {
    it(name, () => {
      assert.throws(
        () => compileCell(source),
        (error: SyntaxError & { line: number; column: number }) => {
          assert.equal(error.name, "SyntaxError");
          assert.match(error.message, message);
          assert.deepEqual([error.line, error.column], [line, column]);
          return true;
        },
      );
    });
  }
});

describe("parseCell", () => {
  it("列出顶层声明与导入，不含类型", () => {
    const { declarations, imports } = parseCell(
      "import d, { type T, n as m } from 'pkg';\nimport * as ns from './x.json' with { type: 'json' };\nimport type { U } from 'u';\n" +
        "const { a, b: [c] } = f(); let x; function g() {} class K {} enum E { A } namespace N { export const q = 1 } interface I {} type V = 1;\nif (x) { var w = 1; let inner = 2 }",
    );
    assert.deepEqual(declarations.map(({ name, kind }) => `${kind} ${name}`).sort(), [
      "class K",
      "const a",
      "const c",
      "enum E",
      "function g",
      "import d",
      "import m",
      "import ns",
      "let x",
      "namespace N",
      "var w",
    ]);
    assert.deepEqual(
      imports.map(({ specifier, bindings, attributes }) => ({ specifier, bindings, attributes })),
      [
        {
          specifier: "pkg",
          bindings: [
            { local: "d", imported: "default" },
            { local: "m", imported: "n" },
          ],
          attributes: {},
        },
        { specifier: "./x.json", bindings: [{ local: "ns", imported: "*" }], attributes: { type: "json" } },
      ],
    );
    assert.deepEqual(
      declarations.filter(({ name }) => name === "g").map(({ line, column }) => [line, column]),
      [[4, 44]],
    );
  });
});
