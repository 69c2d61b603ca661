/**
 * 代码框：出错的一行、前后各两行，和指着那一列的 ^。
 *
 * @param line 从 1 起数
 * @param column 从 1 起数
 */
export function codeFrame(source: string, line: number, column: number, context = 2): string[] {
  const lines = source.split(/\r\n|[\n\r\u2028\u2029]/);
  if (line < 1 || line > lines.length) return [];
  const from = Math.max(1, line - context);
  const to = Math.min(lines.length, line + context);
  const width = String(to).length;
  const frame: string[] = [];
  for (let n = from; n <= to; n++) {
    const text = clip(lines[n - 1]);
    frame.push(`${n === line ? ">" : " "} ${String(n).padStart(width)} | ${text}`.trimEnd());
    if (n === line && column - 1 <= text.length) {
      frame.push(`  ${" ".repeat(width)} | ${padding(text.slice(0, column - 1))}^`);
    }
  }
  return frame;
}

/** 太长的行（压缩过的代码）截断，否则淹没屏幕。 */
function clip(line: string): string {
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}

/** 与前缀同宽的空白：制表符照抄，全角字符占两格。 */
function padding(prefix: string): string {
  let pad = "";
  for (const char of prefix) {
    if (char === "\t") pad += "\t";
    else
      pad +=
        /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
          char,
        )
          ? "  "
          : " ";
  }
  return pad;
}
