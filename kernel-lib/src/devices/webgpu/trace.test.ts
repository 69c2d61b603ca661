import assert from "node:assert/strict";
import { add, mul, named, square, sum, type Tensor, toDevice, trace } from "../../index.js";
import { testGpu } from "../software-gpu.js";

describe("webgpu：计算图", () => {
  before(async function () {
    if (!(await testGpu())) return this.skip();
  });

  const f = (x: Tensor): Tensor => named(sum(square(named(add(mul(x, 3), 1), "y"))), "L");

  it("没有读回时写明形状与设备；load 之后数值、伴随、说明与 cpu 上的一样", async () => {
    const x = await toDevice([1, -2], "webgpu");
    const there = trace(f, { grad: true })(x);
    assert.match(there.toSvg(), />2（在 webgpu，未读回）</);
    assert.match(there.toString(), /标量（在 webgpu，未读回）/);
    assert.ok(there.frames().at(-1)!.caption.includes("未读回"));
    assert.equal(await there.load(), there);
    const here = trace(f, { grad: true })([1, -2]);
    assert.equal(there.toSvg(), here.toSvg());
    assert.deepEqual(there.animate().steps, here.animate().steps);
  });
});
