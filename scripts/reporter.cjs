// spec 报告器，最后一行固定为 “N passed, N failed, N skipped”。
// TIDU_REQUIRE=all 时，跳过的测试按失败计。
const { reporters, Runner } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    this.skipped = skipped;
  }

  done(failures, fn) {
    const strict = process.env.TIDU_REQUIRE === "all";
    const { passes } = this.stats;
    if (strict) for (const title of this.skipped) console.log(`不允许跳过（TIDU_REQUIRE=all）：${title}`);
    const failed = failures + (strict ? this.skipped.length : 0);
    console.log(`${passes} passed, ${failed} failed, ${strict ? 0 : this.skipped.length} skipped`);
    fn(failed);
  }
};
