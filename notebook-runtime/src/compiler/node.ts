/** Babel 语法树的节点；只用到这几个公共字段，其余按类型取。 */
export interface Node {
  type: string;
  start: number;
  end: number;
  loc: { start: { line: number; column: number }; end: { line: number; column: number } };
  [key: string]: any;
}

const SKIPPED = new Set(["loc", "extra", "start", "end", "type", "errors", "comments", "tokens"]);

/** 直接的子节点。 */
export function* children(node: Node): Generator<Node> {
  for (const key in node) {
    if (SKIPPED.has(key)) continue;
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item;
    } else if (isNode(value)) yield value;
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** 跳过空白与注释，返回下一个有意义的字符的位置。 */
export function skipTrivia(source: string, at: number): number {
  for (;;) {
    if (/\s/.test(source.charAt(at))) at += 1;
    else if (source.startsWith("//", at)) {
      while (at < source.length && !/[\n\r\u2028\u2029]/.test(source[at])) at += 1;
    } else if (source.startsWith("/*", at)) at = source.indexOf("*/", at + 2) + 2;
    else return at;
  }
}

const WRAPPERS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

/** 去掉只关乎类型的包装：`(x as T)!` → `x`。 */
export function unwrap(node: Node): Node {
  while (WRAPPERS.has(node.type)) node = node.expression;
  return node;
}

/** 没有自己名字的函数或类：赋值时 JavaScript 会以变量名给它命名。 */
export function isAnonymousFunction(node: Node | null | undefined): boolean {
  if (!node) return false;
  const inner = unwrap(node);
  if (inner.type === "ArrowFunctionExpression") return true;
  return (inner.type === "FunctionExpression" || inner.type === "ClassExpression") && !inner.id;
}

/** 模式里绑定的标识符。 */
export function* boundNames(pattern: Node | null): Generator<Node> {
  if (!pattern) return;
  switch (pattern.type) {
    case "Identifier":
      yield pattern;
      break;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        yield* boundNames(property.type === "RestElement" ? property.argument : property.value);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) yield* boundNames(element);
      break;
    case "AssignmentPattern":
      yield* boundNames(pattern.left);
      break;
    case "RestElement":
      yield* boundNames(pattern.argument);
      break;
    case "TSParameterProperty":
      yield* boundNames(pattern.parameter);
      break;
  }
}

/** 导出语句里的声明；不是导出则是语句自己。 */
export function declarationOf(statement: Node): Node {
  const exported =
    statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
  return exported && statement.declaration ? statement.declaration : statement;
}
