import assert from "node:assert/strict";
import type { Output } from "@tidu/notebook-runtime";
import fc from "fast-check";
import { StreamBatch } from "./stream-batch.js";

const text = (name: "stdout" | "stderr", line: string): Output => ({
  output_type: "stream",
  name,
  text: line,
});
const shown: Output = { output_type: "display_data", data: { "text/plain": "图" }, metadata: {} };

describe("StreamBatch", () => {
  it("次序、内容与逐条送出的相同，消息少得多", () => {
    const item = fc.oneof(
      { weight: 8, arbitrary: fc.string().map((line) => text("stdout", line)) },
      { weight: 2, arbitrary: fc.string().map((line) => text("stderr", line)) },
      { weight: 1, arbitrary: fc.constant(shown) },
    );
    /** 相邻同名的流连起来，空的去掉。 */
    const merged = (outputs: readonly Output[]) => {
      const result: unknown[][] = [];
      for (const output of outputs) {
        const [kind, more] =
          output.output_type === "stream" ? [output.name, output.text] : [output.output_type, ""];
        if (kind.startsWith("std") && more === "") continue;
        const last = result.at(-1);
        if (last?.[0] === kind && kind.startsWith("std")) last[1] = `${last[1]}${more}`;
        else result.push([kind, more]);
      }
      return result;
    };
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), (outputs) => {
        const sent: Output[] = [];
        const batch = new StreamBatch((output) => sent.push(output));
        for (const output of outputs) batch.add(output);
        batch.flush();
        assert.deepEqual(merged(sent), merged(outputs));
      }),
    );
    const sent: Output[] = [];
    const batch = new StreamBatch((output) => sent.push(output));
    for (let i = 0; i < 100_000; i++) batch.add(text("stdout", `${i}\n`));
    batch.flush();
    assert.ok(sent.length < 1000, `${sent.length} 条`);
  });

  it("第一段立即送出；攒着的到时候自己送出", async () => {
    const sent: string[] = [];
    let more: () => void = () => {};
    const batch = new StreamBatch((output) => {
      if (output.output_type === "stream") sent.push(output.text);
      more();
    });
    batch.add(text("stdout", "一"));
    assert.deepEqual(sent, ["一"]);
    batch.add(text("stdout", "二"));
    batch.add(text("stdout", "三"));
    await new Promise<void>((resolve) => {
      more = resolve;
    });
    assert.deepEqual(sent, ["一", "二三"]);
  });
});
