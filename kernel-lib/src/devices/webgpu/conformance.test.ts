import assert from "node:assert/strict";
import "../../index.js";
import { checkConformance, conformanceCases, uncoveredPrimitives } from "../conformance.js";
import type { Device } from "../device.js";
import { testGpu } from "../software-gpu.js";

describe("webgpu：每个原语与 cpu 的 float64 一致", () => {
  let gpu: Device;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found;
  });

  it("检验覆盖全部原语", () => {
    assert.deepEqual(uncoveredPrimitives(), []);
  });

  for (const name of new Set(conformanceCases().map((c) => c.primitive))) {
    it(name, async () => {
      const failures: string[] = [];
      for (const test of conformanceCases().filter((c) => c.primitive === name)) {
        const failure = await checkConformance(test, gpu).catch((e: Error) => e.message);
        if (failure) failures.push(`${test.name}：${failure}`);
      }
      assert.deepEqual(failures, []);
    });
  }
});
