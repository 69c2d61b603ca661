import { briefNames } from "./brief.js";
import { staticImport } from "./modules.js";
import { declarationOf, type Node } from "./node.js";
import { parse } from "./parse.js";
import { lexicalNames, varNames } from "./scope.js";
import { CHECK, HOST, MARK, Transform } from "./transform.js";
import type { BindingKind, CompiledCell, CompileOptions, Declaration, StaticImport } from "./types.js";
import { hasUsing, isUsing, visitStatements } from "./using.js";
import { cellVisitors as visitors } from "./visitors.js";

/**
 * 把一个单元格编译成一个函数表达式：抹掉类型，顶层的名字改成跨单元格共享的盒子，
 * 循环里加中断检查，最后一个表达式成为返回值。纯函数；行号不变，列由 original() 换算。
 *
 * @throws CellSyntaxError 带行列。
 */
export function compileCell(source: string, options: CompileOptions = {}): CompiledCell {
  const file = parse(source);
  const program: Node = file.program;
  const t = new Transform(
    source,
    {
      known: options.known ?? new Map(),
      isGlobal: options.isGlobal ?? ((name) => name in globalThis),
      interruptible: options.interruptible ?? true,
      defineFields: options.defineFields ?? true,
      loop: options.loop ?? false,
    },
    visitors,
  );
  const { declarations, imports, hoisted } = collect(program, t);
  const interpreter = program.interpreter;
  if (interpreter) t.edits.blank(interpreter.start, interpreter.end);
  t.value = valueStatement(program);
  t.visitAll(program.directives);
  const publish = hoisted.map((name) => `${MARK}${name}.d=${name};`).join("");
  const wrapped = hasUsing(program.body);
  visitStatements(program.body, t, publish);
  const bindings = [...t.boxes].map((name) => `${MARK}${name}=${HOST}.box(${JSON.stringify(name)})`);
  const prologue = [
    `(${t.usesAwait && !t.options.loop ? "async " : ""}function(${HOST}){"use strict";`,
    `const ${[`${HOST}i=${HOST}.flag`, `${HOST}s=${HOST}.stop`, ...bindings].join(",")};`,
    t.options.loop ? loopHead(t.usesAwait) : "",
    wrapped ? "" : publish,
  ].join("");
  const code = `${t.edits.render(prologue)}\n${t.options.loop ? "}}" : ""}})`;
  const brief = program.directives.length === 0 ? briefNames(program.body) : null;
  return {
    source,
    code,
    isAsync: t.usesAwait,
    hasValue: t.value !== null,
    declarations,
    imports,
    ...(brief && { brief }),
    original: (line, column) => t.edits.original(line, column),
  };
}

/** 反复执行的函数：给次数 n，返回之前执行 n 次。 */
function loopHead(async: boolean): string {
  const [n, k] = [`${MARK}n`, `${MARK}k`];
  return `return ${async ? "async " : ""}function(${n}){for(let ${k}=0;${k}<${n};${k}++){${CHECK}`;
}

/** 只看顶层声明了什么、导入了什么；补全与类型检查用。 */
export function parseCell(source: string): { declarations: Declaration[]; imports: StaticImport[] } {
  const t = new Transform(
    source,
    { known: new Map(), isGlobal: () => true, interruptible: false, defineFields: true, loop: false },
    visitors,
  );
  const { declarations, imports } = collect(parse(source).program, t);
  return { declarations, imports };
}

const KINDS: Record<string, BindingKind> = {
  FunctionDeclaration: "function",
  ClassDeclaration: "class",
  TSEnumDeclaration: "enum",
  TSModuleDeclaration: "namespace",
  TSImportEqualsDeclaration: "import",
};

/** 登记单元格顶层的名字。 */
function collect(program: Node, t: Transform) {
  const declarations = new Map<string, Declaration>();
  const imports: StaticImport[] = [];
  const hoisted: string[] = [];
  const declare = (name: Node, kind: BindingKind, node: Node) => {
    if (declarations.has(name.name) && kind === "var") return;
    const { line, column } = name.loc.start;
    if (!declarations.has(name.name)) t.top.set(name.name, { kind, end: node.end, node });
    declarations.set(name.name, { name: name.name, kind, line, column: column + 1 });
  };
  for (const { name, node } of lexicalNames(program.body)) {
    const kind = isUsing(node) ? "const" : (KINDS[node.type] ?? node.kind);
    declare(name, kind, node);
    if (kind === "function" && !hoisted.includes(name.name)) hoisted.push(name.name);
  }
  for (const name of varNames(program)) declare(name, "var", name);
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue;
    const found = staticImport(statement);
    if (!found) continue;
    imports.push(found);
    const locals = new Set(found.bindings.map(({ local }) => local));
    for (const { local } of statement.specifiers)
      if (locals.has(local.name)) declare(local, "import", statement);
  }
  for (const name of hoisted) t.boxes.add(name);
  return { declarations: [...declarations.values()], imports, hoisted };
}

/** 作为单元格的值的那条语句：最后一条，且是表达式。 */
function valueStatement(program: Node): Node | null {
  const last: Node | undefined = program.body.at(-1) ?? program.directives.at(-1);
  if (!last) return null;
  if (last.type === "ExpressionStatement" || last.type === "Directive") return last;
  if (last.type !== "ExportDefaultDeclaration") return null;
  const declaration: Node = declarationOf(last);
  return declaration.id || declaration.type.startsWith("TS") ? null : last;
}
