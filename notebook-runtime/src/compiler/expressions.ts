import type { Node } from "./node.js";
import { HOST, type Visitor } from "./transform.js";
import { visitCallee } from "./types-strip.js";

const call: Visitor = (node, t) => {
  const { callee } = node;
  const types = node.typeParameters ?? node.typeArguments;
  if (callee.type === "Import" && t.hosted) t.edits.replace(callee.start, callee.end, `${HOST}.load`);
  else visitCallee(callee, t, types);
  if (types) t.edits.blank(types.start, types.end);
  t.visitAll(node.arguments);
};

export const expressionVisitors: Record<string, Visitor> = {
  Identifier(node, t) {
    t.reference(node, "read");
  },

  PrivateName: () => {},

  CallExpression: call,
  OptionalCallExpression: call,

  TaggedTemplateExpression(node, t) {
    visitCallee(node.tag, t);
    const types = node.typeParameters ?? node.typeArguments;
    if (types) t.edits.blank(types.start, types.end);
    t.visit(node.quasi);
  },

  MemberExpression: member,
  OptionalMemberExpression: member,

  AssignmentExpression(node, t) {
    t.target(node.left, node.operator === "=" ? "write" : "update");
    t.named(node.left, node.right);
  },

  UpdateExpression(node, t) {
    t.target(node.argument, "update");
  },

  UnaryExpression(node, t) {
    const { argument } = node;
    if (node.operator === "typeof" && argument.type === "Identifier") t.reference(argument, "typeof");
    else t.visit(argument);
  },

  AwaitExpression(node, t) {
    // 顶层的 await 回来时若单元格已被中断，就不能再往下改共享的变量。
    const top = t.functionDepth === 0 && t.hosted;
    if (top) t.edits.open(node.start, `${HOST}.w(`);
    t.visit(node.argument);
    if (top) t.edits.close(node.end, ")");
    t.usesAwait ||= top;
  },

  ObjectProperty(node, t) {
    if (node.computed) t.visit(node.key);
    if (node.shorthand && node.value.type === "Identifier") t.reference(node.value, "read", true);
    else t.visit(node.value);
  },

  MetaProperty(node, t) {
    if (node.meta.name === "import" && t.hosted) t.edits.replace(node.start, node.end, `${HOST}.meta`);
  },
};

function member(node: Node, t: Parameters<Visitor>[1]): void {
  t.visit(node.object);
  if (node.computed) t.visit(node.property);
}
