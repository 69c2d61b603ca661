import assert from "node:assert/strict";
import {
  defaultDevice,
  device,
  devices,
  grad,
  scope,
  sum,
  type Tensor,
  TiduError,
  tensor,
  to,
  useDevice,
} from "../index.js";

const withId = (id: string) => (e: unknown) => e instanceof TiduError && e.id === id;

describe("设备登记", () => {
  it("没有的名字：TIDU-DEV-003，并列出全部名字", async () => {
    await assert.rejects(device("gpu"), (e: TiduError) => {
      assert.equal(e.message, "TIDU-DEV-003：没有名叫 “gpu” 的设备；可用的名字有 cpu、webgpu、tensorflow。");
      return e.id === "TIDU-DEV-003";
    });
    assert.throws(() => to([1], "toString"), withId("TIDU-DEV-003"));
  });

  it("各设备都有一句中文说明", async () => {
    const reports = await devices();
    assert.deepEqual(
      reports.map((r) => r.name),
      ["cpu", "webgpu", "tensorflow"],
    );
    for (const { detail } of reports) assert.match(detail, /[\u4e00-\u9fff]/);
    assert.equal(reports[0]!.available, true);
  });

  it("缺省设备是 cpu", async () => {
    assert.equal(defaultDevice().name, "cpu");
    await useDevice("cpu");
    assert.equal(tensor([1, 2]).device, "cpu");
  });

  it("to 的导数是恒等", () => {
    const g = grad((x: Tensor) => sum(to(x, "cpu").mul(x)))(tensor([1, 2, 3]));
    assert.deepEqual(g.toArray(), [2, 4, 6]);
  });

  it("scope 里返回 Promise：TIDU-DEV-006", () => {
    assert.throws(() => scope(async () => 1), withId("TIDU-DEV-006"));
  });
});
