import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { colorTraceback } from "./traceback.js";

describe("traceback 的颜色", () => {
  it("名字、出错的行、^、调用栈；去掉颜色就是原文", () => {
    const plain = [
      "TypeError: 坏",
      "单元格 [1]:2:3",
      "  1 | a",
      "> 2 | b",
      "    |   ^",
      "    at f (单元格 [1]:2:3)",
      "原因：Error: 里",
    ];
    const colored = colorTraceback("TypeError", plain);
    assert.deepEqual(
      colored.map((line) => line.includes("\u001b")),
      [true, false, false, true, true, true, true],
    );
    assert.deepEqual(
      colored.map((line) => stripVTControlCharacters(line)),
      plain,
    );
    assert.deepEqual(colorTraceback("TypeError", colored), colored);
  });
});
