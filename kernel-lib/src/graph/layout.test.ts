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

  it("交叉少：LSTM 的一步一个也没有，四十个节点的随机图平均每条边不到一个", () => {
    const box = { main: 50, cross: 90 };
    const lstm: number[][] = [
      ...[[], [], [], [], [], []], // x、h、c、W、U、b
      ...[
        [3, 0],
        [4, 1],
        [6, 7],
        [8, 5],
      ], // 两个矩阵乘、相加、z
      ...[[9], [9], [9], [9]], // 切片
      ...[[10], [11], [12], [13]], // 四个门
      ...[[15, 2], [14, 17], [18, 19], [20], [16, 21], [22]],
    ];
    const lstmPlan = layout(lstm.map((from) => ({ ...box, from })));
    assert.equal(crossings(lstmPlan.routes), 0);

    let state = 11;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * n);
    };
    let [total, edges] = [0, 0];
    for (let trial = 0; trial < 8; trial++) {
      const nodes = Array.from({ length: 40 }, (_, i) => {
        const from = i < 4 ? [] : [...new Set([i - 1 - random(Math.min(i, 6)), random(i)])];
        return { ...box, from };
      });
      total += crossings(layout(nodes).routes);
      edges += nodes.reduce((n, x) => n + x.from.length, 0);
    }
    assert.ok(total <= edges, `${edges} 条边，${total} 个交叉`);
  });
});

/** 各条边的折线两两相交的次数；同一个端点出发或到达的不算。 */
function crossings(routes: readonly (readonly Point[])[][]): number {
  const lines = routes.flat();
  const near = (p: Point, q: Point): boolean => Math.hypot(p.main - q.main, p.cross - q.cross) < 1;
  const side = (a: Point, b: Point, p: Point): number =>
    Math.sign((b.main - a.main) * (p.cross - a.cross) - (b.cross - a.cross) * (p.main - a.main));
  const meet = (a: Point, b: Point, c: Point, d: Point): boolean =>
    side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  let count = 0;
  for (const [i, a] of lines.entries()) {
    for (const b of lines.slice(i + 1)) {
      if (near(a[0]!, b[0]!)) continue;
      for (let k = 1; k < a.length; k++) {
        for (let m = 1; m < b.length; m++) if (meet(a[k - 1]!, a[k]!, b[m - 1]!, b[m]!)) count++;
      }
    }
  }
  return count;
}
