export type BindingKind = "var" | "let" | "const" | "function" | "class" | "enum" | "namespace" | "import";

/** 单元格顶层声明的一个名字；行列从 1 起数。 */
export interface Declaration {
  name: string;
  kind: BindingKind;
  line: number;
  column: number;
}

/** 单元格里的一个静态导入（import type 不在其中）。 */
export interface StaticImport {
  specifier: string;
  /** 本地名 → 导出名；"*" 是整个命名空间。 */
  bindings: { local: string; imported: string }[];
  attributes: Record<string, string>;
  /** import source x from "./m.wasm"：要模块本身，不要实例。 */
  phase?: "source";
  line: number;
  column: number;
}

export interface Position {
  /** 从 1 起数。 */
  line: number;
  column: number;
}

export interface CompileOptions {
  /** 之前的单元格里已经有值的名字。 */
  known?: ReadonlyMap<string, BindingKind>;
  /** 名字是不是宿主的全局变量；是则不改写。默认看 globalThis。 */
  isGlobal?: (name: string) => boolean;
  /** 假：不在循环里插中断检查（默认真）。 */
  interruptible?: boolean;
  /** 假：类的字段用赋值而不是定义（tsconfig 的 useDefineForClassFields: false）；默认真。 */
  defineFields?: boolean;
  /** 真：编译成一个函数，给它次数 n 就反复执行 n 次；值存进 sink，不返回。 */
  loop?: boolean;
}

export interface CompiledCell {
  source: string;
  /** 一个函数表达式，由运行时调用；行号与 source 相同。 */
  code: string;
  isAsync: boolean;
  /** 最后一条语句是表达式，执行结果带值。 */
  hasValue: boolean;
  declarations: Declaration[];
  imports: StaticImport[];
  /** 见 brief.ts；没有就是说不准要执行多久。 */
  brief?: string[];
  /** 代码里的位置 → 学习者源码里的位置。 */
  original(line: number, column: number): Position;
}
