// 参数写进生成的代码时的文本。

/** JavaScript 的数；负数加括号，免得 “a - -1” 连成 “--”。 */
export function jsNumber(x: number): string {
  return x < 0 || Object.is(x, -0) ? `(${Object.is(x, -0) ? "-0" : x})` : `${x}`;
}

/** WGSL 的 f32 字面量；无穷大没有字面量，用最大的 f32 代替。 */
export function wgslNumber(x: number): string {
  const largest = 3.4028234663852886e38;
  const v = Math.min(Math.max(x, -largest), largest);
  const text = `${Math.fround(v)}f`;
  return v < 0 ? `(${text})` : text;
}
