import type { Declarations } from "./declarations.js";

interface Source {
  slot: number;
  mutable: boolean;
}

interface Module {
  text: string;
  /** 它引用的其他单元格 */
  uses: Set<number>;
  augments: boolean;
}

/** 每个单元格模块都只导入它：所有单元格的命名空间。 */
export const scopeFile = "__tidu_scope.ts";
const scope = "__tidu";

/**
 * 笔记本里每个运行过的单元格是一个模块，导出它的顶层声明；后面的单元格从最新的声明处引入。
 * 这样后面的同名声明盖住前面的（类型可以不同），推断出来的类型原样保留，改过重跑的单元格自然换新。
 *
 * 模块占用编号固定的槽位，文件之间的 import 因此几乎从不改变：TypeScript 只在 import 变了的时候
 * 重做整个程序（十几毫秒），否则一次更新不到 1 毫秒。
 */
export class Cells {
  readonly #visible = new Map<string, Source>();
  readonly #modules = new Map<number, Module>();
  /** 最后登记的单元格盖住的：名字 → 从前的来处 */
  #replaced = new Map<string, Source | undefined>();
  #slots = 16;

  static file(slot: number): string {
    return `__tidu_cell_${slot}.ts`;
  }

  /** 源码里提到的、已经有声明的名字。按单词粗找：多找到的只是多一个没用到的引入。 */
  mentioned(code: string): Set<string> {
    const found = new Set<string>();
    for (const [word] of code.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu))
      if (this.#visible.has(word)) found.add(word);
    return found;
  }

  get names(): Set<string> {
    return new Set(this.#visible.keys());
  }

  /** 除了当前单元格之外的全部文件。 */
  files(): Map<string, string> {
    const files = new Map<string, string>();
    const slots = Array.from({ length: this.#slots }, (_, slot) => slot);
    files.set(
      scopeFile,
      slots.map((slot) => `export * as c${slot} from "./${Cells.file(slot)}";\n`).join(""),
    );
    for (const slot of slots) files.set(Cells.file(slot), this.#modules.get(slot)?.text ?? this.prologue([]));
    return files;
  }

  /**
   * 把这些名字带进单元格的一行前文。let 用 declare let：引入的别名不许再赋值。
   * 源码里 require 的每个模块也在这里声明，它的结果才有类型。
   */
  prologue(names: Iterable<string>, code = ""): string {
    const lines = [`import * as ${scope} from "./${scopeFile}";`];
    for (const name of names) {
      const source = this.#visible.get(name);
      if (!source) continue;
      const path = `${scope}.c${source.slot}.${name}`;
      lines.push(source.mutable ? `declare let ${name}: typeof ${path};` : `import ${name} = ${path};`);
    }
    const modules = this.#visible.has("require") ? [] : required(code);
    if (modules.length > 0) {
      const calls = modules.map((name) => `(id: ${name}): typeof import(${name});`);
      lines.push(`declare const require: { ${calls.join(" ")} } & NodeJS.Require;`);
    }
    return `${lines.join(" ")}\n`;
  }

  /** 登记一个运行过的单元格；`used` 是它从别的单元格引入的名字。 */
  commit(code: string, declarations: Declarations, used: ReadonlySet<string>): void {
    const exports = [...declarations.names.keys()].filter((name) => !declarations.exported.has(name));
    const text = `${this.prologue(used, code)}${code}\n;export { ${exports.join(", ")} };\n`;
    const uses = new Set<number>();
    for (const name of used) uses.add(this.#visible.get(name)!.slot);
    if (declarations.names.size === 0 && !declarations.augments) return;
    // 上一个单元格盖住的，到这时才肯定用不着了
    this.#collect();
    this.#replaced = new Map([...declarations.names.keys()].map((name) => [name, this.#visible.get(name)]));
    const slot = this.#free();
    this.#modules.set(slot, { text, uses, augments: declarations.augments });
    for (const [name, mutable] of declarations.names) this.#visible.set(name, { slot, mutable });
  }

  /** 又有一个单元格运行了：之前的不会再收回。 */
  seal(): void {
    this.#replaced.clear();
  }

  /** 最后登记的单元格里，这些名字没有声明成。返回恢复了的名字。 */
  retract(names: readonly string[] | "all"): string[] {
    const found =
      names === "all" ? [...this.#replaced.keys()] : names.filter((name) => this.#replaced.has(name));
    for (const name of found) {
      const before = this.#replaced.get(name);
      if (before) this.#visible.set(name, before);
      else this.#visible.delete(name);
      this.#replaced.delete(name);
    }
    return found;
  }

  clear(): void {
    this.#modules.clear();
    this.#visible.clear();
    this.#replaced.clear();
  }

  #free(): number {
    for (let slot = 0; slot < this.#slots; slot++) if (!this.#modules.has(slot)) return slot;
    this.#slots *= 2;
    return this.#slots / 2;
  }

  /** 从可见的名字出发走不到的模块：反复运行同一个单元格时，旧版本在这里被收走。 */
  #collect(): void {
    const live = new Set<number>();
    const visit = (slot: number): void => {
      if (live.has(slot)) return;
      live.add(slot);
      for (const next of this.#modules.get(slot)?.uses ?? []) visit(next);
    };
    for (const { slot } of this.#visible.values()) visit(slot);
    for (const [slot, module] of this.#modules) if (module.augments) visit(slot);
    for (const slot of [...this.#modules.keys()]) if (!live.has(slot)) this.#modules.delete(slot);
  }
}

/** 源码里 `require("…")` 的模块名，连同引号；源码自己声明了 require 时没有。 */
function required(code: string): string[] {
  if (!code.includes("require") || /\b(?:const|let|var|function|import)\s+\{?\s*require\b/.test(code))
    return [];
  return [
    ...new Set(Array.from(code.matchAll(/\brequire\(\s*(["'][^"'\n\\]+["'])\s*\)/g), (found) => found[1]!)),
  ];
}
