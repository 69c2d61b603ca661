import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import json from "shiki/langs/json.mjs";
import python from "shiki/langs/python.mjs";
import bash from "shiki/langs/shellscript.mjs";
import typescript from "shiki/langs/typescript.mjs";
import wgsl from "shiki/langs/wgsl.mjs";
import { escapeHtml } from "./text.js";

/** 颜色全用 `--code-*` 变量，亮暗两套在样式表里；页内编辑器用同一套变量，所以点开编辑时颜色不跳。 */
const theme = createCssVariablesTheme({ name: "tidu", variablePrefix: "--code-", fontStyle: true });
const aliases: Record<string, string> = { ts: "typescript", js: "typescript", javascript: "typescript" };

export type Highlight = (code: string, language: string) => string;

let highlighter: Promise<HighlighterCore> | undefined;

/** 整个进程一个：语法要编译，几兆，反复生成站点时不必重来。 */
function sharedHighlighter(): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({
    themes: [theme],
    langs: [typescript, json, bash, python, wgsl],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return highlighter;
}

/** @returns 把代码变成带颜色的 `<code>` 内容；不认得的语言原样转义。 */
export async function createHighlight(): Promise<Highlight> {
  const highlighter = await sharedHighlighter();
  const loaded = new Set(highlighter.getLoadedLanguages());
  return (code, language) => {
    const lang = aliases[language] ?? language;
    if (!loaded.has(lang)) return escapeHtml(code);
    return highlighter
      .codeToHtml(code, { lang, theme: "tidu", structure: "inline" })
      .replaceAll("<br>", "\n");
  };
}
