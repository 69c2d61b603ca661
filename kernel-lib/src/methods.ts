import { to, toDevice } from "./devices/transfer.js";
import * as f from "./functions/index.js";
import * as p from "./primitives/index.js";
import { Tensor } from "./tensor.js";

/** 方法的签名就是同名函数去掉第一个参数。 */
type Rest<F> = F extends (x: any, ...rest: infer R) => infer Y ? (...rest: R) => Y : never;

/** 张量方法：与同名函数一一对应，x.add(y) 就是 add(x, y)。说明取自函数文档的第一句（有测试核对）。 */
export interface TensorMethods {
  // 算术
  /** 逐元素相加 a + b，按 NumPy 规则广播。 */
  readonly add: Rest<typeof p.add>;
  /** 逐元素相减 a − b，按 NumPy 规则广播。 */
  readonly sub: Rest<typeof p.sub>;
  /** 逐元素相乘 a·b，按 NumPy 规则广播。 */
  readonly mul: Rest<typeof p.mul>;
  /** 逐元素相除 a / b，结果总是浮点。 */
  readonly div: Rest<typeof p.div>;
  /** 取模，符号随除数（与 NumPy、Python 相同）。 */
  readonly mod: Rest<typeof p.mod>;
  /** 逐元素乘方 aᵇ，结果是浮点。 */
  readonly pow: Rest<typeof p.pow>;
  /** 逐元素取相反数。 */
  readonly neg: Rest<typeof p.neg>;
  /** 逐元素绝对值 |x|。 */
  readonly abs: Rest<typeof p.abs>;
  /** 符号：正 1、负 −1、零 0。 */
  readonly sign: Rest<typeof p.sign>;
  /** 逐元素平方 x²。 */
  readonly square: Rest<typeof p.square>;
  /** 逐元素平方根；x < 0 得 NaN。 */
  readonly sqrt: Rest<typeof p.sqrt>;
  /** 逐元素 eˣ。 */
  readonly exp: Rest<typeof p.exp>;
  /** 逐元素 eˣ − 1；|x| 很小时不丢精度。 */
  readonly expm1: Rest<typeof p.expm1>;
  /** 逐元素自然对数 ln x；x = 0 得 −∞，x < 0 得 NaN。 */
  readonly log: Rest<typeof p.log>;
  /** 逐元素 ln(1 + x)；|x| 很小时不丢精度。 */
  readonly log1p: Rest<typeof p.log1p>;
  /** 正弦，自变量是弧度。 */
  readonly sin: Rest<typeof p.sin>;
  /** 余弦，自变量是弧度。 */
  readonly cos: Rest<typeof p.cos>;
  /** 正切，自变量是弧度。 */
  readonly tan: Rest<typeof p.tan>;
  /** 反正弦，结果在 [−π/2, π/2]；|x| > 1 得 NaN。 */
  readonly asin: Rest<typeof p.asin>;
  /** 反余弦，结果在 [0, π]；|x| > 1 得 NaN。 */
  readonly acos: Rest<typeof p.acos>;
  /** 反正切，结果在 (−π/2, π/2)。 */
  readonly atan: Rest<typeof p.atan>;
  /** 点 (x, y) 的辐角，在 (−π, π]；注意 y 在前。 */
  readonly atan2: Rest<typeof p.atan2>;
  /** 双曲正弦 (eˣ−e⁻ˣ)/2。 */
  readonly sinh: Rest<typeof p.sinh>;
  /** 双曲余弦 (eˣ+e⁻ˣ)/2。 */
  readonly cosh: Rest<typeof p.cosh>;
  /** 双曲正切。 */
  readonly tanh: Rest<typeof p.tanh>;
  /** 向下取整。 */
  readonly floor: Rest<typeof p.floor>;
  /** 向上取整。 */
  readonly ceil: Rest<typeof p.ceil>;
  /** 四舍六入五取偶（与 NumPy 相同）。 */
  readonly round: Rest<typeof p.round>;
  /** 逐元素取较大者。 */
  readonly maximum: Rest<typeof p.maximum>;
  /** 逐元素取较小者。 */
  readonly minimum: Rest<typeof p.minimum>;
  /** 截断到闭区间 [lo, hi]。 */
  readonly clip: Rest<typeof p.clip>;

  // 激活函数
  /** 线性整流 max(x, 0)。 */
  readonly relu: Rest<typeof p.relu>;
  /** 带泄漏的 relu：x > 0 取 x，否则取 αx（α 缺省 0.01，可以是要学习的张量）。 */
  readonly leakyRelu: Rest<typeof p.leakyRelu>;
  /** 指数线性单元：x ≥ 0 取 x，否则取 α(eˣ−1)。 */
  readonly elu: Rest<typeof p.elu>;
  /** Swish / SiLU：x·σ(βx)，β 缺省为 1，可以是要学习的张量。 */
  readonly silu: Rest<typeof p.silu>;
  /** 高斯误差线性单元 x·Φ(x)，Φ 是标准正态分布函数（精确式；Φ(x) = erfc(−x/√2)/2，左尾不相消）。 */
  readonly gelu: Rest<typeof p.gelu>;
  /** S 形函数 σ(x) = 1/(1+e⁻ˣ)。 */
  readonly sigmoid: Rest<typeof p.sigmoid>;
  /** ln σ(x) = −softplus(−x)，x 很负时不会变成 −∞。 */
  readonly logSigmoid: Rest<typeof p.logSigmoid>;
  /** 平滑的 relu：ln(1+eˣ)，大 |x| 处不溢出。 */
  readonly softplus: Rest<typeof p.softplus>;
  /** 误差函数 erf(x) = 2/√π ∫₀ˣ e^(−t²) dt。 */
  readonly erf: Rest<typeof p.erf>;
  /** 余误差函数 erfc(x) = 1 − erf(x)；x 很大时也有全部有效数字（1 − erf 会相消成 0）。 */
  readonly erfc: Rest<typeof p.erfc>;
  /** erf 的反函数，定义在 (−1, 1) 上，±1 处得 ±∞。 */
  readonly erfinv: Rest<typeof p.erfinv>;

  // 比较与逻辑
  /** 逐元素比较是否相等，结果是 bool（1 真 0 假）。 */
  readonly equal: Rest<typeof p.equal>;
  /** 逐元素比较是否不等。 */
  readonly notEqual: Rest<typeof p.notEqual>;
  /** 逐元素 a > b。 */
  readonly greater: Rest<typeof p.greater>;
  /** 逐元素 a ≥ b。 */
  readonly greaterEqual: Rest<typeof p.greaterEqual>;
  /** 逐元素 a < b。 */
  readonly less: Rest<typeof p.less>;
  /** 逐元素 a ≤ b。 */
  readonly lessEqual: Rest<typeof p.lessEqual>;
  /** 逐元素“且”；非零为真。 */
  readonly logicalAnd: Rest<typeof p.logicalAnd>;
  /** 逐元素“或”；非零为真。 */
  readonly logicalOr: Rest<typeof p.logicalOr>;
  /** 逐元素“非”；零变真，非零变假。 */
  readonly logicalNot: Rest<typeof p.logicalNot>;

  // 约简
  /** 沿给定的轴求和；axis 缺省时对全部元素求和，空的轴和为 0。 */
  readonly sum: Rest<typeof p.sum>;
  /** 沿给定的轴求平均，结果是浮点。 */
  readonly mean: Rest<typeof f.mean>;
  /** 沿给定的轴连乘；空的轴积为 1。 */
  readonly prod: Rest<typeof p.prod>;
  /** 沿给定的轴取最大值。 */
  readonly max: Rest<typeof p.max>;
  /** 沿给定的轴取最小值。 */
  readonly min: Rest<typeof p.min>;
  /** 最大元素的位置（int32）；并列时取最前面的一个。 */
  readonly argmax: Rest<typeof p.argmax>;
  /** 最小元素的位置（int32）；并列时取最前面的一个。 */
  readonly argmin: Rest<typeof p.argmin>;
  /** 沿 axis 轴（缺省为末轴）的累加和，形状不变。 */
  readonly cumsum: Rest<typeof p.cumsum>;
  /** 沿 axis 轴（缺省末轴）的累乘，形状不变。 */
  readonly cumprod: Rest<typeof f.cumprod>;
  /** 沿 axis 轴（缺省末轴）的累积对数求和指数：第 k 个是 ln Σᵢ≤ₖ e^xᵢ，不溢出。 */
  readonly logcumsumexp: Rest<typeof f.logcumsumexp>;
  /** 方差：离均差平方的平均，除以 n − ddof（ddof 缺省 0）。 */
  readonly variance: Rest<typeof f.variance>;
  /** 标准差：方差的平方根。 */
  readonly std: Rest<typeof f.std>;
  /** 向量范数（axis 缺省时把全部元素看成一个向量）。 */
  readonly norm: Rest<typeof f.norm>;
  /** ln Σ eˣ：先减去最大值，±10⁴ 的输入也不溢出。 */
  readonly logsumexp: Rest<typeof f.logsumexp>;
  /** 沿 axis 轴（缺省末轴）归一化指数：eˣ / Σ eˣ。 */
  readonly softmax: Rest<typeof f.softmax>;
  /** ln softmax(x) = x − logsumexp(x)，概率极小时也不会变成 −∞。 */
  readonly logSoftmax: Rest<typeof f.logSoftmax>;

  // 形状
  /** 改变形状，元素的行优先次序不变。 */
  readonly reshape: Rest<typeof p.reshape>;
  /** 重排各轴：结果的第 i 轴是 x 的第 perm[i] 轴；perm 缺省时把轴的次序倒过来（矩阵转置）。 */
  readonly transpose: Rest<typeof p.transpose>;
  /** 按 NumPy 规则广播到给定形状；梯度是把广播出来的轴加回去。 */
  readonly broadcastTo: Rest<typeof p.broadcastTo>;
  /** 在 axis 处插入一个长度为 1 的轴。 */
  readonly expandDims: Rest<typeof f.expandDims>;
  /** 去掉长度为 1 的轴（axis 缺省时去掉全部）；指定的轴长度不是 1 时抛 TIDU-SHAPE-013。 */
  readonly squeeze: Rest<typeof f.squeeze>;
  /** 交换两个轴。 */
  readonly swapaxes: Rest<typeof f.swapaxes>;
  /** 把 from 轴移到 to 处，其余轴次序不变。 */
  readonly moveaxis: Rest<typeof f.moveaxis>;
  /** 展平成一维。 */
  readonly flatten: Rest<typeof f.flatten>;
  /** 沿各轴重复：结果第 i 轴是 x 的第 i 轴首尾相接 times[i] 遍。 */
  readonly tile: Rest<typeof f.tile>;
  /** 沿 axis 轴（缺省末轴）把每个元素连续重复 times 次（NumPy 的 repeat；整段首尾相接请用 tile）。 */
  readonly repeat: Rest<typeof f.repeat>;
  /** 沿 axis 轴（缺省末轴）循环移位：第 i 个移到 i + shift，移出末尾的从头补上。 */
  readonly roll: Rest<typeof f.roll>;
  /** stack 的逆：沿 axis 轴（缺省 0）拆成一列张量，各自去掉这个轴。 */
  readonly unstack: Rest<typeof f.unstack>;
  /** NumPy 写法的取下标：at(x, 0, "1:", -1) 就是 x[0, 1:, -1]。 */
  readonly at: Rest<typeof f.at>;
  /** 取一块：每个轴从 start 开始，每隔 step 取一个，共取 size 个（size 写 −1 表示取到底）。 */
  readonly slice: Rest<typeof p.slice>;
  /** 沿 axis 轴切成几段：给段数（要能整除）或各段的长度（要加起来等于轴长），否则抛 TIDU-SHAPE-015。 */
  readonly chunk: Rest<typeof f.chunk>;
  /** 在各轴前后补常数。 */
  readonly pad: Rest<typeof p.pad>;
  /** 沿给定的轴（缺省为全部的轴）倒序。 */
  readonly flip: Rest<typeof p.flip>;
  /** 沿 axis 轴按下标取：结果形状是 x 的形状把该轴换成 indices 的形状（NumPy 的 take）。 */
  readonly gather: Rest<typeof p.gather>;
  /** 沿 axis 轴按下标取，等于 gather；axis 缺省为 0。 */
  readonly take: Rest<typeof f.take>;
  /** 逐位置沿 axis 轴取：结果与 indices 同形状，(i, j) 处是 x[i, indices[i, j]]（axis 为末轴时）。 */
  readonly takeAlongAxis: Rest<typeof f.takeAlongAxis>;

  // 卷积与池化
  /** 一维卷积（互相关）：输入 [N, C, L]，核 [O, C/groups, k]，输出 [N, O, L′]。 */
  readonly conv1d: Rest<typeof f.conv1d>;
  /** 二维卷积（与各深度学习框架一样，实为互相关，核不翻转）：输入 [N, C, H, W]，核 [O, C/groups, kh, kw]，输出 [N, O, H′, W′]，y[n,o,i,j] = Σ x[n,c, i·s+p, j·s+q]·w[o,c,p,q]，H′ = ⌊(H + 2·padding − dilation·(kh−1) − 1)/strides⌋ + 1。 */
  readonly conv2d: Rest<typeof f.conv2d>;
  /** 转置卷积：conv2d 对输入的梯度那个线性映射。 */
  readonly convTranspose2d: Rest<typeof f.convTranspose2d>;
  /** 最大池化：末两轴上每个窗口取最大值。 */
  readonly maxPool: Rest<typeof f.maxPool>;
  /** 平均池化：末两轴上每个窗口取平均（补的零也计入个数）。 */
  readonly avgPool: Rest<typeof f.avgPool>;

  // 线性代数
  /** 矩阵乘法 [..., m, k] × [..., k, n] → [..., m, n]，前面的轴广播；向量当作行（左）或列（右），结果里去掉那一轴。 */
  readonly matmul: Rest<typeof p.matmul>;
  /** 内积。 */
  readonly dot: Rest<typeof f.dot>;
  /** 逐行内积：沿 axis 轴（缺省末轴）求 Σ aᵢbᵢ。 */
  readonly vecdot: Rest<typeof f.vecdot>;
  /** 外积：两个向量 [m]、[n] 得 [m, n]，其中 (i, j) 是 aᵢbⱼ；多维输入先展平。 */
  readonly outer: Rest<typeof f.outer>;
  /** 末两轴的对角线：[..., n, n] 得 [..., n]；给向量则得以它为对角线的方阵。 */
  readonly diag: Rest<typeof f.diag>;
  /** 方阵的迹：末两轴对角线之和。 */
  readonly matrixTrace: Rest<typeof f.matrixTrace>;
  /** 下三角：末两轴里只留 j ≤ i + k 的元素，其余为 0。 */
  readonly tril: Rest<typeof f.tril>;
  /** 上三角：末两轴里只留 j ≥ i + k 的元素，其余为 0。 */
  readonly triu: Rest<typeof f.triu>;

  // 类型与设备
  /** 转换元素类型；浮点转 int32 向零取整，转 bool 时非零为真。 */
  readonly astype: Rest<typeof p.astype>;
  /** 把张量放到另一个设备上，同步完成。 */
  readonly to: Rest<typeof to>;
  /** 把张量放到另一个设备上，任何方向都可以；目的设备没打开时先打开它。 */
  readonly toDevice: Rest<typeof toDevice>;
}

const table: { readonly [K in keyof TensorMethods]: (x: any, ...rest: any[]) => any } = {
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
  atan2: p.atan2,
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
  erfc: p.erfc,
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
  logcumsumexp: f.logcumsumexp,
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
  repeat: f.repeat,
  roll: f.roll,
  unstack: f.unstack,
  at: f.at,
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
  convTranspose2d: f.convTranspose2d,
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
