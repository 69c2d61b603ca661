import assert from "node:assert/strict";
import { numbers, type Value } from "../value.js";
import { findQuestion } from "./index.js";

// 练习里每题“算一个”的数，手算得出。
const worked: [id: string, args: Value[], expected: Value][] = [
  ["attention.output", [[1, 0, 0], [4, 2, -2], 1 / Math.LN2], 2],
  ["attention.output", [[1e4, 9999, -1e4], [3, 6, 9], 1 / Math.LN2], 4],
  ["attention.tau", [[1, 0, 0], [4, 2, -2], 1 / Math.LN2], -(Math.LN2 ** 2)],
  [
    "attention.batch",
    [
      [
        [1, 0, 0],
        [5, 5, 9],
      ],
      [
        [4, 2, -2],
        [1, 2, 3],
      ],
      [
        [1, 1, 1],
        [1, 1, 0],
      ],
      1 / Math.LN2,
    ],
    -(Math.LN2 ** 2) / 2,
  ],
  [
    "attention.qkv",
    [
      [1, 2],
      [
        [1, 0],
        [2, -1],
        [-2, 1],
      ],
      [[4], [2], [-2]],
      [1],
      1 / Math.LN2,
    ],
    {
      q: [3 * Math.LN2, -Math.LN2],
      K: [
        [Math.LN2, 2 * Math.LN2],
        [0, 0],
        [-Math.LN2, -2 * Math.LN2],
      ],
      V: [[0.5], [0.25], [0.25]],
    },
  ],
  ["huber.value", [1, 1.5], 0.5],
  ["huber.value", [-3, 1.5], 3.375],
  ["huber.grad", [1, 1.5], 1],
  ["huber.grad", [-3, 1.5], -1.5],
  ["huber.batch", [[1.5, -2, 4], [1, 1, 0], 1], [1 / 6, -1 / 3, 1 / 3]],
  ["huber.delta", [[0.5, -3, 4], 1], 5 / 3],
  ["triplet.value", [[0, 0], [3, 4], [0, 2], 1], 4],
  ["triplet.value", [[0, 0], [3, 4], [6, 8], 1], 0],
  ["triplet.squared", [[0, 0], [3, 4], [0, 2], 1], { a: [-6, -4], p: [6, 8], n: [0, -4] }],
  ["triplet.euclidean", [[0, 0], [3, 4], [0, 2], 1], { a: [-0.6, 0.2], p: [0.6, 0.8], n: [0, -1] }],
  [
    "triplet.batch",
    [
      [
        [0, 0],
        [0, 0],
      ],
      [
        [3, 4],
        [1, 0],
      ],
      [
        [0, 2],
        [3, 0],
      ],
      1,
    ],
    {
      a: [
        [-3, -2],
        [0, 0],
      ],
      p: [
        [3, 4],
        [0, 0],
      ],
      n: [
        [0, -2],
        [0, 0],
      ],
    },
  ],
  ["worked.gradient", [[1, 2]], [32, 44]],
  [
    "worked.directional",
    [
      [1, 2],
      [3, 4],
    ],
    54.4,
  ],
  ["worked.hessian", [[1, 2], 0], [16, 56]],
  ["worked.hessian", [[1, 2], 1], [56, 60]],
  ["worked.adjoints", [1, 2, [0, 0, 0, 0]], { x: 28, y: 8, e: [8, 6, 4, 2] }],
  [
    "jacobian.linear",
    [
      [
        [1, 2],
        [3, 4],
      ],
      [1, -1],
    ],
    [
      [2, 4],
      [6, 8],
    ],
  ],
  [
    "jacobian.tanh",
    [[[2, 1]], [Math.log(3) / 2], [[4]], [1, -2]],
    { W: [[-54, 198]], b: [-90], V: [[22.5]] },
  ],
  [
    "jacobian.softmax",
    [
      [
        [16, 8],
        [0, 8],
      ],
      [0, Math.log(3)],
      [0, 1],
    ],
    {
      W: [
        [2.25, 18],
        [-2.25, -18],
      ],
      b: [18, -18],
    },
  ],
  [
    "jacobian.hutchinson",
    [
      [
        [1, 2],
        [3, 4],
      ],
      [0, 0],
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
      [[1, 1]],
    ],
    52,
  ],
];

describe("手算的例子", () => {
  for (const [id, args, expected] of worked) {
    it(`${id}(${JSON.stringify(args).slice(1, -1)})`, () => {
      const actual = numbers(findQuestion(id)!.reference(...args));
      for (const [i, x] of numbers(expected).entries()) {
        assert.ok(Math.abs(actual[i]! - x) < 1e-12, `${actual[i]} ≠ ${x}`);
      }
      assert.equal(actual.length, numbers(expected).length);
    });
  }
});
