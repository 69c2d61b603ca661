import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";

const chromium = process.env["TIDU_CHROMIUM"] ?? "/usr/bin/chromium";
const entry = fileURLToPath(new URL("../../index.js", import.meta.url));
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
];

/** 页面里跑的程序：每一项在 webgpu 与 cpu 上各算一次，返回两边的数。 */
const program = `
import * as t from "/kernel-lib.js";
const flat = async (x) => Array.from(await x.data());
const on = (data, shape) => t.reshape(t.to(Float32Array.from(data), "webgpu"), shape);
const noise = (n, s) => Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898 + s * 78.233)));
export async function run() {
  const reports = await t.devices();
  await t.device("webgpu");
  const [a, b, c] = [noise(21 * 35, 1), noise(35 * 18, 2), noise(21 * 35, 3)];
  const pairs = {};
  const both = async (name, f, ...xs) => {
    const gpu = f(...xs.map(([d, s]) => on(d, s)));
    const cpu = f(...xs.map(([d, s]) => t.reshape(t.tensor(Float64Array.from(d)), s)));
    pairs[name] = [await flat(gpu), await flat(cpu), gpu.device];
  };
  await both("matmul", (x, y) => t.matmul(x, y), [a, [21, 35]], [b, [35, 18]]);
  await both("逐元素", (x, y) => t.add(t.mul(t.tanh(x), y), t.sigmoid(t.sub(x, 0.5))), [a, [21, 35]], [c, [21, 35]]);
  await both("jit 的 softmax", t.jit((x) => t.softmax(x, 1)), [a, [21, 35]]);
  const w = t.grad((x, y) => t.sum(t.square(t.matmul(x, y))));
  await both("matmul 的梯度", (x, y) => w(x, y), [a, [21, 35]], [b, [35, 18]]);
  const delta = 0.6;
  const huber = (p, q) => { const e = t.sub(p, q); const k = t.clip(e, -delta, delta); return t.sum(t.mul(k, t.sub(e, t.mul(0.5, k)))); };
  await both("Huber 的梯度", (p, q) => t.grad(huber)(p, q), [a, [21, 35]], [c, [21, 35]]);
  const norm = (x) => t.sqrt(t.sum(t.square(x), 1));
  const triplet = (x, p, n) => t.sum(t.relu(t.add(t.sub(norm(t.sub(x, p)), norm(t.sub(x, n))), 0.4)));
  await both("三元组的梯度", (x, p, n) => t.grad(triplet)(x, p, n), [a, [21, 35]], [c, [21, 35]], [b.concat(noise(105, 9)), [21, 35]]);
  const gpu = await t.device("webgpu");
  const on1 = (d, s) => on(d, s).concrete();
  const fused = gpu.fused("huber", [on1(a, [21, 35]), on1(c, [21, 35])], { delta, scale: 1, gradient: true });
  pairs["融合的 Huber"] = [await flat(fused[1]), pairs["Huber 的梯度"][1], "webgpu"];
  const tri = gpu.fused("triplet", [on1(a, [21, 35]), on1(c, [21, 35]), on1(b.concat(noise(105, 9)), [21, 35])], { margin: 0.4, distance: "euclidean", scale: 1, gradient: true });
  pairs["融合的三元组"] = [await flat(tri[1]), pairs["三元组的梯度"][1], "webgpu"];
  return { reports, pairs };
}
`;

describe("浏览器（无头 Chromium，SwiftShader）", function () {
  this.timeout(120_000);
  let server: Server | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    if (!existsSync(chromium)) return this.skip();
    const { build } = await import("esbuild");
    const bundle = await build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "silent",
    });
    const files: Record<string, [string, string]> = {
      "/": ["text/html", "<!doctype html><meta charset=utf-8><title>kernel-lib</title>"],
      "/kernel-lib.js": ["text/javascript", bundle.outputFiles[0]!.text],
      "/program.js": ["text/javascript", program],
    };
    server = createServer((request, response) => {
      const [type, body] = files[request.url ?? ""] ?? ["text/plain", ""];
      response.writeHead(body ? 200 : 404, { "content-type": `${type}; charset=utf-8` }).end(body);
    });
    await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
    const { chromium: launcher } = await import("playwright-core");
    browser = await launcher.launch({ executablePath: chromium, args: flags, headless: true });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  after(async () => {
    await browser?.close();
    server?.close();
  });

  it("同一份代码在页面里用 webgpu 算得与 cpu 一致", async () => {
    const { reports, pairs } = await page.evaluate<{
      reports: { name: string; available: boolean; detail: string }[];
      pairs: Record<string, [number[], number[], string]>;
    }>("import('/program.js').then((m) => m.run())");
    assert.equal(reports.find((r) => r.name === "webgpu")!.available, true);
    assert.equal(reports.find((r) => r.name === "tensorflow")!.available, false);
    assert.deepEqual(Object.keys(pairs), [
      "matmul",
      "逐元素",
      "jit 的 softmax",
      "matmul 的梯度",
      "Huber 的梯度",
      "三元组的梯度",
      "融合的 Huber",
      "融合的三元组",
    ]);
    for (const [name, [actual, expected, device]] of Object.entries(pairs)) {
      assert.equal(device, "webgpu", name);
      assert.equal(actual.length, expected.length, name);
      const largest = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
      for (const [i, v] of expected.entries()) {
        assert.ok(Math.abs(actual[i]! - v) <= 2e-5 * largest, `${name}[${i}]：${actual[i]}，应为 ${v}`);
      }
    }
  });
});
