import assert from "node:assert/strict";
import { skipsCheck } from "./switch.js";

describe("switch", () => {
  it("首行 // @ts-nocheck 只管这一格", () => {
    assert.equal(skipsCheck("// @ts-nocheck\nlet a"), true);
    assert.equal(skipsCheck("\n// 说明\n%time f()\n// @ts-nocheck 原因\nlet a"), true);
    assert.equal(skipsCheck("let a\n// @ts-nocheck"), false);
    assert.equal(skipsCheck(""), false);
  });
});
