import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { messages } from "../messages.js";

/** 对方没有给出答复的原因；`late`：不是这一次太久，而是到了总的期限。 */
export type Silence = { kind: "timeout"; late: boolean } | { kind: "died"; reason: string };

export type Outcome = { kind: "reply"; message: Record<string, unknown> } | Silence;

/** 等多久，毫秒。 */
export interface Patience {
  /** 每一次。 */
  each: number;
  /** 全部加起来等到这一刻（performance.now）。 */
  until?: number;
}

/** 一连几次提问里正在等的那一次。 */
interface Waiting {
  id: number;
  got: (outcome: Outcome) => void;
}

/** 一条答复最多这么多字节；再多不会是正确答案，只会是捣乱。 */
const MAX_LINE = 1 << 20;
/** 一次提问（一连几问算一次）期间最多收这么多字节。 */
const MAX_TOTAL = 4 << 20;
/** 一次提问期间最多看这么多行；每一行都要解析，几百万行会拖住裁判。 */
const MAX_LINES = 1_000;

/**
 * 与沙箱里那个进程的通道，一次一个问题，或者一连几个。对方可以往里写任何东西：
 * 超长的、不是 JSON 的一概结束进程，编号对不上的丢弃；这里从不抛异常。
 */
export class Channel {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  #buffer = "";
  #total = 0;
  #lines = 0;
  #nextId = 1;
  #waiting: Waiting | null = null;
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
  async ready(timeout: number): Promise<Outcome> {
    return (await this.#wait([0], { each: timeout }))[0]!;
  }

  /** 问一次；超时不结束进程，由调用者决定。 */
  async request(body: object, timeout: number): Promise<Outcome> {
    return (await this.requests([body], { each: timeout }))[0]!;
  }

  /** 一连问几次，一起送出去，对方逐个回答。有一次没有答复，就到它为止。 */
  requests(bodies: object[], patience: Patience): Promise<Outcome[]> {
    const ids = bodies.map(() => this.#nextId++);
    const outcomes = this.#wait(ids, patience);
    const lines = bodies.map((body, i) => `${JSON.stringify({ ...body, id: ids[i] })}\n`);
    if (this.alive) this.#pipe.write(lines.join(""));
    return outcomes;
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

  #wait(ids: number[], { each, until = Number.POSITIVE_INFINITY }: Patience): Promise<Outcome[]> {
    this.#total = 0;
    this.#lines = 0;
    const outcomes: Outcome[] = [];
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const next = () => {
        clearTimeout(timer);
        this.#waiting = null;
        const last = outcomes.at(-1);
        if (outcomes.length === ids.length || (last !== undefined && last.kind !== "reply"))
          return resolve(outcomes);
        if (this.#dead !== null) return got({ kind: "died", reason: this.#dead });
        const left = until - performance.now();
        const waiting = { id: ids[outcomes.length]!, got };
        this.#waiting = waiting;
        // 裁判自己忙了很久时，答复可能已经送到、还没有读：读过一轮再说超时。
        timer = setTimeout(
          () =>
            setImmediate(() => {
              if (this.#waiting === waiting) got({ kind: "timeout", late: left < each });
            }),
          Math.min(each, left),
        );
      };
      const got = (outcome: Outcome) => {
        outcomes.push(outcome);
        next();
      };
      next();
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
      waiting.got({ kind: "reply", message: message as Record<string, unknown> });
    }
  }

  #die(reason: string): void {
    this.#dead ??= reason;
    this.#waiting?.got({ kind: "died", reason: this.#dead });
  }
}
