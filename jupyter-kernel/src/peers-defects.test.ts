import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, KernelClient } from "./client.js";
import { kernelArgv, root } from "./testing.js";

/**
 * tslab 1.0.22 与 Deno 2.9 的内核上亲眼见过的毛病，以及 tslab 用户长年的请求（#号是它的议题）。
 * 每一条在这里都是一个用例：从学习者的角度写，照它们出错的写法运行。
 */
describe("同类内核的毛病这里没有", function () {
  this.timeout(60_000);
  let folder: string;
  let kernel: KernelClient;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tidu-peers-"));
    project(folder);
    kernel = await KernelClient.start(kernelArgv, { cwd: folder });
  });
  after(async () => {
    await kernel?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const contents = ({ iopub }: Exchange, type: string) =>
    iopub.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const stdout = (exchange: Exchange) =>
    contents(exchange, "stream")
      .map(({ text }) => text)
      .join("");
  const run = async (code: string, more: Record<string, unknown> = {}) => {
    const exchange = await kernel.execute(code, more);
    assert.equal(exchange.reply.content["status"], "ok", JSON.stringify(exchange.reply.content));
    return exchange;
  };
  const value = async (code: string) => {
    const [result] = contents(await run(code), "execute_result");
    return result?.["data"]["text/plain"] as string | undefined;
  };

  /** 依次运行几格，最后一格的值应当是这个。 */
  const cells: Record<string, [string[], string]> = {
    "tslab：{x} 简写看不见前面单元格的变量": [["const x = 3", "({ x })"], "{ x: 3 }"],
    "tslab：await (…) 编译不过": [["await (async () => 5)()"], "5"],
    "tslab：await […] 编译不过": [["(await [1, 2]).length"], "2"],
    "tslab：顶层 for await 编译不过": [
      [
        "async function* count() { yield 1; yield 2; }\nlet sum = 0;\nfor await (const n of count()) sum += n;",
        "sum",
      ],
      "3",
    ],
    "tslab #72：只有 exports 的 ESM 包": [["import { area } from 'esm-only';\narea(2)"], "4"],
    "tslab #72：exports 里的子路径": [["import { half } from 'esm-only/half';\nhalf(8)"], "4"],
    "tslab #48：引入项目里自己的 .ts 文件": [["import { twice } from './lib.ts';\ntwice(21)"], "42"],
    "tslab：JSON 模块": [["import data from './data.json' with { type: 'json' };\ndata.rate"], "0.1"],
    "Deno：.js 指向项目里的 .ts": [["import { twice } from './lib.js';\ntwice(4)"], "8"],
    "Deno：require": [["const { five } = require('commonjs-only'); five"], "5"],
  };
  for (const [name, [code, expected]] of Object.entries(cells))
    it(name, async () => {
      let last: string | undefined;
      for (const cell of code) last = await value(cell);
      assert.equal(last, expected);
    });

  it("tslab：900 行以上不让出的 console.log 会丢行并卡住单元格", async () => {
    const lines = stdout(await run("for (let i = 0; i < 5000; i++) console.log(i)")).split("\n");
    assert.deepEqual(lines, [...Array.from({ length: 5000 }, (_, i) => String(i)), ""]);
  });

  it("tslab：await import(大包) 每次十几秒，因为把它的类型整个写了出来", async () => {
    assert.equal(
      await value("const tf = await import('@tensorflow/tfjs-core'); typeof tf.grad"),
      "'function'",
    );
    // 之后的单元格仍然知道它的类型
    const wrong = await kernel.execute("tf.gradd");
    assert.match(contents(wrong, "error")[0]?.["evalue"], /TS2551|TS2339/);
  });

  it("tslab：值与错误都写进 stdout、stderr，没有 execute_result 与 error", async () => {
    const good = await run("6 * 7");
    assert.deepEqual(contents(good, "stream"), []);
    assert.equal(contents(good, "execute_result").length, 1);
    const bad = await kernel.execute("throw new TypeError('坏')");
    assert.deepEqual(contents(bad, "stream"), []);
    assert.equal(contents(bad, "error")[0]?.["ename"], "TypeError");
  });

  it("Deno：有时先报 idle，后送 execute_result，等 idle 的前端收不到值", async () => {
    for (let i = 0; i < 20; i++) assert.equal(await value(`${i} + 1`), String(i + 1));
  });

  it("tslab：类型检查不严格；Deno：完全不检查", async () => {
    for (const code of ["function f(x) { return x }", "let s: string = null;", "const n: number = 'x';"]) {
      const exchange = await kernel.execute(code);
      assert.equal(contents(exchange, "error")[0]?.["ename"], "TypeScriptError", code);
    }
  });

  const loops: Record<string, string> = {
    同步循环: "while (true) turns++;",
    永不完成的await: "turns++;\nawait new Promise(() => {});",
    await之后的循环: "await Promise.resolve();\nwhile (true) turns++;",
    计时器里的循环: "await new Promise(() => setTimeout(() => { while (true) turns++; }, 1));",
  };
  for (const [name, code] of Object.entries(loops))
    it(`tslab 卡死、Deno 退出或不理：中断${name}，变量还在`, async () => {
      await run("let turns = 0;");
      // 单元格问一句再进循环：答了它，就知道已经在跑，可以中断
      const started = new Promise<void>((resolve) => {
        kernel.onInput = () => {
          resolve();
          return "";
        };
      });
      const running = kernel.execute(`prompt("开始？");\n${code}`, { allow_stdin: true });
      await started;
      await kernel.request("interrupt_request", {}, "control");
      assert.equal((await running).reply.content["status"], "error");
      assert.equal(await value("typeof turns"), "'number'");
    });

  it("VS Code 把 interrupt_request 发在 shell 上：单元格正忙时也立即处理", async () => {
    await run("let shellTurns = 0;");
    const started = new Promise<void>((resolve) => {
      kernel.onInput = () => {
        resolve();
        return "";
      };
    });
    const running = kernel.execute("prompt('开始？');\nwhile (true) shellTurns++;", { allow_stdin: true });
    await started;
    const { reply } = await kernel.request("interrupt_request", {}, "shell");
    assert.equal(reply.content["status"], "ok");
    assert.equal((await running).reply.content["status"], "error");
    assert.equal(await value("typeof shellTurns"), "'number'");
  });

  it("tslab、Deno：没有历史", async () => {
    await run("'记下来'");
    const { reply } = await kernel.request("history_request", {
      hist_access_type: "tail",
      n: 1,
      output: false,
      raw: true,
    });
    assert.equal(reply.content["history"][0][2], "'记下来'");
  });

  it("tslab：没有 stdin", async () => {
    kernel.onInput = () => "小明";
    const answered = await run("prompt('名字')", { allow_stdin: true });
    assert.equal(contents(answered, "execute_result")[0]?.["data"]["text/plain"], "'小明'");
  });

  it("tslab：出错后排队的状态写成 abort，之后 200 毫秒内到的单元格被丢掉", async () => {
    const failing = kernel.execute("await new Promise((r) => setTimeout(r, 100)); throw new Error('停')");
    const queued = kernel.execute("'排队'");
    await failing;
    const next = kernel.execute("'马上'");
    assert.equal((await queued).reply.content["status"], "aborted");
    assert.equal(contents(await next, "execute_result")[0]?.["data"]["text/plain"], "'马上'");
  });

  it("tslab：shutdown_reply 没有 status；执行不广播 execute_input", async () => {
    assert.equal(contents(await run("1"), "execute_input")[0]?.["code"], "1");
    const other = await KernelClient.start(kernelArgv, { cwd: folder });
    const { reply } = await other.request("shutdown_request", { restart: false }, "control");
    assert.equal(reply.content["status"], "ok");
    await other.close();
  });

  it("tslab #46：图表", async () => {
    const exchange = await run(
      "import { plot } from '@tidu/notebook-runtime/display';\nplot([{ x: [1, 2], y: [3, 4] }]);",
    );
    const [shown] = [...contents(exchange, "display_data"), ...contents(exchange, "execute_result")];
    assert.ok(shown?.["data"]["application/vnd.plotly.v1+json"], JSON.stringify(shown));
  });
});

/** 学习者的项目：自己的文件、只有 exports 的包、CommonJS 包、一个大包。 */
function project(folder: string): void {
  const files: Record<string, string> = {
    "package.json": '{ "name": "project", "type": "module", "private": true }',
    "data.json": '{ "rate": 0.1 }',
    "lib.ts": "export function twice(x: number): number {\n  return 2 * x;\n}\n",
    "node_modules/esm-only/package.json": JSON.stringify({
      name: "esm-only",
      version: "1.0.0",
      type: "module",
      exports: {
        ".": { types: "./lib/main.d.ts", import: "./lib/main.js" },
        "./half": { types: "./lib/half.d.ts", import: "./lib/half.js" },
      },
    }),
    "node_modules/esm-only/lib/main.js": "export const area = (side) => side * side;\n",
    "node_modules/esm-only/lib/main.d.ts": "export declare const area: (side: number) => number;\n",
    "node_modules/esm-only/lib/half.js": "export const half = (x) => x / 2;\n",
    "node_modules/esm-only/lib/half.d.ts": "export declare const half: (x: number) => number;\n",
    "node_modules/commonjs-only/package.json":
      '{ "name": "commonjs-only", "version": "1.0.0", "main": "main.js" }',
    "node_modules/commonjs-only/main.js": "exports.five = 5;\n",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const scope of ["@tidu", "@tensorflow"])
    symlinkSync(join(root, "node_modules", scope), join(folder, "node_modules", scope), "junction");
}
