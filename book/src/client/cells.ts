import { type Cell, codeOf, findCells, setState } from "./cell.js";
import { saveDraft } from "./drafts.js";
import { toast } from "./page.js";

/** 单元格的点按与键盘：编辑器和执行环境都在第一次用到时才取。 */
export function startCells(): void {
  const cells = findCells();
  if (cells.length === 0) return;
  const byElement = new Map(cells.map((cell) => [cell.element, cell]));
  const cellOf = (node: EventTarget | null) =>
    byElement.get((node as Element | null)?.closest?.(".cell") as HTMLElement);
  const lab = () => import("./lab.js").then((module) => module.openLab(cells));

  const run = async (cell: Cell, forward = false) => {
    await (await lab()).runTo(cell);
    if (forward) await edit(cells[cells.indexOf(cell) + 1]);
  };
  const edit = async (cell: Cell | undefined, offset = 0) => {
    if (!cell) return;
    if (cell.editor) return cell.editor.focus();
    const { openEditor } = await import("./editor.js");
    if (cell.editor) return;
    openEditor(cell, offset, {
      run: (forward) => void run(cell, forward),
      changed: () => {
        const code = codeOf(cell);
        saveDraft(cell.id, code === cell.original ? undefined : code);
        if (cell.state === "ok" || cell.state === "failed" || cell.state === "dirty") setState(cell, "dirty");
        else setState(cell, cell.state);
      },
      leave: () => cell.element.querySelector<HTMLElement>('[data-action="run"]')?.focus(),
    });
  };

  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const cell = cellOf(target);
    if (!cell) return;
    const action = target.closest<HTMLElement>("[data-action]")?.dataset["action"];
    if (action === "run") void run(cell);
    else if (action === "stop") void lab().then((opened) => opened.stop());
    else if (action === "edit") void edit(cell);
    else if (action === "copy") void copy(codeOf(cell));
    else if (action === "reset") reset(cell);
    else if (target.closest("pre.code") && clicked(event)) void edit(cell, caretOffset(event, target));
  });
  document.addEventListener("keydown", (event) => {
    const pre = event.target as HTMLElement;
    const cell = pre.matches?.(".cell pre.code") ? cellOf(pre) : undefined;
    if (!cell || event.key !== "Enter") return;
    event.preventDefault();
    if (event.shiftKey || event.ctrlKey || event.metaKey) void run(cell);
    else void edit(cell);
  });
  for (const cell of cells) {
    cell.element
      .querySelector("pre.code")
      ?.setAttribute("aria-label", `单元格 ${cell.number} 的代码。回车编辑，Shift 加回车运行`);
  }
}

/** 鼠标点了一下，而不是拖选文字；手指一碰就弹键盘会打断阅读，所以触屏用「编辑」按钮。 */
function clicked(event: MouseEvent): boolean {
  return (event as PointerEvent).pointerType !== "touch" && (getSelection()?.isCollapsed ?? true);
}

function reset(cell: Cell): void {
  cell.draft = undefined;
  saveDraft(cell.id, undefined);
  if (cell.editor) cell.editor.replace(cell.original);
  else cell.element.querySelector("pre > code")!.textContent = cell.original;
  setState(cell, cell.state === "fresh" ? "fresh" : "dirty");
  cell.element.querySelector<HTMLElement>('[data-action="run"]')?.focus();
}

async function copy(code: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(code);
    toast("已复制");
  } catch {
    toast("浏览器不让复制；请手动选中代码");
  }
}

/** 点在第几个字上：打开编辑器后光标放在那里。 */
function caretOffset(event: MouseEvent, target: Element): number {
  const pre = target.closest("pre")!;
  const position = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (!position || !pre.contains(position.offsetNode)) return 0;
  const range = document.createRange();
  range.selectNodeContents(pre);
  range.setEnd(position.offsetNode, position.offset);
  return range.toString().length;
}
