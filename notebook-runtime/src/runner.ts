// 给自带执行环境的包（判分器的学习者进程）用：会话里执行单元格的那一半，与进程、输出通道无关。
export { CellSyntaxError } from "./compiler/errors.js";
export type { BindingKind, CompiledCell, Declaration, StaticImport } from "./compiler/types.js";
export type { Engine, RunResult } from "./runtime/runner.js";
export { Runner } from "./runtime/runner.js";
export { CellSources } from "./runtime/stack.js";
