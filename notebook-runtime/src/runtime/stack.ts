import { codeFrame } from "../compiler/frame.js";
import type { CompiledCell } from "../compiler/types.js";

/** 单元格代码的「文件名」；栈里见到它就换成单元格的名字。 */
const FILE = /tidu-cell-(\d+)/;
const LOCATION = /tidu-cell-(\d+):(\d+):(\d+)/g;

const NEWLINE = /\r\n|[\n\r\u2028\u2029]/;

export interface CellFrame {
  /** 单元格的名字，或文件的路径。 */
  cell: string;
  line: number;
  column: number;
  source: string;
  /** 在学习者自己的文件里，不在单元格里。 */
  file?: true;
}

const FILE_LOCATION = /(file:\/\/[^\s()]+?)(?:\?[^\s():]*)?:(\d+):(\d+)\)?$/;

interface Entry {
  label: string;
  compiled: CompiledCell;
}

/** 跑过的单元格，用来把栈里的位置换成单元格的名字和源码的行列。 */
export class CellSources {
  readonly #entries: Entry[] = [];
  readonly #internal: (frame: string) => boolean;

  readonly #readFile: (url: string) => { path: string; source: string } | null;

  /**
   * @param internal 属于运行时自身的栈帧，不给学习者看
   * @param readFile 学习者自己的源文件；包里的、读不到的是 null
   */
  constructor(
    internal: (frame: string) => boolean,
    readFile: (url: string) => { path: string; source: string } | null = () => null,
  ) {
    this.#internal = internal;
    this.#readFile = readFile;
  }

  add(label: string, compiled: CompiledCell): string {
    this.#entries.push({ label, compiled });
    return `tidu-cell-${this.#entries.length}`;
  }

  /** 把文本里的「tidu-cell-3:2:9」换成「单元格 [3]:2:5」。 */
  mapText(text: string): string {
    return plainNames(
      text.replace(LOCATION, (whole, id, line, column) => {
        const frame = this.#frame(id, line, column);
        return frame ? `${frame.cell}:${frame.line}:${frame.column}` : whole;
      }),
    );
  }

  #frame(id: string, line: string, column: string): CellFrame | null {
    const entry = this.#entries[Number(id) - 1];
    if (!entry) return null;
    const position = entry.compiled.original(Number(line), Number(column));
    return { cell: entry.label, ...position, source: entry.compiled.source };
  }

  #fileFrame(line: string): CellFrame | null {
    const match = FILE_LOCATION.exec(line);
    const file = match && this.#readFile(match[1]);
    if (!file) return null;
    const { path, source } = file;
    return { cell: path, line: Number(match[2]), column: Number(match[3]), source, file: true };
  }

  /** 编译出的一段代码 → 学习者写的那一段；找不到是 null。 */
  sourceOf(generated: string): string | null {
    for (const { compiled } of this.#entries.toReversed()) {
      const at = compiled.code.indexOf(generated);
      if (at < 0) continue;
      const start = this.#offset(compiled, at);
      return compiled.source.slice(start, this.#offset(compiled, at + generated.length));
    }
    return null;
  }

  #offset({ code, source, original }: CompiledCell, at: number): number {
    const before = code.slice(0, at).split(NEWLINE);
    const { line, column } = original(before.length, before[before.length - 1].length + 1);
    const lines = [...source.matchAll(new RegExp(NEWLINE, "g"))];
    const start = line === 1 ? 0 : lines[line - 2].index + lines[line - 2][0].length;
    return start + column - 1;
  }

  /** 原始的栈 → 栈帧行（不含消息、不含内部帧）与落在单元格与学习者自己的文件里的帧，最内层在前。 */
  read(stack: string): { lines: string[]; frames: CellFrame[] } {
    const lines: string[] = [];
    const frames: CellFrame[] = [];
    for (const line of stack.split("\n")) {
      const isFrame = /^\s+at /.test(line) || /^[^\s]*@.*:\d+:\d+$/.test(line);
      if (!isFrame) continue;
      const inCell = FILE.test(line);
      if (!inCell && this.#internal(line)) continue;
      LOCATION.lastIndex = 0;
      const match = LOCATION.exec(line);
      const frame = match ? this.#frame(match[1], match[2], match[3]) : this.#fileFrame(line);
      if (frame) frames.push(frame);
      lines.push(`    ${this.mapText(line.trim())}`);
    }
    return { lines, frames };
  }

  /** 语法错误没有栈，位置由编译器给。 */
  frameAt(label: string, source: string, line: number, column: number): string[] {
    return [`${label}:${line}:${column}`, ...codeFrame(source, line, column)];
  }
}

const CALLED = /\(0 ?, ?ª([\p{ID_Continue}$\u200c\u200d]+)\.[vckt]\)/gu;
const PLAIN = /ª([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\.[vcktd]\b/gu;

/** 报错里的 (0 , ªf.v) 与 ªx.c 换回学习者写的名字。 */
export function plainNames(text: string): string {
  return text.includes("ª") ? text.replace(CALLED, "$1").replace(PLAIN, "$1") : text;
}
