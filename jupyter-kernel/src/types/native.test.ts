import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NativeTypeService } from "./native.js";

describe("types/native", () => {
  const folder = mkdtempSync(join(tmpdir(), "tidu-types-"));
  writeFileSync(join(folder, "helper.ts"), "export const twice = (x: number) => 2 * x;\n");
  writeFileSync(join(folder, "data.json"), '{ "rows": [1, 2] }\n');
  let types: NativeTypeService;

  before(() => {
    types = new NativeTypeService(folder);
  });
  beforeEach(() => types.reset());
  after(() => types.close());

  /** 一格一格地运行，每一格都不该有诊断。 */
  const run = (...cells: string[]) => {
    for (const code of cells) {
      assert.deepEqual(types.check(code), [], code);
      types.commit(code);
    }
  };
  const codes = (code: string) => types.check(code).map((item) => item.code);

  describe("普通的笔记本代码没有误报", () => {
    const notebooks: Record<string, string[]> = {
      顶层等待: [
        "await Promise.resolve(1)",
        "for await (const x of [1]) console.log(x)",
        "const v = await (async () => 2)()",
        "v.toFixed()",
      ],
      没用到的变量与末尾表达式: [
        "const unused = 1; import fs from 'node:fs'",
        "1 + 1",
        "unused, 2",
        "({ unused })",
        "'text'",
      ],
      换类型重新声明: [
        "const x = 1",
        "const x = 'a'",
        "x.length",
        "function x() { return [1] }",
        "x().length",
        "class x { y = 1 }",
        "new x().y",
      ],
      let可以再赋值: [
        "let n = 0",
        "n = 5; n++",
        "n.toFixed()",
        "let t: number | undefined",
        "t = 3",
        "var w = 1",
        "w += 1",
      ],
      与全局同名: [
        "const name = 'a'; const status = 3; let top = [1]",
        "name.length + status.valueOf() + top[0]",
      ],
      类型带到后面: [
        "interface P { a: number } type Q<T> = T[]; enum E { A } class C<T> { constructor(public v: T) {} }",
        "const ps: Q<P> = [{ a: 1 }]; const c = new C(ps)",
        "c.v[0].a + E.A",
        "const f = <T,>(x: T) => x",
        "f({ b: 'x' }).b.length",
      ],
      导入带到后面: [
        "import * as path from 'node:path'; import { readFileSync, type Stats } from 'node:fs'",
        "path.join('a'); let s: Stats | undefined; readFileSync",
        "const os = await import('node:os')",
        "os.cpus().length",
      ],
      文件夹里的模块与JSON: [
        "import { twice } from './helper.ts'; import data from './data.json'",
        "twice(data.rows[0])",
      ],
      解构: [
        "const { a, ...rest } = { a: 1, b: 2 }; const [p, , q = 3] = [1, 2, 3]",
        "a + rest.b + p + q",
        "const [{ deep }] = [{ deep: 's' }]",
        "deep.length",
      ],
      先空后填的数组: ["const xs = []; let ys = []", "xs.push(1); ys.push('a')", "xs.length + ys.length"],
      同名不同格的导入: ["import { join } from 'node:path'", "import { join } from 'node:path'\njoin('a')"],
      块里的var与标签: ["{ var r = 2 } for (var k = 0; k < 2; k++);", "r + k", "outer: for (;;) break outer"],
      export语句: ["export const e = 1; export function g() {}", "e.toFixed(); g()"],
      扩充全局: ["declare global { interface Array<T> { last(): T | undefined } }", "1", "[1].last()"],
      浏览器与Node的全局: ["fetch; URL; Buffer.from('x'); process.env['HOME']; setTimeout(() => {}, 1)"],
      中文标识符与宽字符: ["const 学习率 = 0.1 // 😀", "学习率 * 2"],
      递归与互相引用: [
        "function even(n: number): boolean { return n === 0 || odd(n - 1) }\nfunction odd(n: number): boolean { return n !== 0 && even(n - 1) }",
        "even(4)",
      ],
      用旧值算新值: [
        "const x = 1",
        "const y = x + 1",
        "const x = [y]",
        "x[0] + y",
        "const x = String(y)",
        "x.length",
      ],
    };
    for (const [title, cells] of Object.entries(notebooks)) it(title, () => run(...cells));

    it("没有类型的 npm 包当成 any", () => {
      assert.deepEqual(codes("import tslab from 'tslab-not-there'"), [2307]);
    });
  });

  it("仓库外面的笔记本也认得课程的包与 tslab", () => {
    run(
      "import { plot } from '@tidu/notebook-runtime/display'; import { display } from 'tslab'",
      "display.html('x')",
    );
    assert.deepEqual(codes("import { nope } from '@tidu/notebook-runtime/display'"), [2305]);
  });

  it("位置落在单元格自己的源码上，不受前文与宽字符影响", () => {
    run("const before = '甲'");
    const code = "/* 😀 */ before.length\nconst b: number = before";
    const [found] = types.check(code);
    assert.equal(code.slice(found!.start, found!.end), "b");
    assert.equal(found!.message, "Type 'string' is not assignable to type 'number'.");
  });

  it("严格：隐式 any、可能为空、改常量、同格重名都要报", () => {
    run("const k = 1; function h(a: number, b: string) { return a }");
    assert.deepEqual(codes("const g = (v) => v"), [7006]);
    assert.deepEqual(codes("const o: { p?: { v: number } } = {}; o.p.v"), [18048]);
    assert.deepEqual(codes("'a'.match(/b/).index"), [2531]);
    assert.deepEqual(codes("k = 2"), [2632]);
    assert.deepEqual(codes("const c = 1; c = 2"), [2588]);
    assert.deepEqual(codes("const d = 1; const d = 2"), [2451, 2451]);
    assert.deepEqual(codes("h(1)"), [2554]);
    assert.deepEqual(codes("h(1, 2)"), [2345]);
    assert.deepEqual(codes("consle"), [2552]);
    assert.deepEqual(codes("[1].lenght"), [2551]);
    assert.deepEqual(codes("function z() { await 1 }"), [1308]);
  });

  it("有语法错误时只报语法错误", () => {
    assert.deepEqual(codes("foo("), [1005]);
    assert.deepEqual(codes("const s = 'abc"), [1002]);
  });

  it("半途出错的单元格收回没声明成的名字，只收回它自己的", () => {
    run("const kept = 1, other = 1");
    types.commit("const kept = 'a'; const fresh = 1");
    types.retract(["kept", "fresh", "other"]);
    run("kept.toFixed(); other.toFixed()");
    assert.deepEqual(codes("fresh.toFixed()"), [2304]);
    for (const code of ["1", "const broken ="]) {
      types.commit(code);
      types.retract("all");
      run("kept.toFixed(); other.toFixed()");
    }
  });

  it("没有运行的单元格不影响后面；改过重跑的换新", () => {
    types.check("const ghost = 1");
    assert.deepEqual(codes("ghost"), [2304]);
    run("const v = 1", "v.toFixed()", "const v = 'a'");
    assert.deepEqual(codes("v.toFixed()"), [2551]);
    types.reset();
    assert.deepEqual(codes("v"), [2304]);
  });

  it("反复运行一百次同一格：旧版本被收走，检查仍在 10 毫秒上下", () => {
    run("const base = 1");
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      const start = performance.now();
      run(`let total = base + ${i}; total`);
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[50]!;
    assert.ok(median < 40, `中位数 ${median.toFixed(1)} 毫秒`);
  });

  it("超过初始槽位数的单元格照样可见", () => {
    for (let i = 0; i < 40; i++) run(`const v${i} = ${i === 0 ? 1 : `v${i - 1} + 1`}`);
    run("v0 + v17 + v39");
  });

  describe("补全", () => {
    const complete = (code: string) => types.complete(code, code.length);
    const texts = (code: string) => complete(code).items.map((item) => item.text);

    it("成员：只给以前缀开头的，并给出替换范围", () => {
      const { start, end, items } = complete("'abc'.toUpp");
      assert.deepEqual([start, end], [6, 11]);
      assert.deepEqual(items, [{ text: "toUpperCase", type: "function" }]);
    });

    it("名字：笔记本的、单元格里的、全局的、关键字", () => {
      run("const contour = 1");
      const found = texts("function f(config: number) { return con");
      assert.deepEqual(found.slice(0, 1), ["contour"]);
      for (const name of ["config", "console", "const"]) assert.ok(found.includes(name), name);
      assert.ok(!found.some((name) => name.startsWith("__tidu")));
    });

    it("不在作用域里的单词不算", () => {
      assert.ok(!texts("{ const inner1 = 1 }\ninn").includes("inner1"));
    });

    it("模块路径", () => {
      assert.ok(texts("import {} from './hel").includes("helper.ts"));
    });
  });

  describe("悬停", () => {
    it("类型、文档，detail 1 时有源码", () => {
      run("/** 平方。\n * @param x 底数\n */\nfunction sq(x: number) { return x * x }");
      const found = types.inspect("sq(2)", 1, 1)!;
      assert.equal(found.signature, "function sq(x: number): number");
      assert.equal(found.documentation, "平方。");
      assert.deepEqual(found.tags, [{ name: "param", text: "x 底数" }]);
      assert.match(found.source!.text, /return x \* x/);
      assert.equal(found.source!.where, "笔记本的单元格");
      assert.equal(types.inspect("sq(2)", 1, 0)!.source, undefined);
    });

    it("光标在参数里看被调的函数；单独的类型名也认得；空白处没有", () => {
      run("interface Point { x: number }");
      assert.equal(types.inspect("Math.max(1, ", 12, 0)!.name, "max");
      assert.equal(types.inspect("Point", 2, 0)!.signature, "interface Point {\n  x: number;\n}");
      assert.equal(types.inspect("  ", 1, 0), undefined);
      assert.equal(types.inspect("没有这个名字", 1, 0), undefined);
    });
  });

  it("is_complete", () => {
    for (const code of ["a = 3", "function f() {\n  return 1;\n}", "", "// 注释", "await x"])
      assert.equal(types.completeness(code), "complete", code);
    for (const code of ["if (x) {", "foo(", "const t = `abc", "/* hi", "1 +", "[1,2", "class A {\n  b() {"])
      assert.equal(types.completeness(code), "incomplete", code);
    for (const code of ["const s = 'abc", "x y z )", "}", "1 +* 2"])
      assert.equal(types.completeness(code), "invalid", code);
  });
});
