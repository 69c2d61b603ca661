import * as t from "./index.js";
import * as nn from "./nn/index.js";
import * as optim from "./optim/index.js";
import type { Tensor } from "./tensor.js";

// 标准答案里的每个算子，用本库写；名字与 fixtures/oracle.py 一一对应。各项由参数 p 得到函数。

type Build = (p: any) => (...xs: Tensor[]) => Tensor;

/** 不要参数、与本库的函数同名的算子。 */
const direct = [
  "neg square abs exp expm1 sigmoid softplus sin cos tan asin acos atan sinh cosh tanh relu erf erfinv silu",
  "gelu logSigmoid log log1p sqrt sign floor ceil round add sub mul div pow mod maximum minimum",
  "equal notEqual greater greaterEqual less lessEqual logicalAnd logicalOr",
  "matmul dot outer matrixTrace diag det inv cholesky solve logdet attention huber",
  "erfc atan2 logaddexp hypot kron pinv lstsq",
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
  logcumsumexp: (p) => (x) => t.logcumsumexp(x!, p.axis),
  segmentSum: (p) => (x) => t.segmentSum(x!, p.ids, p.segments),
  segmentMean: (p) => (x) => t.segmentMean(x!, p.ids, p.segments),
  segmentMax: (p) => (x) => t.segmentMax(x!, p.ids, p.segments),
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
  repeat: (p) => (x) => t.repeat(x!, p.times, p.axis),
  roll: (p) => (x) => t.roll(x!, p.shift, p.axis),
  unstackProduct: (p) => (x) => t.unstack(x!, p.axis).reduce((a, b) => t.mul(a, b)),
  at: (p) => (x) => t.at(x!, ...p.items),
  padMode: (p) => (x) => t.padMode(x!, p.widths, p.mode),
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
    return nn.crossEntropy(t.matmul(t.maxPool(y, 2).reshape([x!.shape[0]!, -1]), v!), p.labels);
  },
  mlpLoss: () => (x, w1, b1, w2, b2, y) => {
    const hidden = t.tanh(t.matmul(x!, w1!).add(b1!));
    return t.mean(t.square(t.matmul(hidden, w2!).add(b2!).sub(y!)));
  },
  classifierLoss: (p) => (x, w1, b1, w2) =>
    nn.crossEntropy(t.matmul(t.gelu(t.matmul(x!, w1!).add(b1!)), w2!), p.labels),
  batchNorm: () => (x, gamma, beta) => {
    const { state } = nn.batchNorm.init(x!.shape[1]!);
    return nn.batchNorm.apply({ gamma: gamma!, beta: beta! }, state, x!)[0];
  },
  layerNorm: () => (x, gamma, beta) => nn.layerNorm.apply({ gamma: gamma!, beta: beta! }, x!),
  groupNorm: (p) => (x, gamma, beta) => nn.groupNorm.apply({ gamma: gamma!, beta: beta! }, x!, p),
  multiHeadAttention: (p) => (x, q, k, v, o) =>
    nn.multiHeadAttention.apply({ q: q!, k: k!, v: v!, o: o! }, x!, p),
  maxout: (p) => (x) => nn.maxout(x!, p.pieces),
  convTranspose2d: (p) => (x, w) => t.convTranspose2d(x!, w!, p),
  lstm: () => (xs, h0, c0, w, u, b) => {
    const step = (s: nn.LstmState, x: Tensor) => {
      const next = nn.lstmCell.apply({ w: w!, u: u!, b: b! }, s, x);
      return [next, next.h] as const;
    };
    return t.sum(nn.scan(step, { h: h0!, c: c0! } as nn.LstmState, xs!)[1], 0);
  },
  gru: () => (xs, h0, w, u, b) => {
    const step = (h: Tensor, x: Tensor) => {
      const next = nn.gruCell.apply({ w: w!, u: u!, b: b! }, h, x);
      return [next, next] as const;
    };
    return nn.scan(step, h0!, xs!)[0];
  },
};

const optimizers: Record<string, (rate: Tensor) => optim.Optimizer<any>> = {
  sgd: (rate) => optim.sgd(rate),
  momentum: (rate) => optim.momentum(rate, { decay: 0.8 }),
  nesterov: (rate) => optim.momentum(rate, { decay: 0.8, nesterov: true }),
  adam: (rate) => optim.adam(rate, { beta1: 0.8, beta2: 0.9 }),
  adamW: (rate) => optim.adamW(rate, { weightDecay: 0.1 }),
  rmsprop: (rate) => optim.rmsprop(rate, { decay: 0.8 }),
  clipped: (rate) => {
    const inner = optim.sgd(rate);
    return {
      init: inner.init,
      update: (g, state) => inner.update(optim.clipByGlobalNorm(g, 0.5), state) as any,
    };
  },
  exponentialDecay: (rate) => optim.sgd(optim.exponentialDecay(rate, 0.5, 2)),
  cosineDecay: (rate) => optim.sgd(optim.cosineDecay(rate, 5, rate.mul(0.1))),
  warmup: (rate) => optim.sgd(optim.warmup(2, optim.exponentialDecay(rate, 0.5, 3))),
};

const training: Record<string, Build> = {
  optimise: (p) => (w, b, rate) => {
    const loss = (q: { w: Tensor; b: Tensor }): Tensor =>
      t.sum(t.sin(q.w).mul(2).add(t.square(q.w).mul(q.b))).add(t.cosh(q.b));
    const optimizer = optimizers[p.name]!(rate!);
    let params = { w: w!, b: b! };
    let state = optimizer.init(params);
    for (let i = 0; i < 4; i++) {
      const [updates, next] = optimizer.update(t.grad(loss)(params), state, params);
      params = optim.applyUpdates(params, updates);
      state = next;
    }
    return t.concat([params.w, t.reshape(params.b, [1])]);
  },
};

const linalg: Record<string, Build> = {
  eighValues: () => (a) => t.eigh(a!)[0],
  eighVectors: () => (a) => t.square(t.eigh(a!)[1]),
  eighRoot: () => (a) => {
    const [w, v] = t.eigh(a!);
    return t.matmul(v.mul(t.sqrt(w)), t.transpose(v));
  },
  svdValues: () => (a) => t.svd(a!)[1],
  svdFactors: () => (a) => {
    const [u, s, vt] = t.svd(a!);
    return t.concat([t.square(u), t.square(vt), t.matmul(u.mul(t.log(s)), vt)].map((x) => t.flatten(x)));
  },
  qr: () => (a) => t.concat(t.qr(a!)),
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
  gaussianKl: () => (mu, logVar) => nn.gaussianKl(mu!, logVar!),
  gaussianKlPair: () => (m, l, m0, l0) => nn.gaussianKl(m!, l!, m0!, l0!),
  klDivergence: () => (p, q) => nn.klDivergence(t.softmax(p!), t.softmax(q!)),
  infoNce: () => (a, b, tau) => nn.infoNce(a!, b!, { temperature: tau! }),
  cosineSimilarity: () => (a, b) => nn.cosineSimilarity(a!, b!),
  contrastive: (p) => (a, b) => nn.contrastive(a!, b!, p.same, p),
  hinge: (p) => (z) => nn.hinge(z!, p.target),
  binaryCrossEntropy: (p) => (z) => nn.binaryCrossEntropy(z!, p.target),
  crossEntropy: (p) => (z, soft) =>
    nn.crossEntropy(z!, soft ? t.softmax(soft) : p.labels, { labelSmoothing: p.smoothing }),
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
  ...training,
  ...nested,
};
