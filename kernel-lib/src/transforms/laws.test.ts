import assert from "node:assert/strict";
import fc from "fast-check";
import {
  abs,
  add,
  checkpoint,
  cos,
  exp,
  grad,
  hessian,
  huber,
  hvp,
  jacfwd,
  jacrev,
  jit,
  jvp,
  linearize,
  logsumexp,
  matmul,
  max,
  mul,
  relu,
  sin,
  softmax,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  vjp,
  vmap,
} from "../index.js";

// 对随机拼成的函数 ℝⁿ → ℝⁿ 检验各变换的定律。定律本身就是独立的真值：它们与任何一条导数规则的写法无关。

const n = 3;
const M = tensor([
  [0.5, -1, 0.2],
  [0.3, 0.4, -0.6],
  [-0.2, 0.1, 0.9],
]);

const layers: readonly [string, (x: Tensor) => Tensor][] = [
  ["sin", sin],
  ["exp·", (x) => exp(mul(-0.3, square(x)))],
  ["tanh", tanh],
  ["softmax", (x) => softmax(x)],
  ["矩阵乘", (x) => matmul(M, x)],
  ["自乘", (x) => mul(x, matmul(x, M))],
  ["减最大值", (x) => sub(x, max(x))],
  ["logsumexp", (x) => add(x, logsumexp(x))],
  ["relu", (x) => relu(add(x, 0.05))],
  ["huber", (x) => huber(x, 0.7)],
  ["abs", (x) => abs(sub(x, 0.03))],
  ["外积", (x) => sum(mul(x.reshape([n, 1]), transpose(x.reshape([n, 1]))), 1)],
  ["切开再拼", (x) => stack([x.slice([1], [1]), x.slice([0], [1]), x.slice([2], [1])]).reshape([n])],
  ["检查点", checkpoint((x: Tensor) => sin(mul(x, cos(x))))],
  ["jit", jit((x: Tensor) => tanh(mul(x, 1.3))) as (x: Tensor) => Tensor],
];

const functions = fc
  .array(fc.integer({ min: 0, max: layers.length - 1 }), { minLength: 1, maxLength: 4 })
  .map((ids) => {
    const f = (x: Tensor): Tensor => ids.reduce((y, i) => layers[i]![1](y), x);
    return Object.assign(f, { toString: () => ids.map((i) => layers[i]![0]).join(" → ") });
  });
const vectors = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: n, maxLength: n });
const numbers = fc.double({ min: -2, max: 2, noNaN: true });

function near(a: Tensor | number, b: Tensor | number, what: string): void {
  const [x, y] = [a, b].map((v) => [typeof v === "number" ? v : v.toArray()].flat(9) as number[]) as [
    number[],
    number[],
  ];
  assert.equal(x.length, y.length, what);
  for (const [i, v] of x.entries()) {
    const size = Math.max(1, Math.abs(v), Math.abs(y[i]!));
    assert.ok(Math.abs(v - y[i]!) <= 1e-10 * size, `${what}：${v} ≠ ${y[i]}`);
  }
}

const dot = (a: Tensor, b: Tensor | number[]): number => sum(mul(a, b)).item();
const options = { numRuns: 150, seed: 42 };

describe("变换的定律", () => {
  it("⟨v, Ju⟩ = ⟨Jᵀv, u⟩：前向与反向互为转置", () => {
    fc.assert(
      fc.property(functions, vectors, vectors, vectors, (f, x, u, v) => {
        const [y, dy] = jvp(f, [x], [u]);
        const [z, pullback] = vjp(f, x);
        near(y, z, "值");
        near(dot(dy, v), dot(pullback(v)[0], u), `${f}`);
      }),
      options,
    );
  });

  it("pullback 是线性的", () => {
    fc.assert(
      fc.property(functions, vectors, vectors, vectors, numbers, (f, x, u, v, c) => {
        const [, pullback] = vjp(f, x);
        const combined = u.map((a, i) => a + c * v[i]!);
        near(pullback(combined)[0], add(pullback(u)[0], mul(c, pullback(v)[0])), `${f}`);
      }),
      options,
    );
  });

  it("jacfwd = jacrev，linearize = jvp", () => {
    fc.assert(
      fc.property(functions, vectors, vectors, (f, x, u) => {
        near(jacfwd(f)(x), jacrev(f)(x), `${f}`);
        near(linearize(f, x)[1](u), jvp(f, [x], [u])[1], `${f}`);
        near(matmul(jacrev(f)(x), u), jvp(f, [x], [u])[1], `${f}`);
      }),
      options,
    );
  });

  it("vmap 等于逐个算再叠起来，连同它的梯度", () => {
    fc.assert(
      fc.property(functions, fc.array(vectors, { minLength: 1, maxLength: 4 }), (f, xs) => {
        near(vmap(f)(xs), stack(xs.map((x) => f(tensor(x)))), `${f}`);
        const total = (x: Tensor): Tensor => sum(square(f(x)));
        near(vmap(grad(total))(xs), stack(xs.map((x) => grad(total)(x))), `grad ${f}`);
        near(grad((X: Tensor) => sum(vmap(total)(X)))(xs), vmap(grad(total))(xs), `grad vmap ${f}`);
      }),
      options,
    );
  });

  it("checkpoint 与 jit 不改变值和梯度", () => {
    fc.assert(
      fc.property(functions, vectors, (f, x) => {
        const total = (v: Tensor): Tensor => sum(square(f(v)));
        const kept = (v: Tensor): Tensor => sum(square(checkpoint((w: Tensor) => f(w))(v)));
        near(grad(kept)(x), grad(total)(x), `checkpoint ${f}`);
        near(hessian(kept)(x), hessian(total)(x), `checkpoint² ${f}`);
        near(jit(grad(total))(x), grad(total)(x), `jit ${f}`);
      }),
      { ...options, numRuns: 60 },
    );
  });

  it("黑塞矩阵对称，乘向量等于 hvp，反向套反向等于前向套反向", () => {
    fc.assert(
      fc.property(functions, vectors, vectors, (f, x, v) => {
        const total = (w: Tensor): Tensor => sum(mul(f(w), [1, -2, 0.5]));
        const H = hessian(total)(x);
        near(H, transpose(H), `对称 ${f}`);
        near(matmul(H, v), hvp(total)(x, v), `hvp ${f}`);
        near(H, jacrev(grad(total))(x), `反套反 ${f}`);
      }),
      options,
    );
  });

  it("链式法则：J(g∘f) = J(g)·J(f)", () => {
    fc.assert(
      fc.property(functions, functions, vectors, (f, g, x) => {
        const whole = jacrev((v: Tensor) => g(f(v)))(x);
        near(whole, matmul(jacfwd(g)(f(tensor(x))), jacrev(f)(x)), `${f} → ${g}`);
      }),
      options,
    );
  });
});
