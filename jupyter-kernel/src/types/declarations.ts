import {
  type BindingName,
  isClassDeclaration,
  isEnumDeclaration,
  isExportDeclaration,
  isFunctionDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportEqualsDeclaration,
  isInterfaceDeclaration,
  isModuleDeclaration,
  isNamedExports,
  isNamedImports,
  isOmittedExpression,
  isTypeAliasDeclaration,
  isVariableDeclarationList,
  isVariableStatement,
  type Node,
  NodeFlags,
  type SourceFile,
  SyntaxKind,
  type VariableDeclarationList,
} from "typescript/unstable/ast";

/** 一个单元格的顶层声明。 */
export interface Declarations {
  /** 名字 → 是否可以再赋值（let 与 var） */
  names: Map<string, boolean>;
  /** 单元格自己已经 export 的名字 */
  exported: Set<string>;
  /** 有 `declare global` 一类的扩充：即使没人引用它的名字，也要留在程序里 */
  augments: boolean;
}

/** 只看 `from` 之后的语句：之前的是带进来的前文。 */
export function declarationsOf(file: SourceFile, from = 0): Declarations {
  const found: Declarations = { names: new Map(), exported: new Set(), augments: false };
  for (const statement of file.statements) if (statement.pos >= from - 1) declare(statement, found);
  return found;
}

function declare(node: Node, found: Declarations): void {
  if (isExportDeclaration(node)) {
    if (node.exportClause && isNamedExports(node.exportClause))
      for (const item of node.exportClause.elements) found.exported.add(item.name.text);
    return;
  }
  if (isModuleDeclaration(node) && !(isIdentifier(node.name) && node.name.text !== "global"))
    found.augments = true;
  const exported = hasExport(node);
  for (const [name, mutable] of namesOf(node)) {
    found.names.set(name, mutable);
    if (exported) found.exported.add(name);
  }
}

/** 一条语句声明的名字 → 是否可以再赋值。 */
export function namesOf(node: Node): Map<string, boolean> {
  const names = new Map<string, boolean>();
  if (isVariableStatement(node)) addList(node.declarationList, names);
  else if (isFunctionDeclaration(node) || isClassDeclaration(node)) {
    if (node.name) names.set(node.name.text, false);
  } else if (isInterfaceDeclaration(node) || isTypeAliasDeclaration(node) || isEnumDeclaration(node))
    names.set(node.name.text, false);
  else if (isModuleDeclaration(node)) {
    if (isIdentifier(node.name) && node.name.text !== "global") names.set(node.name.text, false);
  } else if (isImportEqualsDeclaration(node)) names.set(node.name.text, false);
  else if (isImportDeclaration(node)) addImports(node, names);
  else addNestedVars(node, names);
  return names;
}

export function addList(list: VariableDeclarationList, names: Map<string, boolean>): void {
  const constant = (list.flags & NodeFlags.BlockScoped) === NodeFlags.Const;
  for (const declaration of list.declarations) addBinding(declaration.name, !constant, names);
}

export function addBinding(name: BindingName, mutable: boolean, names: Map<string, boolean>): void {
  if (isIdentifier(name)) names.set(name.text, mutable);
  else
    for (const element of name.elements)
      if (!isOmittedExpression(element) && element.name) addBinding(element.name, mutable, names);
}

function addImports(node: Node, names: Map<string, boolean>): void {
  if (!isImportDeclaration(node) || !node.importClause) return;
  const { name, namedBindings } = node.importClause;
  if (name) names.set(name.text, false);
  if (!namedBindings) return;
  if (isNamedImports(namedBindings))
    for (const item of namedBindings.elements) names.set(item.name.text, false);
  else names.set(namedBindings.name.text, false);
}

/** 块与循环里的 `var` 会提升到单元格顶层。 */
function addNestedVars(node: Node, names: Map<string, boolean>): void {
  if (functions.has(node.kind)) return;
  if (isVariableDeclarationList(node)) {
    if ((node.flags & NodeFlags.BlockScoped) === 0) addList(node, names);
    return;
  }
  node.forEachChild((child) => {
    addNestedVars(child, names);
    return undefined;
  });
}

const functions = new Set<SyntaxKind>([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
  SyntaxKind.ClassExpression,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.ModuleDeclaration,
]);

function hasExport(node: Node): boolean {
  const modifiers = (node as { modifiers?: readonly Node[] }).modifiers;
  return modifiers?.some((modifier) => modifier.kind === SyntaxKind.ExportKeyword) ?? false;
}
