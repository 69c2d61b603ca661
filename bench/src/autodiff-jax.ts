import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Checked } from "./autodiff-jaxjs.js";
import type { Workload } from "./autodiff-workload.js";

const script = fileURLToPath(new URL("../src/autodiff-jax.py", import.meta.url));

/** 与 Workload 同形；step 是小网络走一步，自带数据。 */
interface Question {
  readonly name: string;
  readonly args: readonly { readonly shape: readonly number[]; readonly data?: readonly number[] }[];
  readonly active: number;
  readonly order?: Workload["order"] | "step";
}

/** JAX（CPU）在另一个进程里：一行一个问题，一行一个回答。 */
export class JaxProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** 环境变量 TIDU_JAX_PYTHON 指的 Python，缺省试仓库的 .venv 与 python3；哪个都没有 jax 就是 null。 */
  static async open(): Promise<JaxProcess | null> {
    const named = process.env["TIDU_JAX_PYTHON"];
    const venv = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
    for (const python of named ? [named] : [venv, "python3"]) {
      const child = spawn(python, ["-u", script], { stdio: "pipe" });
      child.on("error", () => {});
      child.stdin.on("error", () => {});
      child.stderr.resume();
      const jax = new JaxProcess(child);
      if ((await jax.lines.next()).value === "ready") return jax;
      child.kill();
    }
    return null;
  }

  async ask(question: unknown): Promise<any> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value } = await this.lines.next();
    if (value === undefined) throw new Error("TIDU-BENCH-003：JAX 的进程提前退出了。");
    return JSON.parse(value);
  }

  /** 小网络一步用双精度，其余与各家一样用单精度。 */
  async contender({ name, args, active, order }: Question, id: string): Promise<Checked> {
    await this.ask({ do: "load", id, name, args, active, order: order ?? "gradient" });
    return {
      run: () => undefined,
      measure: (budget) => this.ask({ do: "time", id, budget }),
      check: () => this.ask({ do: "check", id }),
    };
  }

  close(): void {
    this.child.kill();
  }
}
