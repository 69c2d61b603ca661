import type { CellError, CommMessage, Output, Session } from "@tidu/notebook-runtime";
import { duration, typescriptOf } from "@tidu/notebook-runtime/magics";
import { type Prepared, prepareCell } from "./magics/cell.js";
import { addKernelMemory } from "./magics/memory.js";
import { misplacedMagic } from "./magics/misplaced.js";
import { initialSettings } from "./settings.js";
import { reportTypes } from "./types/report.js";
import type { Diagnostic, TypeService } from "./types/service.js";
import { skipsCheck } from "./types/switch.js";

export interface Outcome {
  status: "ok" | "error";
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

export interface ExecuteRequest {
  code: string;
  /** 单元格的编号，用在错误位置里 */
  count: number;
  onOutput: (output: Output) => void;
  /** 代码经 comm 发给前端的消息 */
  onComm?: (message: CommMessage) => void;
  /** 执行进程换新了，变量与回调都不在了 */
  onReset?: () => void;
  onInput?: (prompt: string, password: boolean) => Promise<string | null>;
}

const text = (name: "stdout" | "stderr", line: string): Output => ({
  output_type: "stream",
  name,
  text: `${line}\n`,
});

/** 接连几个单元格都遇到类型服务出错，就不再用它。 */
const patience = 3;

/** 先查类型，再交给会话运行，最后让声明对后面的单元格可见。 */
export class Executor {
  readonly #session: Promise<Session>;
  readonly #types: () => TypeService;
  readonly #settings = initialSettings();
  /** 接连有几个单元格遇到类型服务出错 */
  #failures = 0;
  /** 这个单元格已经遇到了 */
  #failing = false;

  constructor(session: Promise<Session>, types: () => TypeService) {
    this.#session = session;
    this.#types = types;
  }

  async execute(request: ExecuteRequest): Promise<Outcome> {
    const { onOutput } = request;
    const started = performance.now();
    try {
      return await this.#execute(request);
    } finally {
      if (this.#settings.timing) onOutput(text("stdout", `用时 ${duration(performance.now() - started)}`));
    }
  }

  async #execute(request: ExecuteRequest): Promise<Outcome> {
    const { onOutput, onInput, onComm, onReset } = request;
    const cell = `单元格 [${request.count}]`;
    if (!this.#failing && this.#failures < patience) this.#failures = 0;
    this.#failing = false;
    let prepared: Prepared;
    try {
      prepared = await prepareCell(request.code, {
        cell,
        settings: this.#settings,
        session: this.#session,
        onOutput,
        types: (use) => this.#guard(use, undefined, onOutput),
      });
    } catch (error) {
      return failed(error as Error, onOutput);
    }
    const { code, settings } = prepared;
    if (code.trim() === "") return { status: "ok" };
    // 魔法命令与文字的正文不是 TypeScript；位置不变
    const typescript = typescriptOf(code);
    if (settings.checking && !skipsCheck(code)) {
      const diagnostics = this.#guard<Diagnostic[]>((types) => types.check(typescript), [], onOutput);
      for (const note of this.#guard((types) => types.notes(), [], onOutput)) onOutput(text("stderr", note));
      if (diagnostics.length > 0) {
        const report = reportTypes(code, diagnostics, cell);
        const misplaced = misplacedMagic(code);
        if (misplaced) report.traceback.push(misplaced);
        onOutput({ output_type: "error", ...report });
        return { status: "error", ...report };
      }
    }
    const session = await this.#session;
    const filter = addKernelMemory((session as { pid?: number }).pid);
    let shown = false;
    const running = session.execute(code, {
      cell,
      // 输出已经逐个送走，这里不必再攒一份
      outputLimit: 0,
      onOutput: (output) => {
        shown ||= output.output_type === "error";
        onOutput(filter(output));
      },
      ...(settings.timeout === undefined ? {} : { timeout: settings.timeout }),
      ...(onInput ? { onInput } : {}),
      ...(onComm ? { onComm } : {}),
    });
    // 登记声明不必等运行完：单元格已经交给子进程，这边正闲着
    const committed = new Promise<void>((resolve) => {
      setImmediate(() => {
        this.#guard((types) => types.commit(typescript), undefined, onOutput);
        resolve();
      });
    });
    const [result] = await Promise.all([running, committed]);
    if (result.stateLost) {
      onReset?.();
      this.#guard((types) => types.reset(), undefined, onOutput);
    }
    if (result.status === "ok") return { status: "ok" };
    const undeclared = result.error?.undeclared ?? [];
    if (undeclared.length > 0 && !result.stateLost)
      this.#guard((types) => types.retract(undeclared), undefined, onOutput);
    const { ename, evalue, traceback } = result.error ?? {
      ename: "Interrupted",
      evalue: `${cell} 没有正常结束（${result.status}）`,
      traceback: [`${cell} 没有正常结束（${result.status}）`],
    };
    if (!shown) onOutput({ output_type: "error", ename, evalue, traceback });
    return { status: "error", ename, evalue, traceback };
  }

  /** 求一个表达式的值（user_expressions），只要它的 MIME 束。 */
  async evaluate(expression: string, onOutput: (output: Output) => void): Promise<Record<string, unknown>> {
    const session = await this.#session;
    const result = await session.execute(`(${expression}\n)`, { cell: "user_expressions", onOutput });
    if (result.status !== "ok") {
      const { ename = "Error", evalue = "", traceback = [] } = result.error ?? {};
      return { status: "error", ename, evalue, traceback };
    }
    const value = result.outputs.find((output) => output.output_type === "execute_result");
    return {
      status: "ok",
      data: value?.data ?? { "text/plain": "undefined" },
      metadata: value?.metadata ?? {},
    };
  }

  /** 执行进程没了：前面单元格的声明都不在了。 */
  reset(): void {
    this.#guard(
      (types) => types.reset(),
      undefined,
      () => {},
    );
  }

  async interrupt(): Promise<void> {
    await (await this.#session).interrupt();
  }

  /**
   * 类型服务用的是不稳定 API：它自己出错时照样运行单元格，并说明白。
   * 也许只是这一格触到了它的毛病，下一格再试；一开始就打不开、或接连几格都不行，才从此不用。
   */
  #guard<T>(use: (types: TypeService) => T, otherwise: T, onOutput: (output: Output) => void): T {
    if (this.#failures >= patience) return otherwise;
    let types: TypeService | undefined;
    try {
      types = this.#types();
      return use(types);
    } catch (error) {
      if (this.#failing) return otherwise;
      this.#failing = true;
      this.#failures = types ? this.#failures + 1 : patience;
      const last = this.#failures >= patience;
      const rest = last ? "但不再检查类型；重启内核可恢复。" : "只是没有检查类型。";
      const why = (error as Error).message;
      onOutput(text("stderr", `TIDU-JUP-021：类型服务出错：${why}\n单元格照常运行，${rest}`));
      return otherwise;
    }
  }
}

/** 魔法命令没有成功；会话里出的错它自己已经显示过。 */
function failed(error: Error & { shown?: CellError }, onOutput: (output: Output) => void): Outcome {
  const { ename, evalue, traceback } = error.shown ?? {
    ename: "MagicError",
    evalue: error.message,
    traceback: [`MagicError: ${error.message}`],
  };
  if (!error.shown) onOutput({ output_type: "error", ename, evalue, traceback });
  return { status: "error", ename, evalue, traceback };
}
