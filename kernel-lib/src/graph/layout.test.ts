import assert from "node:assert/strict";
import fc from "fast-check";
import { type LayoutNode, layout, type Point } from "./layout.js";

/** 随机的有向无环图：第 i 个节点只连到前面的节点。 */
const graph = fc
  .array(
    fc.record({
      main: fc.integer({ min: 40, max: 200 }),
      cross: fc.integer({ min: 40, max: 160 }),
      from: fc.array(fc.nat(100), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((nodes): LayoutNode[] =>
    nodes.map((n, i) => ({ ...n, from: i === 0 ? [] : [...new Set(n.from.map((j) => j % i))] })),
  );

/** 沿一条边密密地取点：对内直线，对间按三次曲线。 */
function sample(points: readonly Point[]): Point[] {
  const out: Point[] = [];
  for (let k = 1; k < points.length; k++) {
    const [a, b] = [points[k - 1]!, points[k]!];
    const middle = (a.main + b.main) / 2;
    for (let t = 0; t <= 1; t += 1 / 16) {
      const s = 1 - t;
      out.push({
        main: s ** 3 * a.main + 3 * s * s * t * middle + 3 * s * t * t * middle + t ** 3 * b.main,
        cross: (s ** 3 + 3 * s * s * t) * a.cross + (3 * s * t * t + t ** 3) * b.cross,
      });
    }
  }
  return out;
}

describe("layout", () => {
  it("框互不重叠，都在画面里，每条边从来处向前走到去处", () => {
    fc.assert(
      fc.property(graph, (nodes) => {
        const plan = layout(nodes);
        for (const [i, a] of nodes.entries()) {
          const p = plan.centers[i]!;
          assert.ok(p.cross - a.cross / 2 >= -0.01 && p.cross + a.cross / 2 <= plan.cross + 0.01);
          assert.ok(p.main - a.main / 2 >= -0.01 && p.main + a.main / 2 <= plan.main + 0.01);
          for (let j = 0; j < i; j++) {
            const [b, q] = [nodes[j]!, plan.centers[j]!];
            const apart =
              Math.abs(p.main - q.main) >= (a.main + b.main) / 2 ||
              Math.abs(p.cross - q.cross) >= (a.cross + b.cross) / 2;
            assert.ok(apart, `第 ${i} 与第 ${j} 个框重叠`);
          }
          for (const [k, j] of a.from.entries()) {
            const route = plan.routes[i]![k]!;
            assert.equal(route[0]!.main, plan.centers[j]!.main + nodes[j]!.main / 2);
            assert.equal(route.at(-1)!.main, p.main - a.main / 2);
            assert.ok(Math.abs(route.at(-1)!.cross - p.cross) <= a.cross / 2, "箭头落在框边上");
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("边不穿过别的框", () => {
    fc.assert(
      fc.property(graph, (nodes) => {
        const plan = layout(nodes);
        for (const [i, n] of nodes.entries()) {
          for (const [k, j] of n.from.entries()) {
            for (const p of sample(plan.routes[i]![k]!)) {
              for (const [o, box] of nodes.entries()) {
                if (o === i || o === j) continue;
                const c = plan.centers[o]!;
                const inside =
                  Math.abs(p.main - c.main) < box.main / 2 - 1 &&
                  Math.abs(p.cross - c.cross) < box.cross / 2 - 1;
                assert.ok(!inside, `${j}→${i} 穿过 ${o}`);
              }
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("菱形没有交叉，主干是直的", () => {
    const box = { main: 50, cross: 80 };
    const plan = layout([
      { ...box, from: [] },
      { ...box, from: [0] },
      { ...box, from: [0] },
      { ...box, from: [1, 2] },
    ]);
    const [top, left, right, bottom] = plan.centers.map((c) => c.cross);
    assert.ok(Math.abs(top! - bottom!) < 0.5);
    assert.ok(left! < top! && top! < right!);
  });
});
