import assert from "node:assert/strict";
import { mean, softmax } from "../functions/index.js";
import * as ops from "../primitives/index.js";
import type { Tensor } from "../tensor.js";
import { grad } from "../transforms/grad.js";
import { block } from "./blocks.js";
import { named, trace } from "./trace.js";

const center = block("居中", (x: Tensor) => ops.sub(x, mean(x)));
const normalize = block("归一化", (x: Tensor) => {
  const d = center(x);
  return ops.div(d, ops.sqrt(ops.add(mean(ops.square(d)), 1e-5)));
});
const model = (x: Tensor, w: Tensor): Tensor => {
  const h = normalize(ops.mul(x, w));
  return named(ops.sum(ops.square(normalize(ops.add(h, x)))), "L");
};
const x = [1, -2, 0.5, 3];
const w = [0.5, 1, -1, 2];

const titles = (svg: string): string[] =>
  [...svg.matchAll(/<text class="tidu-title[^>]*>(.*?)</g)].map((m) => m[1]!);

describe("block：有名字的一段", () => {
  it("不改变数值与梯度；不在 trace 里也照常", () => {
    const plain = (x: Tensor, w: Tensor): Tensor => {
      const one = (x: Tensor): Tensor => {
        const d = ops.sub(x, mean(x));
        return ops.div(d, ops.sqrt(ops.add(mean(ops.square(d)), 1e-5)));
      };
      return ops.sum(ops.square(one(ops.add(one(ops.mul(x, w)), x))));
    };
    const gradOf = (f: typeof model): Tensor => grad(f)(ops.mul(x, 1), ops.mul(w, 1));
    const expected = gradOf(plain).toArray();
    assert.deepEqual(gradOf(model).toArray(), expected);
    const g = trace(model, { grad: true })(x, w);
    assert.deepEqual(g.inputs[0]!.adjoint!.toArray(), expected);
    assert.deepEqual(g.blocks, ["归一化", "居中", "归一化", "居中"]);
  });

  it("缺省收成一个框，有名字、数值与伴随；重名的编号", () => {
    const g = trace(model, { grad: true })(x, w);
    const svg = g.toSvg();
    assert.deepEqual(titles(svg), ["x", "w", "×", "归一化（1）", "+", "归一化（2）", "L"]);
    const box = /tidu-block.*?归一化（1）.*?<\/g>/s.exec(svg)![0];
    assert.match(box, /tidu-value[^>]*>\[/);
    assert.match(box, /伴随<\/tspan> \[/);
  });

  it("全展开，或只收指定名字的段", () => {
    const g = trace(model)(x, w);
    assert.ok(!titles(g.toSvg({ collapse: false })).some((t) => t.includes("归一化")));
    const inner = titles(g.toSvg({ collapse: ["居中"] }));
    assert.equal(inner.filter((t) => t.startsWith("居中")).length, 2);
    assert.ok(inner.includes("√"));
  });

  it("合并成一个框的写法不跨过段的边界", () => {
    const total = block("求和", (x: Tensor) => ops.sum(x));
    const g = trace((x: Tensor) => ops.div(total(x), 3))([1, 2, 6]);
    assert.deepEqual(titles(g.toSvg()), ["x", "求和", "÷ 3"]);
    const whole = block("概率", (x: Tensor) => softmax(x));
    assert.deepEqual(titles(trace((x: Tensor) => whole(x))([1, 2]).toSvg({ collapse: false })), [
      "x",
      "softmax",
    ]);
  });

  it("只改形的段也看得见", () => {
    const merge = block("合并", (x: Tensor) => ops.reshape(x, [4]));
    const g = trace((x: Tensor) => ops.tanh(merge(x)))([
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(titles(g.toSvg()), ["x", "合并", "tanh"]);
  });

  it("几个出口：写出个数与形状，各自的边都在", () => {
    const split = block("分开", (x: Tensor) => [ops.sin(x), ops.cos(x)] as const);
    const g = trace(
      (x: Tensor) => {
        const [a, b] = split(x);
        return ops.sum(ops.mul(a, b));
      },
      { grad: true },
    )([1, 2]);
    const svg = g.toSvg();
    assert.ok(svg.includes("2 个值：2、2"));
    assert.equal(svg.match(/class="tidu-edge"/g)!.length, 3);
  });

  it("网页片段：每段一个 details，更里面的段套在里面，没有脚本，id 不重复", () => {
    const html = trace(model, { grad: true })(x, w).toHtml();
    assert.deepEqual(
      [...html.matchAll(/<summary>(.*?)<\/summary>/g)].map((m) => m[1]),
      ["打开“归一化（1）”（4）", "打开“居中”（4）", "打开“归一化（2）”（4）", "打开“居中”（4）", "全部展开"],
    );
    assert.ok(!/<script|\son\w+=/.test(html));
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]!);
    assert.equal(new Set(ids).size, ids.length);
    const targets = [...html.matchAll(/ data-opens="([^"]+)"/g)].map((m) => m[1]!);
    assert.equal(targets.length, 4);
    for (const target of targets) assert.ok(html.includes(`<details class="tidu-open" id="${target}">`));
    assert.ok(!html.includes("<a "), "JupyterLab 遇到 SVG 里的链接会出错");
    const plain = trace((x: Tensor) => ops.tanh(x))(1);
    assert.equal(plain.toHtml(), plain.toSvg(), "没有段时就是 SVG");
  });

  it("DOT：没有收起的段是 cluster，嵌套着；收起的是一个节点", () => {
    const g = trace(model)(x, w);
    const dot = g.toDot();
    assert.equal(dot.match(/subgraph cluster_/g)!.length, 4);
    assert.match(dot, /label="归一化";[\s\S]*label="居中";[\s\S]*\n {4}\}\n {2}\}/);
    const folded = g.toDot({ collapse: true });
    assert.ok(!folded.includes("subgraph") && folded.includes("归一化（1）"));
  });

  it("清单：段名写在前面；收起的占一行", () => {
    const g = trace(model, { grad: true })(x, w);
    assert.match(g.toString(), /归一化 \/ 居中 \/ sub\(/);
    const folded = g.toString({ collapse: true }).split("\n");
    assert.equal(folded.filter((line) => /归一化\(%\d+\)，\d+ 步 /.test(line)).length, 2);
    assert.ok(folded.every((line) => !line.includes("居中")));
  });

  it("异步函数不行；抛错之后外面的段还原", () => {
    const late = block("晚", async (x: Tensor) => x);
    assert.throws(() => late(ops.add(1, 1)), /^TiduError: TIDU-GRAPH-002：block\("晚"\)/);
    const bad = block("坏", () => {
      throw new Error("坏");
    });
    assert.throws(bad, /坏/);
    assert.deepEqual(trace((x: Tensor) => ops.tanh(x))(1).blocks, []);
  });

  it("参数名与 trace 直接画时一样", () => {
    const g = trace(block("整个", (query: Tensor, key: Tensor) => ops.mul(query, key)))(1, 2);
    assert.deepEqual(
      g.inputs.map((n) => n.name),
      ["query", "key"],
    );
  });
});
