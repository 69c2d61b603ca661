import assert from "node:assert/strict";
import { readDirectives } from "./switch.js";

describe("switch", () => {
  it("%types off 管整个笔记本，那一行变成空行", () => {
    assert.deepEqual(readDirectives("%types off\nconst a = 1"), { code: "\nconst a = 1", notebook: false });
    assert.deepEqual(readDirectives("// 说明\n\n%types on ;"), { code: "// 说明\n\n", notebook: true });
  });

  it("首行 // @ts-nocheck 只管这一格", () => {
    assert.equal(readDirectives("// @ts-nocheck\nlet a").cell, false);
    assert.equal(readDirectives("let a\n// @ts-nocheck").cell, undefined);
  });

  it("取余运算不是魔法命令，拼错的命令要指出来", () => {
    assert.deepEqual(readDirectives("a\n% b"), { code: "a\n% b" });
    assert.equal(readDirectives("%type off\n1").unknown, "%type off");
  });
});
