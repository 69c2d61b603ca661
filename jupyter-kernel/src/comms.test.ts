import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { KernelClient } from "./client.js";
import type { Message } from "./message.js";

const argv = [process.execPath, fileURLToPath(new URL("./main.js", import.meta.url)), "{connection_file}"];
const types = (iopub: Message[]) => iopub.map(({ header }) => header.msg_type);
const only = (iopub: Message[], type: string) => iopub.filter(({ header }) => header.msg_type === type);

describe("comm 与控件（真实的 ZeroMQ 客户端）", function () {
  this.timeout(60_000);
  let kernel: KernelClient;

  before(async () => {
    kernel = await KernelClient.start(argv);
    await run(`import { button, dropdown, hbox, interact, label, openComm, output, registerTarget, slider, text, vbox }
      from "@tidu/notebook-runtime/widgets";`);
  });
  after(() => kernel?.close());

  const run = async (code: string) => {
    const exchange = await kernel.execute(code);
    assert.equal(exchange.reply.content["status"], "ok", JSON.stringify(exchange.reply.content));
    return exchange.iopub;
  };
  const value = async (code: string) => {
    const [result] = only(await run(code), "execute_result");
    return result?.content["data"]["text/plain"];
  };
  const info = async (target?: string) =>
    (await kernel.request("comm_info_request", target === undefined ? {} : { target_name: target })).reply
      .content["comms"];

  it("前端打开：登记过的目标接通，消息与二进制两个方向都到；没登记的立即关掉", async () => {
    await run(`registerTarget("echo", (comm, { data }) => {
      comm.onMessage = (event) => comm.send({ got: event.data, opened: data }, { buffers: event.buffers.map((b) => b.slice().reverse()) });
      comm.onClose = () => console.log("关了");
    })`);
    const open = { comm_id: "甲", target_name: "echo", data: { x: 1 } };
    assert.deepEqual(types(await kernel.tell("comm_open", open)), ["status", "status"]);
    assert.deepEqual(await info("echo"), { 甲: { target_name: "echo" } });
    assert.deepEqual(await info("别的"), {});
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    const iopub = await kernel.tell("comm_msg", { comm_id: "甲", data: { y: 2 } }, [bytes, Buffer.alloc(0)]);
    assert.deepEqual(types(iopub), ["status", "comm_msg", "status"]);
    const [sent] = only(iopub, "comm_msg");
    assert.deepEqual(sent!.content, { comm_id: "甲", data: { got: { y: 2 }, opened: { x: 1 } } });
    assert.deepEqual(
      sent!.buffers.map((buffer) => [...buffer]),
      [[128, 10, 13, 255, 0], []],
    );
    // 回调里打印的东西，父消息是 comm_close，不是哪个单元格
    const closed = await kernel.tell("comm_close", { comm_id: "甲", data: {} });
    assert.equal(only(closed, "stream")[0]!.content["text"], "关了\n");
    assert.deepEqual(await info(), {});
    const unknown = await kernel.tell("comm_open", { comm_id: "乙", target_name: "没有", data: {} });
    assert.deepEqual(only(unknown, "comm_close")[0]!.content, { comm_id: "乙", data: {} });
    assert.deepEqual(await info(), {});
  });

  it("这边打开：comm_open 在单元格的输出里，次序不变；关掉之后再发什么也不做", async () => {
    const iopub = await run(`const c = openComm("front", { a: 1 }, { buffers: [new Uint8Array([7])] });
      console.log("中"); c.send({ b: 2 }); c.close({ c: 3 }); c.send({ d: 4 });`);
    assert.deepEqual(types(iopub).slice(2, -1), ["comm_open", "stream", "comm_msg", "comm_close"]);
    const [open] = only(iopub, "comm_open");
    assert.equal(open!.content["target_name"], "front");
    assert.deepEqual(open!.content["data"], { a: 1 });
    assert.deepEqual([...open!.buffers[0]!], [7]);
  });

  it("回调出错：写到 stderr，comm 还在；打开时出错：关掉", async () => {
    await run(`registerTarget("bad", (comm, { data }) => {
      if (data.fail) throw new Error("不开");
      comm.onMessage = ({ data }) => { if (data.later) return Promise.reject(new Error("晚")); throw new Error("坏了"); };
    })`);
    await kernel.tell("comm_open", { comm_id: "坏", target_name: "bad", data: {} });
    const broken = await kernel.tell("comm_msg", { comm_id: "坏", data: {} });
    assert.match(only(broken, "stream")[0]!.content["text"], /坏了/);
    const failed = await kernel.tell("comm_open", {
      comm_id: "开",
      target_name: "bad",
      data: { fail: true },
    });
    assert.deepEqual(types(failed).sort(), ["comm_close", "status", "status", "stream"]);
    await kernel.tell("comm_msg", { comm_id: "坏", data: { later: true } });
    assert.equal(await value("1 + 1"), "2");
    assert.deepEqual(Object.keys(await info("bad")), ["坏"]);
  });

  it("单元格在 await 时收得到 comm；状态灯不变成空闲", async () => {
    await run(`const heard: unknown[] = [];
      registerTarget("wait", (comm) => { comm.onMessage = async ({ data }) => {
        heard.push(data.x); await new Promise((r) => setTimeout(r, 20)); console.log("晚到"); comm.send({ done: true }); } })`);
    await kernel.tell("comm_open", { comm_id: "等", target_name: "wait", data: {} });
    const cell = kernel.execute(
      "console.log('等着'); while (heard.length === 0) await new Promise((r) => setTimeout(r, 5)); console.log('拿到', heard[0]); await new Promise((r) => setTimeout(r, 100));",
    );
    const tell = await kernel.tell("comm_msg", { comm_id: "等", data: { x: 9 } });
    assert.deepEqual(types(tell), ["status", "status"]);
    const { iopub, reply } = await cell;
    assert.equal(reply.content["status"], "ok");
    const streams = only(iopub, "stream").map(({ content }) => content["text"]);
    // 老的 Node 跟踪不了异步的来历：await 之后打印的算当时的单元格
    const after = kernel.orphans.filter(({ parent }) => parent.msg_id === tell[0]!.parent.msg_id);
    assert.deepEqual(types(after).toSorted(), after.length > 0 ? ["comm_msg", "stream"] : []);
    assert.equal(streams.join(""), `等着\n拿到 9\n${after.length > 0 ? "" : "晚到\n"}`);
    const states = only(iopub, "status").map(({ content }) => content["execution_state"]);
    assert.deepEqual(states, ["busy", "busy", "idle"]);
  });

  it("滑块：模型、布局、显示；前端拖动改得了值，这边赋值前端收得到；坏消息不弄坏它", async () => {
    const iopub = await run(
      `const rate = slider({ label: "学习率", min: 0, max: 1, step: 0.1, value: 0.5 }); rate`,
    );
    const [layout, model] = only(iopub, "comm_open");
    assert.equal(layout!.content["data"].state._model_name, "LayoutModel");
    assert.equal(model!.content["target_name"], "jupyter.widget");
    assert.equal(model!.metadata["version"], "2.1.0");
    const { state } = model!.content["data"];
    assert.equal(state._model_name, "FloatSliderModel");
    assert.equal(state.layout, `IPY_MODEL_${layout!.content["comm_id"]}`);
    const id = model!.content["comm_id"];
    const [shown] = only(iopub, "execute_result");
    assert.deepEqual(shown!.content["data"], {
      "text/plain": "[滑块 学习率：0.5]",
      "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: id },
    });
    await run("rate.observe((now, before) => console.log(before, '→', now))");
    const update = (state: unknown) =>
      kernel.tell("comm_msg", { comm_id: id, data: { method: "update", state, buffer_paths: [] } });
    assert.equal(only(await update({ value: 0.7 }), "stream")[0]!.content["text"], "0.5 → 0.7\n");
    assert.equal(await value("rate.value"), "0.7");
    await update({ value: "x", _model_name: 3, 新的: 1, __proto__: 1 });
    await update(null);
    assert.equal(await value("rate.value"), "0.7");
    const set = only(await run("rate.value = 0.2"), "comm_msg");
    assert.deepEqual(set[0]!.content["data"], { method: "update", state: { value: 0.2 }, buffer_paths: [] });
    const state2 = await kernel.tell("comm_msg", { comm_id: id, data: { method: "request_state" } });
    assert.equal(only(state2, "comm_msg")[0]!.content["data"].state.value, 0.2);
  });

  it("按钮、下拉框、盒子、输出区、interact", async () => {
    const iopub = await run(`let clicks = 0; const log = output();
      const go = button("走", () => { clicks++; log.print("点了"); });
      const pick = dropdown(["sgd", "adam"], { label: "优化器" });
      const box = vbox(hbox(go, pick), log, label("x"), text());
      interact({ pick }, ({ pick }) => pick.toUpperCase());`);
    const models = only(iopub, "comm_open").map(({ content }) => content["data"].state._model_name);
    for (const name of [
      "ButtonModel",
      "DropdownModel",
      "HBoxModel",
      "VBoxModel",
      "OutputModel",
      "LabelModel",
      "TextModel",
    ])
      assert.ok(models.includes(name), name);
    const find = (name: string) =>
      only(iopub, "comm_open").find(({ content }) => content["data"].state._model_name === name)!.content[
        "comm_id"
      ];
    const click = { comm_id: find("ButtonModel"), data: { method: "custom", content: { event: "click" } } };
    const clicked = await kernel.tell("comm_msg", click);
    assert.match(JSON.stringify(only(clicked, "comm_msg")[0]!.content["data"].state.outputs), /点了/);
    assert.equal(await value("clicks"), "1");
    const picked = await kernel.tell("comm_msg", {
      comm_id: find("DropdownModel"),
      data: { method: "update", state: { index: 1 } },
    });
    assert.equal(only(picked, "update_display_data")[0]!.content["data"]["text/plain"], "ADAM");
    assert.equal(await value("pick.value"), "'adam'");
  });

  it("页面刷新：jupyter.widget.control 一次问回全部状态", async () => {
    await kernel.tell("comm_open", { comm_id: "控", target_name: "jupyter.widget.control", data: {} });
    const iopub = await kernel.tell("comm_msg", { comm_id: "控", data: { method: "request_states" } });
    const { method, states } = only(iopub, "comm_msg")[0]!.content["data"];
    assert.equal(method, "update_states");
    const opened = Object.keys(await info("jupyter.widget"));
    assert.deepEqual(Object.keys(states).sort(), opened.sort());
  });

  it("回调停不下来：中断它，内核接着工作，变量还在", async () => {
    await run(`const kept = 5; registerTarget("loop", (comm) => { comm.onMessage = ({ data }) => {
      console.log("进"); if (data.regexp) /(a+)+b/.test("a".repeat(60)); else while (true); } })`);
    await kernel.tell("comm_open", { comm_id: "环", target_name: "loop", data: {} });
    for (const data of [{}, { regexp: true }]) {
      let stopped = false;
      const stuck = kernel.tell("comm_msg", { comm_id: "环", data }).finally(() => {
        stopped = true;
      });
      // 消息到了执行进程之后中断才有意义；没停就再来
      while (!stopped) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await kernel.request("interrupt_request", {}, "control");
      }
      assert.equal(only(await stuck, "stream")[0]!.content["text"], "进\n");
      assert.equal(await value("kept"), "5");
    }
  });

  it("执行进程换新之后，原来的 comm 都关掉", async () => {
    const before = Object.keys(await info());
    assert.ok(before.length > 5);
    const { iopub } = await kernel.execute("process.exit(3)");
    const closed = only(iopub, "comm_close").map(({ content }) => content["comm_id"]);
    assert.deepEqual(closed.sort(), before.sort());
    assert.deepEqual(await info(), {});
  });
});
