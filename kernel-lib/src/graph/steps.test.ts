import assert from "node:assert/strict";
import fc from "fast-check";
import { mean, norm, softmax } from "../functions/index.js";
import { huber } from "../losses/index.js";
import * as ops from "../primitives/index.js";
import type { Tensor } from "../tensor.js";
import { block } from "./blocks.js";
import { bar } from "./rules.js";
import { summarize } from "./summary.js";
import { named, trace } from "./trace.js";

const captions = (f: (...xs: Tensor[]) => Tensor, names: string[], ...args: any[]): string[] =>
  trace(f, { grad: true, names })(...args)
    .frames()
    .map((s) => s.caption);

describe("逐步演示", () => {
  it("说明里有局部规则与代进去的数；一个值用在几处时写累计", () => {
    const f = (x: Tensor): Tensor => {
      const u = named(ops.square(x), "u");
      const v = named(ops.add(u, 1), "v");
      return named(ops.mul(u, v), "f");
    };
    assert.deepEqual(captions(f, ["x"], 2), [
      "输入：x = 2",
      "前向：u = x² = 2² = 4",
      "前向：v = u + 1 = 4 + 1 = 5",
      "前向：f = u·v = 4·5 = 20",
      "反向：从输出开始，f̄ = ∂f/∂f = 1",
      "反向：f = u·v：ū += f̄·v = 1·5 = 5；v̄ += f̄·u = 1·4 = 4",
      "反向：v = u + 1：ū += v̄ = 4，累计 9",
      "反向：u = x²：x̄ += ū·2·x = 9·2·2 = 36",
    ]);
  });

  it("负数加括号，常数在左在右都对，没有名字的运算叫 t₁", () => {
    const f = (a: Tensor, b: Tensor): Tensor => ops.sub(3, ops.div(a, b));
    assert.deepEqual(captions(f, ["a", "b"], 6, -2).slice(1), [
      "前向：t₁ = a ÷ b = 6 ÷ (−2) = −3",
      "前向：t₂ = 3 − t₁ = 3 − (−3) = 6",
      "反向：从输出开始，t̄₂ = ∂t₂/∂t₂ = 1",
      "反向：t₂ = 3 − t₁：t̄₁ += −t̄₂ = −1",
      "反向：t₁ = a ÷ b：ā += t̄₁ ÷ b = (−1) ÷ (−2) = 0.5；b̄ += −t̄₁·a ÷ b² = −(−1)·6 ÷ (−2)² = 1.5",
    ]);
  });

  it("张量写形状与规则；广播的轴求和", () => {
    const f = (W: Tensor, x: Tensor, b: Tensor): Tensor =>
      named(ops.sum(named(ops.add(named(ops.matmul(x, W), "z"), b), "y")), "L");
    const lines = captions(f, ["W", "x", "b"], [[1, 2]], [[3], [4], [5]], [0.5, 0.5]);
    assert.ok(lines.includes("反向：z = x W：x̄ += z̄ Wᵀ，得 [3; 3; 3]；W̄ += xᵀ z̄，得 [12, 12]"));
    assert.ok(lines.includes("反向：y = z + b：z̄ += ȳ，得 3×2 全是 1；b̄ += ȳ（沿广播的轴求和），得 [3, 3]"));
  });

  it("合成的框（norm、softmax、huber、mean）各有一句", () => {
    const f = (x: Tensor): Tensor =>
      named(ops.add(named(norm(x), "n"), named(mean(huber(named(softmax(x), "p"), 1)), "m")), "L");
    const text = captions(f, ["x"], [3, 4]).join("\n");
    for (const part of ["n = ‖x‖", "x̄ += n̄·x ÷ n，得 [0.6, 0.8]", "p = softmax(x)", "t₁ = Huber(p)"]) {
      assert.ok(text.includes(part), `${part}\n${text}`);
    }
  });

  it("每个框最后写的伴随等于 trace 的伴随（随机的图，值反复使用）", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.nat(30), fc.nat(30)), { minLength: 3, maxLength: 20 }),
        fc.boolean(),
        (program, inBlock) => {
          const f = (a: Tensor, b: Tensor): Tensor => {
            const values = [a, b];
            const step = ([k, i, j]: (typeof program)[number]): Tensor => {
              const [x, y] = [values[i % values.length]!, values[j % values.length]!];
              const two = [ops.add, ops.mul, ops.sub][k];
              return two ? two(x, y) : k === 3 ? ops.tanh(x) : k === 4 ? ops.mul(x, 0.5) : ops.sigmoid(x);
            };
            for (const [n, line] of program.entries()) {
              values.push(
                named(inBlock && n % 5 === 2 ? block("段", () => step(line))() : step(line), `v${n}`),
              );
            }
            return named(
              values.reduce((s, v) => ops.add(s, v)),
              "L",
            );
          };
          const g = trace(f, { grad: true })(0.3, -0.7);
          const last = g.frames({ collapse: inBlock }).at(-1)!.svg;
          for (const node of g.inputs) {
            const shown = new RegExp(`>${node.name}</text>.*?伴随</tspan> ([^<]+)<`).exec(last)![1];
            const adjoint = node.adjoint!.concrete().readSync();
            if (shown === summarize(adjoint, [], "float64")) continue;
            // 只写几位有效数字，两边求和的次序又不同：恰在进位处时末位会差一
            const off = Math.abs(Number(shown!.replaceAll("−", "-")) - adjoint[0]!);
            assert.ok(off <= 6e-3 * Math.abs(adjoint[0]!) + 1e-12, `写的是 ${shown}，应为 ${adjoint[0]}`);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it("各帧位置相同：什么都不跳", () => {
    const f = (x: Tensor, w: Tensor): Tensor => ops.sum(ops.square(ops.sub(ops.mul(x, w), 1)));
    const frames = trace(f, { grad: true })([1, 2, 3], [4, 5, 6]).frames();
    const places = (svg: string): string =>
      [...svg.matchAll(/<rect (x=[^/]*?) rx|<path class="tidu-edge" d="([^"]*)"/g)]
        .map((m) => m[1] ?? m[2])
        .filter((p, i, all) => all.indexOf(p) === i)
        .sort()
        .join("\n");
    assert.equal(new Set(frames.map((f) => places(f.svg))).size, 1);
  });

  it("段作为一步，送出的伴随写成数", () => {
    const gate = block("门", (x: Tensor, w: Tensor) => ops.sigmoid(ops.mul(x, w)));
    const lines = captions((x, w) => named(ops.mul(x!, gate(x!, w!)), "y"), ["x", "w"], 2, 0);
    assert.deepEqual(lines.slice(1), [
      "前向：门(x，w)，得 0.5",
      "前向：y = x·门 = 2·0.5 = 1",
      "反向：从输出开始，ȳ = ∂y/∂y = 1",
      "反向：y = x·门：x̄ += ȳ·门 = 1·0.5 = 0.5；「门」的伴随 += ȳ·x = 1·2 = 2",
      "反向：经过 门：x̄ += 0，累计 0.5；w̄ += 1",
    ]);
  });

  it("没有伴随时只有前向；网页片段没有脚本，每步一个单选钮与一句说明", () => {
    const g = trace((x: Tensor) => named(ops.tanh(x), "h"))(0.5);
    assert.equal(g.animate().steps.length, 2);
    const { html, steps } = trace((x: Tensor) => ops.square(ops.tanh(x)), { grad: true })(0.5).animate();
    assert.ok(!/<script|\son\w+=|href|url\((?!#)/.test(html));
    assert.equal(html.match(/type="radio"/g)!.length, steps.length);
    assert.equal(html.match(/ data-lm-suppress-shortcuts/g)!.length, steps.length, "JupyterLab 不抢方向键");
    assert.equal(html.match(/<li>/g)!.length, steps.length);
    for (const s of steps) assert.ok(html.includes(`>${s.caption}</p>`));
  });

  it("伴随的记号", () => {
    assert.deepEqual(["u", "z1", "ŷ", "t₁₂", "Wq", "loss", "残差"].map(bar), [
      "ū",
      "z\u03041",
      "ŷ\u0304",
      "t\u0304₁₂",
      "W\u0304q",
      "「loss」的伴随",
      "「残差」的伴随",
    ]);
  });
});
