import { visitEnum } from "./enums.js";
import { boundNames, declarationOf, type Node } from "./node.js";
import { hasValues, lexicalNames } from "./scope.js";
import { visitDeclaration } from "./statements.js";
import type { Transform, Visitor } from "./transform.js";

/** 命名空间写成立即调用的函数；导出的变量改写成它的属性，导出的函数和类再赋一次。 */
function visitNamespace(node: Node, t: Transform, assign: string, existing: string, outer = ""): void {
  const { name } = node.id;
  const path = `${outer}.${name}`;
  const nested = node.body.type === "TSModuleDeclaration";
  t.edits.blank(node.start, nested ? node.body.start : node.body.start + 1);
  t.edits.open(node.start, `${assign}(function(${name}){`);
  t.within(
    (scope) => {
      scope.declare(name);
      // 同名命名空间的几块合成一个：前面各块导出的名字，这里直接可见。
      const exported = t.exports.get(path) ?? new Set();
      t.exports.set(path, exported);
      for (const earlier of exported) scope.declare(earlier, `${name}.${earlier}`);
      if (nested) exported.add(node.body.id.name);
      else for (const item of exportedNames(node.body.body)) exported.add(item);
    },
    () => {
      if (nested) {
        const inner = `${name}.${node.body.id.name}`;
        visitNamespace(node.body, t, `${inner}=`, `${inner}||{}`, path);
      } else visitBody(node.body.body, name, t, path);
    },
  );
  if (!nested) t.edits.blank(node.end - 1, node.end);
  t.edits.close(node.end, `return ${name};})(${existing});`);
}

function* exportedNames(statements: Node[]): Generator<string> {
  for (const statement of statements) {
    const node = declarationOf(statement);
    if (node === statement) continue;
    for (const { name } of lexicalNames([node])) yield name.name;
    if (node.type === "VariableDeclaration" && node.kind === "var") {
      for (const { id } of node.declarations) for (const { name } of boundNames(id)) yield name;
    }
  }
}

function visitBody(statements: Node[], name: string, t: Transform, path: string): void {
  t.functionDepth += 1;
  t.within(
    (scope) => {
      scope.declareAll(statements);
      for (const statement of statements) {
        const node = declarationOf(statement);
        if (node.type !== "VariableDeclaration") continue;
        const rewrite = (id: Node) => (node === statement ? null : `${name}.${id.name}`);
        for (const { id } of node.declarations)
          for (const n of boundNames(id)) scope.declare(n.name, rewrite(n));
      }
    },
    () => {
      for (const statement of statements) visitMember(statement, name, t, path);
    },
  );
  t.functionDepth -= 1;
}

function visitMember(statement: Node, name: string, t: Transform, path: string): void {
  const node = declarationOf(statement);
  if (node === statement) {
    t.visit(statement);
    return;
  }
  t.edits.blank(statement.start, node.start);
  if (node.declare) t.edits.blank(node.start, node.end);
  else if (node.type === "VariableDeclaration") {
    visitDeclaration(node, t, "define");
    t.terminate(node);
  } else if (node.type === "TSEnumDeclaration") {
    const member = `${name}.${node.id.name}`;
    visitEnum(node, t, `var ${node.id.name}=${member}=`, `${member}||{}`);
  } else if (node.type === "TSModuleDeclaration") {
    const member = `${name}.${node.id.name}`;
    if (hasValues(node)) visitNamespace(node, t, `var ${node.id.name}=${member}=`, `${member}||{}`, path);
    else t.edits.blank(node.start, node.end);
  } else {
    t.visit(node);
    if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      t.edits.close(node.end, `${name}.${node.id.name}=${node.id.name};`);
    }
  }
}

export const namespaceVisitors: Record<string, Visitor> = {
  TSModuleDeclaration(node, t) {
    if (!hasValues(node)) {
      t.edits.blank(node.start, node.end);
      return;
    }
    const { name } = node.id;
    if (t.scope?.lookup(name) === undefined) {
      visitNamespace(node, t, `${t.rewrite(name, "define", node.start)}=`, t.reopened(name, node));
    } else {
      const { assign, existing } = t.scope!.merge(name);
      visitNamespace(node, t, assign, existing);
    }
  },
};
