import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { ExecuteResult, Output } from "../types.js";
import type { NodeSession } from "./options.js";
import { createNodeSession } from "./session.js";

/** 放着各种包的目录：ESM、CommonJS、只有 exports 的、JSON、相对文件。 */
function makeProject(): string {
  const root = mkdtempSync(join(tmpdir(), "tidu-session-"));
  const files: Record<string, string> = {
    "node_modules/esm-only/package.json":
      '{"name":"esm-only","type":"module","exports":{".":{"import":"./m.js"},"./sub":"./s.js"}}',
    "node_modules/esm-only/m.js":
      "export const name = 'esm'; export default () => 1; export const later = await Promise.resolve(2);",
    "node_modules/esm-only/s.js": "export const sub = 3;",
    "node_modules/cjs/package.json": '{"name":"cjs","main":"i.js"}',
    "node_modules/cjs/i.js":
      "const api = { plain: 4 }; for (const k of ['dyn']) api[k] = 5; module.exports = api;",
    "data.json": '{"list":[1,2],"name":"数据"}',
    "helper.mjs": "export const helped = 6;",
    "helper.cjs": "exports.old = 7;",
    "lib.ts":
      "import type { A } from './types.js';\nimport { type B, half, C } from './deep/part.js';\nexport enum Level { Low = 1 }\nexport const make = (x: number): A & B => ({ x: half(x) }) as A & B & C;\nexport type { A };\nexport const fails = () => {\n  throw new Error('库里');\n};",
    "deep/part.ts":
      "export interface B { x: number }\nexport interface C {}\nexport function half(x: number): number { return x / 2 }",
    "types.ts": "export interface A { x: number }",
    "broken.ts": "export const a = 1;\nexport const b: = 2;",
    "edited.mjs": "export const v = 1;",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function text({ outputs }: ExecuteResult): string {
  return outputs
    .map((o) => (o.output_type === "stream" ? o.text : "data" in o ? String(o.data["text/plain"]) : ""))
    .join("");
}

function values({ outputs }: ExecuteResult): unknown[] {
  return outputs.map((o) =>
    o.output_type === "stream"
      ? `${o.name}:${o.text}`
      : o.output_type === "error"
        ? `${o.ename}: ${o.evalue}`
        : "data" in o
          ? o.data["text/plain"]
          : o.output_type,
  );
}

describe("Node 会话", () => {
  let cwd: string;
  let session: NodeSession;
  const run = (code: string, options = {}) => session.execute(code, options);
  const ok = async (code: string) => {
    const result = await run(code);
    assert.equal(result.status, "ok", inspect(result.error));
    return text(result);
  };
  const interruptIn = (ms: number) => setTimeout(() => session.interrupt(), ms);

  before(async () => {
    cwd = makeProject();
    session = await createNodeSession({ cwd });
  });
  after(async () => {
    await session.close();
    rmSync(cwd, { recursive: true });
  });

  describe("变量", () => {
    it("跨单元格保留，可以重新声明", async () => {
      await ok(
        "const a: number = 1; let b = 2; function f() { return a + b } class C { v = a } enum E { X = 5 }",
      );
      assert.equal(await ok("[a, b, f(), new C().v, E.X, E[5]]"), "[ 1, 2, 3, 1, 5, 'X' ]");
      await ok("const a = 10; class C { v = 'new' }");
      assert.equal(await ok("[f(), new C().v]"), "[ 12, 'new' ]", "旧函数看得见新值");
    });

    it("先前变量的 {x} 简写、typeof、赋值、解构目标", async () => {
      await ok("let p = 1, q = 2");
      assert.equal(
        await ok("p += 5; [p, q] = [q, p]; ({ p, q, t: typeof p, u: typeof nowhere })"),
        "{ p: 2, q: 6, t: 'number', u: 'undefined' }",
      );
    });

    it("后面单元格才定义的函数，先前的闭包调用得到", async () => {
      await ok("const callLater = () => definedLater() + 1");
      await ok("function definedLater() { return 41 }");
      assert.equal(await ok("callLater()"), "42");
    });

    it("给常量赋值是错误，同一单元格与后面的单元格都是", async () => {
      assert.match((await run("const k1 = 1; k1 = 2")).error!.evalue, /不能给常量 k1 赋值/);
      await ok("const k2 = 1");
      const { error } = await run("\n  k2++");
      assert.deepEqual([error!.ename, error!.line, error!.column], ["TypeError", 2, 5]);
      assert.equal(await ok("k2"), "1");
    });

    it("声明之前使用是错误；出错的声明不改变原来的值", async () => {
      await ok("let w = 'old'");
      assert.match((await run("w; let w = 'new'")).error!.evalue, /在声明之前被使用/);
      assert.match(
        (await run("call(); let w = 'new'; function call() { return w }")).error!.evalue,
        /在声明之前被使用/,
      );
      await run("throw new Error('x'); let w = 'new'");
      assert.equal(await ok("w"), "'old'");
    });

    it("给没有声明的名字赋值是错误", async () => {
      assert.match((await run("undeclared = 1")).error!.evalue, /undeclared 没有定义/);
    });

    it("常量先被闭包引用、后声明，也不能赋值", async () => {
      await ok("const setLate = () => { lateConst = 5 }");
      await ok("const lateConst = 1");
      assert.match((await run("setLate()")).error!.evalue, /不能给常量 lateConst 赋值/);
    });

    it("函数的 toString 是学习者写的代码", async () => {
      await ok(
        "let scale = 2;\nfunction twice(v: number): number {\n  return scale * Math.abs(v);\n}\nconst arrow = (v: number) => twice(v) + scale; class Box2 { m() { return twice(1) } }",
      );
      assert.equal(
        await ok("console.log(String(twice)); console.log(arrow.toString()); console.log('' + Box2)"),
        "function twice(v: number): number {\n  return scale * Math.abs(v);\n}\n(v: number) => twice(v) + scale\nclass Box2 { m() { return twice(1) } }\n",
      );
      assert.match(await ok("Math.max.toString()"), /native code/);
    });

    it("与全局同名的变量不弄坏全局", async () => {
      await ok("const process = 'mine', name = 1, performance = 2, console2 = console");
      assert.equal(
        await ok("[process, name, performance, typeof globalThis.process]"),
        "[ 'mine', 1, 2, 'object' ]",
      );
      await session.restart();
    });
  });

  describe("值", () => {
    it("最后一个表达式是值；undefined 不显示；声明没有值", async () => {
      assert.equal(await ok("1 + 1;"), "2");
      assert.equal(await ok("'串' // 注释"), "'串'");
      assert.equal(await ok("({ a: 1 })"), "{ a: 1 }");
      assert.equal(await ok("undefined"), "");
      assert.equal(await ok("const z = 3"), "");
      assert.equal(await ok("null"), "null");
      assert.equal(await ok("export default [1, 2]"), "[ 1, 2 ]");
      assert.equal(await ok("1, 2"), "2");
      assert.equal(await ok(""), "");
      assert.equal(await ok("// 只有注释"), "");
      assert.equal(await ok("type T = 1"), "");
    });

    it("值是 Promise 就显示 Promise，不等待；有没有顶层 await 都一样", async () => {
      assert.equal(await ok("Promise.resolve(1)"), "Promise { 1 }");
      assert.equal(await ok("await 0; Promise.resolve(1)"), "Promise { 1 }");
      assert.equal(await ok("await Promise.resolve(1)"), "1");
    });

    it("自带显示方式的值给出 MIME 束，可以是异步的", async () => {
      const { outputs } = await run(
        "({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>1</b>' } } })",
      );
      const [output] = outputs;
      assert.ok(output.output_type === "execute_result");
      assert.equal(output.data["text/html"], "<b>1</b>");
      assert.equal(typeof output.data["text/plain"], "string");
    });

    it("显示方式自己抛错：用默认的显示，并说明；单元格不算出错", async () => {
      const { status, outputs } = await run(
        "({ a: 1, [Symbol.for('Jupyter.display')]() { throw new Error('画不出') } })",
      );
      assert.equal(status, "ok");
      assert.ok("data" in outputs[0]);
      assert.match(
        String(outputs[0].data["text/plain"]),
        /Jupyter\.display.*出错：Error: 画不出[\s\S]*\{ a: 1|a: 1,/,
      );
      assert.match(String(outputs[0].data["text/html"]), /画不出/);
    });

    it("显示方式里的死循环能中断", async () => {
      const controller = new AbortController();
      const running = run("({ [Symbol.for('Jupyter.display')]() { console.log('开始'); for (;;) {} } })", {
        signal: controller.signal,
        onOutput: () => controller.abort(),
      });
      assert.equal((await running).status, "interrupted");
    });

    it("异步的显示：先占位再改写，单元格等它，次序不乱", async () => {
      const { outputs } = await run(`
        import { display } from "@tidu/notebook-runtime/display";
        display({ async [Symbol.for("Jupyter.display")]() { await new Promise((r) => setTimeout(r, 20)); return { "text/plain": "慢" }; } });
        console.log("快")`);
      assert.deepEqual(
        outputs.map((o) => (o.output_type === "stream" ? o.text : "data" in o ? o.data["text/plain"] : "")),
        ["慢", "快\n"],
      );
    });

    it("console 的各种方法、标准输出、显示：次序与写的一样", async () => {
      const { outputs } = await run(`
        import { display } from "@tidu/notebook-runtime/display";
        console.group("组");
        console.log("一");
        display("二");
        process.stdout.write("三\\n");
        console.table([{ a: 1 }]);
        console.groupEnd();
        console.count();
        display({ 四: 4 });
        console.dir({ a: { b: { c: 1 } } }, { depth: 0 });
        console.assert(false, "五");
        display("六");
        console.trace("七");`);
      const lines = outputs.flatMap((o) =>
        o.output_type === "stream"
          ? o.text.split("\n").map((line) => `${o.name}|${line}`)
          : [String("data" in o ? o.data["text/plain"] : "")],
      );
      const shown = lines.filter((line) => !/\|$|\| {4}at /.test(line));
      assert.deepEqual(shown, [
        "stdout|组",
        "stdout|  一",
        "二",
        "stdout|三",
        "stdout|  ┌─────────┬───┐",
        "stdout|  │ (index) │ a │",
        "stdout|  ├─────────┼───┤",
        "stdout|  │ 0       │ 1 │",
        "stdout|  └─────────┴───┘",
        "stdout|default: 1",
        "{ '四': 4 }",
        "stdout|{ a: [Object] }",
        "stderr|Assertion failed: 五",
        "六",
        "stderr|Trace: 七",
      ]);
    });

    it("一个单元格里显示太多：到上限为止，并说明", async () => {
      const { outputs } = await run(`
        import { display } from "@tidu/notebook-runtime/display";
        for (let i = 0; i < 1500; i++) display(i)`);
      assert.equal(outputs.length, 1001);
      assert.ok("data" in outputs[1000]);
      assert.match(String(outputs[1000].data["text/plain"]), /已经显示了.*updateDisplay/);
    });
  });

  describe("顶层 await（tslab 在这里失败）", () => {
    it("await (…)、await […]、for await、await 在条件里", async () => {
      assert.equal(await ok("await (Promise.resolve(3))"), "3");
      assert.equal(await ok("await [1][0]"), "1");
      assert.equal(
        await ok("const got = []; for await (const v of [Promise.resolve(1), 2]) got.push(v); got"),
        "[ 1, 2 ]",
      );
      assert.equal(
        await ok("async function* g() { yield 1; yield 2 }\nlet s = 0; for await (const v of g()) s += v; s"),
        "3",
      );
      assert.equal(await ok("if (await true) { s + (await 1) } else { 0 }\ns"), "3");
    });
  });

  describe("导入", () => {
    it("只有 exports 的 ESM 包、子路径、默认导出、模块里的顶层 await", async () => {
      assert.equal(
        await ok(
          "import one, { name, later } from 'esm-only'; import { sub } from 'esm-only/sub'; [one(), name, later, sub]",
        ),
        "[ 1, 'esm', 2, 3 ]",
      );
      assert.equal(await ok("[one(), name]"), "[ 1, 'esm' ]", "后面的单元格也用得到");
    });

    it("CommonJS：默认、静态名与动态名", async () => {
      assert.equal(
        await ok(
          "import cjs, { plain, dyn } from 'cjs'; import * as ns from 'cjs'; [cjs.plain, plain, dyn, ns.default.dyn]",
        ),
        "[ 4, 4, 5, 5 ]",
      );
    });

    it("JSON、相对文件、node: 内建、动态导入、require、import.meta", async () => {
      assert.equal(
        await ok("import data, { list } from './data.json'; [data.name, list.length]"),
        "[ '数据', 2 ]",
      );
      assert.equal(await ok("import d2 from './data.json' with { type: 'json' }; d2.name"), "'数据'");
      assert.equal(
        await ok(
          "import { helped } from './helper.mjs'; import { old } from './helper.cjs'; import path, { basename } from 'node:path'; [helped, old, basename('/a/b'), typeof path.join]",
        ),
        "[ 6, 7, 'b', 'function' ]",
      );
      assert.equal(
        await ok("const m = await import('esm-only'); [m.name, (await import('./helper.mjs')).helped]"),
        "[ 'esm', 6 ]",
      );
      assert.equal(
        await ok("[require('cjs').plain, require('./data.json').list[1], import.meta.dirname === __dirname]"),
        "[ 4, 2, true ]",
      );
      assert.equal(await ok("import fs = require('node:fs'); typeof fs.readFileSync"), "'function'");
      assert.match(await ok("import.meta.resolve('cjs')"), /^'file:.*node_modules\/cjs\/i\.js'$/);
    });

    it("TypeScript 文件：类型导入去掉、.js 指 .ts、枚举、省略扩展名", async () => {
      assert.equal(
        await ok(
          "import { make, Level, type A } from './lib.ts'; const made: A = make(8); [made, Level.Low]",
        ),
        "[ { x: 4 }, 1 ]",
      );
      assert.equal(await ok("import { make as again } from './lib'; again === make"), "true");
      const { error } = await run("import { fails } from './lib.ts'; fails()");
      assert.match(error!.traceback.join("\n"), /lib\.ts:7:9/);
      assert.match((await run("import { b } from './broken.ts'")).error!.evalue, /broken\.ts:2:17/);
    });

    it("文件改过之后重新导入，得到新内容", async () => {
      assert.equal(await ok("import { v } from './edited.mjs'; v"), "1");
      writeFileSync(join(cwd, "edited.mjs"), "export const v = 2;");
      utimesSync(join(cwd, "edited.mjs"), new Date(), new Date(Date.now() + 5000));
      assert.equal(await ok("import { v } from './edited.mjs'; v"), "2");
    });

    it("类型混在值里导入：没用作值就不报错，用了就说清楚", async () => {
      await ok("import { name as n2, SomeType } from 'esm-only'; const typed: SomeType | string = n2");
      const { error } = await run("console.log(SomeType)");
      assert.match(error!.evalue, /没有导出 SomeType.*import type/);
    });

    it("没有的包：中文说明、导入语句的位置", async () => {
      const { status, error } = await run("const before = 1;\nimport x from 'no-such-package';");
      assert.equal(status, "error");
      assert.match(error!.evalue, /找不到模块 "no-such-package"/);
      assert.deepEqual([error!.line, error!.column], [2, 1]);
    });

    it("没有的文件：说出在哪里找过，不当成包", async () => {
      const { error } = await run("import x from './no-such-file.ts'");
      assert.match(error!.evalue, /没有文件 .*no-such-file\.ts/);
      assert.ok(error!.evalue.includes(join(cwd, "no-such-file.ts")), error!.evalue);
      assert.equal(await ok("await import('../nope/a.js').catch((e) => e.code)"), "'ERR_MODULE_NOT_FOUND'");
    });

    it("课程自己的包从哪里都能导入；tslab 是同名接口", async () => {
      const { outputs } = await run(
        "import { html } from '@tidu/notebook-runtime/display'; import { display, newDisplay } from 'tslab'; html('<i>x</i>'); display.latex('$x$'); const d = newDisplay(); d.text('1'); d.text('2'); require('tslab').display.png(new Uint8Array([1, 2, 3]))",
      );
      const bundles = outputs.map((o) => ("data" in o ? o.data : o));
      assert.deepEqual(
        bundles.map((data) => Object.entries(data)[0]),
        [
          ["text/html", "<i>x</i>"],
          ["text/latex", "$x$"],
          ["text/plain", "2"],
          ["image/png", "AQID"],
        ],
      );
    });
  });

  describe("输出", () => {
    it("console 的各种方法与 process.stdout 按次序到来", async () => {
      const result = await run(
        "console.log('a %d', 1); console.error('b'); process.stdout.write('c'); process.stdout.write('d\\n'); console.table([{ x: 1 }]); console.dir({ y: 2 }); console.group('g'); console.info('in'); console.groupEnd(); void process.stderr.write(Buffer.from('中'));",
      );
      assert.deepEqual(values(result), [
        "stdout:a 1\n",
        "stderr:b\n",
        "stdout:cd\n┌─────────┬───┐\n│ (index) │ x │\n├─────────┼───┤\n│ 0       │ 1 │\n└─────────┴───┘\n{ y: 2 }\ng\n  in\n",
        "stderr:中",
      ]);
    });

    it("一个同步循环里的十万行完整、有序", async () => {
      const result = await run("for (let i = 0; i < 100_000; i++) console.log(i)");
      assert.equal(result.outputs.length, 1);
      const expected = Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join("");
      assert.ok(text(result) === expected);
    });

    it("一次写 20 MB 也完整", async () => {
      const result = await run(
        "process.stdout.write('梯'.repeat(7_000_000)); void process.stdout.write('完')",
      );
      assert.equal(text(result).length, 7_000_001);
      assert.ok(text(result).endsWith("梯完"));
    });

    it("onOutput 慢的时候子进程等着（背压），内存不涨，也不丢", async () => {
      let seen = "";
      let slow = 0;
      const result = await run("for (let i = 0; i < 30_000; i++) console.log('x'.repeat(100) + i)", {
        onOutput: async (output: Output) => {
          if (output.output_type === "stream") seen += output.text;
          if (slow++ < 20) await new Promise((resolve) => setTimeout(resolve, 5));
        },
      });
      assert.equal(result.status, "ok");
      assert.equal(seen.trim().split("\n").length, 30_000);
      assert.ok(seen.endsWith(`${"x".repeat(100)}29999\n`));
    });

    it("outputLimit 之后不再保留，留一行说明", async () => {
      const result = await run("for (let i = 0; i < 10000; i++) console.log('y'.repeat(100))", {
        outputLimit: 5000,
      });
      assert.ok(text(result).length < 5200);
      assert.match(text(result), /输出超过 5000 个字符/);
    });

    it("孙进程直接写的标准输出也收得到", async () => {
      const out = await ok(
        "const cp = await import('node:child_process'); cp.execSync('echo from-child', { stdio: ['ignore', 'inherit', 'inherit'] }); await new Promise(r => setTimeout(r, 50))",
      );
      assert.match(out, /from-child/);
    });

    it("display、updateDisplay、clearOutput 应用在收集的输出里，也原样交给 onOutput", async () => {
      const events: string[] = [];
      const result = await run(
        "import { display, updateDisplay, clearOutput } from '@tidu/notebook-runtime/display'; console.log('旧'); clearOutput(); display('一', { id: 'd' }); updateDisplay('d', '二');",
        { onOutput: (output: Output) => void events.push(output.output_type) },
      );
      assert.deepEqual(events, ["stream", "clear_output", "display_data", "update_display_data"]);
      assert.deepEqual(values(result), ["二"]);
    });
  });

  describe("错误", () => {
    it("单元格、行列、代码框、没有内部帧；跨单元格的调用栈", async () => {
      await run("function inner(o: any) {\n  return o.missing.deep;\n}", { cell: "单元格 [1]" });
      const { error, outputs, status } = await run("const outer = () => inner({});\n\nouter();", {
        cell: "单元格 [2]",
      });
      assert.equal(status, "error");
      assert.deepEqual([error!.cell, error!.line, error!.column], ["单元格 [1]", 2, 20]);
      assert.deepEqual(error!.traceback, [
        "TypeError: Cannot read properties of undefined (reading 'deep')",
        "单元格 [1]:2:20",
        "  1 | function inner(o: any) {",
        "> 2 |   return o.missing.deep;",
        "    |                    ^",
        "  3 | }",
        "单元格 [2]:3:1",
        "  1 | const outer = () => inner({});",
        "  2 |",
        "> 3 | outer();",
        "    | ^",
        "    at inner (单元格 [1]:2:20)",
        "    at outer (单元格 [2]:1:21)",
        "    at 单元格 [2]:3:1",
      ]);
      assert.equal(outputs.at(-1)?.output_type, "error");
    });

    it("报错里是学习者写的名字，catch 到的消息也是", async () => {
      assert.equal((await run("const notFn: any = 1; notFn(2)")).error!.evalue, "notFn is not a function");
      assert.equal(
        (await run("notFn.a.b()")).error!.evalue,
        "Cannot read properties of undefined (reading 'b')",
      );
      assert.equal((await run("new notFn()")).error!.evalue, "notFn is not a constructor");
      assert.equal(
        await ok("let m = ''; try { notFn() } catch (e) { m = e.message } m"),
        "'notFn is not a function'",
      );
    });

    it("console.log(error) 的栈也是单元格的位置", async () => {
      const out = text(await run("\n  console.log(new Error('看'))", { cell: "单元格 [9]" }));
      assert.equal(out, "Error: 看\n    at 单元格 [9]:2:15\n");
    });

    it("语法错误：行列与代码框", async () => {
      const { error } = await run("const a = 1;\nlet b = ;", { cell: "单元格 [4]" });
      assert.deepEqual(
        [error!.ename, error!.cell, error!.line, error!.column],
        ["SyntaxError", "单元格 [4]", 2, 9],
      );
      assert.match(error!.traceback.join("\n"), /> 2 \| let b = ;\n {4}\| {9}\^/);
    });

    it("抛出的不是 Error", async () => {
      const { error } = await run("throw { code: 7 }");
      assert.equal(error!.evalue, "{ code: 7 }");
    });

    it("原因链", async () => {
      const { error } = await run("throw new Error('外', { cause: new Error('里') })");
      assert.match(error!.traceback.join("\n"), /原因：Error: 里/);
    });

    it("未处理的拒绝算这个单元格的；后来处理了的不算", async () => {
      const { status, error } = await run("Promise.reject(new Error('没人接')); 1");
      assert.deepEqual([status, error!.evalue], ["error", "没人接"]);
      const late = await run(
        "const bad = Promise.reject(new Error('迟')); await new Promise(r => setTimeout(r, 10)); await bad.catch(() => 5)",
      );
      assert.equal(late.status, "ok");
    });

    it("回调里抛出的错误结束等待", async () => {
      const { status, error } = await run(
        "setTimeout(() => { throw new Error('回调') }, 5); await new Promise(() => {})",
      );
      assert.deepEqual([status, error!.evalue, error!.column], ["error", "回调", 26]);
    });

    it("单元格结束之后的错误写到 stderr，下一个单元格照常", async () => {
      const late: Output[] = [];
      await run("setTimeout(() => { throw new Error('迟到') }, 20)", {
        onOutput: (o: Output) => void late.push(o),
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.match(JSON.stringify(late), /未处理的错误：Error: 迟到/);
      assert.equal(await ok("1"), "1");
    });

    it("怪异的抛出值不弄垮会话", async () => {
      for (const code of [
        "throw undefined",
        "throw null",
        "throw new Proxy({}, { get() { throw 1 } })",
        "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { throw 1 } }); throw e",
        "const e2: any = new Error('x'); e2.message = { toString() { throw 2 } }; throw e2",
        "throw Object.freeze(new Error('冻'))",
      ]) {
        assert.equal((await run(code)).status, "error", code);
      }
      assert.equal(await ok("'活着'"), "'活着'");
    });
  });

  describe("中断：变量保留", () => {
    const cases: Record<string, string> = {
      同步死循环: "n = 1; for (;;) {}",
      "空的 while": "n = 2; while (true);",
      "do…while": "n = 3; do {} while (1)",
      "await 之后的循环": "n = 4; await 1; for (;;) {}",
      定时器等待之后的循环: "n = 5; await new Promise(r => setTimeout(r, 1)); for (;;) {}",
      定时器里的循环: "n = 6; setTimeout(() => { for (;;) {} }, 1); await new Promise(() => {})",
      悬着的等待: "n = 7; await new Promise(() => {})",
      "拦不住的 try": "n = 8; for (;;) { try { for (;;) {} } catch { n = -1 } }",
      "catch 里继续": "n = 9; try { for (;;) {} } catch (e) { n = -1; for (;;) {} }",
      递归: "n = 10; function fib(k) { return k < 2 ? k : fib(k - 1) + fib(k - 2) }\nfib(99)",
      箭头递归: "n = 11; const fa = (k) => k < 2 ? k : fa(k - 1) + fa(k - 2); await 0; fa(99)",
      微任务循环: "n = 12; async function spin() { for (;;) await null }\nawait spin()",
      库代码: "n = 13; JSON.stringify([...Array(3)].map(() => 1)); 'a'.repeat(28).match(/^(a+)+b$/)",
      异步循环: "n = 14; for await (const _ of (async function* () { for (;;) yield 1 })()) ;",
    };
    let expected = 0;
    for (const [name, code] of Object.entries(cases)) {
      it(name, async () => {
        expected += 1;
        if (expected === 1) await ok("let n = 0, kept = '在'");
        interruptIn(80);
        const started = Date.now();
        const result = await run(code);
        assert.equal(result.status, "interrupted", inspect(result));
        assert.ok(Date.now() - started < 2500);
        assert.equal(result.stateLost, undefined);
        assert.equal(result.error!.ename, "Interrupted");
        assert.equal(await ok("[n, kept]"), `[ ${expected}, '在' ]`);
      });
    }

    it("被中断的单元格后来醒了，也不会再改变量", async () => {
      interruptIn(30);
      await run("let data = '旧'; data = await new Promise(r => setTimeout(() => r('新'), 120))");
      await ok("data = '我的'");
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(await ok("data"), "'我的'");
    });

    it("没有在执行时中断：什么也不发生", async () => {
      await session.interrupt();
      assert.equal(await ok("let c = 0; for (let i = 0; i < 10; i++) c++; c"), "10");
    });

    it("单元格结束之后，定时器里的死循环也停得下来", async () => {
      for (const queued of [false, true]) {
        await ok("let ticks = 0; setTimeout(() => { for (;;) ticks++ }, 20)");
        await new Promise((resolve) => setTimeout(resolve, 80));
        const next = queued ? run("'挤在后面'") : null;
        if (queued) await new Promise((resolve) => setTimeout(resolve, 20));
        await session.interrupt();
        if (next) assert.equal((await next).status, "interrupted");
        assert.equal(await ok("ticks > 0"), "true");
      }
    });

    it("一边打印一边中断", async () => {
      interruptIn(100);
      const result = await run("for (let i = 0; ; i++) console.log(i)");
      assert.equal(result.status, "interrupted");
      const lines = text(result).trim().split("\n");
      assert.ok(lines.slice(0, 1000).every((line, i) => line === String(i)));
    });
  });

  describe("输入", () => {
    it("prompt 同步地等回答；没有回答是 null，没有人能回答是错误", async () => {
      const asked: string[] = [];
      const onInput = async (prompt: string) => {
        asked.push(prompt);
        return `答${asked.length}😀`;
      };
      const result = await run("console.log('前'); [prompt('姓名？'), prompt('再问')]", { onInput });
      assert.deepEqual(values(result), ["stdout:前\n", "[ '答1😀', '答2😀' ]"]);
      assert.deepEqual(asked, ["姓名？", "再问"]);
      const none = await run("prompt('取消')", { onInput: async () => null });
      assert.deepEqual(values(none), ["null"]);
      const refused = await run("prompt('没人')");
      assert.equal(refused.status, "error");
      assert.match(refused.error!.evalue, /TIDU-RT-010/);
    });

    it("readLine 与 readPassword：口令不显示；定时器里问不着人，也不会卡住", async () => {
      const asked: unknown[] = [];
      const onInput = async (prompt: string, password: boolean) => {
        asked.push([prompt, password]);
        return "甲";
      };
      const code = `import { readLine, readPassword } from "@tidu/notebook-runtime/input";
[readLine("名"), readPassword()]`;
      assert.deepEqual(values(await run(code, { onInput })), ["[ '甲', '甲' ]"]);
      assert.deepEqual(asked, [
        ["名", false],
        ["口令：", true],
      ]);
      await ok(
        "let late = ''; setTimeout(() => { try { prompt('晚') } catch (e) { late = String(e) } }, 1); 0",
      );
      let late = "";
      while (late === "" || late === "''")
        late = await ok("await new Promise((r) => setTimeout(r, 5)); late");
      assert.match(late, /TIDU-RT-010/);
    });

    it("confirm 与 alert", async () => {
      const result = await run("alert('注意'); confirm('好吗')", { onInput: async () => "y" });
      assert.deepEqual(values(result), ["stdout:注意\n", "true"]);
    });

    it("等输入时可以中断，变量保留", async () => {
      await ok("let asking = 1");
      interruptIn(80);
      const result = await run("prompt('永远不答')", { onInput: () => new Promise<string>(() => {}) });
      assert.equal(result.status, "interrupted");
      assert.equal(await ok("asking"), "1");
    });
  });

  describe("时限、取消、进程", () => {
    it("超时：状态是 timeout，变量保留", async () => {
      await ok("let before2 = 1");
      const result = await run("for (;;) {}", { timeout: 100 });
      assert.equal(result.status, "timeout");
      assert.match(result.error!.evalue, /TIDU-RT-003.*100 毫秒/);
      assert.equal(await ok("before2"), "1");
    });

    it("AbortSignal：已取消的不执行，执行中的被中断", async () => {
      assert.equal((await run("1", { signal: AbortSignal.abort() })).status, "interrupted");
      assert.equal(
        (await run("await new Promise(() => {})", { signal: AbortSignal.timeout(50) })).status,
        "interrupted",
      );
    });

    it("process.exit：died，之前的输出都在，下一个单元格在新进程里", async () => {
      const result = await run("console.log('临终'); process.exit(3)");
      assert.equal(result.status, "died");
      assert.equal(result.stateLost, true);
      assert.match(result.error!.evalue, /TIDU-RT-004.*退出码 3/);
      assert.equal(result.outputs[0].output_type === "stream" && result.outputs[0].text, "临终\n");
      assert.equal(await ok("typeof before2"), "'undefined'");
    });

    it("崩溃：process.abort", async () => {
      const result = await run("console.log('a'); process.abort()");
      assert.equal(result.status, "died");
      assert.match(text(result), /^a\n/);
      assert.equal(await ok("1"), "1");
    });

    it("restart 清空变量", async () => {
      await ok("let gone = 1");
      await session.restart();
      assert.equal(await ok("typeof gone"), "'undefined'");
    });

    it("execute 按次序排队", async () => {
      await ok("const order: number[] = []");
      const runs = [30, 1, 10].map((ms, i) =>
        run(`await new Promise(r => setTimeout(r, ${ms})); order.push(${i})`),
      );
      await Promise.all(runs);
      assert.equal(await ok("order"), "[ 0, 1, 2 ]");
    });

    it("单元格看不见父进程的通道", async () => {
      assert.equal(
        await ok("[typeof process.send, typeof process.disconnect, process.env.NODE_CHANNEL_FD]"),
        "[ 'undefined', 'undefined', undefined ]",
      );
    });
  });
});

describe("Node 会话的进程", () => {
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const dies = async (pid: number): Promise<boolean> => {
    for (let i = 0; i < 100 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 30));
    return !alive(pid);
  };

  it("close 之后没有留下进程；再执行是清楚的错误", async () => {
    const session = await createNodeSession();
    const pid = session.pid!;
    session.execute("for (;;) {}");
    await session.close();
    assert.ok(await dies(pid));
    await assert.rejects(session.execute("1"), /TIDU-RT-002/);
  });

  it("父进程被杀，困在死循环里的子进程也跟着结束", async () => {
    const script = `
      import { createNodeSession } from ${JSON.stringify(new URL("./session.js", import.meta.url).href)};
      const s = await createNodeSession();
      s.execute("console.log('go'); for (;;) {}", { onOutput: () => console.log(s.pid) });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once("data", (data) => resolve(Number(String(data)))),
    );
    assert.ok(alive(pid));
    parent.kill("SIGKILL");
    assert.ok(await dies(pid));
  });

  it("目录不存在：启动失败，说明原因", async () => {
    await assert.rejects(createNodeSession({ cwd: "/没有/这个/目录" }), /TIDU-RT-001/);
  });

  it("内存限制经 execArgv 生效", async () => {
    const session = await createNodeSession({ execArgv: ["--max-old-space-size=64"] });
    const result = await session.execute(
      "const hog: unknown[] = []; for (;;) hog.push(new Array(1000).fill(1.5))",
    );
    assert.equal(result.status, "died");
    await session.close();
  });

  it("wrapCommand：经另一条命令启动（沙箱）", async () => {
    let seen: string[] = [];
    const session = await createNodeSession({
      wrapCommand: (argv) => {
        seen = argv;
        return ["/usr/bin/env", "WRAPPED=是", ...argv];
      },
    });
    assert.equal(text(await session.execute("process.env.WRAPPED")), "'是'");
    assert.equal(seen[0], process.execPath);
    const halted = session.execute("for (;;) {}");
    setTimeout(() => session.interrupt(), 100);
    assert.equal((await halted).status, "interrupted");
    await session.close();
  });

  it("脚本在空闲的会话关闭之后自己退出", () => {
    const script = `
      import { createNodeSession } from ${JSON.stringify(new URL("./session.js", import.meta.url).href)};
      const s = await createNodeSession();
      console.log((await s.execute("6 * 7")).outputs[0].data["text/plain"]);
      await s.close();`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 10_000 });
    assert.equal(String(out), "42\n");
  });
});
