import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, type KeyBinding, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Cell, codeOf } from "./cell.js";

export interface EditorHooks {
  /** `forward`：运行后移到下一格。 */
  run(forward: boolean): void;
  changed(): void;
  /** Esc：离开编辑器，让 Tab 能继续走。 */
  leave(): void;
}

const color = (name: string) => ({ color: `var(--code-token-${name})` });

/** 与构建时的高亮用同一套颜色变量。 */
const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.operator], ...color("keyword") },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], ...color("string") },
  { tag: tags.comment, ...color("comment") },
  { tag: [tags.number, tags.bool, tags.null, tags.self], ...color("constant") },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.typeName, tags.className],
    ...color("function"),
  },
  { tag: [tags.punctuation, tags.bracket], ...color("punctuation") },
]);

/** 这个键归我们，编辑器不再处理。 */
function bind(key: string, action: () => void): KeyBinding {
  return {
    key,
    run: () => {
      action();
      return true;
    },
  };
}

/** 把静态代码换成编辑器，光标放在 `offset`。 */
export function openEditor(cell: Cell, offset: number, hooks: EditorHooks): void {
  const code = codeOf(cell);
  const pre = cell.element.querySelector<HTMLElement>("pre.code")!;
  const view = new EditorView({
    state: EditorState.create({
      doc: code,
      selection: { anchor: Math.min(offset, code.length) },
      extensions: [
        keymap.of([
          bind("Shift-Enter", () => hooks.run(true)),
          bind("Mod-Enter", () => hooks.run(false)),
          bind("Escape", () => hooks.leave()),
          ...closeBracketsKeymap,
          ...historyKeymap,
          // Tab 缩进；只用键盘的人按 Esc 离开，再按 Tab 往下走
          indentWithTab,
          ...defaultKeymap,
        ]),
        history(),
        javascript({ typescript: true }),
        syntaxHighlighting(highlight),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of("  "),
        EditorState.tabSize.of(2),
        EditorView.contentAttributes.of({
          "aria-label": `编辑单元格 ${cell.number}。Shift 加回车运行，Esc 离开`,
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) hooks.changed();
        }),
      ],
    }),
  });
  pre.replaceWith(view.dom);
  cell.editor = {
    code: () => view.state.doc.toString(),
    replace: (code) =>
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: code },
        annotations: isolateHistory.of("full"), // 撤销一次就找回被换掉的代码
      }),
    focus: () => view.focus(),
  };
  view.focus();
}
