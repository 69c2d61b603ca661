import assert from "node:assert/strict";
import { problems } from "../problems/index.js";
import { measureAccuracy, TOTAL } from "./accuracy.js";

describe("判断的准确", () => {
  let measured: ReturnType<typeof measureAccuracy>;
  before(() => {
    measured = measureAccuracy(problems, 1500, 7);
  });

  it("正确的一个不拒绝，错误的一个不接受，题目的判据处处一致", () => {
    const { cases, faults, judges } = measured;
    assert.ok(cases >= 1500);
    assert.equal(faults, 0);
    const { right, rejected, wrong, accepted, undecided } = judges.tidu[TOTAL]!;
    assert.deepEqual([rejected, accepted], [0, 0]);
    assert.ok(right > 150 && wrong > 1000);
    // 没有把握的只能是少数，不然“零错误”是空话。
    assert.ok(undecided < 0.05 * cases);
  });

  it("同样的例子，gradcheck 与 check_grads 的规则两种错都犯", () => {
    const { judges } = measured;
    for (const name of ["gradcheck", "check_grads"] as const) {
      const tally = judges[name];
      assert.ok(tally[TOTAL]!.rejected > 0 && tally[TOTAL]!.accepted > 0, name);
      // |g|=1e-6 时反号，固定的绝对误差一个也看不出来。
      assert.equal(tally["|g|=1e-6：反号"]!.accepted, tally["|g|=1e-6：反号"]!.wrong);
    }
  });
});
