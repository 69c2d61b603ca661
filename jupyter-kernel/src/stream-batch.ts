import type { Output } from "@tidu/notebook-runtime";

/** 至少攒多久（毫秒）、至多攒多大（字符）就送一次 */
const WAIT = 50;
const SIZE = 1 << 20;
/** 前端重排一次的时间与已有的字数成正比，所以字数多了就攒久一些：每一千字多一毫秒，至多一秒 */
const RATE = 1 / 1000;
const LONGEST = 1000;

/**
 * 合并相邻的同名流。JupyterLab 每收到一条 stream 就重新排一次版：两万行分成三百条要十几秒，
 * 合成几条不到一秒。隔了一阵才来的立即送出，所以慢慢打印的进度照样即时可见。
 */
export class StreamBatch {
  readonly #publish: (output: Output) => void;
  #name: "stdout" | "stderr" = "stdout";
  #parts: string[] = [];
  #size = 0;
  #sent = Number.NEGATIVE_INFINITY;
  #total = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: (output: Output) => void) {
    this.#publish = publish;
  }

  add(output: Output): void {
    if (output.output_type !== "stream") {
      this.flush();
      if (output.output_type === "clear_output") this.#total = 0;
      this.#publish(output);
      return;
    }
    if (output.name !== this.#name) this.flush();
    this.#name = output.name;
    this.#parts.push(output.text);
    this.#size += output.text.length;
    const wait = Math.min(LONGEST, Math.max(WAIT, this.#total * RATE));
    if (this.#size >= SIZE || performance.now() - this.#sent >= wait) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  /** 把攒着的送出去：别的消息（结果、输入请求、回复）之前都要先送，次序才对。 */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#parts.length === 0) return;
    const text = this.#parts.join("");
    this.#total += text.length;
    this.#parts = [];
    this.#size = 0;
    this.#sent = performance.now();
    this.#publish({ output_type: "stream", name: this.#name, text });
  }
}
