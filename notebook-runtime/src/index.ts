export { codeFrame } from "./compiler/frame.js";
export type {
  BindingKind,
  CompiledCell,
  CompileOptions,
  Declaration,
  Position,
  StaticImport,
} from "./compiler/types.js";
export { RuntimeError } from "./errors.js";
export { parseNotebook } from "./nbformat/parse.js";
export { canonicalNotebook, formatNotebook, serializeNotebook } from "./nbformat/serialize.js";
export type {
  CodeCell,
  MarkdownCell,
  Notebook,
  NotebookCell,
  NotebookOutput,
  RawCell,
} from "./nbformat/types.js";
export { Collector } from "./runtime/collect.js";
export { inspect } from "./runtime/inspect.js";
export type * from "./types.js";
