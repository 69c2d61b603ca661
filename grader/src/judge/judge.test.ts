import assert from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "../answer.js";
import type { Question } from "../problem.js";
import { findQuestion, problems } from "../problems/index.js";
import { askFunction } from "../selftest.js";
import { leaves, type Value } from "../value.js";
import { judgeQuestion } from "./judge.js";

const questions = problems.flatMap((problem) => problem.questions);
const question = (id: string) => findQuestion(id)!;
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const minus = (x: number[], y: number[]) => x.map((v, i) => v - y[i]!);
const inner = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
const column = (A: number[][], j: number) => A.map((row) => row[j]!);

/** 把返回值里的每个数过一遍 f。 */
function map(value: Value, f: (x: number) => number): Value {
  if (typeof value === "number") return f(value);
  if (Array.isArray(value)) return value.map((item) => map(item, f));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item, f)]));
}

function softmax(z: number[]): number[] {
  const e = z.map((x) => Math.exp(x - Math.max(...z)));
  return e.map((x) => x / e.reduce((sum, v) => sum + v, 0));
}

/** 逐条路径推：每个节点带着“对每个 s 的导数”往前走，不倒着走。 */
function pulled(program: number[][], s: number[]): { v: number; bar: number[] } {
  const nodes: { v: number; d: number[] }[] = [];
  for (const [k, [op, i, j]] of program.entries()) {
    const [a, b] = [nodes[i!]?.v ?? 0, nodes[j!]?.v ?? 0];
    const values = [0, a + b, a - b, a * b, a / b, a ** 2, Math.exp(a), Math.sin(a)];
    const slopes = [[], [1, 1], [1, -1], [b, a], [1 / b, -a / b / b], [2 * a], [Math.exp(a)], [Math.cos(a)]];
    const d = s.map(
      (_, m) =>
        (slopes[op!]![0] ?? 0) * (nodes[i!]?.d[m] ?? 0) +
        (slopes[op!]![1] ?? 0) * (nodes[j!]?.d[m] ?? 0) +
        (m === k ? 1 : 0),
    );
    nodes.push({ v: values[op!]! + s[k]!, d });
  }
  return { v: nodes.at(-1)!.v, bar: nodes.at(-1)!.d };
}

// 另写的正确答案：运算次序、边界上的不等号都与标准答案不同。
const alternatives: Record<string, (...args: any[]) => Value> = {
  "attention.output": (s, v, t) => {
    const p = softmax(s.map((x: number) => x / t));
    return p.reduce((y, a, j) => y + a * v[j], 0);
  },
  "attention.tau": (s, g, t) => {
    const p = softmax(s.map((x: number) => x / t));
    const mid = p.reduce((m, a, j) => m + a * g[j], 0);
    return p.reduce((sum, a, j) => sum - (a * (g[j] - mid) * (s[j] - s[0])) / t / t, 0);
  },
  "attention.batch": (S, G, mask, t) => {
    let total = 0;
    for (const [b, row] of mask.entries()) {
      const kept = [...row.keys()].filter((j) => row[j] > 0);
      if (kept.length === 0) continue;
      const [s, g] = [kept.map((j) => S[b][j]), kept.map((j) => G[b][j])];
      total += (alternatives["attention.tau"]!(s, g, t) as number) / S.length;
    }
    return total;
  },
  "attention.qkv": (q, K, V, ybar, t) => {
    const inner = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
    const p = softmax(K.map((k: number[]) => inner(q, k) / t));
    const y = ybar.map((_: number, e: number) => p.reduce((sum, a, j) => sum + a * V[j][e], 0));
    const d = p.map((a, j) => (a / t) * inner(ybar, minus(V[j], y)));
    return {
      V: p.map((a) => ybar.map((u: number) => u * a)),
      K: d.map((x) => q.map((u: number) => u * x)),
      q: q.map((_: number, i: number) => d.reduce((sum, x, j) => sum + x * (K[j][i] - K[0][i]), 0)),
    };
  },
  "graphs.local": (op, [a, b]) =>
    [
      [],
      [1, 1],
      [1, -1],
      [b, a],
      [1 / b, (-1 / b) * (a / b)],
      [a + a],
      [Math.exp(a)],
      [Math.sin(a + Math.PI / 2)],
    ][op]!,
  "graphs.output": (program, s) => pulled(program, s).v,
  "graphs.adjoints": (program, s) => pulled(program, s).bar,
  "graphs.written": (program) => {
    // 真的把公式写出来，数里面的运算号。
    const text: string[] = [];
    for (const [op, ...args] of program)
      text.push(op === 0 ? "x" : `(${op}${args.map((i: number) => text[i]).join("")})`);
    return text.at(-1)!.split("(").length - 1;
  },
  "huber.value": (e, d) => (Math.abs(e) < d ? 0.5 * e ** 2 : d * Math.abs(e) - 0.5 * d * d),
  "huber.grad": (e, d) => (Math.abs(e) < d ? e : d * Math.sign(e)),
  "huber.batch": (pred, target, d) =>
    Float64Array.from(minus(pred, target), (e) =>
      Math.abs(e) >= d ? Math.sign(e) * (d / pred.length) : e / pred.length,
    ) as any,
  "huber.delta": (es, d) =>
    es.reduce((s: number, e: number) => s + (Math.abs(e) > d ? Math.abs(e) - d : 0) / es.length, 0),
  "jacobian.linear": (W) => W.map((row: number[]) => row.map((w) => w + w)),
  "jacobian.tanh": (W, b, V, x) => {
    // R = Σ A∘B∘ssᵀ，A = VᵀV，B = WWᵀ：不写出雅可比矩阵。
    const s = W.map((w: number[], k: number) => 1 / Math.cosh(inner(w, x) + b[k]) ** 2);
    const h = W.map((w: number[], k: number) => Math.tanh(inner(w, x) + b[k]));
    const A = W.map((_: unknown, k: number) =>
      W.map((__: unknown, l: number) => inner(column(V, k), column(V, l))),
    );
    const B = W.map((w: number[]) => W.map((u: number[]) => inner(w, u)));
    const ss = (C: number[][]) => C.map((row, k) => row.map((c, l) => 2 * c * s[k] * s[l]));
    const gamma = ss(A).map((row, k) => -2 * h[k] * inner(row, B[k]));
    return {
      W: ss(A).map((row, k) => x.map((v: number, j: number) => inner(row, column(W, j)) + gamma[k]! * v)),
      b: gamma,
      V: V.map((v: number[]) => ss(B).map((row) => inner(v, row))),
    };
  },
  "jacobian.softmax": (W, b, x) => {
    // Jᵢ = pᵢ(wᵢ − w̄)，R = Σ pᵢ²‖wᵢ − w̄‖²。
    const p = softmax(W.map((w: number[], k: number) => inner(w, x) + b[k]));
    const centre = x.map((_: number, j: number) => inner(p, column(W, j)));
    const d = W.map((w: number[]) => minus(w, centre));
    const t = x.map((_: number, j: number) => 2 * p.reduce((sum, a, i) => sum + a * a * d[i][j], 0));
    const u = p.map((a, k) => 2 * a * inner(d[k], d[k]) - inner(W[k], t));
    const gamma = p.map((a, k) => a * (u[k]! - inner(p, u)));
    return {
      W: p.map((a, k) => x.map((v: number, j: number) => 2 * a * a * d[k][j] - a * t[j] + gamma[k]! * v)),
      b: gamma,
    };
  },
  "jacobian.hutchinson": (W, b, V, x, probes) => {
    let sum = 0;
    for (const v of probes) {
      for (let j = 0; j < x.length; j++) {
        let r = 0;
        for (const [k, w] of W.entries())
          r += (w[j] * inner(v, column(V, k))) / Math.cosh(inner(w, x) + b[k]) ** 2;
        sum += (r * r) / probes.length;
      }
    }
    return sum;
  },
  "triplet.value": (a, p, n, m) => Math.max(m - Math.hypot(...minus(a, n)) + Math.hypot(...minus(a, p)), 0),
  "triplet.squared": (a, p, n, m) => {
    let inside = m;
    for (let i = 0; i < a.length; i++) inside += (a[i] - p[i]) ** 2 - (a[i] - n[i]) ** 2;
    const k = inside > 0 ? 2 : 0;
    // 用相减的写法，带上抵消误差。
    return {
      n: minus(a, n).map((x) => k * x),
      p: minus(a, p).map((x) => -k * x),
      a: a.map((x: number, i: number) => k * (x - p[i]) - k * (x - n[i])),
    };
  },
  "triplet.euclidean": (a, p, n, m) => {
    const dp = Math.hypot(...minus(a, p));
    const dn = Math.hypot(...minus(a, n));
    const k = dp + m > dn ? 1 : 0;
    const u = minus(a, p).map((x) => (dp === 0 ? 0 : (k * x) / dp));
    const v = minus(a, n).map((x) => (dn === 0 ? 0 : (k * x) / dn));
    return { a: minus(u, v), p: u.map((x) => -x), n: v };
  },
  "triplet.batch": (A, P, N, m) => {
    const one = alternatives["triplet.squared"]!;
    const rows = A.map((a: number[], i: number) => map(one(a, P[i], N[i], m), (x) => x / A.length));
    return { a: rows.map((r: any) => r.a), p: rows.map((r: any) => r.p), n: rows.map((r: any) => r.n) };
  },
  // 逐个权重写出的双重循环，不用矩阵；tanh 的导数取 1/cosh²。
  "backprop.grad": (W1, b1, W2, b2, x, y) => {
    const z = b1.map((b: number, j: number) =>
      x.reduce((s: number, v: number, i: number) => s + v * W1[j][i], b),
    );
    const e = b2.map((b: number, k: number) =>
      z.reduce((s: number, v: number, j: number) => s + Math.tanh(v) * W2[k][j], b - y[k]),
    );
    const down = z.map(
      (v: number, j: number) =>
        e.reduce((s: number, u: number, k: number) => s + u * W2[k][j], 0) / Math.cosh(v) ** 2,
    );
    return {
      W1: down.map((d: number) => x.map((v: number) => v * d)),
      b1: down,
      W2: e.map((u: number) => z.map((v: number) => Math.tanh(v) * u)),
      b2: e,
    };
  },
  "backprop.batch": (W1, b1, W2, b2, X, Y) => {
    const one = alternatives["backprop.grad"]!;
    const rows: any[] = X.map((x: number[], i: number) => one(W1, b1, W2, b2, x, Y[i]));
    const mean = (pick: (r: any) => number) => rows.reduce((s, r) => s + pick(r), 0) / rows.length;
    return {
      W1: W1.map((row: number[], j: number) => row.map((_, i) => mean((r) => r.W1[j][i]))),
      b1: b1.map((_: number, j: number) => mean((r) => r.b1[j])),
      W2: W2.map((row: number[], k: number) => row.map((_, j) => mean((r) => r.W2[k][j]))),
      b2: b2.map((_: number, k: number) => mean((r) => r.b2[k])),
    };
  },
  "backprop.step": (W1, b1, W2, b2, X, Y, eta) => {
    const g: any = alternatives["backprop.batch"]!(W1, b1, W2, b2, X, Y);
    const move = (p: any, d: any): any =>
      typeof p === "number" ? p - eta * d : p.map((v: any, i: number) => move(v, d[i]));
    return { W1: move(W1, g.W1), b1: move(b1, g.b1), W2: move(W2, g.W2), b2: move(b2, g.b2) };
  },
  "layers.loss": ([w1, b1, w2, b2], x, y) => {
    const t = Math.exp(-2 * (b1 + x * w1));
    return (b2 - y + (w2 * (1 - t)) / (1 + t)) ** 2 / 2;
  },
  "layers.grad": ([w1, b1, w2, b2], x, y) => {
    const z = x * w1 + b1;
    const up = b2 + Math.tanh(z) * w2 - y;
    const down = (up * w2) / Math.cosh(z) ** 2;
    return [down * x, down, Math.tanh(z) * up, up];
  },
  "layers.batch": (theta, xs, ys) => {
    const rows = xs.map((x: number, i: number) => alternatives["layers.grad"]!(theta, x, ys[i]) as number[]);
    return theta.map(
      (_: number, k: number) => rows.reduce((sum: number, r: number[]) => sum + r[k]!, 0) / xs.length,
    );
  },
  "layers.passes": (widths, steps, method) => {
    const weights = widths.slice(1).reduce((sum: number, w: number, k: number) => sum + w * widths[k], 0);
    const biases = widths.slice(1).reduce((sum: number, w: number) => sum + w, 0);
    return [1, weights + biases + 1, 2 * (weights + biases)][method]! * steps;
  },
  "worked.gradient": ([x, y]) => [(2 * x + y) * y ** 3, x * y * y * (3 * x + 4 * y)],
  "worked.directional": ([x, y], v) => {
    const t = Math.atan2(v[1], v[0]);
    return (2 * x + y) * y ** 3 * Math.cos(t) + x * y * y * (3 * x + 4 * y) * Math.sin(t);
  },
  "worked.hessian": ([x, y], i) =>
    i === 1 ? [y * y * (6 * x + 4 * y), 6 * x * y * (x + 2 * y)] : [2 * y ** 3, 2 * y * y * (3 * x + 2 * y)],
  "worked.adjoints": (x, y, e) => {
    const [a, b] = [e[0] + x ** 2, e[1] + y * x];
    const [c, d] = [a * b + e[2], e[3] + (b + y)];
    const bBar = a * d + c;
    return { e: [b * d, bBar, d, c], y: x * bBar + c, x: y * bBar + 2 * x * b * d };
  },
};

describe("裁判", () => {
  for (const q of questions) {
    it(`${q.id}：换一种写法的正确答案从不被拒绝`, async () => {
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const verdict = await judgeQuestion(q, askFunction(alternatives[q.id]), { seed });
          assert.equal(verdict.verdict, "right", verdict.message);
          assert.equal(verdict.score, q.points);
          for (const count of Object.values(verdict.coverage)) assert.ok(count >= 4);
        }),
        { numRuns: 40 },
      );
    });

    it(`${q.id}：乘以 1.001、0.999 都算错，并说出倍数`, async () => {
      await fc.assert(
        fc.asyncProperty(seeds, fc.constantFrom(1.001, 0.999), async (seed, factor) => {
          const scaled = (...args: Value[]) => map(q.reference(...args), (x) => x * factor);
          const verdict = await judgeQuestion(q, askFunction(scaled), { seed });
          assert.equal(verdict.verdict, "wrong");
          assert.equal(verdict.diagnosis, null);
          assert.match(verdict.message, new RegExp(`正确答案的 ${factor} 倍`));
        }),
        { numRuns: 10 },
      );
    });
  }

  it("梯度小到 1e-9，符号错了也算错", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        for (const [id, f] of [
          [
            "huber.grad",
            (e: number, d: number) => (Math.abs(e) < 1e-3 * d ? -e : Math.max(-d, Math.min(d, e))),
          ],
          [
            "huber.batch",
            (pred: number[], target: number[], d: number) =>
              minus(pred, target).map(
                (e) => (Math.abs(e) < 1e-3 * d ? -e : Math.max(-d, Math.min(d, e))) / pred.length,
              ),
          ],
        ] as const) {
          const verdict = await judgeQuestion(question(id), askFunction(f), { seed });
          assert.equal(verdict.verdict, "wrong");
          assert.ok(Math.abs(verdict.worst!.ratio + 1) < 1e-9);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("线性段符号反了：恰好这样告诉学习者，边界用 < 还是 <= 都一样", async () => {
    for (const tail of [
      (e: number, d: number) => (Math.abs(e) <= d ? e : -d * Math.sign(e)),
      (e: number, d: number) => (Math.abs(e) < d ? e : -d * Math.sign(e)),
    ]) {
      const verdict = await judgeQuestion(question("huber.grad"), askFunction(tail), { seed: 3 });
      assert.equal(verdict.verdict, "wrong");
      assert.equal(verdict.diagnosis, "tail-sign");
      assert.match(verdict.message, /^Huber 的线性段符号反了：/);
    }
  });

  it("只在 a=p 处出错的函数被抓住，说出是哪个边界点", async () => {
    const q = question("triplet.euclidean");
    const f = (a: number[], p: number[], n: number[], m: number) => {
      const g = q.reference(a, p, n, m) as { a: number[]; p: number[]; n: number[] };
      return minus(a, p).every((x) => x === 0) ? { ...g, p: g.p.map(() => 0.25) } : g;
    };
    const verdict = await judgeQuestion(q, askFunction(f), { seed: 1 });
    assert.equal(verdict.verdict, "wrong");
    assert.match(verdict.worst!.place, /重合/);
  });

  it("返回形状不对、忘了 return、抛异常、没有函数：各有各的话", async () => {
    const q = question("triplet.squared");
    const say = async (f: unknown) => (await judgeQuestion(q, askFunction(f), { seed: 1 })).message;
    assert.match(await say(() => ({ a: [1, 2], p: [1, 2] })), /形状不对.*返回值/);
    assert.match(await say(() => undefined), /忘了写 return/);
    assert.match(await say(() => [1]), /应是带有字段 a、p、n 的对象，得到长度 1 的数组/);
    assert.match(
      await say(() => {
        throw new TypeError("哎呀");
      }),
      /抛出了异常.*TypeError: 哎呀/,
    );
    assert.match(await say(undefined), /没有找到函数 tripletSquaredGrad/);
    assert.match(
      await say(() => {
        throw new Error("还没有作答：tripletSquaredGrad");
      }),
      /还是占位的样子/,
    );
    assert.match(
      await say(() => {
        throw new Error("还没有作答：huberGrad");
      }),
      /调用了 huberGrad/,
    );
  });

  it("NaN、无穷算错，不算没答", async () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const verdict = await judgeQuestion(
        question("huber.grad"),
        askFunction(() => x),
        { seed: 1 },
      );
      assert.equal(verdict.verdict, "wrong");
      assert.match(verdict.message, new RegExp(`得到 ${x}`));
    }
  });

  it("两个判据不一致：是题目的错，不怪学习者", async () => {
    const broken: Question = {
      ...question("huber.grad"),
      truth: { kind: "gradient", forward: (e: number) => e * e, wrt: 0 },
    };
    const verdict = await judgeQuestion(broken, askFunction(broken.reference), { seed: 1 });
    assert.equal(verdict.verdict, "error");
    assert.match(verdict.message, /TIDU-GRADE-001.*不是你的错/);
  });

  it("只抽得到拐点上的点：没有把握，不给分也不说错", async () => {
    const q: Question = {
      ...question("huber.grad"),
      reference: (e: number) => Math.sign(e),
      truth: { kind: "gradient", forward: (e: number) => Math.abs(e), wrt: 0 },
      branches: [{ id: "kink", title: "拐点" }],
      sample: () => [0, 1],
      branchesOf: () => ["kink"],
      edges: [],
    };
    const verdict = await judgeQuestion(q, askFunction(q.reference), { seed: 1 });
    assert.equal(verdict.verdict, "undecided");
    assert.equal(verdict.score, 0);
  });

  it("同一个种子问同样的点，不同的种子问不同的点", async () => {
    const asked = async (seed: number) => {
      const log: string[] = [];
      const spy = async (_: string, args: Value[]): Promise<Answer> => {
        log.push(JSON.stringify(args));
        return { kind: "value", value: 0 };
      };
      await judgeQuestion(question("huber.value"), spy, { seed });
      return log;
    };
    assert.deepEqual(await asked(5), await asked(5));
    assert.notDeepEqual(await asked(5), await asked(6));
  });

  it("学习者改动参数，影响不了真值", async () => {
    const q = question("huber.batch");
    const verdict = await judgeQuestion(
      q,
      askFunction((pred: number[], target: number[], d: number) => {
        const g = q.reference(pred, target, d);
        pred.fill(0);
        target.length = 0;
        return g;
      }),
      { seed: 1 },
    );
    assert.equal(verdict.verdict, "right");
  });

  it("leaves 的次序与区间的次序一致", () => {
    assert.deepEqual(
      leaves({ a: [1, 2], p: [[3]] }).map((leaf) => leaf.path),
      ["a[0]", "a[1]", "p[0][0]"],
    );
  });
});
