import assert from "node:assert/strict";
import {
  attention,
  gather,
  grad,
  hessian,
  huber,
  jacobianFrobenius,
  jvp,
  matmul,
  mean,
  softmax,
  square,
  type Tensor,
  tanh,
  triplet,
} from "@tidu/kernel-lib";
import { random } from "../random.js";
import { numbers, type Value } from "../value.js";
import { findQuestion } from "./index.js";

const workedF = (p: any) => {
  const [x, y] = [gather(p, 0), gather(p, 1)];
  return x.square().add(x.mul(y)).mul(y.pow(3));
};

// 第三个判据：梯度库自己的损失与自动微分。它与题目的闭式、有限差分互不相干。
const library: Record<string, (...args: any[]) => any> = {
  "attention.output": (s, v, t) => attended(s, v, t).item(),
  "attention.tau": (s, g, t) => grad((x: any) => attended(s, g, x).sum())(t).item(),
  "attention.batch": (S, G, mask, t) => grad((x: any) => attendedBatch(S, G, mask, x))(t).item(),
  "attention.qkv": (q, K, V, ybar, t) => {
    const f = (a: any, b: any, c: any) => attention(a, b, c, { temperature: t }).mul(ybar).sum();
    const [gq, gK, gV] = grad(f, { argnums: [0, 1, 2] })([q], K, V) as any[];
    return { q: gq.toArray()[0], K: gK.toArray(), V: gV.toArray() };
  },
  "backprop.grad": (W1, b1, W2, b2, x, y) => netGradients([W1, b1, W2, b2], [x], [y]),
  "backprop.batch": (W1, b1, W2, b2, X, Y) => netGradients([W1, b1, W2, b2], X, Y),
  "backprop.step": (W1, b1, W2, b2, X, Y, eta) => netStep([W1, b1, W2, b2], X, Y, eta),
  "layers.loss": (theta, x, y) => twoLayers([x], [y])(theta).item(),
  "layers.grad": (theta, x, y) => grad(twoLayers([x], [y]))(theta).toArray(),
  "layers.batch": (theta, xs, ys) => grad(twoLayers(xs, ys))(theta).toArray(),
  "graphs.local": (op, args) => {
    const f = (x: any) => graphStep(op, [gather(x, 0), args.length > 1 ? gather(x, 1) : 0]);
    return grad(f)(args).toArray();
  },
  "graphs.output": (program, s) => runGraph(program)(s).item(),
  "graphs.adjoints": (program, s) => grad(runGraph(program))(s).toArray(),
  "huber.value": (e, d) => huber(e, d).item(),
  "huber.grad": (e, d) => grad((x: any) => huber(x, d))(e).item(),
  "huber.batch": (pred, target, d) => grad((y: any) => mean(huber(y.sub(target), d)))(pred).toArray(),
  "huber.delta": (es, d) => grad((x: any) => mean(huber(es, x)))(d).item(),
  "jacobian.linear": (W, x) => penaltyGradients([W], x, (v, [A]) => matmul(A, v))[0],
  "jacobian.tanh": (W, b, V, x) => {
    const [gW, gb, gV] = penaltyGradients([W, b, V], x, tanhNet);
    return { W: gW!, b: gb!, V: gV! };
  },
  "jacobian.softmax": (W, b, x) => {
    const [gW, gb] = penaltyGradients([W, b], x, (v, [A, c]) => softmax(matmul(A, v).add(c)));
    return { W: gW!, b: gb! };
  },
  "jacobian.hutchinson": (W, b, V, x, probes) =>
    jacobianFrobenius((v) => tanhNet(v, [W, b, V]), x, { projections: probes }).item(),
  "triplet.value": (a, p, n, m) => triplet(a, p, n, { margin: m, distance: "euclidean" }).item(),
  "triplet.squared": (a, p, n, m) => gradients(a, p, n, m, "squared"),
  "triplet.euclidean": (a, p, n, m) => gradients(a, p, n, m, "euclidean"),
  "triplet.batch": (A, P, N, m) => gradients(A, P, N, m, "squared"),
  "worked.gradient": (p) => grad(workedF)(p).toArray(),
  "worked.directional": (p, v) =>
    (jvp(workedF as any, [p], [v.map((x: number) => x / Math.hypot(...v))] as any)[1] as any).item(),
  "worked.hessian": (p, i) => hessian(workedF)(p).toArray()[i],
  "worked.adjoints": (x, y, e) => {
    const g = (a: any, b: any, n: any) => {
      const p = a.mul(b).add(gather(n, 1));
      const q = a.square().add(gather(n, 0)).mul(p).add(gather(n, 2));
      return q.mul(p.add(b).add(gather(n, 3)));
    };
    const [dx, dy, de] = grad(g, { argnums: [0, 1, 2] })(x, y, e) as any[];
    return { x: dx.item(), y: dy.item(), e: de.toArray() };
  },
};

/** 一批样本排成行：隐藏层是 XW₁ᵀ + b₁，损失对样本平均。 */
function netTensors(net: Value[], X: number[][], Y: number[][]): Tensor[] {
  const f = (W1: any, b1: any, W2: any, b2: any) => {
    const hidden = tanh(matmul(X, W1.transpose()).add(b1));
    const error = matmul(hidden, W2.transpose()).add(b2).sub(Y);
    return square(error)
      .sum()
      .div(2 * X.length);
  };
  return grad(f, { argnums: [0, 1, 2, 3] })(...(net as [any, any, any, any])) as any[];
}

function netGradients(net: Value[], X: number[][], Y: number[][]): Value {
  const [W1, b1, W2, b2] = netTensors(net, X, Y).map((g) => g.toArray() as Value) as [
    Value,
    Value,
    Value,
    Value,
  ];
  return { W1, b1, W2, b2 };
}

function netStep(net: Value[], X: number[][], Y: number[][], eta: number): Value {
  const next = netTensors(net, X, Y).map(
    (g, i) =>
      g
        .mul(-eta)
        .add(net[i] as any)
        .toArray() as Value,
  );
  const [W1, b1, W2, b2] = next as [Value, Value, Value, Value];
  return { W1, b1, W2, b2 };
}

function twoLayers(xs: number[], ys: number[]) {
  return (theta: any) => {
    const [w1, b1, w2, b2] = [0, 1, 2, 3].map((i) => gather(theta, i)) as [Tensor, Tensor, Tensor, Tensor];
    const e = w2
      .mul(tanh(w1.mul(xs).add(b1)))
      .add(b2)
      .sub(ys);
    return mean(square(e)).mul(0.5);
  };
}

/** 计算图题族的一步，用库的运算。 */
function graphStep(op: number, [a, b]: any[]): Tensor {
  const rules = [
    () => a,
    () => a.add(b),
    () => a.sub(b),
    () => a.mul(b),
    () => a.div(b),
    () => a.square(),
    () => a.exp(),
    () => a.sin(),
  ];
  return rules[op]!();
}

/** 把数据写成的图变成一个可以求导的函数。 */
function runGraph(program: number[][]) {
  return (s: any): Tensor => {
    const v: Tensor[] = [];
    for (const [k, [op, ...args]] of program.entries()) {
      const own = gather(s, k);
      v.push(
        op === 0
          ? own
          : graphStep(
              op!,
              args.map((i) => v[i]!),
            ).add(own),
      );
    }
    return v.at(-1)!;
  };
}

/** 一维的查询 1 与键 s：分数恰好是 s。 */
function attended(s: number[], v: number[], temperature: any): Tensor {
  return attention(
    [[1]],
    s.map((x) => [x]),
    v.map((x) => [x]),
    { temperature },
  );
}

/** 键与值都取单位阵：分数恰好是 S，输出恰好是权重。 */
function attendedBatch(S: number[][], G: number[][], mask: number[][], temperature: any): Tensor {
  const eye = S[0]!.map((_, i) => S[0]!.map((_, j) => (i === j ? 1 : 0)));
  const seen = mask.map((row) => row.map((x) => x === 1));
  return attention(S, eye, eye, { temperature, mask: seen }).mul(G).sum().div(S.length);
}

const tanhNet = (x: Tensor, [W, b, V]: any[]): Tensor => matmul(V, tanh(matmul(W, x).add(b)));

/** 双重反向传播：‖∂f/∂x‖² 对各个参数的梯度。 */
function penaltyGradients(params: Value[], x: number[], f: (x: Tensor, params: any[]) => Tensor): Value[] {
  const penalty = (...p: any[]) => jacobianFrobenius((v) => f(v, p), x);
  const argnums = params.map((_, i) => i);
  return (grad(penalty, { argnums })(...(params as any[])) as any[]).map((g) => g.toArray());
}

function gradients(a: any, p: any, n: any, margin: number, distance: "squared" | "euclidean"): Value {
  const f = (x: any, y: any, z: any) => mean(triplet(x, y, z, { margin, distance }));
  const [ga, gp, gn] = grad(f, { argnums: [0, 1, 2] })(a, p, n) as any[];
  return { a: ga.toArray(), p: gp.toArray(), n: gn.toArray() };
}

describe("标准答案与梯度库一致", () => {
  for (const [id, compute] of Object.entries(library)) {
    it(id, () => {
      const question = findQuestion(id)!;
      const rng = random(11, id);
      const points = question.branches.flatMap(({ id: branch }) =>
        Array.from({ length: 5 }, () => question.sample(rng, branch)),
      );
      // 边界点也要一致：约定是同一张表。
      for (const args of [...points, ...question.edges.map((edge) => edge.args)]) {
        const expected = numbers(question.reference(...args));
        const actual = numbers(compute(...args));
        assert.equal(actual.length, expected.length);
        expected.forEach((x, i) => {
          const where = `${id}(${JSON.stringify(args)}) 第 ${i} 个`;
          assert.ok(
            Math.abs(actual[i]! - x) <= 1e-11 * Math.max(1, Math.abs(x)),
            `${where}：${actual[i]} ≠ ${x}`,
          );
        });
      }
    });
  }
});
