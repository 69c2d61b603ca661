import type { Question } from "../problem.js";
import { affine, draw, drawMatrix, type Mlp, rows, scaled, squares } from "./jacobian-parts.js";
import { apply, type Matrix, multiply, outer, plus, times, transpose } from "./matrices.js";
import { dot, type Vector, zeros } from "./vectors.js";

/** f(x) = V·sin(Wx+b)：斜率是 cos z，斜率的导数是 −sin z。 */
function parts(W: Matrix, b: Vector, V: Matrix, x: Vector, slope = Math.cos) {
  const z = affine(W, b, x);
  const s = z.map(slope);
  const DW = rows(W, s);
  const J = multiply(V, DW);
  const G = times(J, 2);
  const pulled = multiply(transpose(V), G);
  const q = pulled.map((row, k) => dot(row, W[k]!));
  const gamma = q.map((v, k) => -Math.sin(z[k]!) * v);
  return { W, V, x, z, s, J, G, pulled, q, gamma, dV: multiply(G, transpose(DW)) };
}
type Parts = ReturnType<typeof parts>;

const join = (p: Parts, gamma = p.gamma, direct = rows(p.pulled, p.s)): Mlp => ({
  W: plus(direct, outer(gamma, p.x)),
  b: gamma,
  V: p.dV,
});
const from =
  (f: (p: Parts) => Mlp, slope?: (z: number) => number) =>
  (W: Matrix, b: Vector, V: Matrix, x: Vector): Mlp =>
    f(parts(W, b, V, x, slope));
const gammas = (f: (p: Parts) => Vector) => from((p) => join(p, f(p)));

/** 换一个算法：R = Σ (VᵀV)∘(WWᵀ)∘(ssᵀ)，不写出雅可比矩阵；cos 也写成 sin(z+π/2)。 */
function penalty(W: Matrix, b: Vector, V: Matrix, x: Vector): number {
  const s = affine(W, b, x).map((z) => Math.sin(z + Math.PI / 2));
  const columns = transpose(V);
  let sum = 0;
  for (const [k, sk] of s.entries())
    for (const [l, sl] of s.entries()) sum += sk * sl * dot(columns[k]!, columns[l]!) * dot(W[k]!, W[l]!);
  return sum;
}

const ranges: Record<string, [number, number]> = { rising: [0.2, 1.2], falling: [1.9, 2.9] };

export const double: Question = {
  id: "jacobian.double",
  fn: "sinPenaltyGrad",
  signature:
    "sinPenaltyGrad(W: number[][], b: number[], V: number[][], x: number[]): { W: number[][]; b: number[]; V: number[][] }",
  title: "换一个激活函数：闭式对照双重反传",
  points: 2,
  params: ["W", "b", "V", "x"],
  reference: from((p) => join(p)),
  truth: { kind: "gradient", forward: penalty, wrt: { W: 0, b: 1, V: 2 } },
  branches: [
    { id: "rising", title: "斜率全为正" },
    { id: "falling", title: "斜率全为负" },
    { id: "both", title: "斜率有正有负" },
  ],
  sample(rng, branch) {
    const [inputs, hidden, outputs] = [rng.integer(2, 3), rng.integer(2, 3), rng.integer(2, 3)];
    const W = drawMatrix(rng, hidden, inputs);
    const x = draw(rng, inputs, 0.3, 1.5);
    const pre = apply(W, x);
    const z = pre.map((_, k) => {
      const range = branch === "both" ? (k % 2 === 0 ? "rising" : "falling") : branch;
      return rng.sign() * rng.uniform(...ranges[range]!);
    });
    return [W, z.map((v, k) => v - pre[k]!), drawMatrix(rng, outputs, hidden), x];
  },
  branchesOf(W: Matrix, b: Vector, _V: Matrix, x: Vector) {
    const positive = affine(W, b, x).filter((z) => Math.cos(z) > 0).length;
    return [positive === W.length ? "rising" : positive === 0 ? "falling" : "both"];
  },
  edges: [
    { title: "手算的例子：z = π/6", args: [[[2, 1]], [Math.PI / 6], [[4]], [1, -2]] },
    {
      title: "z 恰为 0：斜率是 1，没有弯曲",
      args: [
        [
          [1, 2],
          [0, 1],
        ],
        [0, -2],
        [
          [1, -1],
          [2, 0.5],
        ],
        [-4, 2],
      ],
    },
    {
      title: "V 全为 0",
      args: [
        [
          [1, -1],
          [2, 1],
        ],
        [0.5, 0.25],
        [
          [0, 0],
          [0, 0],
        ],
        [1, 1],
      ],
    },
  ],
  hints: [
    "两种写法任选。闭式：第 2 题的推导只用到斜率 $s$ 和它的导数 $s'$，把 $\\tanh$ 换成 $\\sin$，$s$ 与 $s'$ 各变成什么？双重反传：让 `grad` 对“已经求过一次导”的函数再求一次导。",
    "闭式：$s=\\cos z$，$s'=-\\sin z$，于是 $\\gamma_k=-\\sin(z_k)\\,q_k$，其余与第 2 题相同。双重反传：惩罚 $R(W,b,V)=\\lVert J\\rVert_F^2$ 里的 $J$ 由 `jacobian` 得到，再对 $W,b,V$ 用 `grad`。",
    "双重反传：`const penalty = (W, b, V) => square(jacobian((x) => matmul(V, sin(matmul(W, x).add(b))))(x)).sum()`，`grad(penalty, { argnums: [0, 1, 2] })(W, b, V)` 返回三个张量。",
  ],
  mutants: [
    { id: "missing-two", fn: from((p) => scaled(join(p), 0.5)) },
    { id: "sign", fn: from((p) => scaled(join(p), -1)) },
    { id: "no-curvature", fn: gammas((p) => zeros(p.gamma)) },
    { id: "curvature-only", fn: from((p) => ({ ...join(p), W: outer(p.gamma, p.x) })) },
    { id: "bias-zero", fn: from((p) => ({ ...join(p), b: zeros(p.gamma) })) },
    { id: "curvature-sign", fn: gammas((p) => p.gamma.map((v) => -v)) },
    { id: "curvature-doubled", fn: gammas((p) => p.gamma.map((v) => 2 * v)) },
    { id: "curvature-tanh", fn: gammas((p) => p.q.map((v, k) => -2 * Math.sin(p.z[k]!) * p.s[k]! * v)) },
    { id: "curvature-slope", fn: gammas((p) => p.q.map((v, k) => -p.s[k]! * v)) },
    {
      id: "curvature-no-input",
      fn: from((p) => ({
        ...join(p),
        W: plus(
          rows(p.pulled, p.s),
          outer(
            p.gamma,
            p.x.map(() => 1),
          ),
        ),
      })),
    },
    { id: "direct-no-slope", fn: from((p) => join(p, p.gamma, p.pulled)) },
    { id: "outer-no-slope", fn: from((p) => ({ ...join(p), V: multiply(p.G, transpose(p.W)) })) },
    {
      id: "slope-tanh",
      fn: from(
        (p) => join(p),
        (z) => 1 - Math.sin(z) ** 2,
      ),
    },
    { id: "unsquared", fn: from((p) => scaled(join(p), 0.5 / Math.sqrt(squares(p.J)))) },
    {
      id: "output-norm",
      fn: from(({ V, z, s, x }) => {
        const h = z.map(Math.sin);
        const y = apply(V, h);
        const b = apply(transpose(V), y).map((v, k) => 2 * s[k]! * v);
        return { W: outer(b, x), b, V: times(outer(y, h), 2) };
      }),
    },
  ],
};
