import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { KernelClient } from "../client.js";
import { mutants } from "./messages.js";

// 种子与条数可以指定：TIDU_FUZZ_SEED=7 TIDU_FUZZ_COUNT=1000000
const seed = Number(process.env["TIDU_FUZZ_SEED"] ?? 20_261_122);
const count = Number(process.env["TIDU_FUZZ_COUNT"] ?? 20_000);
const main = fileURLToPath(new URL("../main.js", import.meta.url));

describe(`坏消息（种子 ${seed}，${count} 条）`, function () {
  this.timeout(Math.max(120_000, count * 20));

  it("内核不死也不卡，之后的单元格结果正确", async () => {
    const kernel = await KernelClient.start([process.execPath, main, "{connection_file}"]);
    let exited: number | null | undefined;
    kernel.process.once("exit", (code) => {
      exited = code;
    });
    const answer = async (code: string) => {
      const { iopub, reply } = await kernel.execute(code);
      assert.equal(reply.content["status"], "ok", JSON.stringify(reply.content));
      return iopub.find(({ header }) => header.msg_type === "execute_result")?.content["data"]["text/plain"];
    };
    try {
      await answer(`import { registerTarget } from "@tidu/notebook-runtime/widgets";
        const kept = 42; registerTarget("fuzz", (comm) => { comm.onMessage = ({ data, buffers }) => comm.send(data, { buffers }); });`);
      const pid = await answer("process.pid");
      let sent = 0;
      for (const { channel, frames } of mutants(seed, count, kernel.codec)) {
        await kernel.sendRaw(frames, channel);
        // 别让没处理的堆成山：隔一段等它跟上
        if (++sent % 2000 === 0) await kernel.request("kernel_info_request");
        if (exited !== undefined) break;
      }
      assert.equal(exited, undefined, `种子 ${seed}：第 ${sent} 条之后内核退出了：${kernel.log}`);
      await kernel.request("kernel_info_request", {}, "control");
      assert.equal(await answer("kept * 2"), "84");
      assert.equal(await answer("process.pid"), pid);
      assert.ok((await kernel.heartbeat()) >= 0);
    } finally {
      await kernel.close();
    }
  });
});
