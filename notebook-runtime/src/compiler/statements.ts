import { boundNames, type Node } from "./node.js";
import { lexicalNames } from "./scope.js";
import { type Access, CHECK, HOST, MARK, type Transform, type Visitor } from "./transform.js";
import { closeUsing, isUsing, registerUsing, usingHead, visitStatements } from "./using.js";

/** 语句列表自成作用域。 */
export function visitBlock(statements: Node[], t: Transform): void {
  t.within(
    (scope) => {
      scope.declareAll(statements);
    },
    () => visitStatements(statements, t),
  );
}

function expressionStatement(node: Node, t: Transform): void {
  const isValue = t.value === node;
  if (isValue) t.openValue(node.start);
  t.visitChildren(node);
  if (isValue) t.closeValue(t.source[node.end - 1] === ";" ? node.end - 1 : node.end);
  t.terminate(node);
}

function terminated(node: Node, t: Transform): void {
  t.visitChildren(node);
  t.terminate(node);
}

function loopBody(body: Node, t: Transform, before = "", after = ""): void {
  const first = (t.options.interruptible ? CHECK : "") + before;
  if (first === "") t.visit(body);
  else if (body.type === "BlockStatement" && after === "") {
    t.edits.open(body.start + 1, first);
    t.visit(body);
  } else {
    t.edits.open(body.start, `{${first}`);
    t.visit(body);
    t.edits.close(body.end, `${after}}`);
  }
}

/** for 头部的 let/const 只属于循环。 */
function loopScope(head: Node | null, t: Transform, body: () => void): void {
  const own = head?.type === "VariableDeclaration" && head.kind !== "var";
  t.within((scope) => {
    if (own) for (const { name } of lexicalNames([head])) scope.declare(name.name);
  }, body);
}

/** 把 var/let/const 语句改成对 rewrite 目标的赋值；声明全是原样的局部变量时只抹类型。 */
export function visitDeclaration(node: Node, t: Transform, access: Access, head = false): void {
  const using = isUsing(node);
  const rewritten = node.declarations.some((d: Node) => rewrites(d.id, t));
  if (using) registerUsing(node, t, rewritten ? "" : "const");
  if (!rewritten) {
    for (const declarator of node.declarations) {
      t.target(declarator.id, "define");
      t.visit(declarator.init);
      if (using && declarator.init) closeUsing(declarator, t);
    }
    return;
  }
  if (!using) t.edits.blank(node.start, node.start + node.kind.length);
  for (const declarator of node.declarations) {
    const { id, init } = declarator;
    const pattern = id.type !== "Identifier" && init;
    if (pattern) t.edits.open(id.start, "(");
    t.target(id, access);
    if (init) t.named(id, init);
    if (using && init) closeUsing(declarator, t);
    if (!init && !head && node.kind !== "var") t.edits.close(id.end, "=void 0");
    if (pattern) t.edits.close(declarator.end, ")");
  }
}

function rewrites(pattern: Node, t: Transform): boolean {
  if (pattern.type === "Identifier") return t.rewrite(pattern.name, "define", pattern.start) !== null;
  const parts: (Node | null)[] =
    pattern.type === "ObjectPattern"
      ? pattern.properties.map((p: Node) => (p.type === "RestElement" ? p : p.value))
      : pattern.type === "ArrayPattern"
        ? pattern.elements
        : [pattern.left ?? pattern.argument];
  return parts.some((part) => part !== null && rewrites(part, t));
}

function forIn(node: Node, t: Transform): void {
  if (node.await && t.functionDepth === 0) t.usesAwait = true;
  loopScope(node.left, t, () => {
    const { before, after } = isUsing(node.left) ? usingHead(node.left, t) : { before: "", after: "" };
    if (node.left.type === "VariableDeclaration") visitDeclaration(node.left, t, "define", true);
    else t.target(node.left, "write");
    t.visit(node.right);
    loopBody(node.body, t, before, after);
  });
}

function whileLoop(node: Node, t: Transform): void {
  t.visit(node.test);
  loopBody(node.body, t);
}

export const statementVisitors: Record<string, Visitor> = {
  ExpressionStatement: expressionStatement,
  Directive: expressionStatement,
  ReturnStatement: terminated,
  ThrowStatement: terminated,
  DebuggerStatement: terminated,
  BreakStatement: (node, t) => t.terminate(node),
  ContinueStatement: (node, t) => t.terminate(node),

  VariableDeclaration(node, t) {
    if (node.declare) t.edits.blank(node.start, node.end);
    else {
      visitDeclaration(node, t, "define");
      t.terminate(node);
    }
  },

  BlockStatement: (node, t) => visitBlock(node.body, t),
  StaticBlock(node, t) {
    t.functionDepth += 1;
    visitBlock(node.body, t);
    t.functionDepth -= 1;
  },

  SwitchStatement(node, t) {
    t.visit(node.discriminant);
    // 各个 case 共用一个作用域。
    const statements: Node[] = node.cases.flatMap((c: Node) => c.consequent);
    t.within(
      (scope) => {
        scope.declareAll(statements);
      },
      () => t.visitAll(node.cases),
    );
  },

  CatchClause(node, t) {
    t.within(
      (scope) => {
        for (const name of boundNames(node.param)) scope.declare(name.name);
      },
      () => {
        // 中断不能被 catch 吞掉；报错消息里的盒子名也在这里换回来。
        const { param, body } = node;
        const plain = param?.type === "Identifier";
        if (!param && t.hosted) t.edits.open(body.start, `(${MARK}e)`);
        if ((!param || plain) && t.hosted)
          t.edits.open(body.start + 1, `${HOST}.caught(${plain ? param.name : `${MARK}e`});`);
        t.target(param, "define");
        t.visit(body);
      },
    );
  },

  ForStatement(node, t) {
    if (isUsing(node.init))
      t.fail(node.init, "for (using …;…;…) 很少用到，这里不支持：请把 using 声明移到循环外面的块里。");
    loopScope(node.init, t, () => {
      if (node.init?.type === "VariableDeclaration") visitDeclaration(node.init, t, "define", true);
      else t.visit(node.init);
      t.visit(node.test);
      t.visit(node.update);
      loopBody(node.body, t);
    });
  },
  ForInStatement: forIn,
  ForOfStatement: forIn,
  WhileStatement: whileLoop,
  DoWhileStatement(node, t) {
    loopBody(node.body, t);
    t.visit(node.test);
  },

  LabeledStatement: (node, t) => t.visit(node.body),
};
