import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = fileURLToPath(new URL("..", import.meta.url));

/** 拷到别处的库：那里找不到任何 node_modules，装了什么由测试决定。 */
function bareCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidu-bare-"));
  const filter = (path: string): boolean => !/\.(test\.js|map|d\.ts)$/.test(path);
  cpSync(dist, join(folder, "dist"), { recursive: true, filter });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

/** 在那里跑一段程序（t 是库），取它打印的 JSON。 */
function run(folder: string, body: string): any {
  const library = pathToFileURL(join(folder, "dist", "index.js")).href;
  const script = `import * as t from ${JSON.stringify(library)};\n${body}`;
  const args = ["--input-type=module", "-e", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    cwd: folder,
    timeout: 30_000,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe("可选依赖", () => {
  let folder: string;

  beforeEach(() => {
    folder = bareCopy();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("一个也没装：库照常工作，各设备说清缺什么", () => {
    const { sum, reports, id, message, early } = run(
      folder,
      `const reports = await t.devices();
      const error = await t.useDevice("webgpu").catch((e) => e);
      let early;
      try { t.to([1], "webgpu"); } catch (e) { early = e; }
      console.log(JSON.stringify({ sum: t.sum([1, 2]).item(), reports, id: error.id, message: error.message, early: early.id }));`,
    );
    assert.equal(sum, 3);
    assert.deepEqual(
      reports.map((r: { available: boolean }) => r.available),
      [true, false, false],
    );
    assert.match(reports[1].detail, /没有可用的 npm 包 webgpu/);
    for (const name of ["tfjs-node-gpu", "tfjs-node", "tfjs-backend-wasm", "tfjs-backend-cpu"]) {
      assert.match(reports[2].detail, new RegExp(`@tensorflow/${name}：没有安装`));
    }
    assert.equal(id, "TIDU-DEV-005");
    assert.match(message, /设备 webgpu 用不了/);
    assert.equal(early, "TIDU-DEV-004");
  });

  /** 假的 tfjs 包：main 是给定的 CommonJS；binding 为真时带一个假的二进制文件。 */
  const install = (name: string, main: string, binding: boolean): void => {
    const root = join(folder, "node_modules", "@tensorflow", name);
    mkdirSync(join(root, "lib", "napi-v8"), { recursive: true });
    writeFileSync(
      join(root, "package.json"),
      JSON.stringify({ name: `@tensorflow/${name}`, main: "main.cjs" }),
    );
    writeFileSync(join(root, "main.cjs"), main);
    if (binding) writeFileSync(join(root, "lib", "napi-v8", "tfjs_binding.node"), "");
  };
  const real = (name: string): string => JSON.stringify(createRequire(import.meta.url).resolve(name));
  const report = `const [, , r] = await t.devices();
    if (r.available) await t.device("tensorflow");
    const y = r.available ? await t.to([1, 2], "tensorflow").mul(3).data() : [];
    const { default: util } = await import("node:util");
    console.log(JSON.stringify({ ...r, y: [...y], polyfilled: util.isNullOrUndefined?.(null) === true }));`;

  it("有 CUDA 的二进制文件时选 tfjs-node-gpu，并补上 Node 23 删去的函数", () => {
    const main = `const tf = require(${real("@tensorflow/tfjs-core")});
      require(${real("@tensorflow/tfjs-backend-cpu")});
      tf.enableProdMode();
      tf.setBackend("cpu");
      tf.backend().isUsingGpuDevice = true;
      module.exports = tf;`;
    install("tfjs-node-gpu", main, true);
    const { available, detail, y, polyfilled } = run(folder, report);
    assert.equal(available, true);
    assert.match(detail, /^float32，CUDA GPU，@tensorflow\/tfjs-node-gpu；cholesky、.*在主机上算$/);
    assert.deepEqual(y, [3, 6]);
    assert.equal(polyfilled, true);
  });

  it("CUDA 的动态库缺失、包里抛错：各说各的原因", () => {
    const missing = "libcudart.so.11.0: cannot open shared object file: No such file or directory";
    install("tfjs-node-gpu", `throw new Error(${JSON.stringify(missing)});`, true);
    install("tfjs-node", 'throw new Error("坏了");', true);
    const { available, detail } = run(folder, report);
    assert.equal(available, false);
    assert.match(detail, /tfjs-node-gpu：缺少动态库 libcudart\.so\.11\.0（需要 CUDA 11\.2/);
    assert.match(detail, /tfjs-node：加载失败：坏了/);
  });
});
