import assert from "node:assert/strict";
import fc from "fast-check";
import {
  grad,
  gradcheck,
  hessian,
  jit,
  sum,
  type Tensor,
  tensor,
  triplet,
  tripletGradient,
  tripletLoss,
  vmap,
} from "../index.js";

type Distance = "euclidean" | "squared";

const width = 3;
const point = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: width, maxLength: width });

/** 定义式，逐个数算。 */
function reference(a: number[], p: number[], n: number[], margin: number, distance: Distance): number {
  const d = (x: number[], y: number[]): number => {
    const s = x.reduce((t, v, i) => t + (v - y[i]!) ** 2, 0);
    return distance === "squared" ? s : Math.sqrt(s);
  };
  return Math.max(0, d(a, p) - d(a, n) + margin);
}

function near(a: unknown, b: unknown, tolerance = 1e-12): void {
  const [x, y] = [a, b].map((v) => [v].flat(9) as number[]) as [number[], number[]];
  assert.equal(x.length, y.length);
  for (const [i, v] of x.entries()) {
    assert.ok(Math.abs(v - y[i]!) <= tolerance * Math.max(1, Math.abs(v)), `${x} ≠ ${y}`);
  }
}

describe("triplet", () => {
  for (const distance of ["euclidean", "squared"] as const) {
    it(`${distance}：值等于定义式，梯度等于闭式，三者之和为零`, () => {
      fc.assert(
        fc.property(point, point, point, fc.double({ min: 0, max: 3, noNaN: true }), (a, p, n, margin) => {
          const options = { margin, distance };
          near(triplet(a, p, n, options).item(), reference(a, p, n, margin, distance));
          const all = grad((x: Tensor, y: Tensor, z: Tensor) => triplet(x, y, z, options), {
            argnums: [0, 1, 2],
          });
          const [ga, gp, gn] = all(a, p, n).map((g) => g.toArray() as number[]) as [
            number[],
            number[],
            number[],
          ];
          const closed = tripletGradient(a, p, n, options);
          near(ga, closed.a.toArray());
          near(gp, closed.p.toArray());
          near(gn, closed.n.toArray());
          near(
            ga.map((v, i) => v + gp[i]! + gn[i]!),
            [0, 0, 0],
          );
        }),
      );
    });

    it(`${distance}：区间判据，两阶两模式`, () => {
      const f = (a: Tensor, p: Tensor, n: Tensor): Tensor => triplet(a, p, n, { margin: 2, distance });
      const batch = [
        [
          [0.1, 0.2],
          [1, -1],
        ],
        [
          [0.5, -0.3],
          [1, -1],
        ],
        [
          [0.9, 0.4],
          [0, 3],
        ],
      ];
      const report = gradcheck(f, batch, { order: 2 });
      assert.equal(report.verdict, "right", report.toString());
    });
  }

  it("手算的例子：a = 0，p = (3,4)，n = (0,5)", () => {
    const g = tripletGradient([0, 0], [3, 4], [0, 5], { margin: 1 });
    near([g.a.toArray(), g.p.toArray(), g.n.toArray()], [-0.6, 0.2, 0.6, 0.8, 0, -1]);
    const s = tripletGradient([0, 0], [3, 4], [0, 5], { margin: 1, distance: "squared" });
    near([s.a.toArray(), s.p.toArray(), s.n.toArray()], [-6, 2, 6, 8, -0, -10]);
  });

  it("恰在边界 z = 0：不激活，梯度为零", () => {
    const f = (a: Tensor): Tensor => triplet(a, [3, 4], [0, 6], { margin: 1 });
    assert.equal(f(tensor([0, 0])).item(), 0);
    near(grad(f)([0, 0]).toArray(), [0, 0]);
    const closed = tripletGradient([0, 0], [3, 4], [0, 6], { margin: 1 });
    near([closed.a.toArray(), closed.p.toArray(), closed.n.toArray()], [0, 0, 0, 0, 0, 0]);
  });

  it("重合的点：欧氏范数在 0 处取 0，没有 NaN，二阶也没有", () => {
    const f = (a: Tensor): Tensor => triplet(a, [1, 2], [4, 6], { margin: 10 });
    near(grad(f)([1, 2]).toArray(), [3 / 5, 4 / 5]);
    near(grad((n: Tensor) => triplet([1, 2], [4, 6], n, { margin: 1 }))([1, 2]).toArray(), [0, 0]);
    const H = (hessian(f)([1, 2]).toArray() as number[][]).flat();
    assert.ok(H.every(Number.isFinite), String(H));
    assert.deepEqual(tripletGradient([1, 2], [1, 2], [1, 2]).a.toArray(), [0, 0]);
  });

  it("批轴互相广播，vmap 与 jit 一致", () => {
    const a = [[0, 0]];
    const p = [
      [1, 0],
      [3, 4],
    ];
    const n = [0, 5];
    assert.deepEqual(triplet(a, p, n).toArray(), [0, 1]);
    assert.deepEqual(vmap((x: Tensor) => triplet([0, 0], x, n))(p).toArray(), [0, 1]);
    near(jit(grad((x: Tensor) => sum(triplet(a, x, n))))(p).toArray(), [0, 0, 0.6, 0.8]);
  });

  it("tripletLoss 的三种约简", () => {
    const args = [
      [
        [0, 0],
        [0, 0],
      ],
      [
        [3, 4],
        [1, 0],
      ],
      [
        [0, 5],
        [0, 5],
      ],
    ] as const;
    near(tripletLoss(...args).item(), 0.5);
    near(tripletLoss(...args, { reduction: "sum" }).item(), 1);
    near(tripletLoss(...args, { reduction: "none" }).toArray(), [1, 0]);
    near(grad((p: Tensor) => tripletLoss(args[0], p, args[2]))(args[1]).toArray(), [0.3, 0.4, 0, 0]);
  });

  const cases: readonly [string, () => unknown, string][] = [
    ["负的间隔", () => triplet([0], [1], [2], { margin: -1 }), "TIDU-LOSS-003"],
    ["NaN 间隔", () => triplet([0], [1], [2], { margin: Number.NaN }), "TIDU-LOSS-003"],
    ["距离名写错", () => triplet([0], [1], [2], { distance: "l2" as never }), "TIDU-LOSS-004"],
    ["特征数不同", () => triplet([0, 0], [1], [2]), "TIDU-LOSS-005"],
    ["标量", () => triplet(0, 1, 2), "TIDU-LOSS-005"],
    ["约简名写错", () => tripletLoss([[0]], [[1]], [[2]], { reduction: "avg" as never }), "TIDU-LOSS-006"],
  ];
  for (const [name, run, id] of cases) it(`${name}报错`, () => assert.throws(run, { id }));
});
