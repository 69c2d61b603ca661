import assert from "node:assert/strict";
import { join } from "node:path";
import { type Exchange, KernelClient } from "./client.js";
import { kernelArgv, root } from "./testing.js";

/**
 * runtimed/kernel-testbed（https://github.com/runtimed/kernel-testbed，BSD-3-Clause）的 27 项检查，一项一个用例，
 * 名字照它的，代码是我们自己的。它用 Rust 写成，没有发布到包仓库，持续集成里装不了，所以在这里重做；
 * 每一项都比它更严：它只看有没有，这里还看内容。
 */
describe("kernel-testbed 的检查", function () {
  this.timeout(60_000);
  let kernel: KernelClient;

  // 从仓库里启动，@tidu/* 才找得到
  before(async () => {
    kernel = await KernelClient.start(kernelArgv, { cwd: join(root, "jupyter-kernel") });
  });
  after(() => kernel?.close());

  const contents = ({ iopub }: Exchange, type: string) =>
    iopub.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const ok = async (code: string, more: Record<string, unknown> = {}) => {
    const exchange = await kernel.execute(code, more);
    assert.equal(exchange.reply.content["status"], "ok", JSON.stringify(exchange.reply.content));
    return exchange;
  };
  const ask = async (type: string, content: Record<string, unknown> = {}) => {
    const { reply } = await kernel.request(`${type}_request`, content);
    assert.equal(reply.header.msg_type, `${type}_reply`);
    return reply.content;
  };
  /** 没有回复的消息。 */
  const tell = (type: string, content: Record<string, unknown>) => {
    const header = kernel.codec.header(type);
    const message = { identities: [], header, parent: {}, metadata: {}, content, buffers: [] };
    return kernel.sendRaw(kernel.codec.encode(message));
  };

  describe("第 1 级：基本协议", () => {
    it("heartbeat_responds", async () => {
      assert.ok((await kernel.heartbeat()) >= 0);
    });

    it("iopub_welcome", () => {
      const [welcome] = kernel.orphans.filter(({ header }) => header.msg_type === "iopub_welcome");
      assert.equal(welcome?.content["subscription"], "");
    });

    it("kernel_info_reply_valid、kernel_info_has_language_info、kernel_info_has_protocol_version", async () => {
      const info = await ask("kernel_info");
      assert.equal(info["status"], "ok");
      assert.equal(info["language_info"].name, "typescript");
      assert.equal(info["protocol_version"], "5.4");
      // testbed 的解析器只认字符串，或者恰好是 {name, version} 的对象
      assert.equal(typeof info["language_info"].codemirror_mode, "string");
    });

    it("execute_stdout", async () => {
      assert.deepEqual(contents(await ok("console.log('hello')"), "stream"), [
        { name: "stdout", text: "hello\n" },
      ]);
    });

    it("execute_stderr", async () => {
      assert.deepEqual(contents(await ok("console.error('error')"), "stream"), [
        { name: "stderr", text: "error\n" },
      ]);
    });

    it("execute_reply_ok、status_busy_idle_lifecycle、execute_input_broadcast", async () => {
      const exchange = await ok("const x = 1");
      assert.deepEqual(
        contents(exchange, "status").map((content) => content["execution_state"]),
        ["busy", "idle"],
      );
      assert.equal(contents(exchange, "execute_input")[0]?.["code"], "const x = 1");
    });
  });

  describe("第 2 级：交互", () => {
    it("complete_request", async () => {
      await ok("const testVariableForCompletion = 42");
      const code = "testVariableFor";
      const reply = await ask("complete", { code, cursor_pos: code.length });
      assert.equal(reply["status"], "ok");
      assert.ok(reply["matches"].includes("testVariableForCompletion"), JSON.stringify(reply["matches"]));
    });

    it("inspect_request", async () => {
      await ok("const testVariableForCompletion = 42");
      const code = "testVariableForCompletion";
      const reply = await ask("inspect", { code, cursor_pos: code.length, detail_level: 0 });
      assert.deepEqual([reply["status"], reply["found"]], ["ok", true]);
      assert.match(reply["data"]["text/plain"], /testVariableForCompletion/);
    });

    it("is_complete_complete、is_complete_incomplete", async () => {
      assert.equal((await ask("is_complete", { code: "const x = 1" }))["status"], "complete");
      assert.equal((await ask("is_complete", { code: "const x = {" }))["status"], "incomplete");
    });

    it("history_request", async () => {
      await ok("const x = 1");
      const reply = await ask("history", { hist_access_type: "tail", n: 10, output: false, raw: true });
      assert.equal(reply["status"], "ok");
      assert.equal(reply["history"].at(-1)[2], "const x = 1");
    });

    it("comm_info_request", async () => {
      const reply = await ask("comm_info");
      assert.deepEqual([reply["status"], typeof reply["comms"]], ["ok", "object"]);
    });

    it("error_handling", async () => {
      const exchange = await kernel.execute("function function");
      assert.equal(exchange.reply.content["status"], "error");
      assert.equal(contents(exchange, "error").length, 1);
    });
  });

  describe("第 3 级：富输出", () => {
    it("display_data", async () => {
      const exchange = await ok("(await import('@tidu/notebook-runtime/display')).html('<b>bold</b>')");
      assert.equal(contents(exchange, "display_data")[0]?.["data"]["text/html"], "<b>bold</b>");
    });

    it("update_display_data", async () => {
      const exchange = await ok(
        "import { display, updateDisplay } from '@tidu/notebook-runtime/display'; display('a', { id: 't' }); updateDisplay('t', 'b')",
      );
      assert.equal(contents(exchange, "display_data")[0]?.["transient"].display_id, "t");
      const [update] = contents(exchange, "update_display_data");
      assert.equal(update?.["transient"].display_id, "t");
      assert.match(update?.["data"]["text/plain"], /b/);
    });

    it("execute_result、rich_execute_result", async () => {
      const [plain] = contents(await ok("1 + 1"), "execute_result");
      assert.equal(plain?.["data"]["text/plain"], "2");
      const [rich] = contents(
        await ok(
          "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<i>1</i>', 'text/plain': '1' }) })",
        ),
        "execute_result",
      );
      assert.equal(rich?.["data"]["text/html"], "<i>1</i>");
    });
  });

  describe("第 4 级：进阶", () => {
    it("stdin_input_request", async () => {
      let asked = "";
      kernel.onInput = (prompt) => {
        asked = prompt;
        return '"test_input_42"';
      };
      const exchange = await ok("prompt('Enter: ')", { allow_stdin: true });
      assert.equal(asked, "Enter: ");
      assert.match(contents(exchange, "execute_result")[0]?.["data"]["text/plain"], /test_input_42/);
    });

    it("comms_lifecycle", async () => {
      const id = "comm-of-the-testbed";
      await tell("comm_open", { comm_id: id, target_name: "jupyter.kernel_testbed.test", data: {} });
      // 没有登记的目标：内核关掉它，并且照常工作
      await ok("1");
      const closed = kernel.orphans.filter(({ header }) => header.msg_type === "comm_close");
      assert.deepEqual(
        closed.map(({ content }) => content["comm_id"]),
        [id],
      );
      await tell("comm_close", { comm_id: id, data: {} });
      await ok("1");
    });

    it("interrupt_request", async () => {
      const { reply } = await kernel.request("interrupt_request", {}, "control");
      assert.deepEqual([reply.header.msg_type, reply.content["status"]], ["interrupt_reply", "ok"]);
    });

    it("execution_count_increments", async () => {
      const count = async () => (await ok("const x = 1")).reply.content["execution_count"] as number;
      const first = await count();
      assert.equal(await count(), first + 1);
    });

    it("parent_header_correlation", async () => {
      const { id, reply, iopub } = await ok("console.log('hello')");
      assert.ok(iopub.length >= 4);
      for (const { parent } of [reply, ...iopub]) assert.equal(parent.msg_id, id);
    });

    it("shutdown_reply", async () => {
      const exited = new Promise<number | null>((resolve) => kernel.process.once("exit", resolve));
      const { reply } = await kernel.request("shutdown_request", { restart: false }, "control");
      assert.deepEqual(reply.content, { status: "ok", restart: false });
      assert.equal(await exited, 0);
    });
  });
});
