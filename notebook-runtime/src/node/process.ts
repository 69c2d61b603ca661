import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Listener, Reply, Request, Transport } from "../runtime/protocol.js";
import type { Output } from "../types.js";
import { describeDeath, LastWords } from "./crash.js";
import type { NodeSessionOptions } from "./options.js";
import {
  CONTROL,
  encodeFrame,
  FrameReader,
  INPUT,
  INTERRUPT,
  NO_INPUT,
  OUTPUT,
  REFUSED,
  STDERR,
} from "./wire.js";

const ENTRY = fileURLToPath(new URL("./child.js", import.meta.url));

/** 一个执行进程：起停、收帧、发请求。 */
export class ExecutionProcess implements Transport {
  readonly #child: ChildProcess;
  readonly #listener: Listener;
  readonly #reader = new FrameReader();
  readonly exited: Promise<void>;
  alive = true;
  #killed = false;
  #interrupts = 0;
  #heapLimit = 0;
  /** 从 1、2 号描述符读到过几次。 */
  #direct = 0;

  constructor(options: NodeSessionOptions, listener: Listener) {
    this.#listener = listener;
    // 见 terminator.ts：从外面终止代码之后，Node 不再核对异步栈。
    const argv = [process.execPath, "--no-force-async-hooks-checks", ...(options.execArgv ?? [])];
    argv.push(options.entry ?? ENTRY);
    const [command, ...args] = options.wrapCommand?.(argv) ?? argv;
    this.#child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "ipc"],
      windowsHide: true,
    });
    const [, stdout, stderr, frames, watch] = this.#child.stdio as unknown as Readable[];
    // 原生代码和孙进程直接写的 1、2 号描述符。
    const direct = (name: "stdout" | "stderr") => (text: string) => {
      this.#direct++;
      this.#deliver([{ output_type: "stream", name, text }]);
    };
    const words = new LastWords(direct("stderr"));
    stdout?.setEncoding("utf8").on("data", direct("stdout"));
    stderr?.setEncoding("utf8").on("data", (text: string) => words.push(text));
    frames?.on("data", (chunk: Buffer) => this.#read(chunk, frames));
    for (const stream of [frames, watch, stdout, stderr]) stream?.on("error", () => {});
    this.exited = new Promise((resolve) => {
      const finish = (code: number | null, signal: NodeJS.Signals | null) => {
        if (!this.alive) return;
        this.alive = false;
        const detail = describeDeath({ code, signal, words: words.end(), heapLimit: this.#heapLimit });
        if (!this.#killed) options.onExit?.({ code, signal, detail });
        listener.exit(detail);
        resolve();
      };
      this.#child.once("error", () => finish(null, null));
      // close 在所有管道读完之后，最后的输出不会丢。
      this.#child.once("close", finish);
    });
  }

  get pid(): number | undefined {
    return this.alive ? this.#child.pid : undefined;
  }

  #read(chunk: Buffer, stream: Readable): void {
    this.#reader.push(chunk);
    const outputs: Output[] = [];
    let waiting: Promise<void> | undefined;
    const flush = () => {
      if (outputs.length === 0) return;
      const done = this.#deliver(outputs.splice(0));
      if (done) waiting = waiting ? waiting.then(() => done) : done;
    };
    for (const { kind, text } of this.#reader.frames()) {
      if (kind === CONTROL) {
        flush();
        this.#reply(JSON.parse(text));
        continue;
      }
      if (kind === OUTPUT) {
        outputs.push(JSON.parse(text));
        continue;
      }
      const name = kind === STDERR ? "stderr" : "stdout";
      const last = outputs.at(-1);
      if (last?.output_type === "stream" && last.name === name) last.text += text;
      else outputs.push({ output_type: "stream", name, text });
    }
    flush();
    if (waiting) {
      stream.pause();
      waiting.finally(() => stream.resume()).catch(() => {});
    }
  }

  #reply(reply: Reply): void {
    if (reply.type === "loaded") this.#heapLimit = reply.heapLimit ?? 0;
    if (reply.type === "done") void this.#drained().then(() => this.#listener.reply(reply));
    else this.#listener.reply(reply);
  }

  /** 单元格结束前，原生代码与孙进程直接写的东西已经在管道里，但可能还没读到：读完才算结束。 */
  async #drained(): Promise<void> {
    for (let quiet = 0, turns = 0; quiet < 2 && turns < 100; turns++) {
      const before = this.#direct;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#direct === before ? quiet + 1 : 0;
    }
  }

  #deliver(outputs: Output[]): Promise<void> | undefined {
    let waiting: Promise<void> | undefined;
    for (const output of outputs) {
      const done = this.#listener.output(output);
      if (done) waiting = waiting ? waiting.then(() => done) : done;
    }
    return waiting;
  }

  send(request: Request): void {
    // 主线程停在 prompt() 里时收不到 IPC，回答经监视线程送达。
    if (request.type === "input") {
      const kind = request.refused ? REFUSED : request.text === null ? NO_INPUT : INPUT;
      this.#watch(kind, request.text ?? "");
    } else if (this.alive && this.#child.connected) this.#child.send(request, () => {});
  }

  /** 旗子经监视线程立起，死循环里也看得见。 */
  interrupt(id: number): void {
    const seq = ++this.#interrupts;
    this.#watch(INTERRUPT, `${id} ${seq}`);
    this.send({ type: "interrupt", id, seq });
  }

  #watch(kind: number, text: string): void {
    const watch = this.#child.stdio[4] as Writable | null | undefined;
    if (this.alive) watch?.write(encodeFrame(kind, text));
  }

  async kill(): Promise<void> {
    if (!this.alive) return;
    this.#killed = true;
    this.#child.kill("SIGKILL");
    // 孙进程可能还拿着管道，close 迟迟不来：不等它。
    for (const stream of this.#child.stdio) setTimeout(() => stream?.destroy(), 500).unref();
    await this.exited;
  }
}
