export { executeNotebook } from "./node/notebook.js";
export type {
  ExecutedNotebook,
  ExecuteNotebookOptions,
  NodeSession,
  NodeSessionOptions,
} from "./node/options.js";
export { createNodeSession } from "./node/session.js";
