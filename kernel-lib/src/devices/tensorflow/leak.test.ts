import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  add,
  jit,
  key,
  matmul,
  mean,
  mul,
  normal,
  scope,
  split,
  square,
  sub,
  type Tensor,
  tanh,
  treeMap,
  valueAndGrad,
} from "../../index.js";
import type { Device } from "../device.js";
import { place } from "../evaluate.js";
import { loadBackend, type Tf } from "./load.js";
import { openTensorflow } from "./open.js";

interface Params {
  w1: Tensor;
  b1: Tensor;
  w2: Tensor;
  b2: Tensor;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** 回收之后 tfjs 还占着多少；回收与终结都在以后的某一轮，所以等到不再减少为止。 */
async function settled(tf: Tf): Promise<{ numTensors: number; numBytes: number }> {
  let last = Number.POSITIVE_INFINITY;
  for (let same = 0; same < 2; ) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { numTensors } = tf.memory();
    same = numTensors < last ? 0 : same + 1;
    last = numTensors;
  }
  const { numTensors, numBytes } = tf.memory();
  return { numTensors, numBytes };
}

for (const backend of ["cpu", "wasm"]) {
  describe(`tensorflow 不漏内存（tfjs 后端 ${backend}）`, () => {
    let device: Device;
    let tf: Tf;
    let start: Params;
    let step: (p: Params) => Params;

    before(async function () {
      const only = [`@tensorflow/tfjs-backend-${backend}`];
      const opened = await openTensorflow(only);
      if (!opened.device) return this.skip();
      device = opened.device;
      tf = (await loadBackend(only)).backend!.tf;
      const put = (x: Tensor): Tensor => place(x.concrete(), device);
      const [k1, k2, kx] = split(key(3), 3) as unknown as [Tensor, Tensor, Tensor];
      start = {
        w1: put(normal(k1, [2, 8])),
        b1: put(normal(k1, [8])),
        w2: put(normal(k2, [8, 1])),
        b2: put(normal(k2, [1])),
      };
      const x = put(normal(kx, [16, 2]));
      const y = put(normal(k1, [16, 1]));
      const loss = (p: Params): Tensor =>
        mean(square(sub(add(matmul(tanh(add(matmul(x, p.w1), p.b1)), p.w2), p.b2), y)));
      const gradient = valueAndGrad(loss);
      step = (p) =>
        treeMap((a: Tensor, g: Tensor) => sub(a, mul(0.05, g)), p, gradient(p)[1]) as unknown as Params;
    });

    const train = async (run: (p: Params) => Params, steps: number): Promise<void> => {
      let p = run(start);
      const sizes: { numTensors: number; numBytes: number }[] = [];
      for (let k = 1; k <= steps; k++) {
        p = run(p);
        if (k % (steps / 4) === 0) sizes.push(await settled(tf));
      }
      // 别处留下的垃圾可能这时才收走，所以只许少，不许多。
      for (const [k, { numTensors, numBytes }] of sizes.entries()) {
        const before = sizes[Math.max(0, k - 1)]!;
        assert.ok(numTensors <= before.numTensors && numBytes <= before.numBytes, JSON.stringify(sizes));
      }
      assert.ok(Number.isFinite((p.w1.toArray() as number[][])[0]![0]!));
    };

    it("scope 里的中间结果当场释放：一步之后只多出新的参数", () => {
      const before = tf.memory().numTensors;
      const p = scope(() => step(start));
      assert.equal(tf.memory().numTensors - before, 4);
      assert.equal(p.b2.device, "tensorflow");
    });

    // 缺省的后端走满五千步；纯 JavaScript 的慢，少走些。
    const steps = backend === "wasm" ? 5000 : 1000;
    it(`训练 ${steps} 步（jit，scope）`, async () => {
      const compiled = jit(step) as unknown as (p: Params) => Params;
      await train((p) => scope(() => compiled(p)), steps);
    });

    it("不用 scope，靠垃圾回收：一百步", () => train(step, 100));
  });
}
