import { Writable } from "node:stream";
import { STDERR, STDOUT, writeFrame } from "./wire.js";

/** 代替 process.stdout/stderr：每次写都同步送到父进程，次序与数量都不会变。 */
class FrameStream extends Writable {
  readonly #kind: number;
  #decoder: TextDecoder | null = null;
  readonly fd: number;

  constructor(kind: number, fd: number) {
    super({ decodeStrings: false });
    this.#kind = kind;
    this.fd = fd;
  }

  // 绕过 Writable 的排队：console.log 每行都走这里，要快，也不能攒在内存里。
  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    writeFrame(this.#kind, this.#text(chunk, typeof encoding === "string" ? encoding : undefined));
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  }

  override _write(chunk: unknown, encoding: string, callback: () => void): void {
    writeFrame(this.#kind, this.#text(chunk, encoding));
    callback();
  }

  #text(chunk: unknown, encoding?: string): string {
    if (typeof chunk === "string") {
      if (encoding === undefined || encoding === "utf8" || encoding === "utf-8" || encoding === "buffer")
        return chunk;
      chunk = Buffer.from(chunk, encoding as BufferEncoding);
    }
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(
        'The "chunk" argument must be of type string or an instance of Buffer or Uint8Array',
      );
    }
    // 一个字符的字节可能分在两次写里。
    this.#decoder ??= new TextDecoder();
    return this.#decoder.decode(chunk, { stream: true });
  }
}

/** 换掉 process.stdout 与 process.stderr；console 随之改道。 */
export function installStreams(): void {
  for (const [name, kind, fd] of [
    ["stdout", STDOUT, 1],
    ["stderr", STDERR, 2],
  ] as const) {
    const stream = new FrameStream(kind, fd);
    Object.defineProperty(process, name, { get: () => stream, configurable: true, enumerable: true });
  }
}
