import {
  type CompletionEntry,
  CompletionItemKind,
  type Project,
  SymbolFlags,
} from "typescript/unstable/sync";
import type { Completion, Completions } from "./service.js";

const kinds = new Map<CompletionItemKind, string>([
  [CompletionItemKind.Method, "function"],
  [CompletionItemKind.Function, "function"],
  [CompletionItemKind.Constructor, "function"],
  [CompletionItemKind.Field, "property"],
  [CompletionItemKind.Property, "property"],
  [CompletionItemKind.Variable, "instance"],
  [CompletionItemKind.Constant, "instance"],
  [CompletionItemKind.Value, "instance"],
  [CompletionItemKind.Class, "class"],
  [CompletionItemKind.Interface, "interface"],
  [CompletionItemKind.Module, "module"],
  [CompletionItemKind.File, "path"],
  [CompletionItemKind.Folder, "path"],
  [CompletionItemKind.Enum, "enum"],
  [CompletionItemKind.EnumMember, "enum"],
  [CompletionItemKind.Keyword, "keyword"],
  [CompletionItemKind.TypeParameter, "type"],
]);

/** 内核放进程序的文件名，不该出现在候选里。 */
const hidden = /^__tidu_/;

/**
 * 光标处的补全。
 * @param offset 单元格源码在文件里的起点
 * @param own 笔记本自己声明的名字，排在前面
 * @param globals 全局名字，用到时才取
 */
export function completionsAt(
  project: Project,
  file: string,
  code: string,
  position: number,
  offset: number,
  own: ReadonlySet<string>,
  globals: () => readonly CompletionEntry[],
): Completions {
  // 包名可以 @ 开头
  const start = position - /@?[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0].length;
  const end = position + /^[\p{ID_Continue}$]*/u.exec(code.slice(position))![0].length;
  const prefix = code.slice(start, position).toLowerCase();
  const at = position + offset;
  const found = entriesAt(project, file, at) ?? namesInScope(project, file, at, code, prefix, own, globals);
  const items: (Completion & { rank: string })[] = [];
  const seen = new Set<string>();
  for (const entry of found) {
    const text = entry.name;
    if (hidden.test(text) || seen.has(text) || !text.toLowerCase().startsWith(prefix)) continue;
    seen.add(text);
    const keyword = entry.kind === CompletionItemKind.Keyword;
    // 大小写也对得上的在前；笔记本的名字在全局名字之前，关键字最后
    const rank = `${text.startsWith(code.slice(start, position)) ? 0 : 1}${own.has(text) ? 0 : keyword ? 2 : 1}`;
    items.push({ text, type: kinds.get(entry.kind!) ?? "text", rank: `${rank}${entry.sortText ?? ""}` });
  }
  items.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.text < b.text ? -1 : 1));
  return { start, end, items: items.map(({ text, type }) => ({ text, type })) };
}

/**
 * TypeScript 7.0 的补全在“要列出作用域里所有名字”的位置总是报 needs auto imports
 * （它想连同可自动导入的名字一起给），这时返回 undefined，由 namesInScope 代劳。
 */
function entriesAt(project: Project, file: string, at: number): readonly CompletionEntry[] | undefined {
  try {
    return project.checker.getCompletionsAtPosition(file, at)?.entries ?? [];
  } catch (error) {
    if (/auto imports/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** 笔记本的名字、单元格里写过且此处看得见的名字、全局名字、关键字与工具类型。 */
function namesInScope(
  project: Project,
  file: string,
  at: number,
  code: string,
  prefix: string,
  own: ReadonlySet<string>,
  globals: () => readonly CompletionEntry[],
): CompletionEntry[] {
  const words = new Set(own);
  for (const [word] of code.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) words.add(word);
  const found: CompletionEntry[] = [];
  for (const name of words) {
    if (!name.toLowerCase().startsWith(prefix)) continue;
    const symbol = project.checker.resolveName(name, anyMeaning, { document: file, position: at });
    if (symbol) found.push({ name, kind: kindOf(symbol.flags) });
  }
  return [
    ...found,
    ...globals(),
    ...utilityTypes.map((name) => ({ name, kind: CompletionItemKind.Interface })),
    ...keywords.map((name) => ({ name, kind: CompletionItemKind.Keyword })),
  ];
}

const anyMeaning = SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace | SymbolFlags.Alias;

function kindOf(flags: SymbolFlags): CompletionItemKind {
  if (flags & SymbolFlags.Function) return CompletionItemKind.Function;
  if (flags & SymbolFlags.Class) return CompletionItemKind.Class;
  if (flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias)) return CompletionItemKind.Interface;
  if (flags & SymbolFlags.Enum) return CompletionItemKind.Enum;
  return CompletionItemKind.Variable;
}

const utilityTypes =
  "Awaited Exclude Extract InstanceType NonNullable Omit Parameters Partial Pick Readonly Record Required ReturnType".split(
    " ",
  );

const keywords =
  "abstract any as asserts async await bigint boolean break case catch class const continue declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace never new null number object of private protected public readonly return satisfies set static string super switch symbol this throw true try type typeof undefined unknown using var void while yield".split(
    " ",
  );
