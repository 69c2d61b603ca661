import assert from "node:assert/strict";
import fc from "fast-check";
import { arrange, type BoxText, type Picture, type Rect, textWidth } from "./picture.js";
import type { Box } from "./readable.js";
import { drawSvg } from "./svg.js";

const tagSets = [
  [""],
  ["", ""],
  ["＋", "－"],
  ["分子", "分母"],
  ["条件", "真", "假"],
  ["左", "右"],
  ["底", "指数"],
];

/** 随机的图：运算的操作数多是最近的几个值，边上有真的会出现的小字；框里一到五行字。 */
const graphs = fc
  .array(
    fc.record({
      kind: fc.nat(tagSets.length - 1),
      reach: fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
      title: fc.constantFrom("x", "softmax 沿轴 1", "矩阵乘", "W₁", "残差"),
      value: fc.constantFrom(["2"], ["3×4 ∈ [−0.587, 0.93]"], ["[1, 2]", "[3, 4]", "[5, 6]"]),
    }),
    { minLength: 2, maxLength: 40 },
  )
  .map((rows): BoxText[] => {
    const boxes: Box[] = [];
    return rows.map(({ kind, reach, title, value }, i) => {
      const tags = tagSets[kind]!;
      const sources = new Map<Box, string>();
      for (const [k, tag] of tags.entries()) {
        const from = boxes[i < 3 ? -1 : Math.max(0, i - 1 - (reach[k]! % (k === 0 ? 3 : i)))];
        if (from && !sources.has(from)) sources.set(from, tag);
      }
      const box = {
        node: {},
        kind: sources.size > 0 ? "op" : "input",
        title,
        note: "",
        inputs: [...sources].map(([from, tag]) => ({ from, tag })),
      } as unknown as Box;
      boxes.push(box);
      return { box, title, note: "", value, adjoint: value };
    });
  });

function overlap(a: Rect, b: Rect, slack = 0.5): boolean {
  return (
    Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > slack &&
    Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > slack
  );
}

const tagsOf = (p: Picture): Rect[] => p.edges.flat().flatMap(({ tag }) => tag?.rect ?? []);

describe("picture：框、字、边的位置", () => {
  for (const direction of ["right", "down"] as const) {
    it(`框与框、小字与框、小字与小字都不重叠，全在画面里（${direction}）`, () => {
      fc.assert(
        fc.property(graphs, (texts) => {
          const p = arrange(texts, direction);
          const tags = tagsOf(p);
          for (const [i, a] of p.rects.entries()) {
            for (const b of p.rects.slice(i + 1)) assert.ok(!overlap(a, b), "框重叠");
            for (const t of tags) assert.ok(!overlap(a, t), "小字压着框");
          }
          for (const [i, a] of tags.entries()) {
            for (const b of tags.slice(i + 1)) assert.ok(!overlap(a, b, 1.5), "小字重叠");
          }
          for (const r of [...p.rects, ...tags]) {
            assert.ok(r.x >= p.left && r.x + r.width <= p.left + p.width + 0.1, "超出左右");
            assert.ok(r.y >= 0 && r.y + r.height <= p.height + 0.1, "超出上下");
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it("框里的字不出框", () => {
    fc.assert(
      fc.property(graphs, (texts) => {
        const p = arrange(texts);
        for (const [i, t] of p.texts.entries()) {
          const { width, height } = p.rects[i]!;
          assert.ok(textWidth(t.title, 15) <= width);
          for (const row of t.value) assert.ok(textWidth(row, 12) <= width);
          const lines = t.value.length + (t.adjoint!.length === 1 ? 1 : t.adjoint!.length + 1);
          assert.ok(28 + lines * 17 <= height);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("窄屏上缩到八成为止", () => {
    const texts = fc.sample(graphs, { numRuns: 1, seed: 5 })[0]!;
    const p = arrange(texts);
    const svg = drawSvg(p, {}, "");
    const least = Number(/min-width:(\d+)px/.exec(svg)![1]);
    assert.ok(Math.abs(least - 0.8 * p.width) <= 0.5);
  });
});
