import { loadDrafts } from "./drafts.js";
import { element } from "./page.js";

export type CellState = "fresh" | "queued" | "running" | "ok" | "failed" | "dirty";

/** 编辑器对外的样子；CodeMirror 在 editor.ts 里，点开编辑时才取。 */
export interface Editor {
  code(): string;
  replace(code: string): void;
  focus(): void;
}

/** 页面上的一个代码单元格。 */
export interface Cell {
  number: number;
  id: string;
  element: HTMLElement;
  /** 书里原来的代码。 */
  original: string;
  /** 上次来时改过的代码。 */
  draft: string | undefined;
  editor: Editor | undefined;
  outputs: HTMLElement;
  state: CellState;
}

/** 现在的代码。 */
export function codeOf(cell: Cell): string {
  return cell.editor?.code() ?? cell.draft ?? cell.original;
}

const labels: Record<CellState, string> = {
  fresh: "",
  queued: "排队中",
  running: "运行中",
  ok: "已运行",
  failed: "出错了",
  dirty: "已改动，还没运行",
};

/** 改状态，同时改工具栏里的文字；`note` 附在后面，例如用时。 */
export function setState(cell: Cell, state: CellState, note = ""): void {
  cell.state = state;
  cell.element.dataset["state"] = state;
  const busy = state === "running" || state === "queued";
  cell.element.querySelector<HTMLElement>('[data-action="run"]')!.hidden = busy;
  cell.element.querySelector<HTMLElement>('[data-action="stop"]')!.hidden = !busy;
  cell.element.querySelector<HTMLElement>('[data-action="reset"]')!.hidden = codeOf(cell) === cell.original;
  cell.element.querySelector(".state")!.textContent = [labels[state], note].filter(Boolean).join(" · ");
}

/** 找出页上的代码单元格，并给每个加上工具栏。 */
export function findCells(): Cell[] {
  const drafts = loadDrafts();
  return [...document.querySelectorAll<HTMLElement>(".cell")].map((node) => {
    const code = node.querySelector<HTMLElement>(".cell-code")!;
    code.append(
      element(
        "div",
        { class: "cell-tools" },
        button("run", "运行", "运行（Shift+Enter）"),
        button("stop", "停止", "停止运行"),
        button("edit", "编辑", "编辑代码（也可以直接点代码）"),
        button("reset", "还原", "还原成书里的代码"),
        button("copy", "复制", "复制代码"),
        element("span", { class: "state", role: "status" }),
      ),
    );
    const id = node.dataset["id"] ?? "";
    const text = code.querySelector("pre > code")!;
    const cell: Cell = {
      number: Number(node.dataset["cell"]),
      id,
      element: node,
      original: text.textContent ?? "",
      draft: drafts[id],
      editor: undefined,
      outputs: node.querySelector(".cell-outputs")!,
      state: "fresh",
    };
    if (cell.draft !== undefined) text.textContent = cell.draft;
    setState(cell, "fresh", cell.draft === undefined ? "" : "上次改过的代码");
    return cell;
  });
}

function button(action: string, text: string, title: string): HTMLElement {
  return element("button", { type: "button", "data-action": action, title }, text);
}
