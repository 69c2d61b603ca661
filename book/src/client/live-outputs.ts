import type { Output } from "@tidu/notebook-runtime";
import { type OutputRenderers, renderOutputs } from "../outputs.js";
import { watchPlots } from "./plots.js";

const plain: OutputRenderers = { markdown: (source) => source, math: (tex) => tex };

/** 需要 KaTeX 或 Markdown 才能显示的输出。 */
function needsRich(outputs: readonly Output[]): boolean {
  return outputs.some((output) => {
    const data = "data" in output ? output.data : {};
    return "text/latex" in data || "text/markdown" in data;
  });
}

/** 去掉落在打包后的库里的调用帧：名字已经压缩过，读者看了没有用。 */
function hideBundleFrames(output: Output): Output {
  if (output.output_type !== "error") return output;
  const lines = output.traceback.flatMap((line) => line.split("\n"));
  return { ...output, traceback: lines.filter((line) => !/^\s*at .*\/assets\/lab\//.test(line)) };
}

/** 一个单元格正在产生的输出：按帧刷新，处理清除与改写。 */
export class LiveOutputs {
  readonly #target: HTMLElement;
  #outputs: Output[] = [];
  #clearNext = false;
  #frame = 0;

  constructor(target: HTMLElement) {
    this.#target = target;
    target.classList.add("stale");
  }

  add(output: Output): void {
    if (output.output_type === "clear_output") {
      if (output.wait) this.#clearNext = true;
      else this.#outputs = [];
    } else {
      if (this.#clearNext) this.#outputs = [];
      this.#clearNext = false;
      if (output.output_type === "update_display_data")
        this.#replace(output.transient.display_id, output.data);
      else this.#outputs.push(output);
    }
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      void this.#render();
    });
  }

  /** 结束：以会话收齐的输出为准。 */
  async finish(outputs: readonly Output[]): Promise<void> {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#outputs = outputs.map(hideBundleFrames);
    await this.#render();
  }

  #replace(id: string, data: Record<string, unknown>): void {
    this.#outputs = this.#outputs.map((output) =>
      output.output_type === "display_data" && output.transient?.display_id === id
        ? { ...output, data }
        : output,
    );
  }

  async #render(): Promise<void> {
    const outputs = this.#outputs;
    const renderers = needsRich(outputs) ? (await import("./rich.js")).rich : plain;
    if (outputs !== this.#outputs && this.#frame) return; // 等模块时又来了新的
    this.#target.innerHTML = renderOutputs(outputs, renderers);
    this.#target.classList.remove("stale");
    watchPlots(this.#target);
  }
}
