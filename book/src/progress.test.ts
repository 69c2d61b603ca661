import assert from "node:assert/strict";
import fc from "fast-check";
import { emptyProgress, mergeProgress, type Progress, parseProgress } from "./progress.js";

const date = fc.date({ noInvalidDate: true }).map((value) => value.toISOString());
const names = fc.constantFrom("3/02", "1/01", "huber.value");
const dates = fc.dictionary(names, date, { noNullPrototype: true });
const progress = fc.record<Progress>(
  {
    version: fc.constant(1 as const),
    read: dates,
    passed: fc.dictionary(names, dates, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
);

describe("学习进度", () => {
  it("存下再读出，一样", () => {
    fc.assert(
      fc.property(progress, (value) => assert.deepEqual(parseProgress(JSON.stringify(value)), value)),
    );
  });

  it("合并：可交换，与自己合并不变，空的是单位元", () => {
    fc.assert(
      fc.property(progress, progress, (a, b) => {
        assert.deepEqual(mergeProgress(a, b), mergeProgress(b, a));
        assert.deepEqual(mergeProgress(a, a), a);
        assert.deepEqual(mergeProgress(a, emptyProgress()), a);
      }),
    );
  });

  it("不是进度的文件不认，坏日期丢掉", () => {
    for (const text of ["", "null", "[]", "{}", '{"version":2}', "不是 JSON"])
      assert.equal(parseProgress(text), undefined);
    assert.deepEqual(parseProgress('{"version":1,"read":{"a":"昨天","b":"2026-01-01"},"passed":{"e":7}}'), {
      version: 1,
      read: { b: "2026-01-01" },
      passed: { e: {} },
    });
  });
});
