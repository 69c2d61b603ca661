import assert from "node:assert/strict";
import fc from "fast-check";
import { bodyRange, codeRange, keep, readMagics, typescriptOf } from "./parse.js";
import { magics, nearest } from "./table.js";

describe("魔法命令的语法", () => {
  it("行命令在最前面，空行与注释不算；其余是代码", () => {
    const found = readMagics("// 说明\n\n%types off ;\n  %time f(1)\nconst a = 5\n%pwd")!;
    assert.deepEqual(
      found.lines.map(({ info, args }) => [info.name, args]),
      [
        ["types", "off"],
        ["time", "f(1)"],
      ],
    );
    assert.equal(found.source.slice(found.body), "const a = 5\n%pwd");
    assert.equal(readMagics("a\n% b"), null, "取余运算不是魔法命令");
    assert.equal(readMagics("const s = `\n%time`"), null);
  });

  it("格命令管着下面的全部", () => {
    const found = readMagics("%types off\n%%writefile -a a b.txt\n%time\nx")!;
    assert.equal(found.cell?.info.name, "writefile");
    assert.deepEqual([found.cell?.args, found.cell?.options], ["a b.txt", { a: "" }]);
    assert.equal(found.source.slice(found.body), "%time\nx");
  });

  it("选项与代码的位置", () => {
    const source = "%timeit -n 10 -r3  f(-n)";
    const [call] = readMagics(source)!.lines;
    assert.deepEqual(call?.options, { n: "10", r: "3" });
    assert.equal(source.slice(...codeRange(call!)), "f(-n)");
  });

  it("TypeScript 的视图与源码等长，代码的行列不动", () => {
    const cases: [string, string][] = [
      ["%time const x = 1\nx", "      const x = 1\nx"],
      ["%%timeit let 数 = 2\n数 + 1", "         let 数 = 2\n数 + 1"],
      ["%types off\r\nlet a", "          \r\nlet a"],
      ["%%html\n<b>😀</b>", "      \n         "],
      ["%%time\nf()", "      \nf()"],
      ["%%timeout 5s\nf()", "            \nf()"],
      ["%timeit?", "        "],
      ["%ti", "   "],
      ["%nope 1\nlet a = 1", "       \nlet a = 1"],
      ["f()", "f()"],
    ];
    for (const [source, expected] of cases) {
      assert.equal(typescriptOf(source), expected, source);
      assert.equal(typescriptOf(source).length, source.length);
    }
  });

  it("随机的单元格：视图与源码等长、换行不动，剩下的都是源码里的", () => {
    const piece = fc.constantFrom(
      "%time f()",
      "%%time",
      "%%html",
      "%timeit -n 3 g(😀)",
      "%types off",
      "%x",
      "%",
      "// 注",
      "",
      "let a = 1",
      "  %who  ",
      "中 % 文",
      "\r",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.string(), (lines, tail) => {
        const source = [...lines, tail].join("\n");
        const view = typescriptOf(source);
        assert.equal(view.length, source.length);
        for (let i = 0; i < view.length; i++)
          assert.ok(view[i] === source[i] || (view[i] === " " && !/[\r\n]/.test(source[i]!)));
      }),
    );
  });

  it("各段拼起来不重不漏", () => {
    const source = "%time a()\n%timeit -n 2 b()\nc()";
    const found = readMagics(source)!;
    const parts = [...found.lines.map(codeRange), bodyRange(found)].map(([from, to]) =>
      source.slice(from, to),
    );
    assert.deepEqual(parts, ["a()", "b()", "c()"]);
    assert.equal(keep(source, bodyRange(found)).trim(), "c()");
  });

  it("不认识的命令给最近的名字；用法不对说清楚", () => {
    assert.throws(() => readMagics("%tiem f()"), /TIDU-RT-030.*%tiem.*想写 %time？/);
    assert.throws(() => readMagics("%%htlm\n"), /想写 %%html/);
    assert.throws(
      () => readMagics("%xyzzyplugh"),
      /TIDU-RT-030：不认识的魔法命令 %xyzzyplugh。运行 %lsmagic/,
    );
    assert.throws(() => readMagics("%html <b>"), /TIDU-RT-031.*只能写作 %%html/);
    assert.throws(() => readMagics("%%who"), /只能写作 %who/);
    assert.throws(() => readMagics("%"), /TIDU-RT-030/);
    assert.equal(nearest("memroy"), "memory");
  });

  it("表里的名字有序、不重，用法都读得出来", () => {
    const names = magics.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)].sort());
    for (const { usage, name } of magics)
      for (const line of usage) {
        const found = readMagics(line)!;
        assert.equal((found.cell ?? found.lines[0])!.info.name, name);
      }
  });
});
