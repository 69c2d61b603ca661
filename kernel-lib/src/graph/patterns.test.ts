import assert from "node:assert/strict";
import { logSoftmax, logsumexp, norm, softmax } from "../functions/index.js";
import { huber, triplet } from "../losses/index.js";
import * as ops from "../primitives/index.js";
import type { Tensor } from "../tensor.js";
import { named, trace } from "./trace.js";

/** 图上各框的标题。 */
function titles(f: (...xs: Tensor[]) => Tensor, ...args: any[]): string[] {
  const svg = trace(f, { names: ["x", "y", "z"] })(...args).toSvg();
  return [...svg.matchAll(/<text class="tidu-title[^>]*>(.*?)</g)].map((m) => m[1]!);
}

describe("patterns：库函数画成一个框", () => {
  const x = [3, 4];
  const m = [
    [1, 2],
    [3, 5],
  ];

  it("norm、softmax、logSoftmax、logsumexp、huber", () => {
    assert.deepEqual(
      titles((x) => norm(x), x),
      ["x", "‖·‖"],
    );
    assert.deepEqual(
      titles((x) => norm(x, 1), m),
      ["x", "‖·‖ 沿轴 1"],
    );
    assert.deepEqual(
      titles((x) => softmax(x), x),
      ["x", "softmax"],
    );
    assert.deepEqual(
      titles((x) => softmax(x, 0), m),
      ["x", "softmax 沿轴 0"],
    );
    assert.deepEqual(
      titles((x) => logSoftmax(x), m),
      ["x", "ln softmax 沿轴 1"],
    );
    assert.deepEqual(titles((x) => logsumexp(x), x).slice(0, 2), ["x", "ln Σ exp"]);
    assert.deepEqual(
      titles((x) => huber(x), x),
      ["x", "Huber，δ = 1"],
    );
    assert.deepEqual(
      titles((x) => ops.sum(huber(x, 0.5)), x),
      ["x", "Huber，δ = 0.5", "Σ"],
    );
  });

  it("triplet 按公式画", () => {
    assert.deepEqual(
      titles((a, p, n) => triplet(a!, p!, n!), [1, 2], [1, 3], [4, 5]),
      ["x", "y", "z", "−", "‖·‖", "−", "‖·‖", "−", "+ 1", "max(·, 0)"],
    );
  });

  it("手写的公式照原样画；中间结果另有他用时也照原样", () => {
    assert.deepEqual(
      titles((x) => ops.div(ops.exp(x), ops.sum(ops.exp(x))), x),
      ["x", "exp", "exp", "Σ", "÷"],
    );
    const kept = titles((x) => {
      const n = ops.sum(ops.square(x));
      const zero = ops.equal(n, 0);
      const safe = named(ops.where(zero, 1, n), "s");
      return ops.where(zero, 0, ops.sqrt(safe));
    }, x);
    assert.ok(kept.includes("s"));
  });
});
