// node scripts/features.mjs [--docs]
// 重新生成 kernel-lib/API.md（公开的名字）与 kernel-lib/FEATURES.md：后者每一格都跑一遍检验。有 GPU（或 SwiftShader）时连 webgpu 一列一起测，约一分钟。
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, root } from "./build.mjs";

build();
const { testGpu } = await import("../kernel-lib/dist/devices/software-gpu.js");
const { renderFeatures } = await import("../kernel-lib/dist/testing/features.js");
const { renderApi } = await import("../kernel-lib/dist/testing/api.js");
writeFileSync(join(root, "kernel-lib/API.md"), renderApi(join(root, "kernel-lib/src")));
if (process.argv.includes("--docs")) process.exit(0);
const path = join(root, "kernel-lib/FEATURES.md");
const gpu = await testGpu();
if (!gpu) console.log("没有 WebGPU：webgpu 一列沿用上次的记录");
const text = await renderFeatures(readFileSync(path, "utf8"), gpu);
writeFileSync(path, text);
console.log(/支持的格：.*/.exec(text)[0]);
process.exit(0);
