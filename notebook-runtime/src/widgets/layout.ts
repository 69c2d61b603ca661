import { describeShown } from "../display/describe.js";
import { reference, Widget } from "./model.js";

/** 几个控件排在一起。 */
export class Box extends Widget {
  readonly children: readonly Widget[];

  constructor(name: "HBox" | "VBox", children: readonly Widget[]) {
    const state = { children: children.map(({ model }) => reference(model)), box_style: "" };
    super({ model: `${name}Model`, view: `${name}View` }, state);
    this.children = children;
  }

  toString(): string {
    return this.children.join("\n");
  }
}

/** 从左到右排。 */
export function hbox(...children: Widget[]): Box {
  return new Box("HBox", children);
}

/**
 * 从上到下排。
 *
 * @example
 * const rate = slider({ label: "学习率", max: 1, step: 0.1 });
 * const form = vbox(rate, button("训练", () => console.log(rate.value)));
 */
export function vbox(...children: Widget[]): Box {
  return new Box("VBox", children);
}

/** 一块输出区：控件的回调往里写，读者在原处看到。 */
export class OutputArea extends Widget {
  #outputs: Record<string, unknown>[] = [];

  constructor() {
    const kind = { model: "OutputModel", view: "OutputView" };
    super({ ...kind, module: "@jupyter-widgets/output", version: "1.0.0" }, { msg_id: "", outputs: [] });
  }

  /** 添一行文字。 */
  print(line: unknown): void {
    this.#push({ output_type: "stream", name: "stdout", text: `${line}\n` });
  }

  /** 添一个值，显示方式与 display(value) 相同。 */
  append(value: unknown): void {
    const bundle = describeShown(value);
    const push = (data: Record<string, unknown>) =>
      this.#push({ output_type: "display_data", data, metadata: {} });
    if (bundle instanceof Promise) void bundle.then(push);
    else push(bundle);
  }

  clear(): void {
    this.#outputs = [];
    this.model.set({ outputs: [] });
  }

  toString(): string {
    const lines = this.#outputs.map(
      ({ text, data }) => text ?? (data as { "text/plain"?: string })["text/plain"],
    );
    return lines.length > 0 ? lines.join("").trimEnd() : "[输出区]";
  }

  #push(output: Record<string, unknown>): void {
    this.#outputs = [...this.#outputs, output];
    this.model.set({ outputs: this.#outputs });
  }
}

/**
 * 一块输出区。
 *
 * @example
 * const log = output();
 * const panel = vbox(button("记一行", () => log.print("点了")), log);
 */
export function output(): OutputArea {
  return new OutputArea();
}
