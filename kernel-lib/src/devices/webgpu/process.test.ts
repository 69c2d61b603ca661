import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { testGpu } from "../software-gpu.js";

const library = new URL("../../index.js", import.meta.url).href;
const cwd = fileURLToPath(new URL(".", import.meta.url));

/** 在新的进程里跑一段程序：缺省设备、垃圾回收与退出都是进程的事。 */
function run(body: string): string {
  const script = `import * as t from ${JSON.stringify(library)};\n${body}`;
  const args = ["--expose-gc", "--input-type=module", "-e", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    cwd,
    timeout: 110_000,
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe("webgpu：整个进程", function () {
  this.timeout(120_000);

  before(async function () {
    if (!(await testGpu())) this.skip();
  });

  it("useDevice 之后新建的张量都在 GPU 上；一段训练收敛；进程自己退出", () => {
    const output = run(`
      await t.useDevice("webgpu");
      const x = t.linspace(-1, 1, 64).reshape([64, 1]);
      const y = t.sin(x.mul(2));
      const [a, b] = t.split(t.key(0), 2);
      let w = { w1: t.normal(a, [1, 16]), b1: t.zeros([16]), w2: t.normal(b, [16, 1]).mul(0.3) };
      const loss = (w) => t.mean(t.square(t.tanh(x.matmul(w.w1).add(w.b1)).matmul(w.w2).sub(y)));
      const step = t.jit((w) => {
        const [value, g] = t.valueAndGrad(loss)(w);
        return { value, w: { w1: w.w1.sub(g.w1.mul(0.1)), b1: w.b1.sub(g.b1.mul(0.1)), w2: w.w2.sub(g.w2.mul(0.1)) } };
      });
      let first, last;
      for (let i = 0; i < 60; i++) {
        const r = step(w);
        w = r.w;
        last = r.value;
        first ??= r.value;
      }
      const [p, q] = [(await first.data())[0], (await last.data())[0]];
      console.log(x.device, w.w1.device, q < p / 3, [p, q]);
    `);
    assert.match(output, /^webgpu webgpu true /, output);
  });

  it("没人引用的张量被回收，显存回到原来的水平", () => {
    const output = run(`
      const gpu = await t.device("webgpu");
      const x = t.to(new Float64Array(100_000), "webgpu");
      const before = gpu.gpu.pool.liveBytes;
      for (let i = 0; i < 30; i++) {
        x.mul(2).add(1);
        if (i % 5 === 4) { globalThis.gc(); await new Promise((done) => setTimeout(done, 10)); }
      }
      await x.mul(2).data();
      for (let i = 0; i < 5; i++) { globalThis.gc(); await new Promise((done) => setTimeout(done, 10)); }
      console.log(gpu.gpu.pool.liveBytes - before < 2_000_000);
    `);
    assert.equal(output, "true");
  });

  it("Dawn 的实例不会先于设备被回收", () => {
    const output = run(`
      await t.device("webgpu");
      let x = t.to([1, 2, 3], "webgpu");
      for (let i = 0; i < 20; i++) {
        globalThis.gc();
        x = x.add(1);
        await x.data();
      }
      console.log([...(await x.data())].join());
    `);
    assert.equal(output, "21,22,23");
  });

  // 软件模拟的 GPU 上一步要几毫秒，平时只走 300 步；TIDU_SOAK=1 走满 5 000 步。
  const steps = process.env["TIDU_SOAK"] ? 5000 : 300;

  it(`训练 ${steps} 步：显存与堆都不涨`, () => {
    const output = run(`
      await t.useDevice("webgpu");
      const gpu = (await t.device("webgpu")).gpu;
      const x = t.linspace(-1, 1, 8).reshape([8, 1]);
      const y = t.sin(x.mul(2));
      const [a, b] = t.split(t.key(0), 2);
      let w = { w1: t.normal(a, [1, 4]), b1: t.zeros([4]), w2: t.normal(b, [4, 1]).mul(0.3) };
      const loss = (w) => t.mean(t.square(t.tanh(x.matmul(w.w1).add(w.b1)).matmul(w.w2).sub(y)));
      const step = t.jit((w) => {
        const [value, g] = t.valueAndGrad(loss)(w);
        return { value, w: { w1: w.w1.sub(g.w1.mul(0.1)), b1: w.b1.sub(g.b1.mul(0.1)), w2: w.w2.sub(g.w2.mul(0.1)) } };
      });
      let last;
      const train = async (steps) => {
        for (let i = 0; i < steps; i++) {
          ({ value: last, w } = step(w));
          if (i % 20 === 19) {
            await last.data();
            globalThis.gc();
            await new Promise((done) => setTimeout(done, 0));
          }
        }
        for (let k = 0; k < 3; k++) { globalThis.gc(); await new Promise((done) => setTimeout(done, 5)); }
        return [gpu.pool.liveBytes, gpu.pool.idleBytes, process.memoryUsage().heapUsed];
      };
      const before = await train(${steps / 5});
      const after = await train(${(steps * 4) / 5});
      console.log(JSON.stringify({ before, after, loss: (await last.data())[0] }));
    `);
    const { before, after, loss } = JSON.parse(output);
    assert.equal(after[0], before[0]);
    assert.ok(after[1] - before[1] < 100_000, `空闲 ${before[1]} → ${after[1]}`);
    assert.ok(after[2] - before[2] < 2_000_000, `堆 ${before[2]} → ${after[2]}`);
    assert.ok(loss < 0.2, `${loss}`);
  });
});
