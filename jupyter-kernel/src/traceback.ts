const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;

/** 给会话的 traceback 加上颜色：错误的名字、出错的行和 ^、调用栈。已经有颜色的不动。 */
export function colorTraceback(ename: string, traceback: readonly string[]): string[] {
  return traceback.map((line) => {
    if (line.includes("\u001b")) return line;
    if (line.startsWith(`${ename}:`)) return bold(red(ename)) + line.slice(ename.length);
    if (/^> +\d+ \| /.test(line)) return red(">") + line.slice(1);
    if (/^ +\| +\^$/.test(line)) return line.slice(0, -1) + red("^");
    if (/^ {4}(?:at |…)/.test(line)) return dim(line);
    return line.replace(/^(?:原因|其中 \d+\/\d+)：/, bold);
  });
}
