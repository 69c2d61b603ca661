import type { Output } from "../types.js";

/** 攒够这么多字符，或离上次发送这么多毫秒，就发一次。 */
const MAX_SIZE = 16_384;
const MAX_DELAY = 30;
/** 每个单元格的头几个输出立刻发：打印之后进入死循环，也看得见打印了什么。 */
const EAGER = 50;

/** 合并相邻的打印再发给页面：同步循环里打印十万行，也只有几十条消息。 */
export class Outbox {
  readonly #post: (outputs: Output[]) => void;
  #pending: Output[] = [];
  #size = 0;
  #sentAt = 0;
  #scheduled = false;
  #eager = EAGER;

  constructor(post: (outputs: Output[]) => void) {
    this.#post = post;
  }

  add(output: Output): void {
    const last = this.#pending.at(-1);
    if (output.output_type !== "stream") this.#pending.push(output);
    else {
      if (last?.output_type === "stream" && last.name === output.name) last.text += output.text;
      else this.#pending.push({ ...output });
      this.#size += output.text.length;
    }
    this.#eager -= 1;
    if (this.#eager >= 0 || this.#size >= MAX_SIZE || performance.now() - this.#sentAt >= MAX_DELAY)
      this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setTimeout(() => {
        this.#scheduled = false;
        this.flush();
      }, MAX_DELAY);
    }
  }

  /** 新的单元格开始了。 */
  begin(): void {
    this.#eager = EAGER;
  }

  flush(): void {
    this.#sentAt = performance.now();
    if (this.#pending.length === 0) return;
    this.#post(this.#pending);
    this.#pending = [];
    this.#size = 0;
  }
}
