import type { Mutant, Question } from "../problem.js";
import { affine, sampleMlp } from "./jacobian-parts.js";
import { halfUnit, mlpJacobian, mlpPenalty } from "./jacobian-tanh.js";
import { apply, type Matrix, multiply, transpose } from "./matrices.js";
import { dot, mean, total, type Vector } from "./vectors.js";

type Estimate = (W: Matrix, b: Vector, V: Matrix, x: Vector, probes: Matrix) => number;

/** 每个探针一次反传：Vᵀv，乘斜率，再乘 Wᵀ。 */
function pullbacks(
  W: Matrix,
  b: Vector,
  V: Matrix,
  x: Vector,
  probes: Matrix,
  slope = (h: number) => 1 - h * h,
) {
  const s = affine(W, b, x).map((z) => slope(Math.tanh(z)));
  const [Vt, Wt] = [transpose(V), transpose(W)];
  return probes.map((v) =>
    apply(
      Wt,
      apply(Vt, v).map((g, k) => g * s[k]!),
    ),
  );
}

const lengths = (rowsOf: Matrix) => rowsOf.map((row) => dot(row, row));

const estimate: Estimate = (...args) => mean(lengths(pullbacks(...args)));

const average = (A: Matrix): Vector => transpose(A).map(mean);

const unit = (v: Vector): Vector => v.map((c) => c / Math.sqrt(dot(v, v)));

const withProbes =
  (f: (v: Vector) => Vector): Estimate =>
  (W, b, V, x, probes) =>
    estimate(W, b, V, x, probes.map(f));

const mutant = (id: string, fn: Estimate): Mutant => ({ id, fn });

export const hutchinson: Question = {
  id: "jacobian.hutchinson",
  fn: "hutchinsonEstimate",
  signature:
    "hutchinsonEstimate(W: number[][], b: number[], V: number[][], x: number[], probes: number[][]): number",
  title: "Hutchinson 估计",
  points: 2,
  params: ["W", "b", "V", "x", "probes"],
  reference: estimate,
  // 独立的算法：写出 J 与 A = JJᵀ，平均二次型 vᵀAv。
  truth: {
    kind: "value",
    second(W: Matrix, b: Vector, V: Matrix, x: Vector, probes: Matrix) {
      const J = mlpJacobian(W, b, V, x);
      const A = multiply(J, transpose(J));
      return mean(probes.map((v) => dot(v, apply(A, v))));
    },
  },
  branches: [
    { id: "single", title: "只有一个探针" },
    { id: "signs", title: "几个 ±1 探针" },
    { id: "gaussian", title: "几个正态探针" },
  ],
  sample(rng, branch) {
    const [W, b, V, x] = sampleMlp(rng, rng.pick(["small", "bent", "saturated"]));
    const count = branch === "single" ? 1 : rng.integer(3, 5);
    const entry = () => (branch === "signs" ? rng.sign() : rng.normal());
    return [W, b, V, x, Array.from({ length: count }, () => V.map(entry))];
  },
  branchesOf(_W: Matrix, _b: Vector, _V: Matrix, _x: Vector, probes: Matrix) {
    if (probes.length === 1) return ["single"];
    return [probes.flat().every((v) => Math.abs(v) === 1) ? "signs" : "gaussian"];
  },
  edges: [
    {
      title: "两维的四个符号向量取遍",
      args: [
        [
          [1, 2],
          [3, 4],
        ],
        [0, 0],
        [
          [1, 0],
          [0, 1],
        ],
        [0, 0],
        [
          [1, 1],
          [1, -1],
          [-1, 1],
          [-1, -1],
        ],
      ],
    },
    {
      title: "探针为零向量",
      args: [
        [
          [1, 2],
          [3, 4],
        ],
        [0.5, 0],
        [
          [1, 0],
          [0, 1],
        ],
        [1, 0],
        [[0, 0]],
      ],
    },
    { title: "手算的例子：h = 1/2", args: [[[2, 1]], [halfUnit], [[4]], [1, -2], [[1], [-1], [2]]] },
  ],
  hints: [
    "每个探针 $v$ 做一次反向传播，得到 $J^\\top v$，再求它的长度平方。最后对探针取平均。",
    "$J^\\top v=W^\\top\\bigl(s\\odot(V^\\top v)\\bigr)$，$s=1-\\tanh^2(Wx+b)$。估计值是 $\\frac1K\\sum_k\\lVert J^\\top v_k\\rVert^2$。",
    "对每个 `v`：`g[k] = s[k] * Σ_i V[i][k] * v[i]`，`r[j] = Σ_k W[k][j] * g[k]`，累加 `Σ_j r[j] ** 2`；循环结束后除以 `probes.length`。",
  ],
  mutants: [
    mutant("no-mean", (...args) => total(lengths(pullbacks(...args)))),
    mutant("no-square", (...args) => mean(lengths(pullbacks(...args)).map(Math.sqrt))),
    mutant("root", (...args) => Math.sqrt(estimate(...args))),
    mutant("mean-then-square", (...args) => lengths([average(pullbacks(...args))])[0]!),
    mutant("variance", (...args) => estimate(...args) - lengths([average(pullbacks(...args))])[0]!),
    mutant("first-only", (...args) => lengths(pullbacks(...args))[0]!),
    mutant("exact", (W, b, V, x) => mlpPenalty(W, b, V, x)),
    mutant("divided-by-outputs", (W, b, V, x, probes) => estimate(W, b, V, x, probes) / V.length),
    mutant("divided-by-inputs", (W, b, V, x, probes) => estimate(W, b, V, x, probes) / x.length),
    mutant("bessel", (...args) => total(lengths(pullbacks(...args))) / (args[4].length - 1)),
    mutant("no-slope", (...args) => mean(lengths(pullbacks(...args, () => 1)))),
    mutant("slope-linear", (...args) => mean(lengths(pullbacks(...args, (h) => 1 - h)))),
    mutant("normalised", withProbes(unit)),
    mutant(
      "sign-probes",
      withProbes((v) => v.map(Math.sign)),
    ),
    mutant("output", (W, b, V, x, probes) => {
      const y = apply(V, affine(W, b, x).map(Math.tanh));
      return mean(probes.map((v) => dot(v, y) ** 2));
    }),
  ],
};
