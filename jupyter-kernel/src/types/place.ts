import {
  findPrecedingToken,
  isBlock,
  isCaseClause,
  isCatchClause,
  isClassDeclaration,
  isClassExpression,
  isDefaultClause,
  isExpressionStatement,
  isForInStatement,
  isForOfStatement,
  isForStatement,
  isHeritageClause,
  isInterfaceDeclaration,
  isModuleBlock,
  isNoSubstitutionTemplateLiteral,
  isSourceFile,
  isStringLiteral,
  isTypeAliasDeclaration,
  isTypeQueryNode,
  isVariableDeclarationList,
  type Node,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import { addBinding, addList, namesOf } from "./declarations.js";

/** 光标处的语法环境：补全与自动导入凭它决定给什么、写成什么样。 */
export interface Place {
  /** 这里要的是值还是类型 */
  wants: "value" | "type";
  /** 光标下的词是单元格顶层一条语句的开头 */
  startsStatement: boolean;
  /** 这里可以写 await */
  awaits: boolean;
  /** 在字符串里时，它的内容的起点 */
  string: number | undefined;
}

/** @param start 光标下的词的起点 */
export function placeAt(file: SourceFile, start: number, position: number): Place {
  const token = findPrecedingToken(file, position);
  const literal =
    token && (isStringLiteral(token) || isNoSubstitutionTemplateLiteral(token)) && inside(token, position);
  return {
    wants: token && wantsType(token) ? "type" : "value",
    startsStatement: file.statements.some(
      (statement) => isExpressionStatement(statement) && statement.getStart(file) === start,
    ),
    awaits: awaitable(token),
    string: literal ? token.getStart(file) + 1 : undefined,
  };
}

function inside(token: Node, position: number): boolean {
  const text = token.getText();
  const closed = text.length > 1 && text.at(-1) === text[0];
  return position > token.getStart() && (position < token.end || !closed);
}

export function wantsType(token: Node): boolean {
  for (let node: Node | undefined = token; node; node = node.parent) {
    if (isTypeQueryNode(node) || isBlock(node) || isSourceFile(node)) return false;
    if (isHeritageClause(node))
      return node.token === SyntaxKind.ImplementsKeyword || isInterfaceDeclaration(node.parent);
    if (node.kind >= SyntaxKind.FirstTypeNode && node.kind <= SyntaxKind.LastTypeNode) return true;
    if (isTypeAliasDeclaration(node)) return node.name !== token;
  }
  return false;
}

/** 最近的一层函数是 async，或者不在函数里。 */
function awaitable(token: Node | undefined): boolean {
  for (let node = token; node; node = node.parent) {
    if (isClassDeclaration(node) || isClassExpression(node)) return false;
    if (!isFunctionLike(node)) continue;
    const { modifiers } = node as { modifiers?: readonly Node[] };
    return modifiers?.some(({ kind }) => kind === SyntaxKind.AsyncKeyword) ?? false;
  }
  return true;
}

/** 单元格里写的、光标处看得见的名字。 */
export function localNames(file: SourceFile, from: number, position: number): Set<string> {
  const names = new Map<string, boolean>();
  const visit = (node: Node): undefined => {
    if (position < node.pos || position > node.end) return;
    const { parameters, typeParameters, name } = node as Partial<
      Record<"parameters" | "typeParameters", readonly { name: Node }[]>
    > & { name?: { text?: string } };
    if (isFunctionLike(node))
      for (const item of parameters ?? []) addBinding(item.name as never, true, names);
    for (const item of typeParameters ?? []) addBinding(item.name as never, true, names);
    if ((isFunctionLike(node) || isClassExpression(node)) && name?.text) names.set(name.text, false);
    if (isForStatement(node) || isForOfStatement(node) || isForInStatement(node)) {
      if (node.initializer && isVariableDeclarationList(node.initializer)) addList(node.initializer, names);
    }
    if (isCatchClause(node) && node.variableDeclaration)
      addBinding(node.variableDeclaration.name, true, names);
    if (
      isSourceFile(node) ||
      isBlock(node) ||
      isModuleBlock(node) ||
      isCaseClause(node) ||
      isDefaultClause(node)
    )
      for (const statement of node.statements)
        if (statement.pos >= from - 1) for (const [found] of namesOf(statement)) names.set(found, false);
    node.forEachChild(visit);
  };
  visit(file);
  return new Set(names.keys());
}

const functionKinds = new Set<SyntaxKind>([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
  SyntaxKind.Constructor,
  SyntaxKind.ClassStaticBlockDeclaration,
]);

export function isFunctionLike(node: Node): boolean {
  return functionKinds.has(node.kind);
}
