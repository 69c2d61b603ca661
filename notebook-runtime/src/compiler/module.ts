import type { Node } from "./node.js";
import { parse } from "./parse.js";
import { varNames } from "./scope.js";
import { Transform, type Visitor } from "./transform.js";
import { cellVisitors } from "./visitors.js";

/**
 * 抹掉一个 TypeScript 模块的类型，导入导出保留；行号不变。单元格导入 .ts 文件时用。
 * 只用作类型的导入名去掉，与 TypeScript 的默认行为相同。
 *
 * @throws CellSyntaxError 带行列。
 */
export function stripModule(source: string, options: { defineFields?: boolean } = {}): string {
  const { program } = parse(source);
  const used = new Set<string>();
  const visitors: Record<string, Visitor> = {
    ...cellVisitors,
    ImportDeclaration: () => {},
    ExportNamedDeclaration(node, t) {
      if (node.exportKind === "type") t.edits.blank(node.start, node.end);
      else if (node.declaration) exportDeclaration(node, t);
      else exportList(node, t, used);
    },
    ExportAllDeclaration(node, t) {
      if (node.exportKind === "type") t.edits.blank(node.start, node.end);
    },
    ExportDefaultDeclaration(node, t) {
      if (node.declaration.type.startsWith("TS")) t.edits.blank(node.start, node.end);
      else t.visit(node.declaration);
    },
  };
  const t = new Transform(
    source,
    {
      known: new Map(),
      isGlobal: () => true,
      interruptible: false,
      defineFields: options.defineFields ?? true,
      loop: false,
    },
    visitors,
  );
  t.hosted = false;
  t.onReference = (name) => used.add(name);
  t.within(
    (scope) => {
      scope.declareAll(program.body);
      for (const name of varNames(program)) scope.declare(name.name);
      for (const statement of program.body) {
        if (statement.type !== "ImportDeclaration") continue;
        for (const { local } of statement.specifiers) scope.declare(local.name);
      }
    },
    () => t.visitAll(program.body),
  );
  for (const statement of program.body)
    if (statement.type === "ImportDeclaration") stripImport(statement, t, used);
  return t.edits.render("");
}

function exportDeclaration(node: Node, t: Transform): void {
  const { declaration } = node;
  const typeOnly =
    declaration.declare ||
    (declaration.type.startsWith("TS") &&
      !["TSEnumDeclaration", "TSModuleDeclaration"].includes(declaration.type));
  if (typeOnly) {
    t.edits.blank(node.start, node.end);
    return;
  }
  // 与前面同名的合并：名字已经导出过一次。
  if (declaration.type.startsWith("TS") && t.scope?.merges(declaration.id.name))
    t.edits.blank(node.start, declaration.start);
  t.visit(declaration);
}

/** export { a, type B }：去掉类型；没有来源的名字算用到了。 */
function exportList(node: Node, t: Transform, used: Set<string>): void {
  for (const specifier of node.specifiers) {
    if (specifier.exportKind === "type") blankItem(specifier, t);
    else if (!node.source) used.add(specifier.local.name);
  }
}

function stripImport(node: Node, t: Transform, used: Set<string>): void {
  if (node.importKind === "type") {
    t.edits.blank(node.start, node.end);
    return;
  }
  const kept = node.specifiers.filter((s: Node) => s.importKind !== "type" && used.has(s.local.name));
  if (node.specifiers.length > 0 && kept.length === 0) {
    t.edits.blank(node.start, node.end);
    return;
  }
  for (const specifier of node.specifiers) {
    if (kept.includes(specifier)) continue;
    blankItem(specifier, t);
    // import D, * as ns：去掉后一半，逗号也要去掉。
    if (specifier.type !== "ImportNamespaceSpecifier") continue;
    const comma = t.skip(node.specifiers[0].end);
    if (t.source[comma] === ",") t.edits.blank(comma, comma + 1);
  }
}

/** 花括号里的一项，连同后面的逗号；默认导入后面的逗号也一样。 */
function blankItem(item: Node, t: Transform): void {
  t.edits.blank(item.start, item.end);
  const comma = t.skip(item.end);
  if (t.source[comma] === ",") t.edits.blank(comma, comma + 1);
}
