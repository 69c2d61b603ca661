import type { SubmittedNotebook } from "./notebook.js";

/** 声明前的 export，和单独的 export { … }。 */
const EXPORT =
  /^export\s{1,40}(?:\{[^}]{0,2000}\};?|(?:default\s{1,40})?(?=(?:async\s{1,40}|abstract\s{1,40})?(?:function|const|let|var|class|interface|type|enum)\b))/gm;

/** 把一个 .ts 文件当笔记本读：`// %%` 分格，没有就是一格；export 去掉。 */
export function parseScript(text: string): SubmittedNotebook {
  const cells = text.split(/^\/\/ ?%%.*$/m).map((part, i) => ({
    number: i + 1,
    code: true,
    source: part.replace(EXPORT, "").trim(),
    metadata: {},
  }));
  return { metadata: {}, cells: cells.filter((cell) => cell.source !== ""), notes: [] };
}
