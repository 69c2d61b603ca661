import assert from "node:assert/strict";
import { optimise } from "../../graph/optimise.js";
import * as ops from "../../primitives/index.js";
import type { Tensor } from "../../tensor.js";
import { grad } from "../../transforms/grad.js";
import { GraphInterpreter } from "../../transforms/graph-interpreter.js";
import { sourceOf } from "./compile.js";

function source(f: (...xs: Tensor[]) => Tensor | Tensor[], ...shapes: number[][]): string {
  const interpreter = new GraphInterpreter();
  const outputs = f(...shapes.map((s) => interpreter.input(s, "float64")));
  return sourceOf(optimise(interpreter.finish(Array.isArray(outputs) ? outputs : [outputs])));
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

describe("compileCpu 生成的代码", () => {
  it("一串逐元素运算与它的约简是一个循环，没有中间缓冲区", () => {
    const huber = (e: Tensor): Tensor =>
      ops.sum(ops.where(ops.lessEqual(ops.abs(e), 1), ops.mul(0.5, ops.square(e)), ops.sub(ops.abs(e), 0.5)));
    const text = source((e) => [huber(e), grad(huber)(e) as Tensor], [1000]);
    assert.equal(count(text, /\bfor \(/g), 1, text);
    assert.equal(count(text, /buffers\[/g), 0, text);
  });

  it("形状首尾相接的几层循环并成一层", () => {
    assert.equal(
      count(
        source((x) => ops.tanh(x), [4, 5, 6]),
        /\bfor \(/g,
      ),
      1,
    );
    assert.equal(
      count(
        source((x, y) => ops.add(x, y), [4, 5], [5]),
        /\bfor \(/g,
      ),
      2,
    );
    assert.equal(
      count(
        source((x) => ops.tanh(ops.reshape(x, [10, 12])), [4, 5, 6]),
        /\bfor \(/g,
      ),
      1,
    );
  });

  it("转置、切片、广播只改下标", () => {
    const text = source((x, b) => ops.mul(ops.transpose(ops.slice(x, [0, 1], [4, 3])), b), [4, 5], [4]);
    assert.equal(count(text, /buffers\[/g), 0, text);
    assert.equal(count(text, /calls\[/g), 0, text);
  });

  it("小矩阵乘与后面的偏置、激活在同一个循环里", () => {
    const text = source((x, w, b) => ops.tanh(ops.add(ops.matmul(x, w), b)), [8, 4], [4, 16], [16]);
    assert.equal(count(text, /\bfor \(/g), 2, text);
    assert.equal(count(text, /buffers\[/g), 0, text);
  });

  it("贵的中间值只算一次：广播之前先存起来", () => {
    const text = source((x, y) => ops.mul(ops.exp(x), y), [5], [7, 5]);
    assert.equal(count(text, /\bexp\(/g), 1);
    assert.equal(count(text, /buffers\[/g), 1, text);
  });

  it("tanh 与它的导数在同一个循环里，只算一次指数", () => {
    const loss = (w: Tensor): Tensor => ops.sum(ops.square(ops.tanh(ops.matmul(w, w))));
    const text = source((w) => grad(loss)(w) as Tensor, [8, 8]);
    assert.equal(count(text, /\btanh\(t\d+, side\)/g), 1, text);
    assert.equal(count(text, /exp\(-/g), 0, text);
  });

  it("不再用的中间缓冲区让给后来的", () => {
    const chain = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 10; i++) y = ops.cumsum(ops.transpose(ops.tanh(y)), 0);
      return y;
    };
    assert.ok(count(source(chain, [6, 6]), /buffers\[/g) <= 2);
  });
});
