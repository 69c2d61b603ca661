import assert from "node:assert/strict";
import * as ops from "../primitives/index.js";
import type { Tensor } from "../tensor.js";
import { grad } from "../transforms/grad.js";
import { jit } from "../transforms/jit.js";
import { stopGradient } from "../transforms/stop-gradient.js";
import { named, trace } from "./trace.js";

const loss = (prediction: Tensor, target: Tensor): Tensor => {
  const e = named(ops.sub(prediction, target), "e");
  const inside = ops.lessEqual(ops.abs(e), 1);
  return ops.sum(ops.where(inside, ops.mul(0.5, ops.square(e)), ops.sub(ops.abs(e), 0.5)));
};

describe("trace", () => {
  it("数值与不画图时相同；伴随值与 grad 相同", () => {
    const args = [
      [1.2, -0.3, 4],
      [1, 0.5, 0.5],
    ] as const;
    const g = trace(loss, { grad: true })(args[0], args[1]);
    assert.equal(g.output.value.item(), loss(ops.mul(args[0], 1), ops.mul(args[1], 1)).item());
    const [p, t] = grad(loss, { argnums: [0, 1] })(args[0], args[1]) as [Tensor, Tensor];
    assert.deepEqual(
      g.inputs.map((n) => n.adjoint!.toArray()),
      [p.toArray(), t.toArray()],
    );
  });

  it("一个值用在几处时，伴随值相加", () => {
    const g = trace((x: Tensor) => ops.add(ops.mul(x, x), ops.mul(3, x)), { grad: true })(5);
    assert.equal(g.inputs[0]!.adjoint!.item(), 13);
  });

  it("停止梯度之后没有伴随值；整数与布尔没有伴随值", () => {
    const g = trace((x: Tensor) => ops.mul(stopGradient(x), 2), { grad: true })(5);
    assert.equal(g.inputs[0]!.adjoint, null);
  });

  it("名字取自参数名、对象的键与 named", () => {
    const f = (params: { w: Tensor; b: Tensor }, x: Tensor): Tensor =>
      named(ops.add(ops.mul(params.w, x), params.b), "y");
    const g = trace(f)({ w: 2, b: 1 }, 3);
    assert.deepEqual(
      g.nodes.map((n) => n.name ?? n.operation),
      ["w", "b", "x", "mul", "y"],
    );
    assert.equal(trace(f, { names: ["p", "输入"] })({ w: 2, b: 1 }, 3).inputs[2]!.name, "输入");
    assert.equal(named(3, "k").item(), 3);
  });

  it("按数值分支的函数也能画：画的是走过的那一支", () => {
    const f = (x: Tensor): Tensor => (x.item() > 0 ? ops.square(x) : ops.neg(x));
    assert.equal(trace(f)(3).output.operation, "square");
    assert.equal(trace(f)(-3).output.operation, "neg");
  });

  it("求导与 jit 也能画进去", () => {
    const cube = (x: Tensor): Tensor => ops.mul(x, ops.mul(x, x));
    assert.equal(trace((x: Tensor) => grad(cube)(x))(2).output.value.item(), 12);
    assert.equal(trace((x: Tensor) => jit(cube)(x), { grad: true })(2).inputs[0]!.adjoint!.item(), 12);
  });

  it("输出不是标量时不能要伴随值", () => {
    assert.throws(() => trace((x: Tensor) => ops.mul(x, 2), { grad: true })([1, 2]), {
      message:
        "TIDU-GRAPH-001：trace(f)：要算伴随值，函数必须返回一个浮点标量，返回的却是形状 [2]、类型 float64。请用 sum 或 mean 化成标量，或去掉 { grad: true }。",
    });
  });

  it("清单、DOT 与 SVG 里有每一步的运算、数值与伴随值", () => {
    const g = trace(loss, { grad: true })([1.2, -0.3, 4], [1, 0.5, 0.5]);
    assert.equal(
      g.toString().split("\n")[0],
      `计算图：2 个输入，${g.nodes.filter((n) => n.kind === "op").length} 步运算，输出 %${g.output.id}`,
    );
    assert.match(
      g.toString(),
      /%2 +e = sub\(%0, %1\) +float64\[3\] +\[0\.2, −0\.8, 3\.5\] +伴随 \[0\.2, −0\.8, 1\]/,
    );
    const svg = g.toSvg();
    for (const text of ["prediction", "target", "|·|", "(·)²", "≤ 1", "× 0.5", "选择", "Σ", "3.34", "伴随"]) {
      assert.ok(svg.includes(text), text);
    }
    assert.ok(!/href|@import|url\((?!#)/.test(svg), "自足：不引用外部资源");
    assert.match(svg, /prefers-color-scheme/);
    assert.match(g.toDot(), /^digraph tidu \{[\s\S]*n0 -> n2 \[label="＋"\];[\s\S]*\}$/);
    const bundle = (g as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for("Jupyter.display")
    ]!();
    assert.deepEqual(Object.keys(bundle), ["image/svg+xml", "text/plain"]);
  });

  it("平方和、范数、平均画成一个框，改形与广播不画", () => {
    const norm = trace((x: Tensor) => ops.sqrt(ops.sum(ops.square(x))))([3, 4]);
    assert.ok(norm.toSvg().includes("‖·‖<"));
    const mean = trace((x: Tensor) => ops.div(ops.sum(x), 3))([1, 2, 6]);
    assert.ok(mean.toSvg().includes(">平均<"));
    const flat = trace((x: Tensor) => ops.sum(ops.reshape(ops.tanh(x), [4])))([
      [1, 2],
      [3, 4],
    ]);
    assert.ok(!flat.toSvg().includes("改形"));
    assert.equal(flat.nodes.filter((n) => n.operation === "reshape").length, 1);
  });

  it("特殊字符在 SVG 里转义", () => {
    const g = trace((x: Tensor) => named(ops.greater(x, 1), '<a&"b">'))(2);
    assert.ok(g.toSvg().includes("&lt;a&amp;&quot;b&quot;&gt;"));
  });

  it("逐帧：先前向后反向，最后一帧与整图的文字相同", () => {
    const g = trace((x: Tensor) => named(ops.square(named(ops.tanh(x), "h")), "y"), { grad: true })(0.5);
    const frames = g.frames();
    assert.deepEqual(
      frames.map((f) => f.title),
      ["输入", "前向：h", "前向：y", "反向：输出的伴随是 1", "反向：经过 y", "反向：经过 h"],
    );
    const words = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map((m) => m[1]!);
    assert.deepEqual(words(frames.at(-1)!.svg), words(g.toSvg()));
    assert.ok(frames[0]!.svg.includes("tidu-faded"));
  });
});
