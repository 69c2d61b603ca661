import type { Output } from "../types.js";

/** 攒够这么多字符，或离上次发送这么多毫秒，就发一次。 */
const MAX_SIZE = 16_384;
const MAX_DELAY = 30;

/** 合并相邻的打印再发给页面：同步循环里打印十万行，也只有几十条消息。 */
export class Outbox {
  readonly #post: (outputs: Output[]) => void;
  #pending: Output[] = [];
  #size = 0;
  #sentAt = 0;
  #scheduled = false;

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
    if (this.#size >= MAX_SIZE || performance.now() - this.#sentAt >= MAX_DELAY) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setTimeout(() => {
        this.#scheduled = false;
        this.flush();
      }, MAX_DELAY);
    }
  }

  flush(): void {
    this.#sentAt = performance.now();
    if (this.#pending.length === 0) return;
    this.#post(this.#pending);
    this.#pending = [];
    this.#size = 0;
  }
}
