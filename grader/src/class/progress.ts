/** 进度写到哪里：终端里一行反复改写，别处隔几秒一行。 */
export interface ProgressSink {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** 不是终端时，两行之间至少隔这么久，毫秒。 */
const QUIET = 2_000;
const BAR = 24;

/** 判到第几份、还剩多久。时间只按真正判了的算，跳过的不算数。 */
export class Progress {
  #total: number;
  readonly #sink: ProgressSink;
  readonly #now: () => number;
  readonly #started: number;
  #done = 0;
  #worked = 0;
  #printed = Number.NEGATIVE_INFINITY;

  constructor(
    total: number,
    sink: ProgressSink = process.stderr,
    now: () => number = () => performance.now(),
  ) {
    this.#total = total;
    this.#sink = sink;
    this.#now = now;
    this.#started = now();
  }

  /** 又完了一份；`skipped`：早就判过，没有花时间。 */
  step(label: string, skipped = false): void {
    this.#done++;
    // 事先数的是大约几份。
    this.#total = Math.max(this.#total, this.#done);
    if (!skipped) this.#worked++;
    if (this.#total <= 1) return;
    const now = this.#now();
    if (this.#sink.isTTY) {
      if (now - this.#printed < 50 && this.#done < this.#total) return;
      this.#printed = now;
      this.#sink.write(`\r\u001b[2K${this.#bar(label)}`);
      return;
    }
    if (now - this.#printed < QUIET && this.#done < this.#total) return;
    this.#printed = now;
    this.#sink.write(`[${this.#done}/${this.#total}] ${label}${this.#eta()}\n`);
  }

  /** 收起终端里的那一行。 */
  end(): void {
    if (this.#sink.isTTY && this.#total > 1) this.#sink.write("\r\u001b[2K");
  }

  #bar(label: string): string {
    const filled = Math.round((BAR * this.#done) / this.#total);
    const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
    const head = `${bar} ${this.#done}/${this.#total}${this.#eta()} `;
    const room = (this.#sink.columns ?? 80) - head.length - 8;
    return head + clip(label, room);
  }

  #eta(): string {
    const left = this.#total - this.#done;
    if (left === 0 || this.#worked === 0) return "";
    const seconds = ((this.#now() - this.#started) / this.#worked / 1000) * left;
    return seconds < 5 ? "" : `（约剩 ${duration(seconds)}）`;
  }
}

/** 截到这么多列以内，汉字算两列，留下结尾。 */
function clip(text: string, columns: number): string {
  let width = 0;
  const kept: string[] = [];
  for (const char of [...text].reverse()) {
    width += char.codePointAt(0)! > 0x2e80 ? 2 : 1;
    if (width > Math.max(8, columns)) return `…${kept.reverse().join("")}`;
    kept.push(char);
  }
  return text;
}

/** 75 → `1 分 15 秒`。 */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} 秒`;
  if (whole < 3600) return `${Math.floor(whole / 60)} 分 ${whole % 60} 秒`;
  return `${Math.floor(whole / 3600)} 小时 ${Math.floor((whole % 3600) / 60)} 分`;
}
