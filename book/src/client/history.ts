import { Annotation, type ChangeSet, type EditorSelection, StateField, Transaction } from "@codemirror/state";
import type { Command, KeyBinding } from "@codemirror/view";

interface Step {
  /** 把文档变回去的改动。 */
  changes: ChangeSet;
  selection: EditorSelection;
  time: number;
}

interface History {
  done: readonly Step[];
  undone: readonly Step[];
}

const travel = Annotation.define<"undo" | "redo">();
const joinWithin = 600;

/** 撤销与重做：短时间内连续的打字合成一步。 */
const field = StateField.define<History>({
  create: () => ({ done: [], undone: [] }),
  update(history, transaction) {
    if (!transaction.docChanged) return history;
    const time = transaction.annotation(Transaction.time) ?? Date.now();
    const changes = transaction.changes.invert(transaction.startState.doc);
    const step: Step = { changes, selection: transaction.startState.selection, time };
    const direction = transaction.annotation(travel);
    if (direction === "undo") return { done: history.done.slice(0, -1), undone: [...history.undone, step] };
    if (direction === "redo") return { done: [...history.done, step], undone: history.undone.slice(0, -1) };
    const last = history.done.at(-1);
    const typing = transaction.isUserEvent("input.type") || transaction.isUserEvent("delete");
    if (last && typing && time - last.time < joinWithin) {
      const joined = { changes: changes.compose(last.changes), selection: last.selection, time };
      return { done: [...history.done.slice(0, -1), joined], undone: [] };
    }
    return { done: [...history.done.slice(-199), step], undone: [] };
  },
});

function traveller(direction: "undo" | "redo"): Command {
  return (view) => {
    const history = view.state.field(field);
    const step = (direction === "undo" ? history.done : history.undone).at(-1);
    if (!step) return false;
    const { changes, selection } = step;
    view.dispatch({
      changes,
      selection,
      annotations: travel.of(direction),
      userEvent: direction,
      scrollIntoView: true,
    });
    return true;
  };
}

export const undo = traveller("undo");
export const redo = traveller("redo");
export const history = field;
export const historyKeymap: readonly KeyBinding[] = [
  { key: "Mod-z", run: undo, preventDefault: true },
  { key: "Mod-y", mac: "Mod-Shift-z", run: redo, preventDefault: true },
  { key: "Mod-Shift-z", run: redo, preventDefault: true },
];
