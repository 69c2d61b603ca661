import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { primitives } from "./core/primitive.js";
import { kernels } from "./devices/tensorflow/kernels.js";
import "./index.js";

// FEATURES.md 由原语表生成。增删原语之后：TIDU_UPDATE=1 运行本测试，再看一眼差别。
const path = new URL("../FEATURES.md", import.meta.url);

// 装入时就取下：别的测试可能登记临时的原语。
const table = primitives();

function render(): string {
  const mark = (present: unknown): string => (present ? "✓" : "—");
  const rows = [...table]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((p) => {
      const tensorflow = p.name === "random" || p.name === "to" || Object.hasOwn(kernels, p.name);
      const devices = p.cpuOnly ? "cpu" : `cpu、webgpu${tensorflow ? "、tensorflow" : ""}`;
      const fused = p.expr ? "是" : "否";
      return `| ${p.name} | ${mark(p.jvp)} | ${mark(p.vjp)} | ${mark(p.batch)} | ${fused} | ${devices} |`;
    });
  return `# 支持情况

本页由原语表生成（\`src/features.test.ts\` 核对）。算子（softmax、einsum、conv2d、norm 等）都由这些原语组合而成，
所以任意阶导数、vmap 与 jit 都由下表得到。“逐元素”的原语可以与相邻的融合成一个循环或一个 GPU 核。

共 ${rows.length} 个原语。

| 原语 | 前向（jvp） | 反向（vjp） | 批处理（vmap） | 逐元素 | 设备 |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

describe("FEATURES.md", () => {
  it("与原语表一致", () => {
    if (process.env["TIDU_UPDATE"]) writeFileSync(path, render());
    assert.equal(readFileSync(path, "utf8"), render());
  });
});
