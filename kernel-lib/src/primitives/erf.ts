// JavaScript 没有 erf。逐元素原语的表达式要能嵌进生成的代码，所以写成不依赖外部名字的函数文本。

/**
 * 双精度 erf 的函数文本。|x| < 2.5 用各项全正的级数
 * erf x = 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!（没有相消）；更大时用 erfc 的连分式（改进的 Lentz 法，从内往外 40 层）。
 * 公式见 DLMF 7.6.2 与 7.9.1。
 */
export const erfJs = `((x) => {
  const z = Math.abs(x), q = z * z;
  if (z < 2.5) {
    let term = z, sum = z;
    for (let n = 1; n < 60; n++) {
      term *= (2 * q) / (2 * n + 1);
      sum += term;
      if (term < 1e-17 * sum) break;
    }
    return Math.sign(x) * 1.1283791670955126 * Math.exp(-q) * sum;
  }
  if (z > 6) return x !== x ? x : Math.sign(x);
  let f = z;
  for (let n = 40; n > 0; n--) f = z + n / 2 / f;
  return Math.sign(x) * (1 - Math.exp(-q) / (f * 1.772453850905516));
})`;

/** 单精度：|x| < 0.5 用泰勒级数，其余用 erfc 的有理–指数逼近（相对误差 1.2e-7）。 */
export function erfWgsl(a: string): string {
  const q = `${a} * ${a}`;
  const small = `${a} * (1.1283792 + ${q} * (-0.37612638 + ${q} * (0.11283792 + ${q} * (-0.026866171 + ${q} * 0.0052239776))))`;
  const t = `(1.0 / (1.0 + 0.5 * abs(${a})))`;
  const coefficients = [
    "1.00002368",
    "0.37409196",
    "0.09678418",
    "-0.18628806",
    "0.27886807",
    "-1.13520398",
    "1.48851587",
    "-0.82215223",
    "0.17087277",
  ];
  const poly = coefficients.reduceRight((rest, c) => (rest === "" ? c : `(${c} + ${t} * ${rest})`), "");
  const large = `sign(${a}) * (1.0 - ${t} * exp(-${q} - 1.26551223 + ${t} * ${poly}))`;
  return `select(${large}, ${small}, abs(${a}) < 0.5)`;
}
