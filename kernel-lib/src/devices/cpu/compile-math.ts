// 指数函数与双曲正切：生成的循环里代替 Math.exp、Math.tanh，V8 能把它们内联，快四成到一倍。
//
// eˣ = 2^(n/256)·eʳ，n = round(256·x/ln 2)，|r| ≤ ln 2/512 ≈ 0.00135（P. T. P. Tang, Table-driven implementation
// of the exponential function, 1989）。2^(i/256) 查表，分高低两段；eʳ − 1 用泰勒级数，五次时截断误差是 2⁻⁶⁶ 量级。
// r = x − n·(ln 2/256) 也把常数分两段：高段末尾是零，与 n 相乘没有误差。与真值之差：exp 0.51 ulp，tanh 1.5 ulp 以内。

const size = 256;
const high = new Float64Array(size);
const low = new Float64Array(size);
/** 2^(e−1100)，含次正规数。 */
const power = Float64Array.from({ length: 2200 }, (_, e) => 2 ** (e - 1100));

// 定点数（120 位小数）上开方八次得 2^(1/256)，再逐个相乘；误差远小于双精度的末位。
const bits = 120n;
const one = 1n << bits;

/** v ≥ 1 的平方根：牛顿法从上方单调下降。 */
function squareRoot(v: bigint): bigint {
  let x = v;
  for (let next = x; ; x = next) {
    next = (x + (v << bits) / x) >> 1n;
    if (next >= x) return x;
  }
}

let root = 2n * one;
for (let i = 0; i < 8; i++) root = squareRoot(root);
for (let i = 0, v = one; i < size; i++, v = (v * root) >> bits) {
  high[i] = Number(v) / 2 ** Number(bits);
  low[i] = Number(v - BigInt(high[i]! * 2 ** 60) * (1n << (bits - 60n))) / 2 ** Number(bits);
}

const perStep = size / Math.LN2;
/** 加上再减去 1.5·2⁵²，就舍入到了整数。 */
const toInteger = 6755399441055744;
/** ln 2/256 的高 31 位与余下的部分。 */
const stepHigh = 0.002707606172407395;
const stepLow = 1.6548911585192516e-12;
const [largest, smallest] = [709.79, -745.2];

function beyond(x: number, below: number): number {
  if (x > 0) return Infinity;
  return x < 0 ? below : Number.NaN;
}

/** eˣ，双精度。 */
export function exp(x: number): number {
  if (!(x <= largest && x >= smallest)) return beyond(x, 0);
  const n = x * perStep + toInteger - toInteger;
  const r = x - n * stepHigh - n * stepLow;
  const i = n & (size - 1);
  const t = high[i]!;
  const p = r + r * r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120))));
  return (t + (low[i]! + t * p)) * power[(n >> 8) + 1100]!;
}

/** eˣ，只求单精度：结果还要舍入到 float32，二次多项式就够。 */
export function expSingle(x: number): number {
  if (!(x <= largest && x >= smallest)) return beyond(x, 0);
  const n = x * perStep + toInteger - toInteger;
  const r = x - n * stepHigh - n * stepLow;
  return high[n & (size - 1)]! * (1 + (r + r * r * 0.5)) * power[(n >> 8) + 1100]!;
}

/**
 * tanh x = E/(E + 2)，E = e^{2|x|} − 1；先减去 1 再加小量，x 接近 0 时不丢位数。
 * 给了 side，就把同一个指数得到的导数 sech²x = 4(1 − q)q，q = 1/(E + 2)，放在 side[0]；|x| 大时它是 4e^{−2|x|}。
 */
export function tanh(x: number, side?: Float64Array): number {
  const a = 2 * Math.abs(x);
  if (!(a < 44)) {
    if (side) side[0] = 4 * exp(-a);
    return x > 0 ? 1 : x < 0 ? -1 : x;
  }
  const n = a * perStep + toInteger - toInteger;
  const r = a - n * stepHigh - n * stepLow;
  const i = n & (size - 1);
  const scale = power[(n >> 8) + 1100]!;
  const t = high[i]! * scale;
  const p = r + r * r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120))));
  const small = low[i]! * scale + t * p;
  const e = t - 1 + small;
  const d = e + 2;
  if (side) {
    const inverse = 1 / d;
    side[0] = 4 * (1 - inverse) * inverse;
  }
  // e 与 d 各自舍掉的部分补回商里。
  const lost = t - 1 - e + small;
  const q = e / d;
  const y = q + (lost - q * (e - (d - 2) + lost)) / d;
  return x > 0 ? y : x < 0 ? -y : x;
}
