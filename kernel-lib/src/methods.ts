import { to, toDevice } from "./devices/transfer.js";
import * as f from "./functions/index.js";
import * as p from "./primitives/index.js";
import { Tensor } from "./tensor.js";

/** 方法的签名就是同名函数去掉第一个参数。 */
type Rest<F> = F extends (x: any, ...rest: infer R) => infer Y ? (...rest: R) => Y : never;

const table = {
  // 算术
  add: p.add,
  sub: p.sub,
  mul: p.mul,
  div: p.div,
  mod: p.mod,
  pow: p.pow,
  neg: p.neg,
  abs: p.abs,
  sign: p.sign,
  square: p.square,
  sqrt: p.sqrt,
  exp: p.exp,
  expm1: p.expm1,
  log: p.log,
  log1p: p.log1p,
  sin: p.sin,
  cos: p.cos,
  tan: p.tan,
  asin: p.asin,
  acos: p.acos,
  atan: p.atan,
  sinh: p.sinh,
  cosh: p.cosh,
  tanh: p.tanh,
  floor: p.floor,
  ceil: p.ceil,
  round: p.round,
  maximum: p.maximum,
  minimum: p.minimum,
  clip: p.clip,
  // 激活函数
  relu: p.relu,
  leakyRelu: p.leakyRelu,
  elu: p.elu,
  silu: p.silu,
  gelu: p.gelu,
  sigmoid: p.sigmoid,
  logSigmoid: p.logSigmoid,
  softplus: p.softplus,
  erf: p.erf,
  erfinv: p.erfinv,
  // 比较与逻辑
  equal: p.equal,
  notEqual: p.notEqual,
  greater: p.greater,
  greaterEqual: p.greaterEqual,
  less: p.less,
  lessEqual: p.lessEqual,
  logicalAnd: p.logicalAnd,
  logicalOr: p.logicalOr,
  logicalNot: p.logicalNot,
  // 约简
  sum: p.sum,
  mean: f.mean,
  prod: p.prod,
  max: p.max,
  min: p.min,
  argmax: p.argmax,
  argmin: p.argmin,
  cumsum: p.cumsum,
  cumprod: f.cumprod,
  variance: f.variance,
  std: f.std,
  norm: f.norm,
  logsumexp: f.logsumexp,
  softmax: f.softmax,
  logSoftmax: f.logSoftmax,
  // 形状
  reshape: p.reshape,
  transpose: p.transpose,
  broadcastTo: p.broadcastTo,
  expandDims: f.expandDims,
  squeeze: f.squeeze,
  swapaxes: f.swapaxes,
  moveaxis: f.moveaxis,
  flatten: f.flatten,
  tile: f.tile,
  slice: p.slice,
  chunk: f.chunk,
  pad: p.pad,
  flip: p.flip,
  gather: p.gather,
  take: f.take,
  takeAlongAxis: f.takeAlongAxis,
  // 卷积与池化
  conv1d: f.conv1d,
  conv2d: f.conv2d,
  maxPool: f.maxPool,
  avgPool: f.avgPool,
  // 线性代数
  matmul: p.matmul,
  dot: f.dot,
  vecdot: f.vecdot,
  outer: f.outer,
  diag: f.diag,
  matrixTrace: f.matrixTrace,
  tril: f.tril,
  triu: f.triu,
  // 类型与设备
  astype: p.astype,
  to,
  toDevice,
};

type Table = typeof table;

/** 张量方法：与同名函数一一对应，x.add(y) 就是 add(x, y)。 */
export type TensorMethods = { [K in keyof Table]: Rest<Table[K]> };

for (const [name, operation] of Object.entries(table) as [string, (...args: any[]) => unknown][]) {
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]) {
      return operation(this, ...rest);
    },
  });
}

/** 全部方法名，供测试与补全使用。 */
export const methodNames = Object.keys(table);
