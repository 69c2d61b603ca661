import { type Answer, readAnswer } from "../answer.js";
import type { Precompiled } from "../learner/precompiled.js";
import type { Form } from "../learner/wire.js";
import { messages } from "../messages.js";
import { plainText } from "../plain.js";
import type { Value } from "../value.js";
import type { Channel } from "./channel.js";
import type { Stage } from "./stage.js";

/** 时间的上限，毫秒。 */
export interface TimeLimits {
  cell: number;
  call: number;
  /** 一道题的全部提问加起来。 */
  question: number;
  /** 一份提交全部加起来，重放单元格也算。 */
  submission: number;
}

export const defaultTimes: TimeLimits = {
  cell: 5_000,
  call: 2_000,
  question: 15_000,
  submission: 180_000,
};

/** 要运行的一个代码单元格。 */
export interface LearnerCell {
  label: string;
  source: string;
}

/** 重启太多次，多半是处处都在捣乱。 */
const MAX_RESTARTS = 24;

/**
 * 沙箱里的学习者：依次运行笔记本的单元格，然后回答“对这组参数，函数 F 返回什么”。
 *
 * 进程没了就换一个，跳过惹祸的单元格重放其余的，所以一处死循环只赔上它自己那一题。
 */
export class Learner {
  readonly #cells: LearnerCell[];
  readonly #stage: Stage;
  readonly #times: TimeLimits;
  /** 单元格序号 → 它没能正常运行的原因。 */
  readonly problems = new Map<number, string>();
  /** 会弄死或卡住进程的单元格，重放时跳过。 */
  readonly #skipped = new Set<number>();
  readonly #deadline: number;
  #compiled: Promise<(Precompiled | null)[]> | undefined;
  #channel: Channel | undefined;
  #restarts = 0;

  constructor(cells: LearnerCell[], stage: Stage, times: TimeLimits = defaultTimes) {
    this.#cells = cells;
    this.#stage = stage;
    this.#times = times;
    this.#deadline = performance.now() + times.submission;
  }

  /**
   * 用几组参数问一个函数，一起送出去。进程没了就先换一个，重放单元格。
   * 有一次没有答复（超时、进程没了），就到它为止；`until`：全部加起来等到这一刻。
   */
  async ask(fn: string, inputs: Value[][], form: Form = "numbers", until?: number): Promise<Answer[]> {
    const channel = await this.prepare();
    if (channel === null) return [{ kind: "crash", reason: this.#givenUp() }];
    const asked = inputs.map((args) => ({ op: "ask", fn, args, form }));
    const outcomes = await channel.requests(
      asked,
      until === undefined ? { each: this.#times.call } : { each: this.#times.call, until },
    );
    return outcomes.map((outcome) => {
      if (outcome.kind === "reply") return readAnswer(outcome.message.reply);
      this.#drop();
      if (outcome.kind === "died") return { kind: "crash", reason: outcome.reason };
      if (outcome.late) return { kind: "timeout", seconds: this.#times.question / 1000, total: true };
      return { kind: "timeout", seconds: this.#times.call / 1000 };
    });
  }

  close(): void {
    this.#drop();
  }

  /** 一个跑完了单元格的进程；怎么也跑不完时为 null。 */
  async prepare(): Promise<Channel | null> {
    if (this.#late()) return null;
    if (this.#channel?.alive) return this.#channel;
    for (; this.#restarts <= MAX_RESTARTS && !this.#late(); this.#restarts++) {
      this.#drop();
      const channel = await this.#stage.take();
      this.#channel = channel;
      if (await this.#replay(channel)) return channel;
    }
    return null;
  }

  #late(): boolean {
    return performance.now() > this.#deadline;
  }

  #givenUp(): string {
    return this.#late() ? messages.submissionSlow(this.#times.submission / 1000) : messages.tooManyRestarts;
  }

  /** 走完全部单元格时为真；进程中途没了，或整份的时间用完了，为假。 */
  async #replay(channel: Channel): Promise<boolean> {
    this.#compiled ??= this.#stage.compile(this.#cells.map(({ source }) => source));
    const compiled = await this.#compiled;
    const indices = this.#cells.map((_, index) => index).filter((index) => !this.#skipped.has(index));
    const runs = indices.map((index) => ({ op: "run", ...this.#cells[index], compiled: compiled[index] }));
    const outcomes = await channel.requests(runs, { each: this.#times.cell, until: this.#deadline });
    for (const [i, outcome] of outcomes.entries()) {
      const index = indices[i]!;
      const { label } = this.#cells[index]!;
      if (outcome.kind === "reply") {
        const problem = cellProblem(label, outcome.message.error);
        if (problem !== null) this.problems.set(index, problem);
        continue;
      }
      if (outcome.kind === "timeout" && outcome.late) return false;
      this.#skipped.add(index);
      const problem =
        outcome.kind === "timeout"
          ? messages.cellTimeout(label, this.#times.cell / 1000)
          : messages.cellCrash(label, outcome.reason);
      this.problems.set(index, problem);
      return false;
    }
    return true;
  }

  #drop(): void {
    this.#channel?.kill("");
    this.#channel = undefined;
  }
}

/** 单元格自己报的错；内容来自学习者，只当文字看。 */
function cellProblem(label: string, error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  const { ename, evalue, line } = error as { ename?: unknown; evalue?: unknown; line?: unknown };
  const where = typeof line === "number" ? `${label}第 ${line} 行` : label;
  return messages.cellThrown(where, `${plainText(ename, 80)}: ${plainText(evalue, 300)}`);
}
