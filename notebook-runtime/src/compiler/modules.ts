import { visitClass } from "./classes.js";
import { visitFunction } from "./functions.js";
import type { Node } from "./node.js";
import type { Transform, Visitor } from "./transform.js";
import type { StaticImport } from "./types.js";

/** 静态导入由运行时在执行之前完成，代码里整条抹掉。 */
export function staticImport(node: Node): StaticImport | null {
  if (node.importKind === "type" || node.importKind === "typeof") return null;
  const specifiers: Node[] = node.specifiers.filter((s: Node) => s.importKind !== "type");
  // import { type A } from "m" 只有类型，TypeScript 会整条去掉。
  if (specifiers.length === 0 && node.specifiers.length > 0) return null;
  return {
    specifier: node.source.value,
    bindings: specifiers.map(({ type, local, imported }) => ({
      local: local.name,
      imported:
        type === "ImportNamespaceSpecifier"
          ? "*"
          : type === "ImportDefaultSpecifier"
            ? "default"
            : (imported.name ?? imported.value),
    })),
    attributes: Object.fromEntries(
      (node.attributes ?? []).map(({ key, value }: Node) => [key.name ?? key.value, value.value]),
    ),
    ...(node.phase === "source" && { phase: "source" as const }),
    line: node.loc.start.line,
    column: node.loc.start.column + 1,
  };
}

function blank(node: Node, t: Transform): void {
  t.edits.blank(node.start, node.end);
}

export const moduleVisitors: Record<string, Visitor> = {
  ImportDeclaration: blank,
  ExportAllDeclaration: blank,

  ExportNamedDeclaration(node, t) {
    const { declaration } = node;
    if (!declaration || node.exportKind === "type") {
      blank(node, t);
      return;
    }
    t.edits.blank(node.start, declaration.start);
    t.visit(declaration);
  },

  ExportDefaultDeclaration(node, t) {
    const { declaration } = node;
    t.edits.blank(node.start, declaration.start);
    if (declaration.id || declaration.type.startsWith("TS")) {
      t.visit(declaration);
      return;
    }
    // 没有名字的函数和类单独成句不合语法，加括号变成表达式。
    const isValue = t.value === node;
    if (isValue) t.openValue(declaration.start);
    else t.edits.open(declaration.start, "(");
    if (declaration.type === "FunctionDeclaration") visitFunction(declaration, t);
    else if (declaration.type === "ClassDeclaration") visitClass(declaration, t);
    else t.visit(declaration);
    const end = t.source[node.end - 1] === ";" ? node.end - 1 : node.end;
    if (isValue) t.closeValue(end);
    else t.edits.close(end, ")");
    t.terminate(node);
  },

  TSImportEqualsDeclaration(node, t) {
    const { moduleReference, id } = node;
    if (node.importKind === "type") {
      blank(node, t);
      return;
    }
    const external = moduleReference.type === "TSExternalModuleReference";
    const value: Node = external ? moduleReference.expression : moduleReference;
    t.edits.blank(node.start, value.start);
    const local = t.scope?.lookup(id.name);
    const target = local === undefined ? t.rewrite(id.name, "define", node.start) : `var ${id.name}`;
    let open = `${target}=`;
    if (external) open += `${t.rewrite("require", "call", node.start) ?? "require"}(`;
    t.edits.open(value.start, open);
    if (!external) visitEntity(value, t);
    t.edits.blank(value.end, node.end);
    t.edits.close(value.end, external ? ");" : ";");
  },
};

/** A.B.C：只有最左边的名字要改写。 */
function visitEntity(node: Node, t: Transform): void {
  let first = node;
  while (first.type === "TSQualifiedName") first = first.left;
  t.reference(first, "read");
}
