import assert from "node:assert/strict";
import {
  hvp,
  jacobianPenalty,
  jit,
  key,
  normal,
  split,
  type Tensor,
  toDevice,
  valueAndGrad,
  vmap,
} from "../../index.js";
import { near } from "../../testing/near.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

const close = (actual: Tensor, expected: Tensor, what: string, tolerance = 3e-5): Promise<void> =>
  near(actual, expected, what, tolerance, 1e-4);

const draw = (n: number, d: number, h: number, o: number): Tensor[] =>
  split(key(n), 4).map((k, i) =>
    normal(k, [[n, d], [d, h], [h], [h, o]][i]!).mul(i === 1 ? 1 / Math.sqrt(d) : 1),
  );

const losses: Readonly<Record<string, (...xs: Tensor[]) => Tensor>> = {
  tanh: (x, w, b, v) => jacobianPenalty.tanh({ hidden: { w: w!, b: b! }, output: { w: v! } }, x!),
  softmax: (x, w, b) => jacobianPenalty.softmax({ w: w!, b: b! }, x!),
};

describe("webgpu：雅可比惩罚的融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  for (const [name, f] of Object.entries(losses)) {
    // 真值：cpu 上 float64 的组合写法（它另与二次反向核对）。跨几块都不整除的，与宽到上限的。
    it(`${name}：值与全部梯度，即时与 jit`, async () => {
      for (const drawn of [draw(37, 19, 70, 3), draw(16, 16, 128, 3)]) {
        const cpu = drawn.slice(0, name === "tanh" ? 4 : 3);
        const there = await Promise.all(cpu.map((x) => toDevice(x, "webgpu")));
        const both = valueAndGrad(f, { argnums: cpu.map((_, i) => i) });
        const [value, expected] = both(...cpu) as unknown as [Tensor, Tensor[]];
        for (const run of [both, jit(both)]) {
          const [y, gradients] = run(...there) as unknown as [Tensor, Tensor[]];
          await close(y, value, "值");
          for (const [i, g] of gradients.entries()) await close(g, expected[i]!, `梯度 ${i}`, 1e-4);
        }
      }
    });
  }

  it("大的分数不溢出；超过上限的宽、二阶、vmap 走组合的写法，与 cpu 一致", async () => {
    const [x, w, b, v] = draw(5, 4, 6, 2) as [Tensor, Tensor, Tensor, Tensor];
    const [gx, gw, gb, gv] = (await Promise.all([x, w, b, v].map((t) => toDevice(t, "webgpu")))) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    await close(losses["softmax"]!(gx.mul(1e4), gw, gb), losses["softmax"]!(x.mul(1e4), w, b), "大的分数");
    for (const [name, f] of Object.entries(losses)) {
      const second = (y: Tensor, c: Tensor, u: Tensor) => (t: Tensor) => f(y, t, c, u);
      await close(hvp(second(gx, gb, gv))(gw, gw), hvp(second(x, b, v))(w, w), `${name} 的二阶`, 1e-4);
    }
    const one = (t: Tensor): Tensor => losses["softmax"]!(t, w, b);
    const [, batch] = split(key(2)) as [Tensor, Tensor];
    const xs = normal(batch, [3, 5, 4]);
    await close(vmap(one)(await toDevice(xs, "webgpu")), vmap(one)(xs), "vmap");
    assert.equal(
      gpu.fusedShapes(
        "jacobianPenalty",
        [x, w, b, b].map((t) => ({ shape: t.shape, dtype: "float32" })),
        { kind: "tanh" },
      ),
      null,
    );
  });
});
