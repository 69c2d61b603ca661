import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Output } from "@tidu/notebook-runtime";

const MB = 1 << 20;
/**
 * 一个单元格在界面里最多显示这么多字符的打印；十万行、每行四十个字符也在其内。
 * 再多 JupyterLab 的页面就不动了：16 MB 要重排半分钟以上。
 */
export const SHOWN_LIMIT = 4 * MB;
/** 写到文件里的最多这么多字节，免得写满磁盘。 */
export const FILE_LIMIT = 1024 * MB;

export interface CapOptions {
  publish: (output: Output) => void;
  /** 文件名里用的单元格编号 */
  count: number;
  shownLimit?: number;
  fileLimit?: number;
}

/** 打印得太多的单元格：界面里显示前一部分，其余写进一个文件，并说明在哪里。前端和内核的内存都不随之增长。 */
export class StreamCap {
  readonly #publish: (output: Output) => void;
  readonly #count: number;
  readonly #shownLimit: number;
  readonly #fileLimit: number;
  #shown = 0;
  #written = 0;
  #dropped = 0;
  #path: string | undefined;

  constructor({ publish, count, shownLimit = SHOWN_LIMIT, fileLimit = FILE_LIMIT }: CapOptions) {
    this.#publish = publish;
    this.#count = count;
    this.#shownLimit = shownLimit;
    this.#fileLimit = fileLimit;
  }

  add(output: Output): void {
    // 显示过的已经清掉：从头数起
    if (output.output_type === "clear_output") this.#shown = 0;
    if (output.output_type !== "stream") {
      this.#publish(output);
      return;
    }
    const { name, text } = output;
    const room = this.#shownLimit - this.#shown;
    if (text.length <= room) {
      this.#shown += text.length;
      this.#publish(output);
      return;
    }
    const cut = beforeSurrogate(text, room);
    if (cut > 0) this.#publish({ output_type: "stream", name, text: text.slice(0, cut) });
    this.#shown = this.#shownLimit;
    this.#save(text.slice(cut));
  }

  /** 单元格结束了：说明一共写了多少。 */
  end(): void {
    if (this.#path === undefined) return;
    const lost = this.#dropped > 0 ? `，再往后的 ${size(this.#dropped)} 没有保留` : "";
    this.#note(`这一格的输出没有显示完：其余 ${size(this.#written)} 在 ${this.#path}${lost}。`);
  }

  #save(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#path === undefined) {
      this.#path = join(mkdtempSync(join(tmpdir(), "tidu-output-")), `cell-${this.#count}.txt`);
      this.#note(`TIDU-JUP-040：输出超过 ${size(this.#shownLimit)}，后面的不再显示；其余在 ${this.#path}。`);
    }
    if (this.#written + bytes.length > this.#fileLimit) {
      this.#dropped += bytes.length;
      return;
    }
    appendFileSync(this.#path, bytes);
    this.#written += bytes.length;
  }

  #note(line: string): void {
    this.#publish({ output_type: "stream", name: "stderr", text: `${line}\n` });
  }
}

/** 不把一个字符（两个 UTF-16 单元）切成两半。 */
function beforeSurrogate(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return at > 0 && code >= 0xd800 && code < 0xdc00 ? at - 1 : at;
}

function size(bytes: number): string {
  return bytes < MB ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / MB).toFixed(1)} MB`;
}
