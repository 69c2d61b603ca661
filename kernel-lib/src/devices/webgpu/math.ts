import type { Params } from "../../core/primitive.js";
import { literal } from "./wgsl.js";

type Expression = (args: readonly string[], params: Params) => string;

/**
 * 整数版的表达式：输入输出都是 int32 时用它，24 位以上的整数也精确。
 * 布尔在计算时是 f32，调用前已转成 i32。
 */
export const integerExpressions: Readonly<Record<string, Expression>> = {
  add: ([a, b]) => `(${a} + ${b})`,
  sub: ([a, b]) => `(${a} - ${b})`,
  mul: ([a, b]) => `(${a} * ${b})`,
  neg: ([a]) => `(-${a})`,
  abs: ([a]) => `abs(${a})`,
  sign: ([a]) => `sign(${a})`,
  square: ([a]) => `(${a} * ${a})`,
  relu: ([a]) => `max(${a}, 0i)`,
  maximum: ([a, b]) => `max(${a}, ${b})`,
  minimum: ([a, b]) => `min(${a}, ${b})`,
  mod: ([a, b]) => `((${a} % ${b} + ${b}) % ${b})`,
  where: ([c, a, b]) => `select(${b}, ${a}, ${c} != 0i)`,
  equal: ([a, b]) => `(${a} == ${b})`,
  notEqual: ([a, b]) => `(${a} != ${b})`,
  greater: ([a, b]) => `(${a} > ${b})`,
  greaterEqual: ([a, b]) => `(${a} >= ${b})`,
  less: ([a, b]) => `(${a} < ${b})`,
  lessEqual: ([a, b]) => `(${a} <= ${b})`,
};

/**
 * 取代 WGSL 内置函数的版本。内置函数允许的误差相当大：sin 在 [−π, π] 内可差 2^−11、更远处没有保证，
 * 反三角可差 4096 ulp，pow 的负底数是 NaN，tanh 与 sinh 在大数处会溢出；min、max、clamp、exp 遇到 NaN 时结果不定。
 *
 * WGSL 允许实现假定没有 NaN 与无穷，所以凡是要让它们传下去的地方都由二进制位判断（is_nan），不靠比较的结果。
 * 保证不了的：非正规数（绝对值小于 1.18e−38）可能当作 0；max、min 在 0 与 −0 之间取哪一个；
 * 加减乘除本身遇到无穷与 NaN 时按 IEEE 754 算，是各家硬件的实际做法，规范没有承诺。
 */
export const floatExpressions: Readonly<Record<string, Expression>> = {
  exp: ([a]) => `exp_(${a})`,
  // 实现可以假定没有 NaN，于是 a != b 在 NaN 处可能得假；取反的相等则总是对的。
  notEqual: ([a, b]) => `(!(${a} == ${b}))`,
  log: ([a]) => `log_(${a})`,
  sin: ([a]) => `sin_(${a})`,
  cos: ([a]) => `cos_(${a})`,
  tan: ([a]) => `(sin_(${a}) / cos_(${a}))`,
  asin: ([a]) => `asin_(${a})`,
  acos: ([a]) => `acos_(${a})`,
  atan: ([a]) => `atan_(${a})`,
  atan2: ([a, b]) => `atan2_(${a}, ${b})`,
  cosh: ([a]) => `cosh_(${a})`,
  logaddexp: ([a, b]) => `logaddexp_(${a}, ${b})`,
  // NaN 算作真；写成“不等于零”时，假定没有 NaN 的实现会算作假。
  logicalAnd: ([a, b]) => `select(0.0, 1.0, !(${a} == 0.0) && !(${b} == 0.0))`,
  logicalOr: ([a, b]) => `select(0.0, 1.0, !(${a} == 0.0) || !(${b} == 0.0))`,
  logicalNot: ([a]) => `select(0.0, 1.0, ${a} == 0.0)`,
  tanh: ([a]) => `tanh_(${a})`,
  relu: ([a]) => `select(0.0, ${a}, ${a} > 0.0 || is_nan(${a}))`,
  elu: ([a], { alpha }) => `select(${literal(Number(alpha ?? 1))} * expm1_(${a}), ${a}, ${a} >= 0.0)`,
  maximum: ([a, b]) => `max_(${a}, ${b})`,
  minimum: ([a, b]) => `min_(${a}, ${b})`,
  clip: ([a], { lo, hi }) => `clip_(${a}, ${literal(Number(lo))}, ${literal(Number(hi))})`,
  where: ([c, a, b]) => `select(${a}, ${b}, ${c} == 0.0)`,
  sign: ([a]) => `sign_(${a})`,
  sinh: ([a]) => `sinh_(${a})`,
  mod: ([a, b]) => `mod_(${a}, ${b})`,
};

interface Helper {
  readonly needs?: readonly string[];
  readonly code: string;
}

const helpers: Readonly<Record<string, Helper>> = {
  max_: {
    code: "fn max_(a: f32, b: f32) -> f32 { return select(max(a, b), nan_(), is_nan(a) || is_nan(b)); }",
  },
  min_: {
    code: "fn min_(a: f32, b: f32) -> f32 { return select(min(a, b), nan_(), is_nan(a) || is_nan(b)); }",
  },
  clip_: {
    code: "fn clip_(x: f32, lo: f32, hi: f32) -> f32 { return select(min(max(x, lo), hi), x, is_nan(x)); }",
  },
  copysign_: {
    code: "fn copysign_(x: f32, s: f32) -> f32 { return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(s) & 0x80000000u)); }",
  },
  exp_: { code: "fn exp_(x: f32) -> f32 { return select(exp(x), x, is_nan(x)); }" },
  sign_: { code: "fn sign_(x: f32) -> f32 { return select(sign(x), x, x == 0.0 || is_nan(x)); }" },
  // 结果与除数同号。
  mod_: {
    code: "fn mod_(a: f32, b: f32) -> f32 { let r = a % b; return select(r, r + b, r != 0.0 && (r < 0.0) != (b < 0.0)); }",
  },
  // 底数为负时，整数次幂的符号由奇偶决定；整数次幂（≤ 16）用平方乘，误差只有几个 ulp。
  pow_: {
    code: `fn pow_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) { return select(nan_(), 1.0, b == 0.0); }
  let whole = floor(b) == b;
  if (whole && abs(b) <= 16.0) {
    var n = u32(abs(b)); var base = a; var y = 1.0;
    while (n > 0u) { if ((n & 1u) == 1u) { y *= base; } base *= base; n >>= 1u; }
    return select(y, 1.0 / y, b < 0.0);
  }
  if (a == 0.0) { return select(0.0, inf_(), b < 0.0); }
  if (abs(a) == 1.0 && abs(b) > 3.4028234e38) { return nan_(); }
  let y = exp2(b * log2(abs(a)));
  if (a > 0.0) { return y; }
  if (!whole) { return select(nan_(), y, abs(a) > 3.4028234e38); }
  return select(y, -y, abs(b) < 16777216.0 && (i32(b) & 1i) == 1i);
}`,
  },
  // 小处用泰勒级数，避免 exp(x) − 1 相消。
  expm1_: {
    needs: ["exp_"],
    code: `fn expm1_(x: f32) -> f32 {
  if (abs(x) < 0.35) {
    return x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.008333334 + x * (0.0013888889 + x * 0.0001984127))))));
  }
  return exp_(x) - 1.0;
}`,
  },
  // 有的实现里 log(0) 是 −88。
  log_: {
    code: "fn log_(x: f32) -> f32 { return select(select(log(x), -inf_(), x == 0.0), nan_(), x < 0.0 || is_nan(x)); }",
  },
  // 小处用级数：1 + x 的舍入会丢掉 x 的低位。
  log1p_: {
    needs: ["log_"],
    code: `fn log1p_(x: f32) -> f32 {
  if (abs(x) < 0.01) { return x * (1.0 - x * (0.5 - x * (0.33333334 - x * (0.25 - x * 0.2)))); }
  return log_(1.0 + x);
}`,
  },
  // |x| 不大时按 π/2 分三段相减约化（Cody–Waite），再用 cephes 的多项式。大的数（Payne–Hanek）：
  // x = M·2^E，M 是 24 位整数；取 2/π 从第 E−1 位起的 96 位 W（更高的位乘 M 之后都是 4 的倍数），
  // 则 M·W 的低 96 位就是 x·2/π 模 4 的定点数，小数点在第 94 位：高两位是象限，余下的是象限里的位置。
  huge_: {
    code: `const two_over_pi_ = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
fn times_(a: u32, b: u32) -> vec2<u32> {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let m1 = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let m2 = (a & 0xffffu) * (b >> 16u) + (m1 & 0xffffu);
  return vec2<u32>((a >> 16u) * (b >> 16u) + (m1 >> 16u) + (m2 >> 16u), a * b);
}
fn huge_(x: f32) -> vec2<f32> {
  let bits = bitcast<u32>(x);
  let m = (bits & 0x7fffffu) | 0x800000u;
  let at = ((bits >> 23u) & 255u) - 120u;
  let k = at >> 5u;
  let s = at & 31u;
  var t = two_over_pi_;
  var w: vec3<u32>;
  for (var j = 0u; j < 3u; j++) { w[j] = select((t[k + j] << s) | (t[k + j + 1u] >> ((32u - s) & 31u)), t[k + j], s == 0u); }
  let c = times_(m, w.z);
  let b = times_(m, w.y);
  let p1 = b.y + c.x;
  let p0 = m * w.x + b.x + select(0u, 1u, p1 < c.x);
  let n = (p0 + 0x20000000u) >> 30u;
  let r = 1.5707964 * (f32(i32(p0 - (n << 30u))) * 9.3132257e-10 + f32(p1) * 2.1684043e-19);
  return select(vec2<f32>(r, f32(n)), vec2<f32>(-r, -f32(n)), x < 0.0);
}`,
  },
  reduce_: {
    needs: ["huge_"],
    code: `fn reduce_(x: f32) -> vec2<f32> {
  if (abs(x) >= 1.0e5) { return huge_(x); }
  let n = round(x * 0.63661975);
  let r = fma(n, -7.54979013e-8, fma(n, -4.83751297e-4, x - n * 1.5703125));
  return vec2<f32>(r, n);
}
fn poly_sin_(r: f32) -> f32 { let z = r * r; return r + r * z * (-1.6666654611e-1 + z * (8.3321608736e-3 - z * 1.9515295891e-4)); }
fn poly_cos_(r: f32) -> f32 { let z = r * r; return 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5)); }
fn quarter_(x: f32, shift: i32) -> f32 {
  if ((bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u) { return nan_(); }
  let rn = reduce_(x);
  let q = (i32(rn.y) + shift) & 3i;
  let y = select(poly_sin_(rn.x), poly_cos_(rn.x), (q & 1i) == 1i);
  return select(y, -y, q >= 2i);
}`,
  },
  sin_: {
    needs: ["reduce_"],
    code: "fn sin_(x: f32) -> f32 { return select(quarter_(x, 0i), x, abs(x) < 2.0e-4); }",
  },
  cos_: { needs: ["reduce_"], code: "fn cos_(x: f32) -> f32 { return quarter_(x, 1i); }" },
  // 内置的反三角函数可差 4096 ulp；下面是 cephes 的分段与多项式，只差几个 ulp。
  asin_: {
    code: `fn asin_(x: f32) -> f32 {
  let a = abs(x);
  if (!(a <= 1.0)) { return nan_(); }
  let big = a > 0.5;
  let z = select(a * a, 0.5 * (1.0 - a), big);
  let s = select(a, sqrt(z), big);
  let y = s + s * z * (1.6666752422e-1 + z * (7.4953002686e-2 + z * (4.5470025998e-2 + z * (2.4181311049e-2 + z * 4.2163199048e-2))));
  return copysign_(select(y, 1.5707964 - 2.0 * y, big), x);
}`,
    needs: ["copysign_"],
  },
  acos_: {
    needs: ["asin_"],
    code: `fn acos_(x: f32) -> f32 {
  if (abs(x) <= 0.5) { return 1.5707964 - asin_(x); }
  let y = 2.0 * asin_(sqrt(0.5 * (1.0 - abs(x))));
  return select(y, 3.1415927 - y, x < 0.0);
}`,
  },
  atan_: {
    needs: ["copysign_"],
    code: `fn atan_(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  var y = 0.0;
  var t = a;
  if (a > 2.4142135) { y = 1.5707964; t = -1.0 / a; }
  else if (a > 0.41421357) { y = 0.7853982; t = (a - 1.0) / (a + 1.0); }
  let z = t * t;
  let r = y + t + t * z * (-3.33329491539e-1 + z * (1.99777106478e-1 + z * (-1.38776856032e-1 + z * 8.05374449538e-2)));
  return copysign_(r, x);
}`,
  },
  atan2_: {
    needs: ["atan_", "copysign_"],
    code: `fn atan2_(y: f32, x: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return nan_(); }
  let a = abs(x);
  let b = abs(y);
  var t = min(a, b) / max(a, b);
  if (a == b) { t = select(1.0, 0.0, a == 0.0); }
  var r = atan_(t);
  if (b > a) { r = 1.5707964 - r; }
  if ((bitcast<u32>(x) >> 31u) == 1u) { r = 3.1415927 - r; }
  return copysign_(r, y);
}`,
  },
  logaddexp_: {
    needs: ["log1p_", "exp_"],
    code: `fn logaddexp_(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) { return nan_(); }
  if (a == b) { return a + 0.6931472; }
  return max(a, b) + log1p_(exp_(-abs(a - b)));
}`,
  },
  // tanh x = (e^{2x} − 1)/(e^{2x} + 1)；|x| > 10 时在 float32 里就是 ±1。
  tanh_: {
    needs: ["expm1_"],
    code: `fn tanh_(x: f32) -> f32 {
  if (abs(x) > 10.0) { return sign(x); }
  let e = expm1_(2.0 * x);
  return e / (e + 2.0);
}`,
  },
  cosh_: {
    needs: ["exp_"],
    code: `fn cosh_(x: f32) -> f32 {
  let e = exp_(abs(x) - 0.6931472);
  return e + 0.25 / e;
}`,
  },
  // sinh x = (e + e/(e + 1))/2，e = e^|x| − 1。
  sinh_: {
    needs: ["expm1_", "copysign_"],
    code: `fn sinh_(x: f32) -> f32 {
  if (abs(x) > 20.0) { return copysign_(exp_(abs(x) - 0.6931472), x); }
  let e = expm1_(abs(x));
  return copysign_(0.5 * (e + e / (e + 1.0)), x);
}`,
  },
  sigmoid_: {
    needs: ["exp_"],
    code: `fn sigmoid_(x: f32) -> f32 {
  let e = exp_(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}`,
  },
  softplus_: {
    needs: ["log1p_"],
    code: "fn softplus_(x: f32) -> f32 { return select(max(x, 0.0) + log1p_(exp(-abs(x))), x, is_nan(x)); }",
  },
  // |x| < 1 用级数；其余用 Abramowitz–Stegun 7.1.26 的加强版（Numerical Recipes erfcc，相对误差 1.2e−7）。
  erf_: {
    code: `fn erf_(x: f32) -> f32 {
  let a = abs(x);
  if (a < 1.0) {
    let z = x * x;
    return 1.1283792 * x * (1.0 + z * (-0.33333334 + z * (0.1 + z * (-0.023809524 + z * (0.0046296297 + z * (-0.0007575758 + z * (0.00010683761 + z * (-0.000013227513 + z * 0.0000014589169))))))));
  }
  if (a > 4.0) { return select(sign(x), x, is_nan(x)); }
  let t = 1.0 / (1.0 + 0.5 * a);
  let y = t * exp(-a * a - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return select(1.0 - y, y - 1.0, x < 0.0);
}`,
  },
  // 大处不由 1 − erf 相减；系数同上。
  erfc_: {
    needs: ["erf_"],
    code: `fn erfc_(x: f32) -> f32 {
  let a = abs(x);
  if (a < 1.0) { return 1.0 - erf_(x); }
  if (is_nan(x)) { return x; }
  let t = 1.0 / (1.0 + 0.5 * a);
  let y = t * exp(-a * a - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return select(y, 2.0 - y, x < 0.0);
}`,
  },
  // Giles（2010）的两段多项式，自变量 w = −ln(1 − x²)。
  erfinv_: {
    needs: ["log_"],
    code: `fn erfinv_(x: f32) -> f32 {
  if (abs(x) == 1.0) { return x * inf_(); }
  let w = -log_((1.0 - x) * (1.0 + x));
  if (w < 5.0) {
    let t = w - 2.5;
    return x * (1.50140941 + t * (0.246640727 + t * (-0.00417768164 + t * (-0.00125372503 + t * (0.00021858087 + t * (-4.39150654e-6 + t * (-3.5233877e-6 + t * (3.43273939e-7 + t * 2.81022636e-8))))))));
  }
  let t = sqrt(w) - 3.0;
  return x * (2.83297682 + t * (1.00167406 + t * (0.00943887047 + t * (-0.0076224613 + t * (0.00573950773 + t * (-0.00367342844 + t * (0.00134934322 + t * (0.000100950558 + t * -0.000200214257))))))));
}`,
  },
};

/** 源码里用到的辅助函数的定义，按依赖次序。 */
export function helpersFor(code: string): string {
  const found: string[] = [];
  const visit = (name: string): void => {
    if (found.includes(name)) return;
    for (const need of helpers[name]!.needs ?? []) visit(need);
    found.push(name);
  };
  for (const name of Object.keys(helpers)) if (new RegExp(`\\b${name}\\(`).test(code)) visit(name);
  return found.map((name) => helpers[name]!.code).join("\n");
}
