import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecuteResult, Output } from "../types.js";
import type { NodeSession } from "./options.js";
import { createNodeSession } from "./session.js";

describe("错误的样子", () => {
  let cwd: string;
  let session: NodeSession;
  let count = 0;
  const run = (code: string, onOutput?: (output: Output) => void): Promise<ExecuteResult> =>
    session.execute(code, { cell: `单元格 [${++count}]`, ...(onOutput && { onOutput }) });
  const fails = async (code: string) => {
    const { error, status } = await run(code);
    assert.equal(status, "error", code);
    assert.doesNotMatch(error!.traceback.join("\n"), / at .*node:|tidu-cell|notebook-runtime|ª/, code);
    return { ...error!, text: error!.traceback.join("\n") };
  };

  before(async () => {
    cwd = mkdtempSync(join(tmpdir(), "tidu-errors-"));
    writeFileSync(
      join(cwd, "lib.ts"),
      "export type A = number;\n\nexport const check = (x: A): never => {\n  throw new RangeError('库里 ' + x);\n};\n",
    );
    session = await createNodeSession({ cwd });
  });
  after(async () => {
    await session.close();
    rmSync(cwd, { recursive: true });
  });

  it("先前单元格的函数、自己的 .ts 文件：出错处与调用处各有代码框", async () => {
    await run("function inner(o: any) {\n  return o.a.b;\n}");
    const across = await fails("const outer = () => inner({});\nouter();");
    assert.match(across.text, /> 2 \| {3}return o\.a\.b;[\s\S]*单元格 \[2\]:2:1\n[\s\S]*> 2 \| outer\(\);/);
    const file = await fails("import { check } from './lib.ts';\ncheck(3)");
    assert.match(file.text, /^RangeError: 库里 3\nlib\.ts:4:9\n[\s\S]*> 4 \| {3}throw new RangeError/);
    assert.match(file.text, /> 2 \| check\(3\)/);
    assert.deepEqual([file.line, file.column], [2, 1]);
  });

  it("库里抛出的：代码框只有单元格的", async () => {
    const { text } = await fails(
      "import { matmul, tensor } from '@tidu/kernel-lib';\nmatmul(tensor([[1, 2]]), tensor([[1, 2]]))",
    );
    assert.match(text, /^TiduError: TIDU-SHAPE-011/);
    assert.match(text, /\n> 2 \| matmul\(/);
    assert.equal(text.match(/^> /gm)!.length, 1, text);
  });

  it("原因链与 AggregateError 逐个列出，带代码框；成环、太长、太深都有界", async () => {
    const chain = await fails(
      "const inside = () => new TypeError('里');\nthrow new Error('外', { cause: inside() })",
    );
    assert.match(chain.text, /原因：TypeError: 里\n单元格 \[\d+\]:1:22\n> 1 \| const inside/);
    assert.match((await fails("const e: any = new Error('环'); e.cause = e; throw e")).text, /前面已经列出/);
    const many = await fails(
      "throw new AggregateError(Array.from({ length: 50 }, (_, i) => new Error('第' + i)), '很多')",
    );
    assert.match(many.text, /其中 1\/50：Error: 第0[\s\S]*其余 45 个没有列出/);
    const deep = await fails(
      "let d: any = new Error('底'); for (let i = 0; i < 1000; i++) d = new Error('层', { cause: d }); throw d",
    );
    assert.ok(deep.text.length < 5000);
    const overflow = await fails("function so(): number { return so() + 1 }\nso()");
    assert.ok(overflow.traceback.length < 25);
    assert.ok((await fails("throw new Error('长'.repeat(100_000))")).text.length < 5000);
  });

  it("名字、系统错误的属性、别的领域、动态代码", async () => {
    assert.equal((await fails("class MyError extends Error {}\nthrow new MyError('自')")).ename, "MyError");
    assert.equal((await fails("throw new DOMException('停', 'AbortError')")).ename, "AbortError");
    const extra = await fails("throw Object.assign(new Error('多'), { code: 'E1', path: '/p' })");
    assert.match(extra.text, /属性：\{ code: 'E1', path: '\/p' \}/);
    assert.match(
      (await fails("require('node:fs').readFileSync('/没有')")).text,
      /ENOENT[^\n]*'\/没有'\n单元格/,
    );
    assert.equal((await fails("require('node:vm').runInNewContext('null.x')")).ename, "TypeError");
    assert.match((await fails("JSON.parse('{\"a\": }')")).text, /SyntaxError[\s\S]*> 1 \| JSON\.parse/);
    assert.match((await fails("new Function('return (')()")).text, /SyntaxError[\s\S]*> 1 \| new Function/);
  });

  it("抛出古怪的值也说得出；之后照常", async () => {
    for (const thrown of [
      "undefined",
      "null",
      "'串'",
      "Symbol('s')",
      "() => 1",
      "{ toString() { throw 1 }, get x() { throw 2 } }",
      "new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
      "(() => { const { proxy, revoke } = Proxy.revocable(new Error('x'), {}); revoke(); return proxy })()",
      "Object.defineProperties(new Error('x'), { name: { get() { throw 1 } }, message: { get() { throw 2 } }, stack: { get() { throw 3 } }, cause: { get() { throw 4 } }, constructor: { get() { throw 5 } } })",
      "Object.assign(new Error('x'), { [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } })",
    ])
      await fails(`throw ${thrown}`);
    assert.equal((await run("1")).status, "ok");
  });

  it("单元格改了 Error.prepareStackTrace：它的格式生效，位置仍然找得到", async () => {
    const { error, outputs } = await run(
      "Error.prepareStackTrace = (e, sites) => '我的格式' + sites.length;\nconst mine = new Error('看'); console.log(mine.stack);\nthrow mine",
    );
    assert.match(JSON.stringify(outputs[0]), /我的格式/);
    assert.deepEqual([error!.line, error!.column], [2, 14]);
    await run("Error.prepareStackTrace = undefined");
  });

  it("stdout 在错误之前", async () => {
    const { outputs } = await run("console.log('先'); throw new Error('后')");
    assert.deepEqual(
      outputs.map(({ output_type }) => output_type),
      ["stream", "error"],
    );
  });

  describe("迟到的错误归造成它的单元格，正在执行的不受影响", () => {
    const late: Record<string, string> = {
      定时器里抛出: "setTimeout(() => { throw new Error('迟到') }, 30)",
      拒绝的是错误:
        "(async () => { await new Promise((r) => setTimeout(r, 30)); throw new Error('迟到') })(); 1",
      拒绝的不是错误: "(async () => { await new Promise((r) => setTimeout(r, 30)); throw '迟到' })(); 1",
      先前单元格的函数: "tardy(); 1",
    };
    for (const [name, code] of Object.entries(late)) {
      it(name, async () => {
        await run(
          "async function tardy() { await new Promise((r) => setTimeout(r, 30)); throw new Error('迟到') }",
        );
        let got = "";
        let arrived = () => {};
        const told = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        const made = await run(code, (output) => {
          if (output.output_type !== "stream") return;
          got += output.text;
          arrived();
        });
        assert.equal(made.status, "ok");
        const label = `单元格 [${count}]`;
        const other = run("await new Promise((r) => setTimeout(r, 150)); '没事'");
        await told;
        assert.ok(got.startsWith(`${label} 结束之后，它的代码里有未处理的错误：`), got);
        assert.match(got, /迟到/);
        const { status, outputs } = await other;
        assert.deepEqual([status, outputs.length], ["ok", 1]);
      });
    }

    it("包里装的处理函数（Emscripten 的会再抛一次）不结束进程，错误仍归单元格", async () => {
      const folder = join(cwd, "node_modules", "rethrows");
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, "index.js"),
        "for (const name of ['uncaughtException', 'unhandledRejection']) process.on(name, (e) => { throw e; });",
      );
      await run("const kept = 41; require('rethrows');");
      const thrown = await fails(
        "setTimeout(() => { throw new Error('库改不了') }, 1);\nawait new Promise((r) => setTimeout(r, 5000));",
      );
      assert.match(thrown.text, /库改不了/);
      assert.match((await fails("void Promise.reject(new Error('拒绝也一样'));")).text, /拒绝也一样/);
      const { status, outputs } = await run("kept + 1");
      assert.deepEqual([status, JSON.stringify(outputs).includes('"42"')], ["ok", true]);
    });

    it("单元格自己的 uncaughtException 处理函数说了算", async () => {
      const { status, outputs } = await run(
        "const hear = (e: Error) => console.log('听到', e.message); process.on('uncaughtException', hear); setTimeout(() => { throw new Error('归它') }, 1); await new Promise((r) => setTimeout(r, 30)); process.off('uncaughtException', hear); 1",
      );
      assert.equal(status, "ok");
      assert.match(JSON.stringify(outputs), /听到 归它/);
    });
  });
});
