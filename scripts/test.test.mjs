import assert from "node:assert/strict";
import { mochaArguments } from "./test.mjs";

describe("npm test 的参数", () => {
  it("不选就照 .mocharc.json 跑全部，其余参数传给 mocha", () => {
    assert.deepEqual(mochaArguments([]), []);
    assert.deepEqual(mochaArguments(["--bail"]), ["--bail"]);
  });

  it("选包、选文件", () => {
    const args = mochaArguments(["jupyter-kernel", "scripts/lab.test.mjs", "--bail"]);
    assert.ok(args.includes("--no-config") && args.includes("--bail"));
    assert.deepEqual(args.slice(-2), ["jupyter-kernel/dist/**/*.test.js", "scripts/lab.test.mjs"]);
  });

  it("写错名字：说明该写什么", () => {
    assert.throws(() => mochaArguments(["jupyter"]), /TIDU-TEST-001：没有叫 jupyter 的包或文件/);
  });
});
