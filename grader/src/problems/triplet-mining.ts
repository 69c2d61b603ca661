import {
  sub as difference,
  expandDims,
  grad,
  max,
  min,
  relu,
  square,
  sum,
  type Tensor,
  tensor,
  where,
} from "@tidu/kernel-lib";
import type { Question } from "../problem.js";
import type { Rng } from "../random.js";
import { add, scale, squared, sub, unit, type Vector, zeros } from "./vectors.js";

/** 一个锚点挑中的正例与负例；缺一样就没有这一项。 */
interface Choice {
  i: number;
  p: number;
  n: number;
  inside: number;
}
type Pick = (distances: number[]) => number;

const farthest: Pick = (d) => d.indexOf(Math.max(...d));
const nearest: Pick = (d) => d.indexOf(Math.min(...d));

/** 逐个锚点挑最难的：同类里最远的、异类里最近的。 */
function choices(X: Vector[], labels: number[], m: number, rules: Partial<Rules> = {}): Choice[] {
  const { positive = farthest, negative = nearest, distance = squared, self = false, swap = false } = rules;
  return X.flatMap((x, i) => {
    const others = X.map((_, j) => j).filter((j) => self || j !== i);
    const alike = others.filter((j) => labels[j] === labels[i]);
    const unlike = others.filter((j) => labels[j] !== labels[i]);
    const [near, far] = swap ? [unlike, alike] : [alike, unlike];
    if (near.length === 0 || far.length === 0) return [];
    const d = (list: number[]) => list.map((j) => distance(sub(x, X[j]!)));
    const [dp, dn] = [d(near), d(far)];
    const [a, b] = [positive(dp), negative(dn)];
    return [{ i, p: near[a]!, n: far[b]!, inside: dp[a]! - dn[b]! + m }];
  });
}

interface Rules {
  positive: Pick;
  negative: Pick;
  distance: (x: Vector) => number;
  /** 把自己也算成自己的正例。 */
  self: boolean;
  /** 正例与负例对调。 */
  swap: boolean;
}

type Parts = (a: Vector, p: Vector, n: Vector) => [Vector, Vector, Vector];
const exact: Parts = (a, p, n) => [scale(sub(n, p), 2), scale(sub(p, a), 2), scale(sub(a, n), 2)];

interface Variation extends Partial<Rules> {
  parts?: Parts;
  active?: (inside: number, m: number) => boolean;
  weight?: (count: number, active: number, valid: number) => number;
  /** 赋值而不是累加。 */
  overwrite?: boolean;
}

/** 梯度散到各行：一行可以是几个锚点的正例或负例，各份相加。 */
const gradient =
  (v: Variation = {}) =>
  (X: Vector[], labels: number[], m: number): Vector[] => {
    const { parts = exact, active = (x) => x > 0, weight = (count) => 1 / count, overwrite = false } = v;
    const chosen = choices(X, labels, m, v);
    const used = chosen.filter(({ inside }) => active(inside, m));
    const k = weight(X.length, used.length, chosen.length);
    const out = X.map(zeros);
    const put = (row: number, g: Vector) => {
      out[row] = overwrite ? scale(g, k) : add(out[row]!, scale(g, k));
    };
    for (const { i, p, n } of used) {
      const [ga, gp, gn] = parts(X[i]!, X[p]!, X[n]!);
      put(i, ga);
      put(p, gp);
      put(n, gn);
    }
    return out;
  };

const loss = (X: Vector[], labels: number[], m: number) =>
  choices(X, labels, m).reduce((sum, { inside }) => sum + Math.max(0, inside), 0) / X.length;

/** 慢的写法：枚举全部三元组，每次重算两个距离，再挑最难的。 */
function enumerate(X: Vector[], labels: number[], m: number): Vector[] {
  const out = X.map(zeros);
  for (let i = 0; i < X.length; i++) {
    let best: Choice | null = null;
    let most = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < X.length; p++) {
      if (p === i || labels[p] !== labels[i]) continue;
      for (let n = 0; n < X.length; n++) {
        if (labels[n] === labels[i]) continue;
        const inside = squared(sub(X[i]!, X[p]!)) - squared(sub(X[i]!, X[n]!)) + m;
        if (inside > most) {
          most = inside;
          best = { i, p, n, inside };
        }
      }
    }
    if (best === null || best.inside <= 0) continue;
    const g = exact(X[i]!, X[best.p]!, X[best.n]!);
    for (const [k, row] of [i, best.p, best.n].entries())
      out[row] = add(out[row]!, scale(g[k]!, 1 / X.length));
  }
  return out;
}

const draw = (rng: Rng, centre: Vector, spread: number) => centre.map((c) => c + spread * rng.uniform(-1, 1));

const branches = [
  { id: "tangled", title: "两类混在一起，处处激活" },
  { id: "mixed", title: "有的锚点激活，有的不激活" },
  { id: "apart", title: "两类离得远，都不激活" },
  { id: "lonely", title: "有一类只有一个样本" },
];

function branchOf(X: Vector[], labels: number[], m: number): string[] {
  const chosen = choices(X, labels, m);
  if (labels.some((x) => labels.filter((y) => y === x).length === 1)) return ["lonely"];
  const active = chosen.filter(({ inside }) => inside > 0).length;
  return [active === 0 ? "apart" : active === chosen.length ? "tangled" : "mixed"];
}

/** 间隔是题目里的常数，因人而异。 */
function make({ margin }: Record<string, number>): Question {
  const m = margin!;
  const at = (v?: Variation) => (X: Vector[], labels: number[]) => gradient(v)(X, labels, m);
  const part = (f: Parts) => at({ parts: f });
  const axis = (distance: number): Vector => [distance, 0];
  return {
    id: "triplet.mining",
    fn: "tripletHardestGrad",
    signature: "tripletHardestGrad(X: number[][], labels: number[]): number[][]",
    title: "批内挑最难的三元组",
    points: 2,
    params: ["X", "labels"],
    reference: at(),
    truth: { kind: "gradient", wrt: 0, forward: (X: Vector[], labels: number[]) => loss(X, labels, m) },
    library: (X: Vector[], labels: number[]) => mined(X, labels, m),
    branches,
    sample(rng, branch) {
      const size = rng.integer(2, 3);
      const labels = branch === "lonely" ? [0, 0, 0, 1, 2, 2] : [0, 1, 0, 1, 0, 1, 1];
      const gap = branch === "apart" ? 6 : branch === "mixed" ? 1.2 : 0.2;
      const centres = [0, 1, 2].map((k) =>
        Array.from({ length: size }, (_, j) => (j === k % size ? gap * k : 0)),
      );
      return [labels.map((k) => draw(rng, centres[k]!, branch === "apart" ? 0.5 : 0.9)), labels];
    },
    branchesOf: (X: Vector[], labels: number[]) => branchOf(X, labels, m),
    // 间隔是 1/4 的倍数，坐标取整数与它的组合，合页恰好为 0。
    edges: [
      { title: "合页内恰为 0", args: [boundary(m), [0, 0, 1, 1]], convention: "hinge" },
      {
        title: "合页内恰为 0",
        args: [boundary(m).map((x) => [x[0]! + 1, 2]), [1, 1, 0, 0]],
        convention: "hinge",
      },
      {
        title: "全是同一类：没有负例",
        args: [
          [axis(0), axis(1), axis(3)],
          [2, 2, 2],
        ],
      },
      {
        title: "各是各的类：没有正例",
        args: [
          [axis(0), axis(1), axis(3)],
          [0, 1, 2],
        ],
      },
    ],
    hints: [
      "先逐个锚点挑：同类里（不算自己）平方距离最大的是正例，异类里最小的是负例。挑好之后它们就是一个普通的三元组。",
      "挑选本身没有梯度，照 $2(n-p)$、$2(p-a)$、$2(a-n)$ 把三份梯度分别**加到**锚点、正例、负例所在的行上，同一行可能收到好几份。",
      "`const out = X.map((x) => x.map(() => 0))`，对每个激活的锚点 `i`，把 `tripletSquaredGrad` 的三个字段除以 `X.length` 后累加到第 `i`、`p`、`n` 行。没有正例或没有负例的锚点跳过，分母仍是总行数。",
    ],
    mutants: [
      { id: "no-mean", fn: at({ weight: () => 1 }) },
      { id: "mean-over-active", fn: at({ weight: (_, active) => 1 / Math.max(1, active) }) },
      { id: "mean-over-valid", fn: at({ weight: (_, __, valid) => 1 / Math.max(1, valid) }) },
      { id: "easiest-positive", fn: at({ positive: nearest }) },
      { id: "easiest-negative", fn: at({ negative: farthest }) },
      { id: "easiest-both", fn: at({ positive: nearest, negative: farthest }) },
      { id: "first-found", fn: at({ positive: () => 0, negative: () => 0 }) },
      { id: "labels-swapped", fn: at({ swap: true }) },
      { id: "self-positive", fn: at({ self: true }) },
      { id: "overwritten", fn: at({ overwrite: true }) },
      { id: "anchor-detached", fn: part((a, p, n) => [zeros(a), exact(a, p, n)[1], exact(a, p, n)[2]]) },
      { id: "positive-detached", fn: part((a, p, n) => [exact(a, p, n)[0], zeros(a), exact(a, p, n)[2]]) },
      { id: "negative-detached", fn: part((a, p, n) => [exact(a, p, n)[0], exact(a, p, n)[1], zeros(a)]) },
      { id: "missing-two", fn: at({ weight: (count) => 0.5 / count }) },
      { id: "sign", fn: at({ weight: (count) => -1 / count }) },
      { id: "hinge-ignored", fn: at({ active: () => true }) },
      { id: "margin-ignored", fn: at({ active: (x, margin) => x - margin > 0 }) },
      { id: "boundary-active", fn: at({ active: (x) => x >= 0 }) },
      {
        id: "euclidean",
        fn: part((a, p, n) => {
          const [u, v] = [unit(sub(a, p)), unit(sub(a, n))];
          return [sub(u, v), scale(u, -1), v];
        }),
      },
      { id: "manhattan", fn: at({ distance: (x) => x.reduce((sum, v) => sum + Math.abs(v), 0) }) },
    ],
    speed: {
      title: "300 个样本",
      args: (rng) => [
        Array.from({ length: 300 }, () =>
          Array.from({ length: 4 }, () => Math.round(rng.normal() * 1e4) / 1e4),
        ),
        Array.from({ length: 300 }, (_, i) => i % 2),
      ],
      naive: (X: Vector[], labels: number[]) => enumerate(X, labels, m),
    },
  };
}

/** 两类各两点：第一点的正例在距离 a、负例在距离 b，b² − a² 恰为间隔。 */
function boundary(m: number): Vector[] {
  // b − a = 1/2，b + a = 2m：都是 1/8 的倍数，平方也算得分毫不差。
  const [a, b] = [m - 0.25, m + 0.25];
  return [
    [0, 0],
    [-a, 0],
    [b, 0],
    [b + 16, 0],
  ];
}

const constants = { margin: [1, 0.5, 0.75, 1.25, 1.5] };

export const mining: Question = { ...make({ margin: constants.margin[0]! }), variants: { constants, make } };

/** 梯度库的答案：距离表一次算完，挑选用 max 与 min，再反向传播。 */
function mined(X: Vector[], labels: number[], m: number): Vector[] {
  const alike = labels.map((x, i) => labels.map((y, j) => (x === y && i !== j ? 1 : 0)));
  const unlike = labels.map((x) => labels.map((y) => (x !== y ? 1 : 0)));
  const valid = alike.map((row, i) => (row.includes(1) && unlike[i]!.includes(1) ? 1 : 0));
  const f = (x: Tensor) => {
    const d = sum(square(difference(expandDims(x, 1), expandDims(x, 0))), 2);
    const dp = max(where(tensor(alike).greater(0), d, -1e6), 1);
    const dn = min(where(tensor(unlike).greater(0), d, 1e6), 1);
    return relu(dp.sub(dn).add(m)).mul(valid).sum().div(X.length);
  };
  return grad(f)(X as never).toArray();
}
