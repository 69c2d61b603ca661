import assert from "node:assert/strict";
import { parameterNames } from "./names.js";

describe("parameterNames", () => {
  it("箭头函数、普通函数、方法、缺省值、解构、剩余参数", () => {
    assert.deepEqual(
      parameterNames((a, b) => [a, b]),
      ["a", "b"],
    );
    assert.deepEqual(
      parameterNames(function f(x, y = ")", z = [1, 2]) {
        return [x, y, z];
      }),
      ["x", "y", "z"],
    );
    assert.deepEqual(
      parameterNames(({ w, b }, [c, d], ...rest) => [w, b, c, d, rest]),
      [null, null, "rest"],
    );
    const name = new Function("return 误差 => 误差")();
    assert.deepEqual(parameterNames(name), ["误差"]);
    assert.deepEqual(parameterNames(Math.max), []);
  });
});
