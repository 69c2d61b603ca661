import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { ExecuteOptions, ExecuteResult } from "../types.js";
import type { NodeSession } from "./options.js";
import { createNodeSession } from "./session.js";

const WASM =
  "new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.f()";

/** 没有插入检查的代码：库、自己的模块、eval、正则、WASM、同步等待；在同步部分、await 之后、回调里。 */
const cases: Record<string, string> = {
  "await 之后的正则": "await 1; /^(a+)+b$/.test('a'.repeat(40))",
  "new Function": "new Function('for (;;) {}')()",
  "await 之后的 eval": "await 1; (0, eval)('for (;;) {}')",
  "定时器里的 eval": "setTimeout(() => (0, eval)('for (;;) {}'), 1); await new Promise(() => {})",
  "setImmediate 里的 eval": "setImmediate(() => (0, eval)('for (;;) {}')); await new Promise(() => {})",
  "I/O 回调里的 eval":
    "require('node:fs').readFile('pkg.mjs', () => (0, eval)('for (;;) {}')); await new Promise(() => {})",
  导入的包里的循环: "const { spin } = await import('./pkg.mjs'); spin()",
  自己的模块里的循环: "import { spin } from './mine.ts'; await 1; spin()",
  模块顶层的循环: "await import('./top.mjs')",
  "await 之后的 WASM": `await 1; ${WASM}`,
  "await 之后的 Atomics.wait": "await 1; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  同步等待子进程: "require('node:child_process').execSync('sleep 60; true')",
  "await 之后同步等待子进程": "await 1; require('node:child_process').execSync('sleep 60')",
  BigInt: "for (;;) 3n ** 9000000n",
  微任务链饿死事件循环: "const next = () => Promise.resolve().then(next); await next()",
  "queueMicrotask 链": "const again = () => queueMicrotask(again); again(); await new Promise(() => {})",
  显示结果时的循环: "({ [Symbol.for('nodejs.util.inspect.custom')]: new Function('for (;;) {}') })",
  没有检查的打印循环:
    "await 1; new Function('for (let i = 0; ; i++) console.log(\"行\".repeat(1000) + i)')()",
};

describe("中断没有检查的代码：变量保留", () => {
  let cwd: string;
  let session: NodeSession;

  before(async () => {
    cwd = mkdtempSync(join(tmpdir(), "tidu-interrupt-"));
    writeFileSync(join(cwd, "pkg.mjs"), "export function spin() { for (;;) {} }");
    writeFileSync(join(cwd, "mine.ts"), "export function spin(): never { for (;;) {} }");
    writeFileSync(join(cwd, "top.mjs"), "for (;;) {}");
    session = await createNodeSession({ cwd });
    await session.execute("var kept = 0");
  });
  after(async () => {
    await session.close();
    rmSync(cwd, { recursive: true });
  });

  let done = 0;
  for (const [name, code] of Object.entries(cases)) {
    it(name, async () => {
      // 打印的点说明单元格真的开始了；再等一会儿，让它进到要中断的地方。
      const result = await interruptAfterStart(session, `kept++; console.log('.');\n${code}`, 60);
      assert.equal(result.status, "interrupted", inspect(result));
      assert.equal(result.stateLost, undefined, inspect(result.error));
      const next = await session.execute("kept");
      assert.deepEqual([next.status, shown(next)], ["ok", String(++done)]);
    });
  }

  it("之后定时器、微任务、setImmediate、I/O 都照常", async () => {
    const result = await session.execute(
      "await new Promise((r) => setTimeout(r, 5)); await new Promise((r) => setImmediate(r)); (await (await import('node:fs/promises')).readFile('pkg.mjs', 'utf8')).length > 0",
    );
    assert.equal(shown(result), "true", inspect(result));
  });

  it("finally 会执行，catch 吞不掉", async () => {
    const result = await interruptAfterStart(
      session,
      "console.log('.'); try { for (;;) { try { for (;;) {} } catch { console.log('吞') } } } finally { console.log('收尾') }",
      20,
    );
    assert.deepEqual([result.status, shown(result)], ["interrupted", ".\n收尾\n"]);
  });

  it("迟到的中断不会落到下一个单元格上", async () => {
    // 单元格的长短与中断的时机随机：要么这一格被中断，要么它先做完；下一格总是完整的。
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    for (let i = 0; i < 60; i++) {
      const busy = random(12);
      const code = `${i % 2 ? "await 0;" : ""} (new Function('ms', 'const end = performance.now() + ms; while (performance.now() < end);'))(${busy})`;
      const running = session.execute(code);
      const cut = new Promise<void>((resolve) =>
        setTimeout(() => void session.interrupt().then(resolve), random(14)),
      );
      const next = session.execute("let sum = 0; for (let i = 0; i < 20000; i++) sum += i; sum");
      assert.ok(["ok", "interrupted"].includes((await running).status));
      // 中断若在下一格开始之后才发出，它中断的就是那一格；那之后的一格才必须完整。
      const { status } = await next;
      await cut;
      if (status !== "ok") assert.equal(status, "interrupted");
      const whole = await session.execute("let total = 0; for (let i = 0; i < 20000; i++) total += i; total");
      assert.equal(shown(whole), "199990000", inspect(whole));
    }
    assert.equal(shown(await session.execute("kept")), String(done));
  });
});

describe("中断不了的原生代码", () => {
  it("说明白；再按一次换新会话，之后照常", async function () {
    if (process.platform === "win32") this.skip();
    const session = await createNodeSession();
    await session.execute("var lost = 1");
    const code =
      "const cp = require('node:child_process'), pipe = require('node:path').join(require('node:fs').mkdtempSync(require('node:os').tmpdir() + '/tidu-'), 'p'); cp.execSync('mkfifo ' + pipe); console.log('.'); require('node:fs').readFileSync(pipe)";
    let told = () => {};
    const warned = new Promise<void>((resolve) => {
      told = resolve;
    });
    const running = interruptAfterStart(session, code, 50, (text) => {
      if (text.includes("TIDU-RT-005")) told();
    });
    await warned;
    await session.interrupt();
    const result = await running;
    assert.deepEqual([result.status, result.stateLost], ["interrupted", true]);
    assert.match(result.error!.evalue, /执行环境已换新/);
    assert.equal(shown(await session.execute("typeof lost")), "'undefined'");
    await session.close();
  });
});

function interruptAfterStart(
  session: NodeSession,
  code: string,
  wait: number,
  onText: (text: string) => void = () => {},
): Promise<ExecuteResult> {
  let started = false;
  const onOutput: ExecuteOptions["onOutput"] = (output) => {
    if (output.output_type !== "stream") return;
    onText(output.text);
    if (started) return;
    started = true;
    setTimeout(() => void session.interrupt(), wait);
  };
  return session.execute(code, { onOutput });
}

function shown({ outputs }: ExecuteResult): string {
  return outputs
    .map((o) => (o.output_type === "stream" ? o.text : "data" in o ? String(o.data["text/plain"]) : ""))
    .join("");
}
