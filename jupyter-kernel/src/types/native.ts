import {
  type CompletionEntry,
  DiagnosticCategory,
  type Diagnostic as NativeDiagnostic,
  type Project,
} from "typescript/unstable/sync";
import { Cells } from "./cells.js";
import { completionsAt } from "./completion.js";
import { type Declarations, declarationsOf } from "./declarations.js";
import { inspectionAt } from "./inspection.js";
import { VirtualProgram } from "./program.js";
import type { Completions, Diagnostic, Inspection, TypeService } from "./service.js";

const current = "__tidu_cell.ts";

/** 在笔记本里不算错的：逗号式的末尾表达式、没有类型的 npm 包、跨单元格才填满的空数组。 */
const ignored = new Set([2695, 7016, 7005, 7034]);

/** 分析过的单元格：前文带进来的名字、前文的长度、它自己的声明。 */
interface Analysis {
  code: string;
  used: Set<string>;
  offset: number;
  declarations: Declarations;
}

/** TypeScript 7 的原生语言服务。不稳定 API 只在本文件夹里出现。 */
export class NativeTypeService implements TypeService {
  readonly #program: VirtualProgram;
  readonly #cells = new Cells();
  #globals: readonly CompletionEntry[] | undefined;

  constructor(folder: string) {
    this.#program = new VirtualProgram(folder, current, [
      ...this.#cells.files(),
      [current, this.#cells.prologue([])],
    ]);
  }

  check(code: string): Diagnostic[] {
    const { offset } = this.#analyze(code);
    const { program } = this.#program.project;
    const file = this.#program.path(current);
    const syntactic = program.getSyntacticDiagnostics(file);
    const found = syntactic.length > 0 ? syntactic : program.getSemanticDiagnostics(file);
    return found
      .filter((item) => item.category === DiagnosticCategory.Error && !ignored.has(item.code))
      .filter((item) => item.pos >= offset && item.pos <= offset + code.length)
      .map((item) => ({
        code: item.code,
        start: item.pos - offset,
        end: Math.min(item.end - offset, code.length),
        message: flatten(item),
      }));
  }

  commit(code: string): void {
    const { used, declarations } = this.#analyze(code);
    if (this.#program.project.program.getSyntacticDiagnostics(this.#program.path(current)).length > 0) return;
    this.#cells.commit(code, declarations, used);
    this.#flush();
  }

  complete(code: string, position: number): Completions {
    const { project, offset } = this.#everything(code);
    const file = this.#program.path(current);
    // 全局名字几乎不变，借 `globalThis.` 的成员补全取一次，以后复用
    const globals = () => (this.#globals ??= this.#globalNames());
    return completionsAt(project, file, code, position, offset, this.#cells.names, globals);
  }

  #globalNames(): readonly CompletionEntry[] {
    const text = "globalThis.";
    this.#program.write(current, text);
    const { checker } = this.#program.project;
    return checker.getCompletionsAtPosition(this.#program.path(current), text.length)?.entries ?? [];
  }

  inspect(code: string, position: number, detail: 0 | 1): Inspection | undefined {
    const { project, offset } = this.#everything(code);
    return inspectionAt(project, this.#program.path(current), code, position, offset, detail);
  }

  completeness(code: string): "complete" | "incomplete" | "invalid" {
    this.#program.write(current, this.#cells.prologue([]) + code);
    const found = this.#program.project.program.getSyntacticDiagnostics(this.#program.path(current));
    if (found.length === 0) return "complete";
    const end = this.#cells.prologue([]).length + code.trimEnd().length;
    // 1002 是没写完的普通字符串：换行之后不能续，所以是写错而不是没写完
    const open = found.every(
      (item) => item.code !== 1002 && (item.pos >= end || unterminated.has(item.code)),
    );
    return open ? "incomplete" : "invalid";
  }

  reset(): void {
    this.#cells.clear();
    this.#flush();
  }

  close(): void {
    this.#program.close();
  }

  #flush(): void {
    for (const [name, text] of this.#cells.files()) this.#program.write(name, text);
  }

  /** 补全与悬停要看见所有名字，哪怕源码里还没写到。 */
  #everything(code: string): { project: Project; offset: number } {
    const { offset } = this.#analyze(code, this.#cells.names);
    return { project: this.#program.project, offset };
  }

  /**
   * 前文不能带进单元格自己声明的名字，而它声明了什么要解析后才知道：
   * 先都带上，冲突了再解析一次。
   */
  #analyze(code: string, candidates = this.#cells.mentioned(code)): Analysis {
    let used = candidates;
    for (;;) {
      const prologue = this.#cells.prologue(used);
      this.#program.write(current, prologue + code);
      const file = this.#program.project.program.getSourceFile(this.#program.path(current))!;
      const declarations = declarationsOf(file, prologue.length);
      const wanted = new Set([...candidates].filter((name) => !declarations.names.has(name)));
      if (wanted.size === used.size) return { code, used, offset: prologue.length, declarations };
      used = wanted;
    }
  }
}

/** 没有写完的模板字符串、块注释、正则。 */
const unterminated = new Set([1160, 1010]);

function flatten(item: NativeDiagnostic, depth = 0): string {
  const lines = [`${"  ".repeat(depth)}${item.text}`];
  for (const next of item.messageChain ?? []) lines.push(flatten(next, depth + 1));
  return lines.join("\n");
}
