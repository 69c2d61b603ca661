import assert from "node:assert/strict";
import * as ops from "../primitives/index.js";
import type { Tensor } from "../tensor.js";
import { GraphInterpreter } from "../transforms/graph-interpreter.js";
import { optimise } from "./optimise.js";

/** 记录 f，优化，列出剩下的运算。 */
function left(f: (...xs: Tensor[]) => Tensor | Tensor[], ...shapes: number[][]): string[] {
  const interpreter = new GraphInterpreter();
  const outputs = f(...shapes.map((s) => interpreter.input(s, "float64")));
  const graph = optimise(interpreter.finish(Array.isArray(outputs) ? outputs : [outputs]));
  return graph.nodes.filter((n) => n.kind === "op").map((n) => n.primitive!.name);
}

describe("optimise", () => {
  it("去掉用不到的节点，合并公共子表达式（加法、乘法不计次序）", () => {
    assert.deepEqual(
      left(
        (x) => {
          ops.exp(x);
          return ops.tanh(x);
        },
        [3],
      ),
      ["tanh"],
    );
    assert.deepEqual(
      left((x, y) => ops.add(ops.mul(x, y), ops.mul(y, x)), [3], [3]),
      ["mul", "add"],
    );
    assert.deepEqual(
      left((x, y) => ops.add(ops.sub(x, y), ops.sub(y, x)), [3], [3]),
      ["sub", "sub", "add"],
    );
  });

  it("参数不同的运算不合并", () => {
    assert.deepEqual(
      left((x) => ops.add(ops.clip(x, 0, 1), ops.clip(x, -1, 1)), [3]),
      ["clip", "clip", "add"],
    );
  });

  it("对每个浮点数都成立的恒等式才化简", () => {
    assert.deepEqual(
      left((x) => ops.mul(x, 1), [3]),
      [],
    );
    assert.deepEqual(
      left((x) => ops.sub(x, 0), [3]),
      [],
    );
    assert.deepEqual(
      left((x) => ops.div(x, 1), [3]),
      [],
    );
    assert.deepEqual(
      left((x) => ops.neg(ops.neg(x)), [3]),
      [],
    );
    assert.deepEqual(
      left((x) => ops.add(x, -0), [3]),
      [],
    );
    // x·0 遇 NaN、∞ 不是 0；−0 + 0 是 0，不是 −0。
    assert.deepEqual(
      left((x) => ops.mul(x, 0), [3]),
      ["mul"],
    );
    assert.deepEqual(
      left((x) => ops.add(x, 0), [3]),
      ["add"],
    );
    assert.deepEqual(
      left((x) => ops.sub(0, x), [3]),
      ["sub"],
    );
  });

  it("乘 1 会改变形状或类型时不能去掉", () => {
    assert.deepEqual(
      left((x) => ops.mul(x, [[1], [1]]), [3]),
      ["broadcastTo"].concat(["mul"]),
    );
    assert.deepEqual(
      left((x) => ops.mul(ops.greater(x, 0), 1), [3]),
      ["greater", "mul"],
    );
  });

  it("连续的改形、转置、广播合成一次，互逆的消去", () => {
    assert.deepEqual(
      left((x) => ops.reshape(ops.reshape(x, [6]), [2, 3]), [2, 3]),
      [],
    );
    assert.deepEqual(
      left((x) => ops.transpose(ops.transpose(x)), [2, 3]),
      [],
    );
    assert.deepEqual(
      left((x) => ops.transpose(ops.transpose(x, [1, 2, 0]), [1, 2, 0]), [2, 3, 4]),
      ["transpose"],
    );
    assert.deepEqual(
      left((x, y) => ops.add(ops.broadcastTo(x, [2, 3]), y), [3], [2, 3]),
      ["add"],
    );
    assert.deepEqual(
      left((x) => ops.sum(x, [0]), [1, 3]),
      ["reshape"],
    );
  });

  it("常数提前算好", () => {
    assert.deepEqual(
      left((x) => ops.mul(x, ops.square(ops.sub(ops.mul(x, 0), ops.mul(x, 0)))), []),
      ["mul", "sub", "square", "mul"],
    );
    const interpreter = new GraphInterpreter();
    const x = interpreter.input([3], "float64");
    const one = interpreter.lift(ops.mul(1, 1));
    const y = ops.mul(x, ops.add(one, one));
    const graph = optimise(interpreter.finish([y]));
    assert.deepEqual(
      graph.nodes.map((n) => n.primitive?.name ?? n.scalar ?? n.kind),
      ["input", 2, "mul"],
    );
  });
});
