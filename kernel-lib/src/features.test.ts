import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { testGpu } from "./devices/software-gpu.js";
import { customVjp, jvp, mul, sin, type Tensor } from "./index.js";
import { renderFeatures } from "./testing/features.js";
import { supportOf } from "./testing/support.js";

// 增删原语或公开函数之后：node scripts/features.mjs（或 TIDU_UPDATE=1 运行本测试），再看一眼差别。
const path = new URL("../FEATURES.md", import.meta.url);

describe("FEATURES.md", () => {
  it("是新的：重新检验一遍，结果与文件相同", async () => {
    const previous = readFileSync(path, "utf8");
    if (process.env["TIDU_UPDATE"]) writeFileSync(path, await renderFeatures(previous, await testGpu()));
    const text = readFileSync(path, "utf8");
    assert.equal(
      text,
      await renderFeatures(text, null),
      "FEATURES.md 过期了：请运行 node scripts/features.mjs",
    );
  }).timeout(600_000);

  it("检验本身会发现错误的规则", async () => {
    const x = [0.3, -0.7];
    const wrong = customVjp(
      (v: Tensor) => sin(v),
      (v: Tensor) => [sin(v), v],
      (v, ct) => [mul(ct, v)],
    );
    const bad = await supportOf({ f: wrong, args: [x] });
    for (const cell of [bad.first, bad.jvp]) assert.ok(typeof cell === "object");
    // 一阶对、二阶错：导数写成了常数。
    const frozen = customVjp(
      (v: Tensor) => mul(v, v),
      (v: Tensor) => [mul(v, v), v.toArray() as number[]],
      (v, ct) => [mul(ct, mul(2, v))],
    );
    const second = await supportOf({ f: frozen, args: [x] });
    assert.equal(second.first, "yes");
    assert.ok(typeof second.second === "object");
    // 前向对而批处理错：用到了整批的形状。
    const batch = await supportOf({ f: (v) => mul(v, jvp(sin, [v], [v])[1].size), args: [x] });
    assert.equal(batch.vmap, "yes");
    const shape = await supportOf({ f: (v) => mul(v, Math.random()), args: [x] });
    assert.ok(typeof shape.vmap === "object" && typeof shape.cpu === "object");
  });
});
