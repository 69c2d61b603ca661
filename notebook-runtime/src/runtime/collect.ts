import type { Output } from "../types.js";

const DEFAULT_LIMIT = 64 * 1024 * 1024;

/** 收集一次执行的输出：合并相邻的同名流，应用清除与改写，超过上限就丢弃并说明。 */
export class Collector {
  readonly outputs: Output[] = [];
  readonly #limit: number;
  #size = 0;
  #full = false;
  #clearNext = false;

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  add(output: Output): void {
    if (output.output_type === "clear_output") {
      if (output.wait) this.#clearNext = true;
      else this.#clear();
      return;
    }
    if (output.output_type === "update_display_data") {
      const { data, metadata } = output;
      for (const shown of this.outputs) {
        const same =
          shown.output_type === "display_data" && shown.transient?.display_id === output.transient.display_id;
        if (same) Object.assign(shown, { data, metadata });
      }
      return;
    }
    if (this.#clearNext) this.#clear();
    if (this.#full) return;
    this.#size += output.output_type === "stream" ? output.text.length : size(output);
    if (this.#size > this.#limit) {
      this.#full = true;
      const text = `输出超过 ${this.#limit} 个字符，其余的没有保留。\n`;
      this.outputs.push({ output_type: "stream", name: "stderr", text });
      return;
    }
    const last = this.outputs.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      last.text += output.text;
    } else this.outputs.push({ ...output });
  }

  #clear(): void {
    this.outputs.length = 0;
    this.#clearNext = false;
    this.#size = 0;
    this.#full = false;
  }
}

function size(output: Output): number {
  return JSON.stringify(output).length;
}
