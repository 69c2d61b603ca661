import { explain } from "./explain.js";
import type { Diagnostic } from "./service.js";

/** 类型诊断变成的单元格错误。 */
export interface TypeErrorReport {
  ename: "TypeScriptError";
  evalue: string;
  traceback: string[];
}

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;

/** 最多显示几条：一个漏掉的括号能引出一长串。 */
const limit = 5;

export function reportTypes(code: string, diagnostics: readonly Diagnostic[], cell: string): TypeErrorReport {
  const traceback: string[] = [];
  const headline = (item: Diagnostic) =>
    `TS${item.code} ${explain(item.code, item.message)?.what ?? item.message.split("\n")[0]}`;
  for (const item of diagnostics.slice(0, limit)) {
    const { line, column } = locate(code, item.start);
    traceback.push(`${bold(`${cell}:${line}:${column}`)} - ${red(headline(item))}`);
    traceback.push(...frame(code, item));
    const explanation = explain(item.code, item.message);
    const fix = item.fix ?? explanation?.fix;
    if (fix !== undefined) traceback.push(`  怎么改：${fix}`);
    if (explanation) {
      traceback.push(dim(`  TypeScript 原文：${item.message.replaceAll("\n", "\n    ")}`));
    } else if (item.message.includes("\n")) {
      traceback.push(dim(`  ${item.message.split("\n").slice(1).join("\n  ")}`));
    }
    traceback.push("");
  }
  if (diagnostics.length > limit) traceback.push(`还有 ${diagnostics.length - limit} 处类型问题没有列出。`);
  traceback.push(
    dim(
      "这个单元格没有运行。要跳过类型检查：首行写 // @ts-nocheck（只管这一格），或运行 %types off（管整个笔记本）。",
    ),
  );
  const first = diagnostics[0]!;
  const { line, column } = locate(code, first.start);
  return { ename: "TypeScriptError", evalue: `${cell}:${line}:${column} ${headline(first)}`, traceback };
}

/** 行与列从 1 起。 */
export function locate(code: string, position: number): { line: number; column: number } {
  const before = code.slice(0, position).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** 出错的一行和它上下各一行，出错处下面画波浪线。 */
function frame(code: string, item: Diagnostic): string[] {
  const lines = code.split("\n");
  const { line, column } = locate(code, item.start);
  const first = Math.max(1, line - 1);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const out: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1]!.replace(/\r$/, "");
    const here = number === line;
    out.push(`${here ? red(">") : " "} ${dim(`${String(number).padStart(width)} |`)} ${text}`);
    if (!here) continue;
    const length = Math.max(1, Math.min(item.end - item.start, text.length - column + 1));
    const indent = blank(text.slice(0, column - 1));
    out.push(
      `  ${" ".repeat(width)} ${dim("|")} ${indent}${red("~".repeat(columns(text.slice(column - 1, column - 1 + length)) || 1))}`,
    );
  }
  return out;
}

/** 等宽字体里汉字占两格，波浪线要对齐。 */
function columns(text: string): number {
  let width = 0;
  for (const char of text) width += wide.test(char) ? 2 : 1;
  return width;
}

function blank(text: string): string {
  return [...text].map((char) => (char === "\t" ? "\t" : wide.test(char) ? "  " : " ")).join("");
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
