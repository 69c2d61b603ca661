import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Exchange, KernelClient } from "./client.js";
import { Codec } from "./message.js";

const argv = [process.execPath, fileURLToPath(new URL("./main.cjs", import.meta.url)), "{connection_file}"];

/** 只看某一种 iopub 消息的内容。 */
const contents = ({ iopub }: Exchange, type: string) =>
  iopub.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
const stdout = (exchange: Exchange) =>
  contents(exchange, "stream")
    .map((content) => content["text"])
    .join("");
const types = ({ iopub }: Exchange) => iopub.map(({ header }) => header.msg_type);

describe("kernel（真实的 ZeroMQ 客户端）", function () {
  this.timeout(60_000);
  let kernel: KernelClient;

  before(async () => {
    kernel = await KernelClient.start(argv, { cwd: mkdtempSync(join(tmpdir(), "tidu-kernel-")) });
  });
  after(() => kernel?.close());

  const answer = async (code: string) => {
    const result = await kernel.execute(code);
    assert.equal(result.reply.content["status"], "ok", JSON.stringify(result.reply.content));
    return contents(result, "execute_result")[0]?.["data"]["text/plain"];
  };

  it("kernel_info", async () => {
    const { reply } = await kernel.request("kernel_info_request");
    assert.equal(reply.content["language_info"].name, "typescript");
    assert.equal(reply.content["protocol_version"], "5.4");
    const control = await kernel.request("kernel_info_request", {}, "control");
    assert.equal(control.reply.content["status"], "ok");
  });

  it("execute 的消息次序：busy、execute_input、结果、idle，父消息头都是请求", async () => {
    const result = await kernel.execute("const a = 20; console.log('你好'); a + 1");
    assert.deepEqual(types(result), ["status", "execute_input", "stream", "execute_result", "status"]);
    for (const message of result.iopub) assert.equal(message.parent.msg_id, result.id);
    assert.equal(stdout(result), "你好\n");
    const { execution_count: count } = result.reply.content;
    assert.equal(contents(result, "execute_result")[0]!["execution_count"], count);
    assert.deepEqual(result.reply.content, {
      status: "ok",
      execution_count: count,
      user_expressions: {},
      payload: [],
    });
    const next = await kernel.execute("a");
    assert.equal(next.reply.content["execution_count"], count + 1);
  });

  it("没有历史的执行不加编号，silent 的执行不出声", async () => {
    const { reply } = await kernel.execute("1");
    const count = reply.content["execution_count"];
    assert.equal(
      (await kernel.execute("2", { store_history: false })).reply.content["execution_count"],
      count,
    );
    const silent = await kernel.execute("console.log('x'); 3", { silent: true });
    assert.deepEqual(types(silent), ["status", "status"]);
    assert.equal((await kernel.execute("4")).reply.content["execution_count"], count + 1);
  });

  it("运行时错误：ename、evalue、traceback 里有单元格与行号", async () => {
    const result = await kernel.execute("const bad = 1;\nthrow new RangeError('超出范围')");
    const [error] = contents(result, "error");
    assert.equal(error!["ename"], "RangeError");
    assert.match(error!["evalue"], /超出范围/);
    assert.match(error!["traceback"].join("\n"), /单元格 \[\d+\]:2/);
    assert.equal(result.reply.content["ename"], "RangeError");
    assert.equal(await answer("bad"), "1");
  });

  it("类型错误：单元格不运行，指出单元格:行:列并给中文解释", async () => {
    const result = await kernel.execute("console.log('跑了');\nconst n: number = 'x'");
    assert.equal(stdout(result), "");
    const [error] = contents(result, "error");
    assert.equal(error!["ename"], "TypeScriptError");
    assert.match(
      error!["evalue"],
      /单元格 \[\d+\]:2:7 TS2322 类型是 string 的值不能放进类型是 number 的地方/,
    );
    assert.match(error!["traceback"].join("\n"), /怎么改[\s\S]*没有运行/);
    assert.equal(result.reply.content["status"], "error");
    const after = await kernel.execute("n");
    assert.match(contents(after, "error")[0]!["evalue"], /TS2304/);
  });

  it("开关：首行 @ts-nocheck 管一格，%types off 管整个笔记本", async () => {
    assert.equal(await answer("// @ts-nocheck\nconst s: number = 'x'; s"), "'x'");
    assert.equal((await kernel.execute("const z1: number = 'x'")).reply.content["status"], "error");
    assert.match(stdout(await kernel.execute("%types off")), /类型检查已关闭/);
    assert.equal(await answer("const z2: number = 'y'; z2"), "'y'");
    assert.match(stdout(await kernel.execute("%types on\n1")), /类型检查已打开/);
    assert.equal((await kernel.execute("const z3: number = 'x'")).reply.content["status"], "error");
    assert.match(contents(await kernel.execute("%typo"), "error")[0]!["evalue"], /TIDU-RT-030.*%types/);
  });

  it("出错时已排队的 execute 以 aborted 回复，其他请求照常，之后到的照常运行", async () => {
    const failing = kernel.execute(
      "await new Promise((done) => setTimeout(done, 200)); throw new Error('停')",
    );
    const queued = kernel.execute("console.log('不该跑')");
    const info = kernel.request("kernel_info_request");
    assert.equal((await failing).reply.content["status"], "error");
    const aborted = await queued;
    assert.equal(aborted.reply.content["status"], "aborted");
    assert.deepEqual(types(aborted), ["status", "status"]);
    assert.equal((await info).reply.content["status"], "ok");
    assert.equal(await answer("'又好了'"), "'又好了'");
  });

  it("stop_on_error 为假时后面的照跑", async () => {
    const failing = kernel.execute("throw new Error('停')", { stop_on_error: false });
    const queued = kernel.execute("5");
    await failing;
    assert.equal((await queued).reply.content["status"], "ok");
  });

  it("user_expressions", async () => {
    await kernel.execute("const u = 6");
    const { reply } = await kernel.execute("u", { user_expressions: { 七: "u + 1", 坏: "没有" } });
    const { 七: seven, 坏: broken } = reply.content["user_expressions"];
    assert.equal(seven.data["text/plain"], "7");
    assert.equal(broken.status, "error");
  });

  it("complete 与 inspect 的位置按码点数，看得见前面单元格的声明", async () => {
    await kernel.execute("/** 学习率 */ const rate = { alpha: 0.1 }");
    const code = "/* 😀 */ rate.al";
    const { reply } = await kernel.request("complete_request", { code, cursor_pos: [...code].length });
    assert.deepEqual(reply.content["matches"], ["alpha"]);
    assert.deepEqual([reply.content["cursor_start"], reply.content["cursor_end"]], [13, 15]);
    const inspect = await kernel.request("inspect_request", { code: "rate", cursor_pos: 2, detail_level: 1 });
    assert.equal(inspect.reply.content["found"], true);
    assert.match(inspect.reply.content["data"]["text/plain"], /alpha: number[\s\S]*学习率/);
    assert.match(inspect.reply.content["data"]["text/markdown"], /```typescript/);
    const none = await kernel.request("inspect_request", { code: "", cursor_pos: 0, detail_level: 0 });
    assert.equal(none.reply.content["found"], false);
  });

  it("is_complete 给出缩进", async () => {
    const ask = async (code: string) => (await kernel.request("is_complete_request", { code })).reply.content;
    assert.deepEqual(await ask("if (true) {\n  f(() => {"), { status: "incomplete", indent: "    " });
    assert.deepEqual(await ask("1 + 1"), { status: "complete" });
  });

  it("history 与 comm_info", async () => {
    await kernel.execute("'历史'");
    const ask = { hist_access_type: "tail", n: 1, output: true, raw: true };
    const { reply } = await kernel.request("history_request", ask);
    assert.deepEqual(reply.content["history"][0][2], ["'历史'", "'历史'"]);
    assert.deepEqual((await kernel.request("comm_info_request")).reply.content["comms"], {});
  });

  it("忙的时候心跳照答，control 上的 kernel_info 也照答；中断之后变量还在", async () => {
    await kernel.execute("let steps = 0");
    const busy = kernel.execute("while (true) { steps++ }");
    await new Promise((done) => setTimeout(done, 300));
    assert.ok((await kernel.heartbeat()) < 500);
    assert.equal((await kernel.request("kernel_info_request", {}, "control")).reply.content["status"], "ok");
    const { reply } = await kernel.request("interrupt_request", {}, "control");
    assert.equal(reply.content["status"], "ok");
    assert.equal((await busy).reply.content["status"], "error");
    assert.equal(await answer("steps > 0"), "true");
  });

  it("签名不对的消息被丢弃，内核照常工作", async () => {
    const forged = new Codec("另一把钥匙");
    const content = { code: "var hacked = 1", silent: false };
    await kernel.sendRaw(
      forged.encode({
        identities: [],
        header: forged.header("execute_request"),
        parent: {},
        metadata: {},
        content,
        buffers: [],
      }),
    );
    assert.equal(await answer("typeof (globalThis as any).hacked"), "'undefined'");
  });

  it("十万行输出完整、有序", async () => {
    const result = await kernel.execute("for (let i = 0; i < 100_000; i++) console.log(i)");
    const lines = stdout(result).split("\n");
    assert.equal(lines.length, 100_001);
    assert.ok(lines.slice(0, -1).every((line, index) => line === String(index)));
  });

  it("display、update、clear 经由运行时的 display", async () => {
    const result = await kernel.execute(
      `import { clearOutput, display, html, updateDisplay } from "@tidu/notebook-runtime/display";
display("一", { id: "甲" }); updateDisplay("甲", "二"); html("<b>粗</b>"); clearOutput();`,
    );
    assert.equal(result.reply.content["status"], "ok", JSON.stringify(result.reply.content));
    assert.deepEqual(types(result).slice(2, -1), [
      "display_data",
      "update_display_data",
      "display_data",
      "clear_output",
    ]);
    const [first, second] = contents(result, "display_data");
    assert.equal(first!["transient"].display_id, "甲");
    assert.equal(contents(result, "update_display_data")[0]!["transient"].display_id, "甲");
    assert.equal(second!["data"]["text/html"], "<b>粗</b>");
  });
});

describe("kernel 的关机", function () {
  this.timeout(60_000);

  it("回复 shutdown 之后退出，退出码 0", async () => {
    const kernel = await KernelClient.start(argv);
    const exited = new Promise<number | null>((resolve) => kernel.process.once("exit", resolve));
    const { reply } = await kernel.request("shutdown_request", { restart: true }, "control");
    assert.deepEqual(reply.content, { status: "ok", restart: true });
    assert.equal(await exited, 0);
    await kernel.close();
  });

  it("连接文件不存在：退出码 1，中文说明", async () => {
    await assert.rejects(
      KernelClient.start([argv[0]!, argv[1]!, "/没有/这个文件.json"], { timeout: 20_000 }),
      /TIDU-JUP-010/,
    );
  });
});
