import assert from "node:assert/strict";
import { EditorState, type Transaction, type TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { history, redo, undo } from "./history.js";

/** 只有状态、没有 DOM 的编辑器：撤销与重做只用到这些。 */
class Headless {
  state = EditorState.create({ doc: "let x = 1;", extensions: [history] });
  dispatch = (spec: TransactionSpec | Transaction) => {
    this.state = this.state.update(spec as TransactionSpec).state;
  };
  insert(at: number, text: string, userEvent?: string) {
    this.dispatch({ changes: { from: at, insert: text }, ...(userEvent ? { userEvent } : {}) });
  }
  get text() {
    return this.state.doc.toString();
  }
  get view() {
    return this as unknown as EditorView;
  }
}

describe("编辑器的撤销", () => {
  it("逐步撤销再重做，回到每一步", () => {
    const editor = new Headless();
    const texts = [editor.text];
    for (const [at, text] of [
      [0, "// a\n"],
      [8, "yy"],
      [3, "Z"],
    ] as const) {
      editor.insert(at, text);
      texts.push(editor.text);
    }
    for (let step = 2; step >= 0; step--) {
      assert.equal(undo(editor.view), true);
      assert.equal(editor.text, texts[step]);
    }
    assert.equal(undo(editor.view), false);
    for (let step = 1; step <= 3; step++) {
      redo(editor.view);
      assert.equal(editor.text, texts[step]);
    }
    assert.equal(redo(editor.view), false);
  });

  it("连着打的字一步撤销；撤销后再打字，重做作废", () => {
    const editor = new Headless();
    for (const [index, char] of [..."abc"].entries()) editor.insert(index, char, "input.type");
    assert.equal(editor.text, "abclet x = 1;");
    undo(editor.view);
    assert.equal(editor.text, "let x = 1;");
    editor.insert(0, "!");
    assert.equal(redo(editor.view), false);
    assert.equal(editor.text, "!let x = 1;");
  });
});
