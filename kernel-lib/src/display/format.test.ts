import assert from "node:assert/strict";
import { inspect } from "node:util";
import { arange, grad, square, sum, type Tensor, tensor, vmap, zeros } from "../index.js";
import type { DisplayArray, DisplayTools } from "./notebook.js";

const bundle = (x: Tensor, tools?: DisplayTools): Record<string, string> =>
  (x as any)[Symbol.for("Jupyter.display")](tools);

describe("张量的显示", () => {
  it("标量印数值，矩阵按列对齐", () => {
    assert.equal(`${tensor(3.5)}`, "3.5");
    assert.equal(
      `${tensor([
        [1, -2],
        [30, 4],
      ])}`,
      "[[ 1, -2],\n [30,  4]]",
    );
    assert.equal(`${tensor([0.5, 1.25, -3])}`, "[ 0.50,  1.25, -3.00]");
    assert.equal(`${tensor([true, false])}`, "[ true, false]");
    assert.equal(`${zeros([0])}`, "[]");
    assert.equal(`${zeros([2, 0])}`, "[]（形状 [2, 0]）");
  });

  it("数量级悬殊时用科学记数；NaN 与 ∞ 也能对齐", () => {
    assert.equal(`${tensor([1e-6, 123.5])}`, "[1.0000e-6, 1.2350e+2]");
    assert.equal(`${tensor([NaN, -Infinity, 1.5])}`, "[NaN,  -∞, 1.5]");
  });

  it("三维之间空一行", () => {
    assert.equal(`${arange(4).reshape([2, 1, 2])}`, "[[[0, 1]],\n\n [[2, 3]]]");
  });

  it("元素很多时只印首尾", () => {
    assert.equal(`${arange(2000)}`, "[   0,    1,    2, …, 1997, 1998, 1999]");
    assert.equal(`${zeros([100, 100])}`.split("\n").length, 7);
  });

  it("console.log 带摘要", () => {
    assert.equal(inspect(tensor([1, 2])), "Tensor float64[2] cpu\n[1, 2]");
  });

  it("grad 里看得到原值；vmap 里只有形状", () => {
    let seen = "";
    grad((x: Tensor) => {
      seen = `${x}`;
      return sum(square(x));
    })([1, 2]);
    assert.equal(seen, "[1, 2]");
    vmap((x: Tensor) => {
      seen = `${x}`;
      return x;
    })([[1, 2]]);
    assert.equal(seen, "Tensor float64[2] cpu（正在变换中，只有形状，没有数值）");
  });

  it("笔记本：没有画法时只有文本，有画法时把形状、数值与写法交给它", () => {
    const x = tensor([[1, -2]]);
    assert.deepEqual(bundle(x), { "text/plain": "Tensor float64[1, 2] cpu\n[[ 1, -2]]" });
    let seen: DisplayArray | undefined;
    const array = (view: DisplayArray) => {
      seen = view;
      return "<b>图</b>";
    };
    assert.deepEqual(bundle(x, { array }), {
      "text/plain": "Tensor float64[1, 2] cpu\n[[ 1, -2]]",
      "text/html": "<b>图</b>",
    });
    assert.deepEqual(
      [
        seen!.title,
        seen!.shape,
        [...(seen!.data as Float64Array)],
        seen!.text,
        seen!.format(0.5),
        seen!.bool,
      ],
      ["Tensor float64[1, 2] · cpu", [1, 2], [1, -2], "[[ 1, -2]]", "0.5", false],
    );
  });

  it("笔记本：变换里的张量没有数值，也能显示", () => {
    let shown: Record<string, string> = {};
    vmap((x: Tensor) => {
      shown = bundle(x, { array: ({ note }) => note });
      return x;
    })([[1, 2]]);
    assert.equal(shown["text/html"], "正在变换中，只有形状，没有数值");
  });
});
