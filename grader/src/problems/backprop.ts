import { backpropMistakes } from "../mistakes/backprop.js";
import { backpropOracles } from "../oracles/backprop.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import { apply, type Matrix, outer, transpose } from "./matrices.js";
import { mean, total, type Vector } from "./vectors.js";

// 两层网络 ŷ = W₂·tanh(W₁x + b₁) + b₂，损失 L = ‖ŷ − y‖²/2；各层宽度由输入定。
type Net = [W1: Matrix, b1: Vector, W2: Matrix, b2: Vector];
type Gradients = { W1: Matrix; b1: Vector; W2: Matrix; b2: Vector };
type Backward = (net: Net, x: Vector, y: Vector) => Gradients;

/** 反向的各个因子；错法只换掉其中一个。 */
interface Change {
  error?: (prediction: Vector, y: Vector) => Vector;
  hidden?: (z: number) => number;
  gate?: (h: number, z: number) => number;
  pull?: (W2: Matrix, e: Vector) => Vector;
}

function parts([W1, b1, W2, b2]: Net, x: Vector, y: Vector, change: Change = {}) {
  const z = apply(W1, x).map((v, k) => v + b1[k]!);
  const h = z.map(change.hidden ?? Math.tanh);
  const prediction = apply(W2, h).map((v, k) => v + b2[k]!);
  const e = change.error?.(prediction, y) ?? prediction.map((v, k) => v - y[k]!);
  const hBar = change.pull?.(W2, e) ?? apply(transpose(W2), e);
  const zBar = h.map((v, k) => hBar[k]! * (change.gate ?? ((out) => 1 - out * out))(v, z[k]!));
  return { x, z, h, e, hBar, zBar };
}

const assemble = ({ x, h, e, zBar }: ReturnType<typeof parts>): Gradients => ({
  W1: outer(zBar, x),
  b1: zBar,
  W2: outer(e, h),
  b2: e,
});
const backward: Backward = (net, x, y) => assemble(parts(net, x, y));
const slip =
  (change: Change): Backward =>
  (net, x, y) =>
    assemble(parts(net, x, y, change));
const rebuilt =
  (f: (p: ReturnType<typeof parts>) => Partial<Gradients>): Backward =>
  (net, x, y) => {
    const p = parts(net, x, y);
    return { ...assemble(p), ...f(p) };
  };

/** 逐个神经元写的前向：与标准答案的矩阵写法互不相干。 */
function loss([W1, b1, W2, b2]: Net, x: Vector, y: Vector): number {
  let sum = 0;
  for (let k = 0; k < y.length; k++) {
    let output = b2[k]!;
    for (let j = 0; j < b1.length; j++) {
      let z = b1[j]!;
      for (let i = 0; i < x.length; i++) z += W1[j]![i]! * x[i]!;
      output += W2[k]![j]! * Math.tanh(z);
    }
    sum += (output - y[k]!) ** 2 / 2;
  }
  return sum;
}

/** 三道题共用的错法。 */
const slips: [id: string, fn: Backward][] = [
  ["sign", slip({ error: (p, y) => p.map((v, k) => y[k]! - v) })],
  ["factor-two", slip({ error: (p, y) => p.map((v, k) => 2 * (v - y[k]!)) })],
  ["no-error", slip({ error: (p) => p.map(() => 1) })],
  ["plus-target", slip({ error: (p, y) => p.map((v, k) => v + y[k]!) })],
  ["mean-outputs", slip({ error: (p, y) => p.map((v, k) => (v - y[k]!) / y.length) })],
  ["no-gate", slip({ gate: () => 1 })],
  ["slope-unsquared", slip({ gate: (h) => 1 - h })],
  ["slope-of-z", slip({ gate: (_, z) => 1 - z * z })],
  ["slope-twice", slip({ gate: (h) => 1 - Math.tanh(h) ** 2 })],
  ["no-tanh", slip({ hidden: (z) => z, gate: () => 1 })],
  [
    "no-transpose",
    slip({ pull: (W2, e) => W2[0]!.map((_, j) => total(e.map((v, k) => (W2[j]?.[k] ?? 0) * v))) }),
  ],
  ["one-path", slip({ pull: (W2, e) => W2[0]!.map((w) => w * e[0]!) })],
  ["no-w2", slip({ pull: (W2, e) => W2[0]!.map(() => total(e)) })],
  ["gate-missing-in-w1", rebuilt(({ hBar, x }) => ({ W1: outer(hBar, x) }))],
  ["b1-before-gate", rebuilt(({ hBar }) => ({ b1: hBar }))],
  ["w1-transposed", rebuilt(({ zBar, x }) => ({ W1: outer(x, zBar) }))],
  ["w2-transposed", rebuilt(({ e, h }) => ({ W2: outer(h, e) }))],
  ["w2-by-z", rebuilt(({ e, z }) => ({ W2: outer(e, z) }))],
  ["bias-ones", rebuilt(({ e, z }) => ({ b1: z.map(() => 1), b2: e.map(() => 1) }))],
];

const draw = (rng: Rng, count: number, low: number, high: number): Vector =>
  Array.from({ length: count }, () => rng.sign() * rng.uniform(low, high));
const drawMatrix = (rng: Rng, height: number, width: number): Matrix =>
  Array.from({ length: height }, () => draw(rng, width, 0.3, 1));

const branches = [
  { id: "square", title: "各层一样宽" },
  { id: "wide", title: "隐藏层比输入宽" },
  { id: "narrow", title: "隐藏层比输入窄" },
];

function drawNet(rng: Rng, branch: string): Net {
  const hidden = branch === "wide" ? 3 : 2;
  const inputs = branch === "narrow" ? 3 : 2;
  return [
    drawMatrix(rng, hidden, inputs),
    draw(rng, hidden, 0.2, 0.6),
    drawMatrix(rng, 2, hidden),
    draw(rng, 2, 0.2, 0.8),
  ];
}

const shapeOf = (W1: Matrix) => {
  const gap = W1.length - W1[0]!.length;
  return [gap === 0 ? "square" : gap > 0 ? "wide" : "narrow"];
};
const input = (rng: Rng, [W1]: Net) => draw(rng, W1[0]!.length, 0.3, 1);
const target = (rng: Rng) => draw(rng, 2, 1, 3);

// 手算得出的点：隐藏值为 0 时 tanh 分毫不差。
const matrix = (...rows: Vector[]): Matrix => rows;
const chapterNet: Net = [matrix([1, 1], [2, -2], [-1, 2]), [-1, 1, 1], matrix([1, 2, -1]), [3]];
const zeroHidden: Net = [matrix([1, -1], [2, 1]), [1, -4], matrix([1, 2], [3, -1], [0.5, 1]), [0.5, -1, 2]];
const params = ["W1", "b1", "W2", "b2"];
const wrt = { W1: 0, b1: 1, W2: 2, b2: 3 };

const single =
  (f: Backward) =>
  (...[W1, b1, W2, b2, x, y]: [...Net, Vector, Vector]) =>
    f([W1, b1, W2, b2], x, y);

const gradient: Question = {
  id: "backprop.grad",
  fn: "backwardPass",
  signature:
    "backwardPass(W1: number[][], b1: number[], W2: number[][], b2: number[], x: number[], y: number[]): { W1: number[][]; b1: number[]; W2: number[][]; b2: number[] }",
  title: "一个样本的反向",
  points: 2,
  params: [...params, "x", "y"],
  reference: single(backward),
  truth: {
    kind: "gradient",
    forward: (...[W1, b1, W2, b2, x, y]: [...Net, Vector, Vector]) => loss([W1, b1, W2, b2], x, y),
    wrt,
  },
  branches,
  sample(rng, branch) {
    const net = drawNet(rng, branch);
    return [...net, input(rng, net), target(rng)];
  },
  branchesOf: shapeOf,
  edges: [
    { title: "正文里的 2-3-1 网络", args: [...chapterNet, [1, 2], [3]] },
    { title: "隐藏值恰为 0，三个输出", args: [...zeroHidden, [1, 2], [1, 1, 1]] },
    { title: "预测恰好正确", args: [...zeroHidden, [1, 2], [0.5, -1, 2]] },
    { title: "输入全为 0", args: [...chapterNet, [0, 0], [1]] },
  ],
  hints: [
    "先前向，留下 $h$ 和 $e$；再从 $e$ 往回走：先 $\\bar h$，再 $\\bar z_1$。两层的梯度各是一个外积，偏置的梯度就是本层的伴随值。",
    "$\\bar h=W_2^\\top e$，$\\bar z_1=(1-h\\odot h)\\odot\\bar h$；$\\bar W_2=e\\,h^\\top$，$\\bar b_2=e$，$\\bar W_1=\\bar z_1x^\\top$，$\\bar b_1=\\bar z_1$。",
    "`const zBar = times(transpose(W2), e).map((v, j) => v * (1 - h[j] * h[j]));`，返回 `{ W1: outer(zBar, x), b1: zBar, W2: outer(e, h), b2: e }`。",
  ],
  mutants: [
    ...slips.map(([id, fn]) => ({ id, fn: single(fn) })),
    {
      id: "layers-swapped",
      fn: single((net, x, y) => {
        const { W1, b1, W2, b2 } = backward(net, x, y);
        return { W1: W2, b1: b2, W2: W1, b2: b1 };
      }),
    },
  ],
};

type Batch = [...Net, X: Matrix, Y: Matrix];

/** 两棵形状相同的树逐个数合并。 */
const merge = (f: (a: number, b: number) => number, p: Gradients, q: Gradients): Gradients => ({
  W1: p.W1.map((row, i) => row.map((v, j) => f(v, q.W1[i]![j]!))),
  b1: p.b1.map((v, i) => f(v, q.b1[i]!)),
  W2: p.W2.map((row, i) => row.map((v, j) => f(v, q.W2[i]![j]!))),
  b2: p.b2.map((v, i) => f(v, q.b2[i]!)),
});
const scaled = (g: Gradients, k: number) => merge((v) => v * k, g, g);
const summed = (f: Backward, net: Net, X: Matrix, Y: Matrix) =>
  X.map((x, i) => f(net, x, Y[i]!)).reduce((p, q) => merge((a, b) => a + b, p, q));
const meanOf = (f: Backward, net: Net, X: Matrix, Y: Matrix) => scaled(summed(f, net, X, Y), 1 / X.length);
const meanLoss = (net: Net, X: Matrix, Y: Matrix) => mean(X.map((x, i) => loss(net, x, Y[i]!)));

const batched =
  (f: (net: Net, X: Matrix, Y: Matrix) => Gradients) =>
  (...[W1, b1, W2, b2, X, Y]: Batch) =>
    f([W1, b1, W2, b2], X, Y);

function drawBatch(rng: Rng, net: Net): [Matrix, Matrix] {
  const X = Array.from({ length: rng.integer(3, 4) }, () => input(rng, net));
  return [X, X.map(() => target(rng))];
}

const centre = (A: Matrix): Vector => transpose(A).map(mean);
const batch: Question = {
  id: "backprop.batch",
  fn: "batchBackward",
  signature:
    "batchBackward(W1: number[][], b1: number[], W2: number[][], b2: number[], X: number[][], Y: number[][]): { W1: number[][]; b1: number[]; W2: number[][]; b2: number[] }",
  title: "一批样本的平均",
  points: 1,
  params: [...params, "X", "Y"],
  reference: batched((net, X, Y) => meanOf(backward, net, X, Y)),
  truth: {
    kind: "gradient",
    forward: (...[W1, b1, W2, b2, X, Y]: Batch) => meanLoss([W1, b1, W2, b2], X, Y),
    wrt,
  },
  branches,
  sample(rng, branch) {
    const net = drawNet(rng, branch);
    return [...net, ...drawBatch(rng, net)];
  },
  branchesOf: shapeOf,
  edges: [
    { title: "只有一个样本", args: [...chapterNet, [[1, 2]], [[3]]] },
    {
      title: "两个样本的意见恰好抵消",
      args: [
        ...zeroHidden,
        [
          [1, 2],
          [1, 2],
        ],
        [
          [1.5, -2, 4],
          [-0.5, 0, 0],
        ],
      ],
    },
  ],
  hints: [
    "平均损失的梯度等于各样本梯度的平均。每个样本都要用它自己的 $x$、$h$、$e$ 走一遍。",
    "$\\bar W_1=\\frac1N\\sum_i\\bar z_1^{(i)}x^{(i)\\top}$，$\\bar b_1=\\frac1N\\sum_i\\bar z_1^{(i)}$，第二层同理。除的是样本数 $N$，不是输出的个数。",
    "`const all = X.map((x, i) => backwardPass(W1, b1, W2, b2, x, Y[i]));`，再把四个字段各自逐个数相加，都除以 `X.length`。",
  ],
  mutants: [
    { id: "no-mean", fn: batched((net, X, Y) => summed(backward, net, X, Y)) },
    { id: "mean-twice", fn: batched((net, X, Y) => scaled(meanOf(backward, net, X, Y), 1 / X.length)) },
    { id: "first-only", fn: batched((net, X, Y) => backward(net, X[0]!, Y[0]!)) },
    { id: "last-only", fn: batched((net, X, Y) => backward(net, X.at(-1)!, Y.at(-1)!)) },
    { id: "averaged-data", fn: batched((net, X, Y) => backward(net, centre(X), centre(Y))) },
    {
      id: "biases-summed",
      fn: batched((net, X, Y) => {
        const { b1, b2 } = summed(backward, net, X, Y);
        return { ...meanOf(backward, net, X, Y), b1, b2 };
      }),
    },
    {
      id: "averages-multiplied",
      fn: batched((net, X, Y) => {
        const { b1, b2 } = meanOf(backward, net, X, Y);
        const h = centre(X.map((x, i) => parts(net, x, Y[i]!).h));
        return { W1: outer(b1, centre(X)), b1, W2: outer(b2, h), b2 };
      }),
    },
    ...slips
      // 外积写反的形状与参数不同，逐个样本相加时没有意义。
      .filter(([id]) => !id.endsWith("-transposed"))
      .map(([id, fn]) => ({ id, fn: batched((net, X, Y) => meanOf(fn, net, X, Y)) })),
  ],
};

type Step = [...Net, X: Matrix, Y: Matrix, eta: number];
const asTree = ([W1, b1, W2, b2]: Net): Gradients => ({ W1, b1, W2, b2 });
const asNet = ({ W1, b1, W2, b2 }: Gradients): Net => [W1, b1, W2, b2];
const moved = (net: Net, g: Gradients, eta: number) => merge((p, d) => p - eta * d, asTree(net), g);
const stepped =
  (f: (net: Net, X: Matrix, Y: Matrix, eta: number) => Gradients) =>
  (...[W1, b1, W2, b2, X, Y, eta]: Step) =>
    f([W1, b1, W2, b2], X, Y, eta);
const update = (net: Net, X: Matrix, Y: Matrix, eta: number) => moved(net, meanOf(backward, net, X, Y), eta);
const squares = (net: Net) => total(net.flat(2).map((v) => v * v));

const step: Question = {
  id: "backprop.step",
  fn: "trainStep",
  signature:
    "trainStep(W1: number[][], b1: number[], W2: number[][], b2: number[], X: number[][], Y: number[][], eta: number): { W1: number[][]; b1: number[]; W2: number[][]; b2: number[] }",
  title: "一步更新",
  points: 1,
  params: [...params, "X", "Y", "eta"],
  reference: stepped(update),
  truth: {
    kind: "gradient",
    // θ − η∇L 正是 ‖θ‖²/2 − ηL 的梯度，所以也能用有限差分核对。
    forward: (...[W1, b1, W2, b2, X, Y, eta]: Step) =>
      squares([W1, b1, W2, b2]) / 2 - eta * meanLoss([W1, b1, W2, b2], X, Y),
    wrt,
  },
  branches,
  sample(rng, branch) {
    const net = drawNet(rng, branch);
    return [...net, ...drawBatch(rng, net), rng.uniform(0.1, 0.6)];
  },
  branchesOf: shapeOf,
  edges: [
    { title: "学习率为 0", args: [...chapterNet, [[1, 2]], [[3]], 0] },
    { title: "预测恰好正确，一动不动", args: [...zeroHidden, [[1, 2]], [[0.5, -1, 2]], 0.5] },
    { title: "隐藏值恰为 0", args: [...zeroHidden, [[1, 2]], [[1, 1, 1]], 0.5] },
  ],
  hints: [
    "先用旧的参数算出全部梯度，再一起更新。四个字段的更新办法一样。",
    "$\\theta\\leftarrow\\theta-\\eta\\,\\bar\\theta$，梯度是一批的平均。返回新的数组，不要改动传进来的那些。",
    "`const g = batchBackward(W1, b1, W2, b2, X, Y);`，返回 `{ W1: W1.map((row, i) => row.map((v, j) => v - eta * g.W1[i][j])), b1: b1.map((v, i) => v - eta * g.b1[i]), … }`，第二层照写。",
  ],
  mutants: [
    { id: "ascent", fn: stepped((net, X, Y, eta) => update(net, X, Y, -eta)) },
    { id: "no-eta", fn: stepped((net, X, Y) => update(net, X, Y, 1)) },
    { id: "no-mean", fn: stepped((net, X, Y, eta) => update(net, X, Y, eta * X.length)) },
    { id: "mean-twice", fn: stepped((net, X, Y, eta) => update(net, X, Y, eta / X.length)) },
    { id: "factor-two", fn: stepped((net, X, Y, eta) => update(net, X, Y, 2 * eta)) },
    { id: "gradient", fn: stepped((net, X, Y) => meanOf(backward, net, X, Y)) },
    { id: "change-only", fn: stepped((net, X, Y, eta) => scaled(meanOf(backward, net, X, Y), -eta)) },
    {
      id: "weights-only",
      fn: stepped((net, X, Y, eta) => ({ ...update(net, X, Y, eta), b1: net[1], b2: net[3] })),
    },
    {
      id: "second-layer-only",
      fn: stepped((net, X, Y, eta) => ({ ...update(net, X, Y, eta), W1: net[0], b1: net[1] })),
    },
    {
      id: "first-layer-only",
      fn: stepped((net, X, Y, eta) => ({ ...update(net, X, Y, eta), W2: net[2], b2: net[3] })),
    },
    {
      id: "updated-too-soon",
      fn: stepped((net, X, Y, eta) => {
        const { W2, b2 } = update(net, X, Y, eta);
        const late: Backward = (n, x, y) => slip({ pull: (_, e) => apply(transpose(W2), e) })(n, x, y);
        const { W1, b1 } = moved(net, meanOf(late, net, X, Y), eta);
        return { W1, b1, W2, b2 };
      }),
    },
    {
      id: "sample-by-sample",
      fn: stepped((net, X, Y, eta) =>
        asTree(X.reduce((n, x, i) => asNet(moved(n, backward(n, x, Y[i]!), eta)), net)),
      ),
    },
    {
      id: "two-steps",
      fn: stepped((net, X, Y, eta) => update(asNet(update(net, X, Y, eta)), X, Y, eta)),
    },
    {
      id: "no-gate",
      fn: stepped((net, X, Y, eta) => moved(net, meanOf(slip({ gate: () => 1 }), net, X, Y), eta)),
    },
    { id: "unchanged", fn: stepped((net) => asTree(net)) },
  ],
};

export const backprop = family({
  id: "backprop",
  title: "两层网络的反向与更新",
  exercise: "1-foundations/03-backprop-steps",
  mistakes: backpropMistakes,
  oracles: backpropOracles,
  questions: [gradient, batch, step],
});
