import type { SourceFile } from "typescript/unstable/ast";
import {
  type CompletionEntry,
  CompletionItemKind,
  type Project,
  SymbolFlags,
} from "typescript/unstable/sync";
import { fits, type ImportIndex, usage } from "./imports.js";
import { localNames, type Place, placeAt } from "./place.js";
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

/** 打了这么多个字才列出可以导入的名字：太短时成百上千，只会淹没别的。 */
const importPrefix = 2;

/** 补全要看的东西。 */
export interface Request {
  project: Project;
  /** 单元格所在的文件 */
  file: string;
  source: SourceFile;
  code: string;
  position: number;
  /** 单元格源码在文件里的起点 */
  offset: number;
  /** 笔记本自己声明的名字，排在前面 */
  own: ReadonlySet<string>;
  /** 全局名字，用到时才取 */
  globals: () => readonly CompletionEntry[];
  imports: ImportIndex;
}

interface Ranked extends Completion {
  rank: string;
}

export function completionsAt(request: Request): Completions {
  const { code, position, offset, source, own } = request;
  const line = code.slice(code.lastIndexOf("\n", position - 1) + 1, position);
  if (/^\s*%/.test(line)) return { start: position, end: position, items: [] };
  const word = position - /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0].length;
  const end = position + /^[\p{ID_Continue}$]*/u.exec(code.slice(position))![0].length;
  const place = placeAt(source, word + offset, position + offset);
  const listed = entriesAt(request);
  const found = listed ?? namesInScope(request, code.slice(word, position));
  const start = place.string === undefined ? word : stringStart(found, code, place.string - offset, position);
  const prefix = code.slice(start, position);
  const items: Ranked[] = [];
  const seen = new Set<string>();
  for (const entry of found) {
    const text = entry.name.replace(/\?$/, "");
    if (hidden.test(text) || seen.has(text) || !text.toLowerCase().startsWith(prefix.toLowerCase())) continue;
    seen.add(text);
    const keyword = entry.kind === CompletionItemKind.Keyword;
    // 大小写也对得上的在前；笔记本的名字在全局名字之前，关键字最后
    const rank = `${text.startsWith(prefix) ? 0 : 1}${own.has(text) ? 0 : keyword ? 2 : 1}`;
    items.push({ text, type: kinds.get(entry.kind!) ?? "text", rank: `${rank}${entry.sortText ?? ""}` });
  }
  items.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.text < b.text ? -1 : 1));
  const known: Completion[] = items.map(({ text, type }) => ({ text, type }));
  if (listed === undefined) known.push(...importsFor(request.imports, prefix, place, seen));
  return { start, end, items: known };
}

/** 还没有导入、但装着的包里有的名字：插入的是一段能直接用的写法。 */
function importsFor(
  imports: ImportIndex,
  prefix: string,
  place: Place,
  seen: ReadonlySet<string>,
): Completion[] {
  if (prefix.length < importPrefix || place.string !== undefined) return [];
  imports.advance(20);
  return imports
    .startingWith(prefix)
    .filter((item) => !seen.has(item.name) && fits(item, place))
    .map((item) => ({ label: item.name, text: usage(item, place), type: `import ${item.from}` }))
    .sort(
      (a, b) =>
        Number(b.label.startsWith(prefix)) - Number(a.label.startsWith(prefix)) ||
        a.label.length - b.label.length,
    );
}

/** 字符串里替换哪一段：候选是整个内容（字面量、包名），或者是路径的最后一节。 */
function stringStart(
  found: readonly CompletionEntry[],
  code: string,
  start: number,
  position: number,
): number {
  const content = code.slice(start, position).toLowerCase();
  if (found.some(({ name }) => name.toLowerCase().startsWith(content))) return start;
  return start + content.lastIndexOf("/") + 1;
}

/**
 * TypeScript 7.0 的补全在“要列出作用域里所有名字”的位置总是报 needs auto imports
 * （它想连同可自动导入的名字一起给），这时返回 undefined，由 namesInScope 与 importsFor 代劳。
 */
function entriesAt({ project, file, position, offset }: Request): readonly CompletionEntry[] | undefined {
  try {
    return project.checker.getCompletionsAtPosition(file, position + offset)?.entries ?? [];
  } catch (error) {
    if (/auto imports/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** 笔记本的名字、单元格里写过且此处看得见的名字、全局名字、关键字与工具类型。 */
function namesInScope(
  { project, file, source, position, offset, own, globals }: Request,
  prefix: string,
): CompletionEntry[] {
  const at = position + offset;
  const found: CompletionEntry[] = [];
  let asked = 0;
  for (const name of new Set([...own, ...localNames(source, offset, at)])) {
    if (!name.toLowerCase().startsWith(prefix.toLowerCase())) continue;
    // 种类要一个一个地问，名字太多时就不问了
    const symbol =
      asked++ < 100
        ? project.checker.resolveName(name, anyMeaning, { document: file, position: at })
        : undefined;
    found.push({ name, kind: symbol ? kindOf(symbol.flags) : CompletionItemKind.Variable });
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
