/** 协议的 cursor_pos 数的是 Unicode 码点，JavaScript 的下标数的是 UTF-16 单元。 */
export function toIndex(code: string, codePoints: number): number {
  let index = 0;
  for (const char of code) {
    if (codePoints-- <= 0) break;
    index += char.length;
  }
  return index;
}

export function toCodePoints(code: string, index: number): number {
  return [...code.slice(0, index)].length;
}
