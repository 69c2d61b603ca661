import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../client.js";
import { mutants } from "./messages.js";

// 种子与条数可以指定：TIDU_FUZZ_SEED=7 TIDU_FUZZ_COUNT=1000000
const seed = Number(process.env["TIDU_FUZZ_SEED"] ?? 20_261_122);
const count = Number(process.env["TIDU_FUZZ_COUNT"] ?? 20_000);
const main = fileURLToPath(new URL("../main.js", import.meta.url));

describe(`坏消息（种子 ${seed}，${count} 条）`, function () {
  this.timeout(Math.max(240_000, count * 20));

  let kernel: KernelClient;
  beforeEach(async () => {
    kernel = await KernelClient.start([process.execPath, main, "{connection_file}"]);
  });
  afterEach(() => kernel.close());

  const answer = async (code: string) => {
    const { iopub, reply } = await kernel.execute(code);
    assert.equal(reply.content["status"], "ok", JSON.stringify(reply.content));
    return iopub.find(({ header }) => header.msg_type === "execute_result")?.content["data"]["text/plain"];
  };

  /** 全部发完，等内核都处理完。 */
  const send = async (count: number, interrupts: boolean) => {
    let exited: number | null | undefined;
    kernel.process.once("exit", (code) => {
      exited = code;
    });
    await answer(`import { registerTarget } from "@tidu/notebook-runtime/widgets";
      registerTarget("fuzz", (comm) => { comm.onMessage = ({ data, buffers }) => comm.send(data, { buffers }); });`);
    let sent = 0;
    for (const { channel, frames } of mutants(seed, count, kernel.codec, interrupts)) {
      await kernel.sendRaw(frames, channel);
      // 别让没处理的堆成山：隔一段等它跟上
      if (++sent % 2000 === 0) await kernel.request("kernel_info_request");
      if (exited !== undefined) break;
    }
    assert.equal(exited, undefined, `种子 ${seed}：第 ${sent} 条之后内核退出了：${kernel.log}`);
    await kernel.request("kernel_info_request");
    await kernel.request("kernel_info_request", {}, "control");
    assert.ok((await kernel.heartbeat()) >= 0);
  };

  it("内核不死也不卡，变量都在，之后的单元格结果正确", async () => {
    await answer("const kept = 42");
    const pid = await answer("process.pid");
    await send(Math.ceil(count * 0.9), false);
    assert.equal(await answer("kept * 2"), "84");
    assert.equal(await answer("process.pid"), pid);
  });

  it("其间夹着中断也一样", async () => {
    await send(Math.floor(count * 0.1), true);
    assert.equal(await answer("const after = 42; after * 2"), "84");
  });
});
