import { RuntimeError } from "../errors.js";
import { Widget } from "./model.js";

/** 有值的控件：读、改、看它的变化。 */
export abstract class ValueWidget<T> extends Widget {
  abstract get value(): T;
  abstract set value(value: T);

  /**
   * 值变了（读者拖动、这边赋值都算）就调用 observer。
   *
   * @returns 不再看它的函数
   */
  abstract observe(observer: (value: T, previous: T) => void): () => void;
}

/** 值就是前端状态里的 value。 */
class Plain<T> extends ValueWidget<T> {
  readonly #name: string;

  constructor(name: string, kind: { model: string; view: string }, state: Record<string, unknown>) {
    super(kind, state);
    this.#name = name;
  }

  get value(): T {
    return this.model.state["value"] as T;
  }

  set value(value: T) {
    this.model.set({ value });
  }

  observe(observer: (value: T, previous: T) => void): () => void {
    return this.model.observe("value", observer as (value: unknown, previous: unknown) => void);
  }

  toString(): string {
    return `[${this.#name}${this.label && ` ${this.label}`}：${this.value}]`;
  }
}

export interface SliderOptions {
  min?: number;
  max?: number;
  /** 默认 1；写成 0.01 之类就是小数滑块。 */
  step?: number;
  value?: number;
  label?: string;
  /** 假：松手才更新。默认真，拖动时一路更新。 */
  continuous?: boolean;
}

/**
 * 滑块。四个数都是整数时只取整数，否则取小数。
 *
 * @throws RuntimeError min 大于 max，或 step 不是正数（TIDU-RT-012）
 *
 * @example
 * const rate = slider({ label: "学习率", min: 0, max: 1, step: 0.01, value: 0.1 });
 * rate.observe((value) => console.log(value));
 * rate.value = 0.2;
 */
export function slider(options: SliderOptions = {}): ValueWidget<number> {
  const { min = 0, max = 100, step = 1, label = "", continuous = true } = options;
  if (!(min <= max && step > 0))
    throw new RuntimeError(
      "TIDU-RT-012",
      `slider 的 min（${min}）应不大于 max（${max}），step（${step}）应是正数。`,
    );
  const value = Math.min(max, Math.max(min, options.value ?? min));
  const kind = [min, max, step, value].every(Number.isInteger) ? "Int" : "Float";
  return new Plain(
    "滑块",
    { model: `${kind}SliderModel`, view: `${kind}SliderView` },
    { min, max, step, value, description: label, continuous_update: continuous, disabled: false },
  );
}

/**
 * 勾选框。
 *
 * @example
 * const log = checkbox({ label: "对数坐标", value: true });
 * log.observe((on) => console.log(on ? "对数" : "线性"));
 */
export function checkbox({ label = "", value = false } = {}): ValueWidget<boolean> {
  const kind = { model: "CheckboxModel", view: "CheckboxView" };
  return new Plain("勾选框", kind, { value, description: label, indent: false, disabled: false });
}

/**
 * 一行文字的输入框；回车或离开时更新。
 *
 * @example
 * const name = text({ label: "名字", value: "梯度" });
 * name.observe((value) => console.log(value));
 */
export function text({ label = "", value = "", placeholder = "" } = {}): ValueWidget<string> {
  const kind = { model: "TextModel", view: "TextView" };
  const state = { value, description: label, placeholder, continuous_update: false, disabled: false };
  return new Plain("输入框", kind, state);
}

/**
 * 一行可以随时改的文字，可以含 LaTeX 公式（$…$）。
 *
 * @example
 * const status = label("训练中");
 * status.value = "损失 $0.12$";
 */
export function label(value = ""): ValueWidget<string> {
  return new Plain("文字", { model: "LabelModel", view: "LabelView" }, { value, description: "" });
}

class Dropdown<T> extends ValueWidget<T> {
  readonly #options: readonly T[];

  constructor(options: readonly T[], index: number, description: string) {
    const state = { _options_labels: options.map(String), index, description, disabled: false };
    super({ model: "DropdownModel", view: "DropdownView" }, state);
    this.#options = options;
  }

  get value(): T {
    return this.#options[this.model.state["index"] as number] as T;
  }

  set value(value: T) {
    this.model.set({ index: indexOf(this.#options, value) });
  }

  observe(observer: (value: T, previous: T) => void): () => void {
    const at = (index: unknown) => this.#options[index as number] as T;
    return this.model.observe("index", (value, previous) => observer(at(value), at(previous)));
  }

  toString(): string {
    return `[下拉框${this.label && ` ${this.label}`}：${this.value}（共 ${this.#options.length} 项）]`;
  }
}

/**
 * 下拉框：从几个值里选一个，默认第一个。值可以是任何类型，显示它的 String 形式。
 *
 * @throws RuntimeError 没有选项，或 value 不在选项里（TIDU-RT-012）
 *
 * @example
 * const optimizer = dropdown(["sgd", "adam"], { label: "优化器" });
 * optimizer.value = "adam";
 */
export function dropdown<const T>(
  options: readonly T[],
  { label = "", value = options[0] }: { label?: string; value?: T | undefined } = {},
): ValueWidget<T> {
  return new Dropdown(options, indexOf(options, value), label);
}

function indexOf<T>(options: readonly T[], value: T): number {
  const index = options.indexOf(value);
  if (index < 0)
    throw new RuntimeError("TIDU-RT-012", `dropdown 的选项里没有 ${value}；可选的是 ${options.join("、")}。`);
  return index;
}

/** 按钮。 */
export class Button extends Widget {
  toString(): string {
    return `[按钮：${this.label}]`;
  }
}

/**
 * 按钮；每次点击调用一次 onClick。
 *
 * @example
 * let count = 0;
 * const more = button("再来一步", () => console.log(++count));
 */
export function button(description: string, onClick: () => void | Promise<void> = () => {}): Button {
  const made = new Button(
    { model: "ButtonModel", view: "ButtonView" },
    { description, button_style: "", icon: "", disabled: false },
  );
  made.model.onCustom = ({ event }) => (event === "click" ? onClick() : undefined);
  return made;
}
