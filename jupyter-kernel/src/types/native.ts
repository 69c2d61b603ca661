import type { SourceFile } from "typescript/unstable/ast";
import {
  type CompletionEntry,
  DiagnosticCategory,
  type Diagnostic as NativeDiagnostic,
} from "typescript/unstable/sync";
import { Cells } from "./cells.js";
import { completenessOf } from "./completeness.js";
import { completionsAt } from "./completion.js";
import { type Declarations, declarationsOf } from "./declarations.js";
import { fixFor } from "./fix.js";
import { ImportIndex, importLine } from "./imports.js";
import { inspectionAt } from "./inspection.js";
import { webAssembly } from "./libraries.js";
import { type Primitive, readPlain } from "./plain.js";
import { VirtualProgram } from "./program.js";
import type { Completions, Diagnostic, Inspection, TypeService } from "./service.js";

const current = "__tidu_cell.ts";

/** 在笔记本里不算错的：逗号式的末尾表达式、没有类型的 npm 包、跨单元格才填满的空数组。 */
const ignored = new Set([2695, 7016, 7005, 7034]);

/** 找不到模块的几种说法：也许是刚装上、刚建好的，重新看一遍磁盘再下结论。 */
const missingModule = new Set([2307, 2792, 2882, 7016]);

/** 没有这个名字的几种说法。 */
const missingName = new Set([2304, 2503, 2552, 2580, 2582, 2583, 2584, 2591, 2592, 2593, 18004]);

/** 停下这么多毫秒没有事，就把登记过的单元格送进程序。 */
const pause = 50;

/** 可以登记的单元格：用到的别的单元格的名字、它自己的声明。 */
interface Cell {
  code: string;
  used: Set<string>;
  declarations: Declarations;
  /** 浅显的单元格声明的名字的类型 */
  types?: ReadonlyMap<string, Primitive>;
}

/** TypeScript 分析过的单元格，连同前文的长度。 */
interface Analysis extends Cell {
  offset: number;
  source: SourceFile;
}

/** TypeScript 7 的原生语言服务。不稳定 API 只在本文件夹里出现。 */
export class NativeTypeService implements TypeService {
  readonly #folder: string;
  readonly #cells = new Cells();
  readonly #imports: ImportIndex;
  readonly #notes = new Set<string>();
  /** 确实没有类型的包（诊断的原文）：再用到它们时不必重看磁盘 */
  readonly #untypedModules = new Set<string>();
  #pending: string[] = [];
  #opened: VirtualProgram | undefined;
  #globals: readonly CompletionEntry[] | undefined;
  /** 刚检查过、没有错误的单元格：运行之后登记它，不必再分析一遍 */
  #checked: Cell | undefined;
  /** 类型一望便知的名字，见 plain.ts */
  readonly #primitives = new Map<string, Primitive>();
  #idle: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#imports = new ImportIndex(folder);
  }

  open(): void {
    this.#program.project;
  }

  get #program(): VirtualProgram {
    return (this.#opened ??= this.#start());
  }

  #start(): VirtualProgram {
    const program = new VirtualProgram(this.#folder, current, [
      ...this.#cells.files(),
      [current, this.#cells.prologue([])],
    ]);
    if (program.problem !== undefined) this.#note(`TIDU-JUP-024：${program.problem}`);
    return program;
  }

  check(code: string): Diagnostic[] {
    this.#checked = this.#plain(code);
    if (this.#checked) return [];
    return this.#retry(() => this.#check(code));
  }

  #plain(code: string): Cell | undefined {
    const plain = readPlain(code, this.#primitives);
    return plain && { code, ...plain };
  }

  #check(code: string): Diagnostic[] {
    this.#program.refresh();
    const analysis = this.#analyze(code);
    let found = this.#diagnostics();
    const missing = found.filter(
      (item) => missingModule.has(item.code) && !this.#untypedModules.has(item.text),
    );
    if (missing.length > 0) {
      this.#program.rescan();
      found = this.#diagnostics();
    }
    if (/\b(?:import|require)\b/.test(code)) this.#program.watch();
    const { offset } = analysis;
    const inside = found.filter((item) => item.pos >= offset && item.pos <= offset + code.length);
    for (const item of inside) if (item.code === 7016) this.#untyped(item);
    const errors = inside.filter(
      (item) =>
        item.category === DiagnosticCategory.Error &&
        !ignored.has(item.code) &&
        // typeof document：问的就是有没有，运行时也不会出错
        !(missingName.has(item.code) && /\btypeof\s+$/.test(code.slice(0, item.pos - offset))),
    );
    if (errors.length === 0) this.#checked = analysis;
    return errors.map((item) => {
      const message = flatten(item)
        .replace(/typeof import\("[^"]+"\)/g, "模块")
        .replace(/import\("[^"]+"\)\./g, "");
      const text = code.slice(item.pos - offset, item.end - offset);
      const fix =
        fixFor(item.code, message, text) ??
        (missingName.has(item.code) ? this.#importFix(item.text) : undefined);
      return {
        code: item.code,
        start: item.pos - offset,
        end: Math.min(item.end - offset, code.length),
        message,
        ...(fix === undefined ? {} : { fix }),
      };
    });
  }

  #diagnostics(): readonly NativeDiagnostic[] {
    const { program } = this.#program.project;
    const file = this.#program.path(current);
    const syntactic = program.getSyntacticDiagnostics(file);
    return syntactic.length > 0 ? syntactic : program.getSemanticDiagnostics(file);
  }

  notes(): string[] {
    return this.#pending.splice(0);
  }

  /** 同一件事只说一次。 */
  #note(text: string): void {
    if (!this.#notes.has(text)) this.#pending.push(text);
    this.#notes.add(text);
  }

  #untyped({ text }: NativeDiagnostic): void {
    this.#untypedModules.add(text);
    const name = /module '(.+?)'/.exec(text)?.[1];
    if (name === undefined) return;
    const types = `@types/${name.replace(/^@(.+?)\//, "$1__").replace(/\/.*/, "")}`;
    this.#note(`${name} 没有类型声明，这里当作 any。也许可以装上：npm install -D ${types}`);
  }

  /** 名字在某个装着的包里：说出要加的那一行。 */
  #importFix(message: string): string | undefined {
    const name = /'(.+?)'/.exec(message)?.[1];
    if (name === undefined) return undefined;
    this.#imports.advance(500);
    const lines = this.#imports.named(name).slice(0, 3).map(importLine);
    return lines.length > 0 ? `在前面加一行 ${lines.join(" 或 ")}` : undefined;
  }

  commit(code: string): void {
    const cell = this.#checked?.code === code ? this.#checked : this.#retry(() => this.#unchecked(code));
    this.#checked = undefined;
    this.#cells.seal();
    if (!cell) return;
    this.#cells.commit(code, cell.declarations, cell.used);
    for (const name of cell.declarations.names.keys()) {
      const type = cell.types?.get(name);
      if (type) this.#primitives.set(name, type);
      else this.#primitives.delete(name);
    }
    this.#settleLater();
  }

  retract(names: readonly string[] | "all"): void {
    for (const name of this.#cells.retract(names)) this.#primitives.delete(name);
    this.#settleLater();
  }

  /** 没有检查就运行的单元格；语法有错就不登记。 */
  #unchecked(code: string): Cell | undefined {
    const plain = this.#plain(code);
    if (plain) return plain;
    const analysis = this.#analyze(code);
    return this.#syntaxErrors() > 0 ? undefined : analysis;
  }

  #syntaxErrors(): number {
    return this.#program.project.program.getSyntacticDiagnostics(this.#program.path(current)).length;
  }

  complete(code: string, position: number): Completions {
    return this.#retry(() => {
      const { source, offset } = this.#everything(code);
      return completionsAt({
        project: this.#program.project,
        file: this.#program.path(current),
        source,
        code,
        position,
        offset,
        own: this.#cells.names,
        // 全局名字几乎不变，借 `globalThis.` 的成员补全取一次，以后复用
        globals: () => (this.#globals ??= this.#globalNames()),
        imports: this.#imports,
      });
    });
  }

  #globalNames(): readonly CompletionEntry[] {
    const text = "globalThis.";
    this.#program.write(current, text);
    const { checker } = this.#program.project;
    return checker.getCompletionsAtPosition(this.#program.path(current), text.length)?.entries ?? [];
  }

  inspect(code: string, position: number, detail: 0 | 1): Inspection | undefined {
    return this.#retry(() => {
      const { source, offset } = this.#everything(code);
      const { project } = this.#program;
      return inspectionAt({ project, source, folder: this.#folder, code, position, offset, detail });
    });
  }

  completeness(code: string): "complete" | "incomplete" | "invalid" {
    return this.#retry(() =>
      completenessOf(code, (text) => {
        const prologue = this.#cells.prologue([]);
        this.#program.write(current, prologue + text);
        return this.#program.project.program
          .getSyntacticDiagnostics(this.#program.path(current))
          .map((item) => ({ code: item.code, at: item.pos - prologue.length }));
      }),
    );
  }

  reset(): void {
    this.#checked = undefined;
    this.#primitives.clear();
    this.#cells.clear();
    this.#settleLater();
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#imports.close();
    this.#opened?.close();
  }

  /** 原生进程没了、或它自己出了错：换一个新的再试一次。单元格都记在这边，什么也不会丢。 */
  #retry<T>(body: () => T): T {
    if (!this.#program.alive) this.#opened = undefined;
    try {
      return body();
    } catch {
      try {
        this.#opened?.close();
      } catch {
        // 已经不在了
      }
      this.#checked = undefined;
      this.#opened = undefined;
      return body();
    }
  }

  /** 登记过的单元格改了几个文件；要用到它们的时候再送，或趁空闲。 */
  #settleLater(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      try {
        this.#flush();
        this.#opened?.project;
      } catch {
        // 下一次用到时会换新的
      }
    }, pause).unref();
  }

  #flush(): void {
    if (!this.#opened) return;
    for (const [name, text] of this.#cells.files()) this.#program.write(name, text);
  }

  /** 补全与悬停要看见所有名字，哪怕源码里还没写到。 */
  #everything(code: string): Analysis {
    this.#checked = undefined;
    return this.#analyze(code, this.#cells.names);
  }

  /**
   * 前文不能带进单元格自己声明的名字，而它声明了什么要解析后才知道：
   * 先都带上，冲突了再解析一次。
   */
  #analyze(code: string, candidates = this.#cells.mentioned(code)): Analysis {
    this.#program;
    this.#flush();
    // 单独的一大段，用到的人不多，读它却要十几毫秒
    if (/\bWebAssembly\b/.test(code)) this.#program.declare(webAssembly());
    let used = candidates;
    for (;;) {
      const prologue = this.#cells.prologue(used, code);
      this.#program.write(current, prologue + code);
      const source = this.#program.project.program.getSourceFile(this.#program.path(current))!;
      const declarations = declarationsOf(source, prologue.length);
      const wanted = new Set([...candidates].filter((name) => !declarations.names.has(name)));
      if (wanted.size === used.size) return { code, used, offset: prologue.length, source, declarations };
      used = wanted;
    }
  }
}

function flatten(item: NativeDiagnostic, depth = 0): string {
  const lines = [`${"  ".repeat(depth)}${item.text}`];
  for (const next of item.messageChain ?? []) lines.push(flatten(next, depth + 1));
  return lines.join("\n");
}
