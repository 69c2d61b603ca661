import type { Mutant, Question } from "../problem.js";
import { branches, branchOf, drawDelta, drawError, each, loss, slope } from "./huber-parts.js";
import { liftMutants, perLast } from "./lift.js";
import type { Vector } from "./vectors.js";

/** 逐个阈值、逐个误差：次数是两者之积。 */
const naive = perLast(each((e, d) => Math.max(Math.abs(e) - d, 0)));

/** 排一次序，再由后往前累加：每个阈值只要一次二分查找。 */
function curve(errors: Vector, deltas: Vector): Vector {
  const sorted = Float64Array.from(errors, Math.abs).sort();
  const tail = new Float64Array(sorted.length + 1);
  for (let i = sorted.length - 1; i >= 0; i--) tail[i] = tail[i + 1]! + sorted[i]!;
  return deltas.map((d) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! > d) high = middle;
      else low = middle + 1;
    }
    return (tail[low]! - d * (sorted.length - low)) / sorted.length;
  });
}

/** 一批误差、许多个候选的 δ。值的错法与单个 δ 的那一题相同。 */
export const curveQuestion = (mutants: Mutant[]): Question => ({
  id: "huber.curve",
  fn: "huberDeltaCurve",
  signature: "huberDeltaCurve(e: number[], deltas: number[]): number[]",
  title: "选做：许多个 δ，要快",
  points: 0,
  params: ["e", "deltas"],
  reference: curve,
  truth: {
    kind: "gradient",
    wrt: 1,
    forward: (e: Vector, deltas: Vector) => deltas.reduce((sum, d) => sum + each(loss)(e, d), 0),
  },
  branches: [
    { id: "within", title: "δ 比有的误差大、比有的小" },
    { id: "above", title: "δ 比全部误差都大" },
    { id: "below", title: "δ 比全部误差都小" },
  ],
  sample(rng, branch) {
    const e = Array.from({ length: rng.integer(3, 6) }, (_, i) => (i % 2 ? -1 : 1) * rng.uniform(0.6, 3));
    const sizes = e.map(Math.abs);
    const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
    const draw = () => {
      if (branch === "above") return high + rng.uniform(0.2, 1.5);
      return branch === "below" ? low * rng.uniform(0.2, 0.8) : low + (high - low) * rng.uniform(0.1, 0.9);
    };
    return [e, [draw(), draw(), low * rng.uniform(0.2, 0.8)]];
  },
  branchesOf: (e: Vector, [d]: Vector) => {
    const sizes = e.map(Math.abs);
    return [d! > Math.max(...sizes) ? "above" : d! < Math.min(...sizes) ? "below" : "within"];
  },
  edges: [
    {
      title: "误差恰在 ±δ 与 0",
      args: [
        [0.5, -0.5, 0, 2],
        [0.5, 2],
      ],
    },
    {
      title: "阈值不按大小排",
      args: [
        [-3, 1, 4, -1],
        [2.5, 0.5, 3.5],
      ],
    },
    { title: "只有一个误差", args: [[-3.5], [1.5, 4]] },
  ],
  hints: [
    "先用上一题的函数逐个 δ 算对。然后想：换一个 δ，每个误差是不是都得重看一遍？",
    "把 $|e|$ 从小到大排好，比 $\\delta$ 大的恰好是后面一段。若这一段有 $m$ 个、和为 $T$，答案就是 $(T-m\\delta)/N$。",
    "先从后往前累加出每一段的和 `tail[i]`，再对每个 δ 用二分查找找到第一个大于它的位置 `low`：`(tail[low] - d * (n - low)) / n`。",
  ],
  mutants: liftMutants(mutants, perLast),
  speed: {
    title: "50000 个误差、6000 个 δ",
    // 只留三位小数，传递数据的时间短一些。
    args: (rng) => [
      Array.from({ length: 50_000 }, () => Math.round(rng.normal() * 2000) / 1000),
      Array.from({ length: 6000 }, () => Math.round(rng.uniform(100, 5000)) / 1000),
    ],
    naive,
  },
});

const single = (values: Vector) => values.map(Math.fround);
const perError = (f: (e: number, d: number) => number) => (e: Vector, d: number) => e.map((x) => f(x, d));

/** 张量版：逐元素的截断，在 GPU 上一次算完。 */
export const tensorQuestion = (mutants: Mutant[]): Question => ({
  id: "huber.gpu",
  fn: "huberTensorGrad",
  signature: "huberTensorGrad(e: Tensor, delta: number): Tensor",
  title: "选做：用张量运算，能在 GPU 上跑",
  points: 0,
  params: ["e", "delta"],
  tensors: true,
  reference: perError(slope),
  truth: {
    kind: "gradient",
    wrt: 0,
    forward: (e: Vector, d: number) => e.reduce((sum, x) => sum + loss(x, d), 0),
  },
  branches,
  sample(rng, branch) {
    const d = Math.fround(drawDelta(rng));
    return [single(Array.from({ length: rng.integer(3, 8) }, () => drawError(rng, branch, d))), d];
  },
  branchesOf: (e: Vector, d: number) => [...new Set(e.map((x) => branchOf(x, d)))],
  edges: [
    { title: "误差恰在 ±δ 与 0", args: [[0.5, -0.5, 0], 0.5] },
    { title: "误差恰在 ±δ", args: [[2, -2, 5], 2] },
  ],
  hints: [
    "张量上没有 `if`：同一个公式要对所有元素一起成立。两段合起来是一次截断。",
    "kernel-lib 有 `clip(x, lo, hi)`，也可以用 `maximum` 与 `minimum`，或者 `where(条件, 甲, 乙)`。",
    "`return clip(e, -delta, delta);`。不要用 `e.item()` 或 `e.toArray()` 取成普通的数，那样就离开了 GPU。",
  ],
  mutants: liftMutants(mutants, perError as never),
});
