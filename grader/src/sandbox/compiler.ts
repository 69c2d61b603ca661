import type { Precompiled } from "../learner/precompiled.js";
import type { Channel } from "./channel.js";

/** 源码太长的不在这里编译，免得后面的等它。 */
const MAX_CHARS = 128 << 10;
/** 编译一份笔记本至多这么久，毫秒；平常几毫秒。 */
const PATIENCE = 1_000;

/**
 * 编译单元格的进程，也在沙箱里，人人共用：它只编译，从不运行谁的代码。跑热了以后，一份笔记本只要几毫秒，
 * 学习者的进程就不必载入编译器。
 *
 * 它只为快：编译不了、卡住、没了，都给 null，学习者的进程自己编译，结果一样。
 */
export class Compiler {
  readonly #open: () => Promise<Channel>;
  #channel: Promise<Channel> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(open: () => Promise<Channel>) {
    this.#open = open;
  }

  /** 依次编译一份笔记本的单元格；编译不了的为 null。 */
  compile(sources: string[]): Promise<(Precompiled | null)[]> {
    const result = this.#turn.then(() => this.#compile(sources)).catch(() => null);
    this.#turn = result;
    return result.then((cells) => cells ?? sources.map(() => null));
  }

  async #compile(sources: string[]): Promise<(Precompiled | null)[] | null> {
    if (this.#closed || sources.reduce((sum, { length }) => sum + length, 0) > MAX_CHARS) return null;
    const channel = await (this.#channel ??= this.#open());
    const outcome = await channel.request({ sources }, PATIENCE);
    if (outcome.kind === "reply") {
      const { cells } = outcome.message as { cells?: unknown };
      if (Array.isArray(cells) && cells.length === sources.length) return cells;
    }
    this.#drop();
    return null;
  }

  #drop(): void {
    this.#channel?.then(
      (channel) => channel.kill(""),
      () => {},
    );
    this.#channel = null;
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }
}
