import assert from "node:assert/strict";
import * as library from "./index.js";
import { type Tensor, tensor } from "./index.js";
import { methodNames } from "./methods.js";

// 每个方法的其余参数；没有列出的只有自己。
const rest: Record<string, readonly unknown[]> = {
  pow: [3],
  clip: [-1, 1],
  elu: [0.5],
  sum: [0, { keepDims: true }],
  mean: [1],
  argmax: [1],
  reshape: [[4]],
  transpose: [[1, 0]],
  broadcastTo: [[3, 2, 2]],
  expandDims: [0],
  swapaxes: [0, 1],
  moveaxis: [0, 1],
  tile: [[2, 1]],
  repeat: [2, 0],
  roll: [1],
  unstack: [1],
  at: [1, "::-1"],
  atan2: [2],
  slice: [
    [0, 1],
    [2, 1],
  ],
  chunk: [2, 1],
  pad: [1],
  gather: [[1, 0]],
  take: [[1]],
  takeAlongAxis: [[[1], [0]]],
  matmul: [
    [
      [1, 2],
      [3, 4],
    ],
  ],
  dot: [[1, 2]],
  conv1d: [[[[1, 2]]]],
  conv2d: [[[[[1], [2]]]]],
  convTranspose2d: [[[[[1], [2]]]]],
  maxPool: [2],
  avgPool: [2],
  outer: [[1, 2]],
  astype: ["int32"],
  to: ["cpu"],
  toDevice: ["cpu"],
};
const binary = ["add", "sub", "mul", "div", "mod", "maximum", "minimum", "equal", "notEqual"].concat([
  "greater",
  "greaterEqual",
  "less",
  "lessEqual",
  "logicalAnd",
  "logicalOr",
  "vecdot",
]);

const matrix = tensor([
  [0.25, -0.5],
  [0.75, 0.1],
]);

// 卷积要求特定的轴数。
const receiver: Record<string, Tensor> = {
  conv1d: matrix.reshape([1, 1, 4]),
  conv2d: matrix.reshape([1, 1, 2, 2]),
  convTranspose2d: matrix.reshape([1, 1, 2, 2]),
};

const plain = (y: unknown): unknown =>
  Array.isArray(y) ? y.map(plain) : { shape: (y as Tensor).shape, value: (y as Tensor).toArray() };

describe("张量方法", () => {
  for (const name of methodNames) {
    it(`x.${name}(…) 等于 ${name}(x, …)`, async () => {
      const args = binary.includes(name) ? [matrix.neg()] : (rest[name] ?? []);
      const x = receiver[name] ?? matrix;
      const viaMethod = await (x as any)[name](...args);
      const viaFunction = await (library as any)[name](x, ...args);
      assert.deepEqual(plain(viaMethod), plain(viaFunction));
    });
  }

  it("不会出现在 for…in 与 Object.keys 里", () => {
    const seen: string[] = [];
    for (const k in matrix) seen.push(k);
    assert.ok(!seen.includes("add"));
  });
});
