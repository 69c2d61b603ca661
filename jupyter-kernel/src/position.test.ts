import assert from "node:assert/strict";
import fc from "fast-check";
import { toCodePoints, toIndex } from "./position.js";

describe("position", () => {
  it("😀 是一个码点、两个 UTF-16 单元", () => {
    assert.equal(toIndex("a😀b", 2), 3);
    assert.equal(toCodePoints("a😀b", 3), 2);
  });

  it("互为逆运算，超出末尾时停在末尾", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, count) => {
        const total = [...text].length;
        assert.equal(toCodePoints(text, toIndex(text, count)), Math.min(count, total));
      }),
    );
  });
});
