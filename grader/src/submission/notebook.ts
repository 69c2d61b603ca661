import { messages } from "../messages.js";
import { SubmissionError } from "./error.js";
import { parseScript } from "./script.js";
import { decodeText } from "./text.js";

/** 判分用得到的那部分笔记本。 */
export interface SubmittedNotebook {
  metadata: Json;
  cells: SubmittedCell[];
  /** 读的时候迁就了什么，写进报告。 */
  notes: string[];
}

export interface SubmittedCell {
  /** 在文件里是第几个，从 1 起。 */
  number: number;
  code: boolean;
  source: string;
  metadata: Json;
}

type Json = Record<string, unknown>;

/** 一份提交至多这么多字节；再大多半是输出失控。 */
export const MAX_BYTES = 128 << 20;

/** 对象与数组、逗号的个数上限：几千万层括号会让解析占住裁判好几秒、上千兆内存。 */
const MAX_NODES = 2_000_000;
const MAX_COMMAS = 20_000_000;

/**
 * 读一份交上来的笔记本。只取判分要的东西，所以重复的 id、坏掉的输出、缺的字段都不碍事；
 * 规范的读法见 notebook-runtime 的 `parseNotebook`。
 *
 * @throws SubmissionError 读不出来时，说明是哪一种坏法、怎么办。
 */
export function readNotebook(path: string, bytes: Uint8Array): SubmittedNotebook {
  if (bytes.length > MAX_BYTES) throw new SubmissionError(messages.tooLarge(path, MAX_BYTES >> 20));
  const { text, note } = decodeText(path, bytes);
  const notebook = /\.[cm]?tsx?$/i.test(path) ? parseScript(text) : parseJson(path, text);
  if (note !== undefined) notebook.notes.unshift(note);
  return notebook;
}

function parseJson(path: string, text: string): SubmittedNotebook {
  if (tangled(text)) throw new SubmissionError(messages.tangled(path));
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new SubmissionError(whyNotJson(path, text, (error as Error).message));
  }
  if (!isObject(raw)) throw new SubmissionError(messages.notNotebook(path));
  const notes: string[] = [];
  const cells = Array.isArray(raw.cells) ? raw.cells : oldCells(raw.worksheets, notes);
  if (cells === null) throw new SubmissionError(messages.notNotebook(path));
  const metadata = isObject(raw.metadata) ? raw.metadata : {};
  return { metadata, cells: cells.flatMap((cell, i) => readCell(cell, i + 1, notes)), notes };
}

function tangled(text: string): boolean {
  let nodes = 0;
  let commas = 0;
  if (text.length <= MAX_NODES) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) nodes++;
    else if (code === 0x2c) commas++;
  }
  return nodes > MAX_NODES || commas > MAX_COMMAS;
}

/** nbformat 3 的单元格分在几张工作表里。 */
function oldCells(worksheets: unknown, notes: string[]): unknown[] | null {
  if (!Array.isArray(worksheets)) return null;
  notes.push(messages.oldFormat);
  return worksheets.flatMap((sheet) => (isObject(sheet) && Array.isArray(sheet.cells) ? sheet.cells : []));
}

function readCell(raw: unknown, number: number, notes: string[]): SubmittedCell[] {
  const source = isObject(raw) ? joined(raw.source ?? raw.input ?? "") : null;
  if (source === null) {
    notes.push(messages.badCell(number));
    return [];
  }
  const { cell_type: type, metadata } = raw as Json;
  return [{ number, code: type === "code", source, metadata: isObject(metadata) ? metadata : {} }];
}

function joined(source: unknown): string | null {
  if (typeof source === "string") return source;
  return Array.isArray(source) && source.every((line) => typeof line === "string") ? source.join("") : null;
}

function whyNotJson(path: string, text: string, detail: string): string {
  if (/^<{7} |^>{7} /m.test(text)) return messages.conflict(path);
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return messages.webPage(path);
  if (/end of JSON input|Unterminated|end of data/i.test(detail))
    return messages.truncated(path, text.length);
  return messages.corrupt(path, where(text, detail));
}

/** 引擎的报错里有位置，没有它就只说不是合法的 JSON；学习者的文字不进报告。 */
function where(text: string, detail: string): string {
  const position = /position (\d+)/.exec(detail)?.[1];
  if (position === undefined) return "不是合法的 JSON";
  const line = text.slice(0, Number(position)).split("\n").length;
  return `第 ${line} 行不是合法的 JSON`;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
