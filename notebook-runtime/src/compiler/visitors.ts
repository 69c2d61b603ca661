import { classVisitors } from "./classes.js";
import { enumVisitors } from "./enums.js";
import { expressionVisitors } from "./expressions.js";
import { DECORATORS, functionVisitors } from "./functions.js";
import { moduleVisitors } from "./modules.js";
import { namespaceVisitors } from "./namespaces.js";
import { statementVisitors } from "./statements.js";
import type { Visitor } from "./transform.js";
import { typeVisitors } from "./types-strip.js";

/** 各类节点的规则；没有列出的，TS 节点抹掉，其余走进子节点。 */
export const cellVisitors: Record<string, Visitor> = {
  ...expressionVisitors,
  ...statementVisitors,
  ...functionVisitors,
  ...classVisitors,
  ...typeVisitors,
  ...enumVisitors,
  ...namespaceVisitors,
  ...moduleVisitors,
  Decorator: (node, t) => t.fail(node, DECORATORS),
};
