// 单元格编译器；单独成一个出口，因为它要加载解析器，只读写笔记本的程序用不着。
export { compileCell, parseCell } from "./compiler/compile.js";
export { CellSyntaxError } from "./compiler/errors.js";
export { codeFrame } from "./compiler/frame.js";
export { stripModule } from "./compiler/module.js";
export type {
  BindingKind,
  CompiledCell,
  CompileOptions,
  Declaration,
  Position,
  StaticImport,
} from "./compiler/types.js";
