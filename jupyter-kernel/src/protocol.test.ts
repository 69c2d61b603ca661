import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Exchange, KernelClient } from "./client.js";
import type { Message } from "./message.js";

const argv = [process.execPath, fileURLToPath(new URL("./main.cjs", import.meta.url)), "{connection_file}"];
const start = (options = {}) => KernelClient.start(argv, options);
const types = (iopub: Message[]) => iopub.map(({ header }) => header.msg_type);
const text = ({ iopub }: Exchange) =>
  iopub
    .filter(({ header }) => header.msg_type === "execute_result")
    .map(({ content }) => content["data"]["text/plain"])
    .join();

/** 等到条件成立；测试自己的时限兜底。 */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const running = (pid: number) => existsSync(`/proc/${pid}/stat`);

describe("协议的细节（真实的 ZeroMQ 客户端）", function () {
  this.timeout(60_000);
  let kernel: KernelClient;

  before(async () => {
    kernel = await start();
  });
  after(() => kernel?.close());
  afterEach(() => {
    kernel.onInput = () => "";
  });

  const reply = async (code: string, more = {}) => (await kernel.execute(code, more)).reply.content;

  describe("执行", () => {
    it("user_expressions 逐个求值：各自成败，名字可以是 __proto__，出错的单元格不求值", async () => {
      const user_expressions = JSON.parse(
        '{"__proto__": "[1, 2]", "坏": "没有", "语法": "1 +", "晚": "await 7"}',
      );
      const { user_expressions: values } = await reply("const ue = 1", { user_expressions });
      const own = Object.getOwnPropertyDescriptor(values, "__proto__")!.value;
      assert.equal(own.data["text/plain"], "[ 1, 2 ]");
      assert.equal(values["晚"].data["text/plain"], "7");
      assert.equal(values["坏"].ename, "ReferenceError");
      assert.equal(values["语法"].status, "error");
      assert.deepEqual((await reply("throw 1", { user_expressions })).user_expressions, {});
      assert.deepEqual((await reply("1", { user_expressions: null })).user_expressions, {});
    });

    it("silent：没有历史、没有 execute_input、没有输出，出错也不作废后面的", async () => {
      const failing = kernel.execute("await new Promise((r) => setTimeout(r, 50)); throw 1", {
        silent: true,
      });
      const next = kernel.execute("2");
      assert.deepEqual(types((await failing).iopub), ["status", "status"]);
      assert.equal((await failing).reply.content["status"], "error");
      assert.equal((await next).reply.content["status"], "ok");
    });

    it("出错时排着的执行作废：编号不变，metadata 里也写明；回复之后发来的照常", async () => {
      const first = kernel.execute("await new Promise((r) => setTimeout(r, 50)); throw 1");
      const queued = [kernel.execute("3"), kernel.execute("4", { silent: true })];
      const count = (await first).reply.content["execution_count"];
      for (const exchange of await Promise.all(queued)) {
        assert.deepEqual(exchange.reply.content, { status: "aborted", execution_count: count });
        assert.equal(exchange.reply.metadata["status"], "aborted");
        assert.deepEqual(types(exchange.iopub), ["status", "status"]);
      }
      assert.equal((await reply("5")).execution_count, count + 1);
    });

    it("control 上的执行也排队，回复走 control", async () => {
      const first = kernel.execute("await new Promise((r) => setTimeout(r, 50)); const order = 1");
      const second = kernel.request("execute_request", { code: "order + 1" }, "control");
      await first;
      assert.equal(text(await second), "2");
    });
  });

  describe("输入", () => {
    it("allow_stdin 为假：prompt 报错，不卡住", async () => {
      const { ename, evalue } = await reply("prompt('谁？')");
      assert.equal(ename, "RuntimeError");
      assert.match(evalue, /TIDU-RT-010：现在没有人能回答输入/);
    });

    it("prompt、口令、confirm：父消息头是执行请求，口令标明 password", async () => {
      const asked: Message[] = [];
      kernel.onInput = (_, request) => {
        asked.push(request);
        return "是";
      };
      const exchange = await kernel.execute(
        `import { readPassword } from "@tidu/notebook-runtime/input"; [prompt("名"), readPassword("密"), confirm("好？")]`,
        { allow_stdin: true },
      );
      assert.equal(text(exchange), "[ '是', '是', true ]");
      assert.deepEqual(
        asked.map(({ content }) => content),
        [
          { prompt: "名", password: false },
          { prompt: "密", password: true },
          { prompt: "好？ [y/N] ", password: false },
        ],
      );
      for (const { parent } of asked) assert.equal(parent.msg_id, exchange.id);
    });

    it("迟到的、别人的、不成形的回答不算；Ctrl-D 是没有回答", async () => {
      await kernel.input({ value: "没有人问" });
      let stale: Message | undefined;
      kernel.onInput = (prompt, request) => {
        if (prompt === "一") stale = request;
        if (prompt === "一") return "1";
        // 先送一个回答上一题的，再送真的
        void kernel.input({ value: "旧的" }, stale);
        return prompt === "末" ? "\x04" : "2";
      };
      const code = "[prompt('一'), prompt('二'), prompt('末')]";
      assert.equal(text(await kernel.execute(code, { allow_stdin: true })), "[ '1', '2', null ]");
      kernel.onInput = (_, request) => {
        void kernel.input({ value: 42 }, request);
        return null;
      };
      assert.equal(text(await kernel.execute("String(prompt('数'))", { allow_stdin: true })), "'null'");
    });

    it("等输入时中断：单元格停下，迟到的回答不会给下一个 prompt", async () => {
      let asked: Message | undefined;
      kernel.onInput = (_, request) => {
        asked = request;
        return null;
      };
      const waiting = kernel.execute("const never = prompt('等'); console.log('不该到这里', never)", {
        allow_stdin: true,
      });
      await until(() => asked !== undefined);
      await kernel.request("interrupt_request", {}, "control");
      const { reply, iopub } = await waiting;
      assert.equal(reply.content["ename"], "Interrupted");
      assert.ok(!types(iopub).includes("stream"));
      await kernel.input({ value: "迟到" }, asked);
      kernel.onInput = () => "新的";
      assert.equal(text(await kernel.execute("prompt('再')", { allow_stdin: true })), "'新的'");
    });
  });

  describe("不合协议的消息", () => {
    const bad: [string, Record<string, unknown>, RegExp][] = [
      ["execute_request", { code: 42 }, /TIDU-JUP-025：execute_request 的 code 应是字符串，收到的是 42/],
      ["execute_request", {}, /TIDU-JUP-025：execute_request 的 code 应是字符串，没有这个字段/],
      ["execute_request", { code: "1", silent: "yes" }, /silent 应是true 或 false，收到的是 "yes"/],
      ["execute_request", { code: "1", user_expressions: ["a"] }, /user_expressions 应是对象/],
      ["complete_request", { code: "a", cursor_pos: "x" }, /cursor_pos 应是整数，收到的是 "x"/],
      ["inspect_request", { code: null, cursor_pos: 0 }, /code 应是字符串，收到的是 null/],
      ["is_complete_request", { code: [] }, /code 应是字符串/],
      ["history_request", { hist_access_type: 1 }, /hist_access_type 应是字符串/],
      ["comm_info_request", { target_name: 1 }, /target_name 应是字符串/],
      ["没有这种_request", {}, /TIDU-JUP-028：不认识的消息类型/],
      ["__proto___request", {}, /TIDU-JUP-028/],
    ];
    for (const [type, content, message] of bad)
      it(`${type} ${JSON.stringify(content)} 得到状态为 error 的回复`, async () => {
        const answer = await kernel.request(type, content);
        assert.equal(answer.reply.header.msg_type, type.replace(/_request$/, "_reply"));
        assert.equal(answer.reply.content["status"], "error");
        assert.match(answer.reply.content["evalue"], message);
        assert.deepEqual(types(answer.iopub), ["status", "status"]);
      });

    it("没有回复的消息只留一行日志：不认识的类型、缺 comm_id 的 comm_open", async () => {
      assert.deepEqual(types(await kernel.tell("hello", {})), ["status", "status"]);
      assert.deepEqual(types(await kernel.tell("comm_open", { data: {} })), ["status", "status"]);
      await until(() => /TIDU-JUP-028.*hello/.test(kernel.log) && /TIDU-JUP-025.*comm_id/.test(kernel.log));
    });

    it("重放、缺分隔帧、不是 JSON、数组、空消息：丢弃并留日志", async () => {
      const frames = kernel.codec.encode({
        identities: [],
        header: kernel.codec.header("execute_request"),
        parent: {},
        metadata: {},
        content: { code: "(globalThis as any).replayed = ((globalThis as any).replayed ?? 0) + 1" },
        buffers: [],
      });
      await kernel.sendRaw(frames);
      await kernel.sendRaw(frames);
      await kernel.sendRaw([Buffer.from("没有分隔帧")]);
      await kernel.sendRaw([Buffer.alloc(0)]);
      const signed = (parts: string[]) => {
        const bodies = parts.map((part) => Buffer.from(part));
        return [Buffer.from("<IDS|MSG>"), Buffer.from(kernel.codec.sign(bodies)), ...bodies];
      };
      await kernel.sendRaw(signed(["{", "{}", "{}", "{}"]));
      await kernel.sendRaw(signed(["[]", "{}", "{}", "{}"]));
      await kernel.sendRaw(signed(['{"msg_id":"a","msg_type":7}', "{}", "{}", "{}"]));
      assert.equal(text(await kernel.execute("(globalThis as any).replayed")), "1");
      await until(() => /TIDU-JUP-005/.test(kernel.log) && /TIDU-JUP-002/.test(kernel.log));
    });

    it("connect_request 给出端口；debug_request 说明没有调试器", async () => {
      const { reply } = await kernel.request("connect_request", {}, "control");
      const { shell_port, iopub_port, stdin_port, control_port, hb_port } = kernel.connection;
      assert.deepEqual(reply.content, {
        status: "ok",
        shell_port,
        iopub_port,
        stdin_port,
        control_port,
        hb_port,
      });
      const debug = await kernel.request(
        "debug_request",
        { type: "request", seq: 3, command: "attach" },
        "control",
      );
      assert.deepEqual(
        { ...debug.reply.content, message: "" },
        { type: "response", request_seq: 3, success: false, command: "attach", message: "" },
      );
    });
  });
});

describe("内核的进程与传输", function () {
  this.timeout(60_000);

  it("ipc 传输：执行、输入、心跳、关机", async function () {
    if (process.platform === "win32") return this.skip();
    const kernel = await start({ transport: "ipc" });
    try {
      kernel.onInput = () => "甲";
      assert.equal(text(await kernel.execute("prompt('名')", { allow_stdin: true })), "'甲'");
      assert.ok((await kernel.heartbeat()) >= 0);
      const exited = once(kernel.process, "exit");
      const { iopub } = await kernel.request("shutdown_request", { restart: false });
      assert.deepEqual(types(iopub), ["status", "shutdown_reply", "status"]);
      assert.deepEqual((await exited)[0], 0);
    } finally {
      await kernel.close();
    }
  });

  it("IPv6：执行、心跳；端口被占用时退出码 1，说明白", async () => {
    // 没有 IPv6 的机器上用 IPv4 走同样的步骤
    const ip = await new Promise<string>((resolve) => {
      const probe = createServer().once("error", () => resolve("127.0.0.1"));
      probe.listen(0, "::1", () => probe.close(() => resolve("::1")));
    });
    const kernel = await start({ ip });
    try {
      assert.equal(text(await kernel.execute("6 * 7")), "42");
      assert.ok((await kernel.heartbeat()) >= 0);
      const folder = mkdtempSync(join(tmpdir(), "tidu-connection-"));
      const file = join(folder, "c.json");
      writeFileSync(file, JSON.stringify(kernel.connection));
      const second = spawnSync(argv[0]!, [argv[1]!, file], { encoding: "utf8" });
      assert.equal(second.status, 1);
      assert.match(second.stderr, /TIDU-JUP-010：绑定不了 tcp:/);
      rmSync(folder, { recursive: true });
    } finally {
      await kernel.close();
    }
  });

  it("display_data 跨单元格改写；clear_output 的 wait；都带 metadata 与 transient", async () => {
    const kernel = await start({ cwd: fileURLToPath(new URL("..", import.meta.url)) });
    try {
      const from = `import { clearOutput, display, updateDisplay } from "@tidu/notebook-runtime/display";`;
      const first = await kernel.execute(`${from} display("一", { id: "甲" }); clearOutput({ wait: true })`);
      const [shown] = first.iopub.filter(({ header }) => header.msg_type === "display_data");
      assert.deepEqual(shown!.content["transient"], { display_id: "甲" });
      assert.deepEqual(shown!.content["metadata"], {});
      const [cleared] = first.iopub.filter(({ header }) => header.msg_type === "clear_output");
      assert.deepEqual(cleared!.content, { wait: true });
      const second = await kernel.execute(`updateDisplay("甲", "二"); display("无名")`);
      assert.deepEqual(types(second.iopub).slice(2, -1), ["update_display_data", "display_data"]);
      const [update, plain] = second.iopub.slice(2, -1);
      assert.deepEqual(update!.content["transient"], { display_id: "甲" });
      assert.equal(update!.parent.msg_id, second.id);
      assert.deepEqual(plain!.content["transient"], {});
    } finally {
      await kernel.close();
    }
  });

  it("历史跨会话保存：关机时写进 TIDU_HISTORY 指的文件", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tidu-history-"));
    const env = { TIDU_HISTORY: join(folder, "history.sqlite") };
    try {
      const first = await start({ env });
      await first.execute("'第一次'");
      const exited = once(first.process, "exit");
      await first.request("shutdown_request", {}, "control");
      await exited;
      await first.close();
      const second = await start({ env });
      const ask = { hist_access_type: "tail", n: 1, output: true, raw: true };
      const { reply } = await second.request("history_request", ask);
      assert.deepEqual(reply.content, { status: "ok", history: [[1, 1, ["'第一次'", "'第一次'"]]] });
      await second.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("SIGINT 中断单元格而不结束内核；SIGKILL 内核之后不留下执行进程", async function () {
    if (process.platform !== "linux") return this.skip();
    const kernel = await start();
    try {
      const pid = Number(text(await kernel.execute("process.pid")));
      const busy = kernel.execute("console.log('开始'); while (true);");
      await until(() => running(pid));
      await kernel.heartbeat();
      let stopped = false;
      void busy.then(() => {
        stopped = true;
      });
      while (!stopped) {
        kernel.process.kill("SIGINT");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.equal((await busy).reply.content["ename"], "Interrupted");
      assert.equal(text(await kernel.execute("1 + 1")), "2");
      void kernel.execute("while (true);");
      await kernel.request("kernel_info_request", {}, "control");
      kernel.process.kill("SIGKILL");
      await until(() => !running(pid));
    } finally {
      await kernel.close();
    }
  });
});
