import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "./explain.js";
import { NativeTypeService } from "./native.js";
import { reportTypes } from "./report.js";

/** 每个编号一段真会引出它的代码：解释对着 TypeScript 自己的原文写，原文变了这里就会失败。 */
const samples: [code: number, source: string, what: RegExp][] = [
  [2304, "qqq", /没有叫 qqq 的名字/],
  [2552, "consle.log(1)", /没有叫 consle 的名字/],
  [2322, "const a: number = 'x'", /类型是 string .*类型是 number/],
  [2345, "Math.sqrt('x')", /实参的类型是 string，而参数要的是 number/],
  [2339, "({ a: 1 }).bcd", /没有属性 bcd/],
  [2551, "[1].lenght", /没有属性 lenght/],
  [2554, "(function (a: number) {})()", /要 1 个实参，却给了 0 个/],
  [7006, "const f = (x) => x", /参数 x 没有写类型/],
  [2531, "'a'.match(/b/).index", /可能是 null/],
  [2532, "[[1]].find(() => true)[0]", /可能是 undefined/],
  [18047, "const e = 'a'.match(/b/); e.index", /e 可能是 null/],
  [18048, "const m = [1].find(() => true); m.toFixed()", /m 可能是 undefined/],
  [18046, "try {} catch (e) { e.message }", /e 的类型是 unknown/],
  [2588, "const k = 1; k = 2", /k 是常量/],
  [2451, "let d = 1; let d = 2", /d 声明了两次/],
  [2300, "class T1 {} ; type T1 = 1", /T1 重复/],
  [1005, "foo(", /应当是 \)/],
  [1002, "'abc", /字符串没有写完/],
  [1003, "a.", /应当是一个名字/],
  [1109, "1 +", /应当是一个表达式/],
  [1127, "const a = 1；", /中文标点|不认识的字符/],
  [2307, "import x from 'nope-pkg-x'", /找不到模块 nope-pkg-x/],
  [2882, "import 'nope-pkg-x'", /找不到模块 nope-pkg-x/],
  [2305, "import { zzzz } from 'node:os'", /没有导出 zzzz/],
  [2365, "({}) + 1", /不能做 \+ 运算/],
  [2362, "'a' * 2", /左边必须是数/],
  [2363, "2 * 'a'", /右边必须是数/],
  [2769, "['a'].concat(1)", /没有一种调用方式/],
  [2741, "const p: { a: number } = {}", /少了属性 a/],
  [2739, "const p: { a: number; b: number } = {}", /少了属性 a, b/],
  [2353, "const p: { a: number } = { a: 1, b: 2 }", /没有属性 b/],
  [2355, "function f(): number {}", /没有 return/],
  [2693, "interface I1 {}\nI1", /I1 只是类型/],
  [2454, "let q: number; q + 1", /q 还没有赋值/],
  [1308, "function g() { await 1 }", /await 只能用在 async/],
  [1155, "const c;", /必须有初值/],
  [2349, "(1)()", /不是函数/],
  [2367, "const t = 'a' as 'a' | 'b'; t === 'c'", /没有共同的值/],
  [1108, "return 1", /return 只能写在函数里/],
  [18004, "({ nothere })", /nothere 没有对应的变量/],
  [7017, "globalThis.zz = 1", /globalThis 上没有/],
  [2578, "// @ts-expect-error\n1", /没有用上/],
  [2352, "'a' as number", /差得太远/],
  [1360, "1 satisfies string", /不满足 string/],
  [2493, "const [a, b]: [number] = [1]", /没有下标 1/],
  [2341, "class P1 { private w = 1 } ; new P1().w", /w 是私有的/],
  [2348, "class P2 {} ; P2()", /P2 是类/],
  [2511, "abstract class P3 {} ; new P3()", /抽象类/],
  [2377, "class P4 {} class P5 extends P4 { constructor() {} }", /super\(\)/],
  [1117, "({ a: 1, a: 2 })", /写了两次/],
  [2364, "5 = 1 as number", /等号左边/],
  [1105, "break", /循环/],
  [1163, "yield 1", /生成器/],
  [18016, "#x", /私有成员/],
  [2314, "let m: Map<string>", /泛型 Map 缺少/],
  [2515, "abstract class P6 { abstract f(): void } class P7 extends P6 {}", /抽象类要求/],
  [7053, "const o = { a: 1 }; o['b' as string]", /取不到确定类型/],
];

describe("types/explain", () => {
  let types: NativeTypeService;
  before(() => {
    types = new NativeTypeService(mkdtempSync(join(tmpdir(), "tidu-explain-")));
  });
  after(() => types.close());

  for (const [code, source, what] of samples)
    it(`TS${code}`, () => {
      const found = types.check(source);
      const item = found.find((diagnostic) => diagnostic.code === code);
      assert.ok(item, `${source} 引出的是 ${found.map((d) => `${d.code} ${d.message}`).join("；")}`);
      const explanation = explain(code, item.message);
      assert.match(explanation?.what ?? "没有解释", what);
      assert.doesNotMatch(`${explanation!.what}${explanation!.fix}`, /\$\d|undefined 的/);
    });

  it("没有收录的编号返回 undefined", () => assert.equal(explain(99999, "x"), undefined));
});

/** 能推断出具体改法的。 */
const fixes: [source: string, fix: RegExp][] = [
  ["(async () => [1])().map(String)", /写成 \(await 值\)\.map/],
  ["const n: number[] = (async () => [1])()", /await 值/],
  ["const n: number = (async () => 1)()", /await 值/],
  ["(async () => 1)() + 1", /前面写 await/],
  ["for (const x of (async () => [1])()) {}", /前面写 await/],
  ["Math.sqrt('4')", /Number\('4'\)/],
  ["'a'.concat(1)", /String\(1\)/],
  ["Math.max([1, 2])", /\.\.\.\[1, 2\]/],
  ["['a'].find(Boolean).length", /\(\['a'\]\.find\(Boolean\) \?\? 默认值\)/],
  ["const s: string = undefined", /string \| undefined/],
  ["const n: number = [1].at(0)", /值 \?\? 默认值/],
  ["print('a')", /console\.log/],
  ["let v: int = 1", /number/],
  ["None", /null/],
  ["document.title", /Node/],
  ["class Q1 {} ; Q1()", /new Q1/],
  ["const k = 1; k = 2", /let k/],
  ["readFileSync('x')", /import \{ readFileSync \} from "node:fs"/],
  ["const t = relu(1)", /import \{ relu \} from "@tidu\/kernel-lib"/],
];

describe("types/fix", () => {
  let types: NativeTypeService;
  before(() => {
    types = new NativeTypeService(mkdtempSync(join(tmpdir(), "tidu-fix-")));
  });
  after(() => types.close());

  for (const [source, fix] of fixes)
    it(source, () =>
      assert.match(
        types
          .check(source)
          .map((item) => item.fix ?? "没有")
          .join(),
        fix,
      ),
    );

  it("没有把握就不说", () => {
    for (const source of ["const n: number = {}", "({ a: 1 }).b", "nowhereToBeFound"])
      assert.equal(types.check(source)[0]!.fix, undefined, source);
  });
});

describe("types/report", () => {
  it("代码框：出错行有 >，波浪线在宽字符之后仍对齐", () => {
    const code = "const 甲 = 1;\nconst s: string = 甲;\n甲";
    const start = code.indexOf("s: string");
    const report = reportTypes(
      code,
      [{ code: 2322, start, end: start + 1, message: "Type 'number' is not assignable to type 'string'." }],
      "单元格 [3]",
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: 去掉颜色
    const plain = report.traceback.map((line) => line.replace(/\u001b\[\d+m/g, ""));
    assert.equal(plain[0], "单元格 [3]:2:7 - TS2322 类型是 number 的值不能放进类型是 string 的地方");
    assert.deepEqual(plain.slice(1, 5), [
      "  1 | const 甲 = 1;",
      "> 2 | const s: string = 甲;",
      "    |       ~",
      "  3 | 甲",
    ]);
    const wide = reportTypes("甲乙.丙", [{ code: 1, start: 3, end: 4, message: "m" }], "c").traceback;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: 去掉颜色
    assert.equal(wide[2]!.replace(/\u001b\[\d+m/g, ""), "    |      ~~");
  });

  it("最多列五条", () => {
    const many = Array.from({ length: 8 }, () => ({ code: 1, start: 0, end: 1, message: "m" }));
    assert.match(reportTypes("x", many, "c").traceback.join("\n"), /还有 3 处/);
  });
});
