import { writeSync } from "node:fs";
import type { Reply } from "../runtime/protocol.js";
import type { Output } from "../types.js";
import { currentOrigin } from "./origin.js";
import { KILL, WRITING } from "./shared.js";

/** 子进程 → 父进程走文件描述符 3：一个字节的种类、四字节小端长度、UTF-8 正文。 */
export const OUT_FD = 3;
/** 父进程 → 监视线程走文件描述符 4，帧的格式相同；连接断开说明父进程不在了。 */
export const WATCH_FD = 4;

export const STDOUT = 0x6f;
export const STDERR = 0x65;
export const OUTPUT = 0x6a;
export const CONTROL = 0x63;

/** 正文是要中断的执行的编号，和这是第几次中断请求。 */
export const INTERRUPT = 0x21;
/** 正文是输入的一行。 */
export const INPUT = 0x69;
/** 没有回答（取消、文件结束）。 */
export const NO_INPUT = 0x6e;
/** 没有人能回答输入，prompt() 应报错。 */
export const REFUSED = 0x72;

const wait = new Int32Array(new SharedArrayBuffer(4));

export function encodeFrame(kind: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(5 + length);
  frame[0] = kind;
  frame.writeUInt32LE(length, 1);
  frame.write(text, 5);
  return frame;
}

let state: Int32Array | null = null;

/** 从此写一帧的时候不会被监视线程终止在半途，见 terminator.ts。 */
export function guardWrites(shared: Int32Array): void {
  state = shared;
}

function beginWrite(): void {
  if (!state) return;
  Atomics.store(state, WRITING, 1);
  // 终止请求已经发出：停在这里等它，此时还什么都没写。
  while (Atomics.load(state, KILL) !== 0) {
    Atomics.store(state, WRITING, 0);
    Atomics.wait(wait, 0, 0, 1);
    Atomics.store(state, WRITING, 1);
  }
}

/** 上一帧输出算谁的。 */
let origin = 0;

/** 写一帧输出；它与上一帧不是同一个来源，先说明换了。 */
export function writeFrame(kind: number, text: string): void {
  const now = currentOrigin();
  if (now !== origin) {
    write(CONTROL, JSON.stringify({ type: "origin", id: now } satisfies Reply));
    origin = now;
  }
  write(kind, text);
}

/** 同步写完整个帧：写不下时阻塞，这就是背压；进程崩溃也不丢已写的。 */
function write(kind: number, text: string): void {
  const frame = encodeFrame(kind, text);
  beginWrite();
  for (let at = 0; at < frame.length; ) {
    try {
      at += writeSync(OUT_FD, frame, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(wait, 0, 0, 1);
      else if (code === "EPIPE") process.exit(1);
      else if (code !== "EINTR") throw error;
    }
  }
  if (state) Atomics.store(state, WRITING, 0);
}

export function writeOutput(output: Output): void {
  if (output.output_type === "stream") writeFrame(output.name === "stdout" ? STDOUT : STDERR, output.text);
  else writeFrame(OUTPUT, JSON.stringify(output));
}

export function writeReply(reply: Reply): void {
  writeFrame(CONTROL, JSON.stringify(reply));
}

/** 从任意切开的字节流里取出完整的帧。 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  *frames(): Generator<{ kind: number; text: string }> {
    while (this.#size >= 5) {
      const head = this.#join(5);
      const length = head.readUInt32LE(1);
      if (this.#size < 5 + length) return;
      const all = this.#join(5 + length);
      const kind = all[0];
      const text = all.toString("utf8", 5, 5 + length);
      this.#drop(5 + length);
      yield { kind, text };
    }
  }

  /** 使第一块至少有 n 字节。 */
  #join(n: number): Buffer {
    if (this.#chunks[0].length < n) this.#chunks = [Buffer.concat(this.#chunks, this.#size)];
    return this.#chunks[0];
  }

  #drop(n: number): void {
    const [first] = this.#chunks;
    this.#size -= n;
    if (first.length === n) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(n);
  }
}
