import * as t from "./index.js";
import type { Tensor } from "./tensor.js";

// 标准答案里的每个算子，用本库写；名字与 fixtures/oracle.py 一一对应。各项由参数 p 得到函数。

type Build = (p: any) => (...xs: Tensor[]) => Tensor;

/** 不要参数、与本库的函数同名的算子。 */
const direct = [
  "neg square abs exp expm1 sigmoid softplus sin cos tan asin acos atan sinh cosh tanh relu erf erfinv silu",
  "gelu logSigmoid log log1p sqrt sign floor ceil round add sub mul div pow mod maximum minimum",
  "equal notEqual greater greaterEqual less lessEqual logicalAnd logicalOr",
  "matmul dot outer matrixTrace diag det inv cholesky solve logdet attention huber",
]
  .join(" ")
  .split(" ");

/** 只有轴与 keepDims 两个参数的归约。 */
const reductions = "sum mean max min prod logsumexp norm".split(" ");

const table = t as unknown as Record<string, (...args: any[]) => Tensor>;
const axisOf = (p: any): any => p.axis ?? undefined;

const simple: Record<string, Build> = {
  elu: (p) => (x) => t.elu(x!, p.alpha),
  eluLearned: () => (x, a) => t.elu(x!, a),
  siluLearned: () => (x, b) => t.silu(x!, b),
  leakyRelu: (p) => (x) => t.leakyRelu(x!, p.alpha),
  leakyReluLearned: () => (x, a) => t.leakyRelu(x!, a),
  powConstant: (p) => (x) => t.pow(x!, p.exponent),
  clip: (p) => (x) => t.clip(x!, p.lo ?? -Infinity, p.hi ?? Infinity),
  clipLearned: () => (x, lo, hi) => t.clip(x!, lo!, hi!),
  where: (p) => (a, b) => t.where(p.mask, a!, b!),
  variance: (p) => (x) => t.variance(x!, axisOf(p), { ddof: p.ddof }),
  std: (p) => (x) => t.std(x!, axisOf(p), { ddof: p.ddof }),
  normOrder: (p) => (x) => t.norm(x!, axisOf(p), { ord: p.ord === "1" ? 1 : Infinity }),
  softmax: (p) => (x) => t.softmax(x!, p.axis),
  logSoftmax: (p) => (x) => t.logSoftmax(x!, p.axis),
  cumsum: (p) => (x) => t.cumsum(x!, p.axis),
  cumprod: (p) => (x) => t.cumprod(x!, p.axis),
  sort: (p) => (x) => t.sort(x!, p.axis),
  topk: (p) => (x) => t.topk(x!, p.k)[0],
  argmax: (p) => (x) => t.argmax(x!, p.axis),
  argmin: (p) => (x) => t.argmin(x!, p.axis),
  argsort: (p) => (x) => t.argsort(x!, p.axis),
};

const rearranging: Record<string, Build> = {
  reshape: (p) => (x) => t.reshape(x!, p.shape),
  transpose: (p) => (x) => t.transpose(x!, p.perm),
  broadcastTo: (p) => (x) => t.broadcastTo(x!, p.shape),
  slice: (p) => (x) => t.slice(x!, p.start, p.size, p.step),
  concat:
    (p) =>
    (...xs) =>
      t.concat(xs, p.axis),
  stack:
    (p) =>
    (...xs) =>
      t.stack(xs, p.axis),
  pad: (p) => (x) => t.pad(x!, p.widths, p.value),
  flip: (p) => (x) => t.flip(x!, axisOf(p)),
  tile: (p) => (x) => t.tile(x!, p.times),
  chunkReversed: (p) => (x) => {
    const parts = t.chunk(x!, p.sections, p.axis);
    return t.concat(parts.map((part, i) => part.mul(i + 1)).reverse(), p.axis);
  },
  swapaxes: (p) => (x) => t.swapaxes(x!, p.a, p.b),
  moveaxis: (p) => (x) => t.moveaxis(x!, p.from, p.to),
  squeezeExpand: () => (x) => t.expandDims(t.squeeze(x!, 2), 1),
  gather: (p) => (x) => t.gather(x!, p.indices, p.axis),
  takeAlongAxis: (p) => (x) => t.takeAlongAxis(x!, p.indices, p.axis),
  scatterAdd: (p) => (u) => t.scatterAdd(p.indices, u!, p.size, p.axis),
  tril: (p) => (x) => t.tril(x!, p.k),
  triu: (p) => (x) => t.triu(x!, p.k),
  vecdot: (p) => (a, b) => t.vecdot(a!, b!, p.axis),
  einsum:
    (p) =>
    (...xs) =>
      t.einsum(p.equation, ...xs),
};

const single = (v: any): any => (Array.isArray(v) ? v[0] : v);

const networks: Record<string, Build> = {
  conv2d: (p) => (x, w) => t.conv2d(x!, w!, p),
  conv1d: (p) => (x, w) =>
    t.conv1d(x!, w!, {
      strides: single(p.strides),
      padding: single(p.padding),
      dilation: single(p.dilation),
    }),
  maxPool: (p) => (x) => t.maxPool(x!, p.size, p),
  avgPool: (p) => (x) => t.avgPool(x!, p.size, p),
  convNet: (p) => (x, w, b, v) => {
    const y = t.relu(t.conv2d(x!, w!).add(b!.reshape([-1, 1, 1])));
    return crossEntropy(t.matmul(t.maxPool(y, 2).reshape([x!.shape[0]!, -1]), v!), p.labels);
  },
  mlpLoss: () => (x, w1, b1, w2, b2, y) => {
    const hidden = t.tanh(t.matmul(x!, w1!).add(b1!));
    return t.mean(t.square(t.matmul(hidden, w2!).add(b2!).sub(y!)));
  },
  classifierLoss: (p) => (x, w1, b1, w2) =>
    crossEntropy(t.matmul(t.gelu(t.matmul(x!, w1!).add(b1!)), w2!), p.labels),
  batchNorm: (p) => (x, gamma, beta) => {
    const centred = x!.sub(t.mean(x!, p.axis, { keepDims: true }));
    const spread = t.sqrt(t.variance(x!, p.axis, { keepDims: true }).add(1e-5));
    return centred.div(spread).mul(gamma!).add(beta!);
  },
  layerNorm: () => (x, gamma, beta) => {
    const centred = x!.sub(t.mean(x!, -1, { keepDims: true }));
    return centred
      .div(t.sqrt(t.mean(t.square(centred), -1, { keepDims: true }).add(1e-5)))
      .mul(gamma!)
      .add(beta!);
  },
  lstm: () => (xs, h0, c0, w, u, b) => {
    let [h, c] = [h0!, c0!];
    const outputs: Tensor[] = [];
    for (const x of t.chunk(xs!, xs!.shape[0]!)) {
      const gates = t.matmul(x.squeeze(0), w!).add(t.matmul(h, u!)).add(b!);
      const [i, f, g, o] = t.chunk(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
      c = t
        .sigmoid(f)
        .mul(c)
        .add(t.sigmoid(i).mul(t.tanh(g)));
      h = t.sigmoid(o).mul(t.tanh(c));
      outputs.push(h);
    }
    return t.sum(t.stack(outputs), 0);
  },
  gru: () => (xs, h0, w, u, b) => {
    let h = h0!;
    for (const x of t.chunk(xs!, xs!.shape[0]!)) {
      const [az, ar, an] = t.chunk(t.matmul(x.squeeze(0), w!).add(b!), 3) as [Tensor, Tensor, Tensor];
      const [hz, hr, hn] = t.chunk(t.matmul(h, u!), 3) as [Tensor, Tensor, Tensor];
      const z = t.sigmoid(az.add(hz));
      const n = t.tanh(an.add(t.sigmoid(ar.add(hr)).mul(hn)));
      h = t.sub(1, z).mul(n).add(z.mul(h));
    }
    return h;
  },
};

function crossEntropy(logits: Tensor, labels: number[]): Tensor {
  return t.neg(t.mean(t.sum(t.logSoftmax(logits).mul(t.oneHot(labels, logits.shape[1]!)), 1)));
}

const linalg: Record<string, Build> = {
  triangularSolve: (p) => (a, b) => t.triangularSolve(a!, b!, p),
  gaussianLogLikelihood: () => (x, mu, cov) => {
    const l = t.cholesky(cov!);
    const z = t.triangularSolve(l, x!.sub(mu!));
    const constant = x!.size * Math.log(2 * Math.PI);
    return t.mul(
      -0.5,
      t
        .sum(t.square(z))
        .add(t.sum(t.log(t.diag(l))).mul(2))
        .add(constant),
    );
  },
  ridge: () => (x, y, weight) => {
    const xt = t.transpose(x!);
    return t.solve(t.matmul(xt, x!).add(t.eye(x!.shape[1]!).mul(weight!)), t.matmul(xt, y!));
  },
  logdetByCholesky: () => (a) => t.mul(2, t.sum(t.log(t.diag(t.cholesky(a!))))),
};

const losses: Record<string, Build> = {
  attention: () => (q, k, v, tau) => t.attention(q!, k!, v!, { temperature: tau! }),
  attentionMasked: (p) => (q, k, v) => t.attention(q!, k!, v!, { mask: p.mask }),
  huberLoss: (p) => (y, target) => t.huberLoss(y!, target!, p),
  huberGradient: (p) => (e) => t.huberGradient(e!, p.delta),
  triplet: (p) => (a, q, n) => t.triplet(a!, q!, n!, p),
  tripletLoss: (p) => (a, q, n) => t.tripletLoss(a!, q!, n!, p),
  gaussianKl: () => (mu, logVar) => t.mul(0.5, t.sum(t.exp(logVar!).add(t.square(mu!)).sub(1).sub(logVar!))),
  infoNce: () => (a, b, tau) => {
    const unit = (x: Tensor): Tensor => x.div(t.norm(x, -1, { keepDims: true }));
    const scores = t.matmul(unit(a!), t.transpose(unit(b!))).div(tau!);
    return crossEntropy(scores, [...Array(a!.shape[0]).keys()]);
  },
  cosineSimilarity: () => (a, b) => t.vecdot(a!, b!).div(t.norm(a!, -1).mul(t.norm(b!, -1))),
  focalLoss: (p) => (x) => {
    const score = t.where(p.labels, x!, t.neg(x!));
    return t.neg(t.sum(t.pow(t.sigmoid(t.neg(score)), p.gamma).mul(t.logSigmoid(score))));
  },
  maskedSoftmax: (p) => (x) => t.softmax(t.where(p.mask, x!, -Infinity)),
  maskedLogsumexp: (p) => (x) => t.logsumexp(t.where(p.mask, x!, -Infinity), -1),
  powSelf: () => (x) => t.pow(x!, x!),
  rationalQuadratic: () => (x, length) => {
    const d = t.sum(t.square(t.expandDims(x!, 1).sub(t.expandDims(x!, 0))), -1);
    return t.div(1, t.add(1, d.div(t.square(length!).mul(2))));
  },
};

const net =
  (w1: Tensor, w2: Tensor) =>
  (x: Tensor): Tensor =>
    t.sin(t.matmul(w2, t.tanh(t.matmul(w1, x))));

const penalty = (w1: Tensor, w2: Tensor, x: Tensor): Tensor =>
  t.jacobianFrobenius((u: Tensor) => t.tanh(t.matmul(t.tanh(t.matmul(u, w1)), w2)), x);

/** 变换套变换：值里已经有导数，再求的是三阶、四阶。 */
const nested: Record<string, Build> = {
  frobeniusPenalty: () => (w1, w2, x) => penalty(w1!, w2!, x!),
  frobeniusPenaltyGradient: () => (w1, w2, x) => t.grad(penalty)(w1!, w2!, x!),
  softmaxWeightedHessian: () => (x, w) => t.hessian((u: Tensor) => t.sum(t.softmax(u).mul(w!)))(x!),
  logsumexpHessian: () => (x) => t.hessian((u: Tensor) => t.logsumexp(u))(x!),
  jacrevMlp: () => (x, w1, w2) => t.jacrev(net(w1!, w2!))(x!),
  jacfwdMlp: () => (x, w1, w2) => t.jacfwd(net(w1!, w2!))(x!),
  perSampleGradients: () => (xs, ys, w) => {
    const loss = (v: Tensor, x: Tensor, y: Tensor): Tensor => t.square(t.tanh(t.dot(x, v)).sub(y));
    return t.vmap(t.grad(loss), { inAxes: [null, 0, 0] })(w!, xs!, ys!);
  },
  vmapSolve: () => (a, b) => t.vmap((m: Tensor) => t.solve(m, b!))(a!),
  thirdDerivative: () => (x) => {
    const f = (u: Tensor): Tensor => t.sin(u).mul(t.exp(u.div(2)));
    return t.vmap(t.grad(t.grad(t.grad(f))))(x!);
  },
  hvpOfHvp: () => (x, v) => {
    const rolled = (u: Tensor): Tensor => t.gather(u, [u.size - 1, ...Array(u.size - 1).keys()]);
    const f = (u: Tensor): Tensor => t.sum(t.sin(u).mul(t.square(rolled(u))));
    return t.hvp((u: Tensor) => t.sum(t.hvp(f)(u, v!)))(x!, v!);
  },
  unrolledDescent: () => (a, x0, rate) => {
    const f = (u: Tensor): Tensor =>
      t
        .sum(t.square(t.matmul(a!, u).sub(1)))
        .mul(0.5)
        .add(t.sum(t.cos(u)));
    let x = x0!;
    for (let i = 0; i < 4; i++) x = x.sub(t.grad(f)(x).mul(rate!).mul(0.1));
    return x;
  },
  stopGradient: () => (x) => x!.mul(t.stopGradient(t.exp(x!))).add(t.sin(x!)),
  straightThrough: () => (x) => t.square(x!.add(t.stopGradient(t.round(x!).sub(x!)))),
  checkpointed: () => (x, w) => {
    const f = t.checkpoint((u: Tensor) => t.tanh(t.matmul(w!, u)));
    return f(f(f(x!)));
  },
  linearized: () => (x, v) => t.linearize((u: Tensor) => t.sin(u).mul(t.cumsum(u)), x!)[1](v!),
  vmapTake: (p) => (x) =>
    t.vmap((row: Tensor, i: Tensor) => t.gather(row, i))(x!, t.tensor(p.indices, "int32")),
  treeGradient: () => (w, b, x) => {
    const f = (q: { w: Tensor; b: Tensor }): Tensor =>
      t.log1p(t.sum(t.square(t.tanh(t.matmul(x!, q.w).add(q.b)))));
    const g = t.grad(f)({ w: w!, b: b! });
    return t.concat([t.flatten(g.w), g.b]);
  },
  attentionHessian: () => (q, k, v, tau) => {
    const f = (u: Tensor): Tensor => t.sum(t.attention(u, k!, v!, { temperature: tau! }));
    return t.hessian(f)(q!);
  },
  temperatureSecondDerivative: () => (x, w, tau) => {
    const f = (s: Tensor): Tensor => t.sum(t.softmax(x!.div(s)).mul(w!));
    return t.grad(t.grad(f))(tau!);
  },
  newtonRoot: () => (a) => {
    let x = a!;
    for (let i = 0; i < 4; i++) x = x.add(a!.div(x)).div(2);
    return x;
  },
};

export const functions: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(direct.map((name) => [name, () => table[name]!])),
  ...Object.fromEntries(
    reductions.map((name): [string, Build] => [
      name,
      (p) => (x) => table[name]!(x, axisOf(p), { keepDims: p.keepDims ?? false }),
    ]),
  ),
  ...simple,
  ...rearranging,
  ...networks,
  ...linalg,
  ...losses,
  ...nested,
};
