import assert from "node:assert/strict";
import { javascript } from "@codemirror/lang-javascript";
import { indentUnit } from "@codemirror/language";
import { EditorState, type Transaction, type TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { editingKeymap } from "./editing.js";

/** 按一个键；`|` 是光标，两个 `|` 之间是选区。返回按完之后的样子。 */
function press(key: string, marked: string, shift = false): string {
  const [before, middle, after] = marked.split("|") as [string, string, string?];
  const doc = before + middle + (after ?? "");
  const head = after === undefined ? before.length : before.length + middle.length;
  let state = EditorState.create({
    doc,
    selection: { anchor: before.length, head },
    extensions: [javascript({ typescript: true }), indentUnit.of("  ")],
  });
  const view = {
    get state() {
      return state;
    },
    dispatch: (...specs: (TransactionSpec | Transaction)[]) => {
      state = "state" in specs[0]! ? specs[0].state : state.update(...(specs as TransactionSpec[])).state;
    },
  };
  const binding = editingKeymap.find((candidate) => candidate.key === key)!;
  (shift ? binding.shift! : binding.run!)(view as unknown as EditorView);
  const text = state.doc.toString();
  const { from, to } = state.selection.main;
  return from === to
    ? `${text.slice(0, from)}|${text.slice(from)}`
    : `${text.slice(0, from)}|${text.slice(from, to)}|${text.slice(to)}`;
}

describe("编辑器的按键", () => {
  it("回车按语法缩进；括号之间另起一行", () => {
    assert.equal(press("Enter", "function f() {|}"), "function f() {\n  |\n}");
    assert.equal(press("Enter", "function f() {\n  a();|\n}"), "function f() {\n  a();\n  |\n}");
    assert.equal(press("Enter", "a();|  b();"), "a();\n|b();");
  });

  it("Tab 缩进，Shift+Tab 退回", () => {
    assert.equal(press("Tab", "|a"), "  |a");
    assert.equal(press("Tab", "|a\nb|"), "  |a\n  b|");
    assert.equal(press("Tab", "|  a\n    b|", true), "|a\n  b|");
    assert.equal(press("Tab", "|a", true), "|a");
  });

  it("注释与取消注释互逆，空行不动", () => {
    const text = "|let a = 1;\n\n  let b = 2;|";
    const commented = press("Mod-/", text);
    assert.equal(commented.replaceAll("|", ""), "// let a = 1;\n\n  // let b = 2;");
    assert.equal(press("Mod-/", commented).replaceAll("|", ""), text.replaceAll("|", ""));
  });
});
