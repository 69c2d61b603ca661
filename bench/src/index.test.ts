import assert from "node:assert/strict";
import { format, main } from "./index.js";

describe("bench", () => {
  it("缺席的同类说明跳过，比值以本库为 1", () => {
    const text = format({
      version: 1,
      suite: "demo",
      machine: "m",
      rows: [{ id: "row", unit: "µs", ours: 2, peers: { a: 20, b: null }, goal: "不慢于 a", holds: true }],
    });
    assert.match(text, /a {24}20 µs（是 tidu 的 10 倍）/);
    assert.match(text, /b {24}没有安装，跳过/);
    assert.match(text, /目标：不慢于 a —— 达到/);
  });

  it("没有这个套件时返回 1", async () => {
    assert.equal(await main(["nope"]), 1);
  });
});
