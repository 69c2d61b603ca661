import { children, type Node } from "./node.js";

/** 没有调用、循环、属性访问，也不认 bigint 字面量：这些节点的执行时间只与源码的长短有关。 */
const brief = new Set([
  "ExpressionStatement",
  "VariableDeclaration",
  "VariableDeclarator",
  "EmptyStatement",
  "BinaryExpression",
  "UnaryExpression",
  "Identifier",
  "NumericLiteral",
  "StringLiteral",
  "BooleanLiteral",
  "NullLiteral",
]);

/**
 * 只有字面量、名字、算术与声明的单元格，返回它提到的名字；别的单元格返回 null。
 * 提到的名字的值若都是数、字符串一类的原始值，这个单元格就不会执行任何别的代码，立刻结束，也就用不着中断的保护。
 */
export function briefNames(body: readonly Node[]): string[] | null {
  const names: string[] = [];
  const visit = (node: Node): boolean => {
    if (!brief.has(node.type)) return false;
    if (node.type === "Identifier") names.push(node.name);
    if (node.type === "VariableDeclarator" && !node.init) return false;
    for (const child of children(node)) if (!visit(child)) return false;
    return true;
  };
  return body.every(visit) ? names : null;
}

/** 名字的值能不能放进这样的单元格。 */
export function isBriefValue(value: unknown): boolean {
  return value === null || ["number", "string", "boolean", "undefined"].includes(typeof value);
}
