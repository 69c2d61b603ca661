import type { Bundle } from "../display/bundle.js";
import { type Comm, openComm, registerTarget } from "./comm.js";

type State = Record<string, unknown>;

const CONTROLS = "@jupyter-widgets/controls";
const BASE = "@jupyter-widgets/base";

/** 前端里的哪个模型与视图来画它；名字与版本照 ipywidgets 8。 */
export interface Kind {
  model: string;
  view: string;
  module?: string;
  version?: string;
}

/** 还开着的模型，前端重新打开页面时要问它们的状态。 */
const models = new Map<string, Model>();

/**
 * 一个与前端同步状态的模型（协议 jupyter.widget 2.1.0）：这边改了发给前端，前端改了这边收到。
 */
export class Model {
  readonly comm: Comm;
  readonly #state: State;
  readonly #observers = new Map<string, Set<(value: unknown, previous: unknown) => void>>();
  /** 前端发来的自定义消息，例如按钮的点击。 */
  onCustom: (content: State) => void | Promise<void> = () => {};

  constructor({ model, view, module = CONTROLS, version = "2.0.0" }: Kind, state: State) {
    serveControl();
    this.#state = {
      _model_module: module,
      _model_module_version: version,
      _model_name: model,
      _view_module: module,
      _view_module_version: version,
      _view_name: view,
      ...state,
    };
    const data = { state: this.#state, buffer_paths: [] };
    this.comm = openComm("jupyter.widget", data, { metadata: { version: "2.1.0" } });
    models.set(this.comm.id, this);
    this.comm.onMessage = ({ data }) => this.#receive(data);
    this.comm.onClose = () => {
      models.delete(this.comm.id);
    };
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** 改状态；只把真的变了的发给前端。 */
  set(changes: State): void {
    const changed = Object.entries(changes).filter(([name, value]) => !same(this.#state[name], value));
    if (changed.length === 0) return;
    this.comm.send({ method: "update", state: Object.fromEntries(changed), buffer_paths: [] });
    for (const [name, value] of changed) this.#assign(name, value);
  }

  observe(name: string, observer: (value: unknown, previous: unknown) => void): () => void {
    const observers = this.#observers.get(name) ?? new Set();
    this.#observers.set(name, observers.add(observer));
    return () => observers.delete(observer);
  }

  close(): void {
    models.delete(this.comm.id);
    this.comm.close();
  }

  #receive(data: State): void | Promise<void> {
    const { method, state, content } = data;
    if (method === "request_state") {
      this.comm.send({ method: "update", state: this.#state, buffer_paths: [] });
    } else if (method === "custom") return this.onCustom(isObject(content) ? content : {});
    else if (method === "update" && isObject(state)) {
      // 只认已有的状态，类型也要对得上：坏消息不该弄坏学习者的变量
      for (const [name, value] of Object.entries(state))
        if (Object.hasOwn(this.#state, name) && typeof value === typeof this.#state[name])
          this.#assign(name, value);
    }
  }

  #assign(name: string, value: unknown): void {
    const previous = this.#state[name];
    if (same(previous, value)) return;
    this.#state[name] = value;
    for (const observer of this.#observers.get(name) ?? []) observer(value, previous);
  }
}

/** 引用另一个模型的写法。 */
export const reference = (model: Model): string => `IPY_MODEL_${model.comm.id}`;

/** 一个看得见的控件。在不能显示控件的地方（书页、原版 tslab、导出的文档）显示为文字。 */
export abstract class Widget {
  /** @internal */
  readonly model: Model;

  constructor(kind: Kind, state: State) {
    const layout = new Model(
      { model: "LayoutModel", view: "LayoutView", module: BASE, version: "2.0.0" },
      {},
    );
    this.model = new Model(kind, { _dom_classes: [], layout: reference(layout), ...state });
  }

  /** 控件旁边的说明。 */
  get label(): string {
    return String(this.model.state["description"] ?? "");
  }

  /** 变灰，不能操作。 */
  get disabled(): boolean {
    return this.model.state["disabled"] === true;
  }

  set disabled(disabled: boolean) {
    this.model.set({ disabled });
  }

  /** 从页面上拿走它。 */
  close(): void {
    this.model.close();
  }

  /** 文字形式。 */
  abstract toString(): string;

  [Symbol.for("Jupyter.display")](): Bundle {
    const text = { "text/plain": this.toString() };
    if (!this.model.comm.connected) return text;
    const view = { version_major: 2, version_minor: 0, model_id: this.model.comm.id };
    return { ...text, "application/vnd.jupyter.widget-view+json": view };
  }
}

let serving = false;

/** 前端刷新之后经 jupyter.widget.control 一次问回全部状态。 */
function serveControl(): void {
  if (serving) return;
  serving = true;
  registerTarget("jupyter.widget.control", (comm) => {
    comm.onMessage = ({ data }) => {
      if (data["method"] !== "request_states") return;
      const states = [...models].map(([id, { state }]) => [
        id,
        {
          model_name: state["_model_name"],
          model_module: state["_model_module"],
          model_module_version: state["_model_module_version"],
          state,
        },
      ]);
      comm.send({ method: "update_states", states: Object.fromEntries(states), buffer_paths: [] });
    };
  });
}

function isObject(value: unknown): value is State {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}
