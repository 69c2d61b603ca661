import type { Node } from "./node.js";
import { HOST, MARK, outerRange, type Transform } from "./transform.js";

/**
 * using 与 await using：在原位改写成 try/catch/finally，各个 Node 版本行为相同。
 * 登记与释放在 runtime/disposal.ts；语句列表里的资源在列表结束时按相反的次序释放，
 * 单元格顶层的在单元格结束时释放。
 */
const STACK = `${MARK}u`;

export function isUsing(node: Node | null): boolean {
  return (
    node?.type === "VariableDeclaration" &&
    !node.declare &&
    (node.kind === "using" || node.kind === "await using")
  );
}

/** 语句列表里直接的 using：没有、同步、或有一个要等待的。 */
function kindOf(statements: Node[]): "none" | "sync" | "async" {
  const found = statements.filter(isUsing);
  if (found.length === 0) return "none";
  return found.some((node) => node.kind === "await using") ? "async" : "sync";
}

function open(t: Transform): string {
  const create = t.hosted ? `${HOST}.u()` : 'globalThis[Symbol.for("tidu.using")]()';
  return `const ${STACK}=${create};try{`;
}

function close(t: Transform, async: boolean): string {
  const top = t.functionDepth === 0 && t.hosted;
  if (async && t.functionDepth === 0) t.usesAwait ||= t.hosted;
  const end = !async
    ? `${STACK}.end()`
    : top
      ? `${HOST}.w(await ${STACK}.endAsync())`
      : `await ${STACK}.endAsync()`;
  return `}catch(${MARK}e){${STACK}.fail(${MARK}e)}finally{${end};}`;
}

/** 走一遍语句列表；有 using 就包起来。first 是紧跟在 try 里的代码。 */
export function visitStatements(statements: Node[], t: Transform, first = ""): void {
  const kind = kindOf(statements);
  if (kind === "none") {
    t.visitAll(statements);
    return;
  }
  for (const node of statements) if (isUsing(node)) t.managed.add(node);
  t.edits.open(statements[0].start, open(t) + first);
  t.visitAll(statements);
  t.edits.close(statements[statements.length - 1].end, close(t, kind === "async"));
}

export function hasUsing(statements: Node[]): boolean {
  return kindOf(statements) !== "none";
}

/** using → keyword，初始值登记到资源栈。 */
export function registerUsing(node: Node, t: Transform, keyword: string): void {
  if (!t.managed.has(node))
    t.fail(node, "using 不能直接写在这里（.ts 模块的顶层、命名空间、case 里）：请用花括号包成一个块。");
  replaceKeyword(node, t, keyword);
  const add = node.kind === "await using" ? "addAsync" : "add";
  for (const { init } of node.declarations)
    if (init) t.edits.open(outerRange(t.source, init).start, `${STACK}.${add}(`);
}

function replaceKeyword(node: Node, t: Transform, keyword: string): void {
  const at = node.kind === "await using" ? t.skip(node.start + "await".length) : node.start;
  t.edits.blank(node.start, at + "using".length);
  if (keyword) t.edits.replace(at, at + "using".length, keyword);
}

/** 登记的那个调用的右括号；在初始值走过之后补。 */
export function closeUsing(declarator: Node, t: Transform): void {
  t.edits.close(declarator.end, ")");
}

/** for (using x of …)：头部改成 const，循环体里登记。返回循环体开头与结尾要加的代码。 */
export function usingHead(head: Node, t: Transform): { before: string; after: string } {
  const async = head.kind === "await using";
  replaceKeyword(head, t, "const");
  head.kind = "const";
  const { name } = head.declarations[0].id;
  return {
    before: `${open(t)}${STACK}.${async ? "addAsync" : "add"}(${name});`,
    after: close(t, async),
  };
}
