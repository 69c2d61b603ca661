import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import type { Request } from "../learner/main.js";
import { messages } from "../messages.js";

/** 对方没有给出答复的原因。 */
export type Silence = { kind: "timeout" } | { kind: "died"; reason: string };

type Outcome = { kind: "reply"; message: Record<string, unknown> } | Silence;

/** 一条答复最多这么多字节；再多不会是正确答案，只会是捣乱。 */
const MAX_LINE = 1 << 20;
/** 一次提问期间最多收这么多字节。 */
const MAX_TOTAL = 4 << 20;
/** 一次提问期间最多看这么多行；每一行都要解析，几百万行会拖住裁判。 */
const MAX_LINES = 1_000;

/**
 * 与沙箱里那个进程的通道，一次一个问题。对方可以往里写任何东西：
 * 超长的、不是 JSON 的一概结束进程，编号对不上的丢弃；这里从不抛异常。
 */
export class Channel {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  #buffer = "";
  #total = 0;
  #lines = 0;
  #nextId = 1;
  #waiting: { id: number; finish(outcome: Outcome): void } | null = null;
  #dead: string | null = null;

  constructor(argv: string[], cwd: string) {
    const [command, ...args] = argv;
    // 标准输入输出都接到 /dev/null：学习者打印多少都不占我们的内存。
    // 自成一个进程组，结束时连它起的子进程一起结束。
    this.#process = spawn(command!, args, {
      cwd,
      env: {},
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    this.#pipe = this.#process.stdio[3] as Duplex;
    this.#pipe.setEncoding("utf8");
    this.#pipe.on("data", (chunk: string) => this.#receive(chunk));
    this.#pipe.on("error", () => {});
    this.#process.on("error", (error) => this.#die(error.message));
    this.#process.on("exit", (code, signal) => {
      this.#killGroup();
      this.#die(messages.exited(code, signal));
    });
  }

  get alive(): boolean {
    return this.#dead === null;
  }

  /** 等对方准备好。 */
  ready(timeout: number): Promise<Outcome> {
    return this.#wait(0, timeout);
  }

  /** 问一次；超时不结束进程，由调用者决定。 */
  request(body: DistributiveOmit<Request, "id">, timeout: number): Promise<Outcome> {
    const id = this.#nextId++;
    const outcome = this.#wait(id, timeout);
    if (this.alive) this.#pipe.write(`${JSON.stringify({ ...body, id })}\n`);
    return outcome;
  }

  kill(reason: string): void {
    this.#die(reason);
    const { exitCode, signalCode } = this.#process;
    // 已经退出的，退出时就收拾过了；它的编号可能已经归了别人。
    if (exitCode === null && signalCode === null) this.#killGroup();
    this.#pipe.destroy();
  }

  #killGroup(): void {
    const { pid } = this.#process;
    try {
      if (pid !== undefined && process.platform !== "win32") process.kill(-pid, "SIGKILL");
    } catch {
      // 整组都已经没了。
    }
    this.#process.kill("SIGKILL");
  }

  #wait(id: number, timeout: number): Promise<Outcome> {
    if (this.#dead !== null) return Promise.resolve({ kind: "died", reason: this.#dead });
    this.#total = 0;
    this.#lines = 0;
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish({ kind: "timeout" }), timeout);
      const finish = (outcome: Outcome) => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(outcome);
      };
      this.#waiting = { id, finish };
    });
  }

  #receive(chunk: string): void {
    if (this.#dead !== null) return;
    this.#total += chunk.length;
    this.#buffer += chunk;
    for (let end = this.#buffer.indexOf("\n"); end >= 0; end = this.#buffer.indexOf("\n")) {
      const line = this.#buffer.slice(0, end);
      this.#buffer = this.#buffer.slice(end + 1);
      if (++this.#lines > MAX_LINES) break;
      this.#line(line);
    }
    if (this.#buffer.length > MAX_LINE || this.#total > MAX_TOTAL || this.#lines > MAX_LINES)
      this.kill(messages.outputTooLarge);
  }

  #line(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    if (typeof message !== "object" || message === null) return;
    const waiting = this.#waiting;
    if (waiting !== null && (message as { id?: unknown }).id === waiting.id) {
      waiting.finish({ kind: "reply", message: message as Record<string, unknown> });
    }
  }

  #die(reason: string): void {
    this.#dead ??= reason;
    this.#waiting?.finish({ kind: "died", reason: this.#dead });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
