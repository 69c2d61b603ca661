import { getIndentation, IndentContext, indentString } from "@codemirror/language";
import { type ChangeSpec, EditorSelection } from "@codemirror/state";
import type { Command, EditorView, KeyBinding } from "@codemirror/view";

/** 换行并按语法缩进；光标夹在一对括号之间时，后括号另起一行。 */
const newline: Command = ({ state, dispatch }) => {
  const spec = state.changeByRange((range) => {
    const line = state.doc.lineAt(range.from);
    const between =
      /[({[]$/.test(state.sliceDoc(line.from, range.from)) &&
      /^[)}\]]/.test(state.sliceDoc(range.to, line.to));
    const context = new IndentContext(state, { simulateBreak: range.from, simulateDoubleBreak: between });
    const fallback = /^\s*/.exec(line.text)![0].length;
    const indent = indentString(state, getIndentation(context, range.from) ?? fallback);
    const tail = between ? `\n${" ".repeat(fallback)}` : "";
    const from = range.from;
    // 行尾剩下的空格并入换行，免得缩进越积越多
    const spaces = /^[ \t]*/.exec(state.sliceDoc(range.to, line.to))?.[0].length ?? 0;
    const to = range.to + (range.to <= line.to ? spaces : 0);
    return {
      changes: { from, to, insert: state.toText(`\n${indent}${tail}`) },
      range: EditorSelection.cursor(from + 1 + indent.length),
    };
  });
  dispatch(state.update(spec, { scrollIntoView: true, userEvent: "input" }));
  return true;
};

/** 对选区碰到的每一行做一处改动。 */
function eachLine(view: EditorView, edit: (text: string, from: number) => ChangeSpec | undefined): boolean {
  const { state } = view;
  const changes: ChangeSpec[] = [];
  const seen = new Set<number>();
  for (const { from, to } of state.selection.ranges) {
    for (let line = state.doc.lineAt(from); ; line = state.doc.line(line.number + 1)) {
      const change = seen.has(line.number) ? undefined : edit(line.text, line.from);
      seen.add(line.number);
      if (change) changes.push(change);
      if (line.to >= to || line.number === state.doc.lines) break;
    }
  }
  const set = state.changes(changes);
  if (!set.empty)
    view.dispatch({ changes: set, selection: state.selection.map(set, 1), userEvent: "input.indent" });
  return true;
}

const indent: Command = (view) => {
  if (!view.state.selection.main.empty) return eachLine(view, (_, from) => ({ from, insert: "  " }));
  view.dispatch(view.state.replaceSelection("  "), { scrollIntoView: true, userEvent: "input" });
  return true;
};

const outdent: Command = (view) =>
  eachLine(view, (text, from) => {
    const spaces = /^ {1,2}|^\t/.exec(text)?.[0].length;
    return spaces ? { from, to: from + spaces } : undefined;
  });

const toggleComment: Command = (view) => {
  const { state } = view;
  const { from, to } = state.selection.main;
  const first = state.doc.lineAt(from).number;
  const last = state.doc.lineAt(to).number;
  const lines = Array.from({ length: last - first + 1 }, (_, i) => state.doc.line(first + i).text);
  const commented = lines.every((text) => /^\s*(\/\/|$)/.test(text));
  return eachLine(view, (text, start) => {
    const at = start + /^\s*/.exec(text)![0].length;
    if (!commented) return text.trim() === "" ? undefined : { from: at, insert: "// " };
    const mark = /^\/\/ ?/.exec(text.trimStart())?.[0].length;
    return mark ? { from: at, to: at + mark } : undefined;
  });
};

export const editingKeymap: readonly KeyBinding[] = [
  { key: "Enter", run: newline },
  { key: "Tab", run: indent, shift: outdent },
  { key: "Mod-/", run: toggleComment, preventDefault: true },
];
