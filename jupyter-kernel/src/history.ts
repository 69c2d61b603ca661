/** 本次会话的输入历史；格式照协议：[会话号, 行号, 输入] 或 [会话号, 行号, [输入, 输出]]。 */
export class History {
  readonly #entries: { line: number; input: string; output: string | null }[] = [];

  add(line: number, input: string): void {
    this.#entries.push({ line, input, output: null });
    if (this.#entries.length > 10_000) this.#entries.shift();
  }

  /** 最近一格的末尾表达式的值。 */
  setOutput(output: string): void {
    const last = this.#entries.at(-1);
    if (last) last.output = output;
  }

  answer(request: Record<string, any>): unknown[] {
    let found = this.#entries;
    if (request["hist_access_type"] === "range") {
      const start = request["start"] ?? 0;
      const stop = request["stop"] ?? Number.POSITIVE_INFINITY;
      // 会话号 0 是当前会话，负数是更早的会话；更早的不保存
      if ((request["session"] ?? 0) < 0) return [];
      found = found.filter(({ line }) => line >= start && line < stop);
    } else {
      if (request["hist_access_type"] === "search") {
        const pattern = glob(String(request["pattern"] ?? "*"));
        found = found.filter(({ input }) => pattern.test(input));
        if (request["unique"]) found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
      }
      if (typeof request["n"] === "number") found = found.slice(Math.max(0, found.length - request["n"]));
    }
    return found.map(({ line, input, output }) => [0, line, request["output"] ? [input, output] : input]);
  }
}

/** 与 IPython 一样的通配：* 任意串，? 任意一个字符，整条匹配。 */
function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
