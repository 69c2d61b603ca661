import { boundNames, children, declarationOf, type Node } from "./node.js";

/** 一个名字怎样写：null 是原样（JavaScript 自己的局部变量），字符串是替换成的表达式。 */
export type Rewrite = string | null;

/** 词法作用域；单元格顶层不在其中。 */
export class Scope {
  readonly parent: Scope | null;
  readonly names = new Map<string, Rewrite>();
  /** 已经有值、可以往里合并的名字。 */
  readonly #valued = new Set<string>();

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  declare(name: string, rewrite: Rewrite = null): void {
    this.names.set(name, rewrite);
  }

  /** 语句列表直接声明的词法名字。 */
  declareAll(statements: Node[]): void {
    for (const { name, node } of lexicalNames(statements)) {
      this.declare(name.name);
      if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration")
        this.#valued.add(name.name);
    }
  }

  /** 局部的枚举或命名空间：同一作用域里已有同名的（函数、类、前一块）就合并，否则新声明。 */
  merge(name: string): { assign: string; existing: string } {
    if (this.merges(name)) return { assign: `${name}=`, existing: name };
    this.#owner(name).#valued.add(name);
    return { assign: `let ${name}=`, existing: "{}" };
  }

  merges(name: string): boolean {
    return this.#owner(name).#valued.has(name);
  }

  #owner(name: string): Scope {
    let scope: Scope = this;
    while (!scope.names.has(name) && scope.parent) scope = scope.parent;
    return scope;
  }

  /** 找不到是 undefined：属于单元格顶层或全局。 */
  lookup(name: string): Rewrite | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const found = scope.names.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** 语句列表直接声明的词法名字：let、const、class、函数、枚举、命名空间。 */
export function* lexicalNames(statements: Node[]): Generator<{ name: Node; node: Node }> {
  for (const statement of statements) {
    const node = declarationOf(statement);
    if (node.declare) continue;
    switch (node.type) {
      case "VariableDeclaration":
        if (node.kind === "var") break;
        for (const { id } of node.declarations) for (const name of boundNames(id)) yield { name, node };
        break;
      case "FunctionDeclaration":
      case "ClassDeclaration":
      case "TSEnumDeclaration":
      case "TSImportEqualsDeclaration":
        if (node.id && node.importKind !== "type") yield { name: node.id, node };
        break;
      case "TSModuleDeclaration":
        if (node.id.type === "Identifier" && hasValues(node)) yield { name: node.id, node };
        break;
    }
  }
}

/** 函数体里用 var 声明的名字，包括嵌套的块里的，不包括嵌套函数里的。 */
export function* varNames(node: Node): Generator<Node> {
  if (node.type === "VariableDeclaration" && node.kind === "var" && !node.declare) {
    for (const { id } of node.declarations) yield* boundNames(id);
  }
  for (const child of children(node)) {
    if (isFunction(child) || child.type === "ClassBody" || child.type.startsWith("TS")) continue;
    yield* varNames(child);
  }
}

export function isFunction(node: Node): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression" ||
    node.type === "ObjectMethod" ||
    node.type === "ClassMethod" ||
    node.type === "ClassPrivateMethod"
  );
}

/** 命名空间里有没有运行时存在的东西；全是类型的命名空间整个抹掉。 */
export function hasValues(module: Node): boolean {
  if (module.declare || !module.body) return false;
  if (module.body.type === "TSModuleDeclaration") return hasValues(module.body);
  return module.body.body.some((statement: Node) => {
    const node = declarationOf(statement);
    if (node.declare) return false;
    if (node.type === "TSModuleDeclaration") return hasValues(node);
    if (node.type === "ExportNamedDeclaration")
      return node.exportKind !== "type" && node.specifiers.length > 0;
    return node.type === "TSEnumDeclaration" || !node.type.startsWith("TS");
  });
}
