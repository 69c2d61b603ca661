import assert from "node:assert/strict";
import {
  type ConvOptions,
  conv2d,
  grad,
  hvp,
  jit,
  key,
  mul,
  normal,
  split,
  square,
  sum,
  type Tensor,
  toDevice,
  vmap,
} from "../../index.js";
import { near } from "../../testing/near.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

const draw = (...shapes: number[][]): Tensor[] =>
  split(key(5), shapes.length).map((k, i) => normal(k, shapes[i]!));
const moved = (xs: readonly Tensor[]): Promise<Tensor[]> => Promise.all(xs.map((x) => toDevice(x, "webgpu")));

describe("webgpu：卷积的融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  // 真值：cpu 上 float64 的展开写法。分块的、分组而间隔大的、逐通道的（内侧长，一个工作组一个）、一组只有几个输出的。
  const cases: [string, number[], number[], ConvOptions][] = [
    ["分块，四周补边", [3, 9, 7, 6], [10, 9, 3, 3], { padding: 1 }],
    [
      "分组，步长与间隔，偶数的核",
      [2, 16, 11, 10],
      [18, 8, 2, 4],
      { groups: 2, strides: [2, 3], padding: "same", dilation: [2, 1] },
    ],
    [
      "逐通道，一个通道两个输出",
      [2, 3, 30, 26],
      [6, 1, 3, 5],
      { groups: 3, strides: [1, 2], padding: [2, 1] },
    ],
  ];
  for (const [name, xs, ws, options] of cases) {
    it(`${name}：值与两个梯度`, async () => {
      const f = (x: Tensor, w: Tensor): Tensor => conv2d(x, w, options);
      const inputs = draw(xs, ws) as [Tensor, Tensor];
      const y = f(...inputs);
      const weights = draw([...y.shape])[0]!;
      const [x, w, v] = (await moved([...inputs, weights])) as [Tensor, Tensor, Tensor];
      await near(f(x, w), y, "值");
      const pulled = (c: Tensor) => grad((a: Tensor, b: Tensor) => sum(mul(c, f(a, b))), { argnums: [0, 1] });
      const expected = pulled(weights)(...inputs) as Tensor[];
      const actual = jit(pulled(v))(x, w) as Tensor[];
      for (const [i, g] of actual.entries()) await near(g, expected[i]!, `梯度 ${i}`);
    });
  }

  it("前向与两个梯度各派发一次；只要一个梯度时不算另一个", async () => {
    const inputs = draw([3, 9, 7, 6], [10, 9, 3, 3]);
    const [x, w] = (await moved(inputs)) as [Tensor, Tensor];
    const f = (a: Tensor, b: Tensor): Tensor => sum(conv2d(a, b, { padding: 1 }));
    const count = (run: () => unknown): number => {
      run();
      const start = gpu.gpu.dispatched;
      run();
      return gpu.gpu.dispatched - start;
    };
    assert.equal(
      count(() => conv2d(x, w, { padding: 1 })),
      1,
    );
    const both = count(() => jit(grad(f, { argnums: [0, 1] }))(x, w));
    const one = count(() => jit(grad(f))(x, w));
    assert.equal(both - one, 1);
  });

  it("二阶、vmap 走展开的写法，与 cpu 一致；对不上的形状照样报错", async () => {
    const [x, w, v] = draw([1, 2, 5, 4], [3, 2, 2, 2], [1, 2, 5, 4]) as [Tensor, Tensor, Tensor];
    const [gx, gw, gv] = (await moved([x, w, v])) as [Tensor, Tensor, Tensor];
    const loss = (b: Tensor) => (a: Tensor) => sum(square(square(conv2d(a, b, { padding: 1 }))));
    await near(hvp(loss(gw))(gx, gv), hvp(loss(w))(x, v), "黑塞乘向量", 1e-4);
    const [xs] = draw([3, 1, 2, 5, 4]) as [Tensor];
    const each = (b: Tensor) => vmap((a: Tensor) => conv2d(a, b));
    await near(each(gw)((await moved([xs]))[0]!), each(w)(xs), "vmap");
    assert.throws(() => conv2d(gx, gw, { dilation: 5 }), /TIDU-CONV-002/);
    assert.throws(() => conv2d(gx, gw, { groups: 2 }), /TIDU-CONV-001/);
  });
});
