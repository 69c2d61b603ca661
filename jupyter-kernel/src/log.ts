/** 每个时间窗里最多写这么多行：坏消息再多，也不会写满 stderr 的管道而卡住内核。 */
const LIMIT = 50;
const WINDOW = 1000;

let since = 0;
let lines = 0;

/** 写一行内核日志（stderr；Jupyter 会把它收进服务器的日志）。 */
export function log(line: string): void {
  const now = Date.now();
  if (now - since > WINDOW) {
    if (lines > LIMIT) console.error(`TIDU-JUP-024：另有 ${lines - LIMIT} 行日志没有写出`);
    since = now;
    lines = 0;
  }
  if (++lines <= LIMIT) console.error(line);
}
