import { DECORATORS, visitFunction } from "./functions.js";
import type { Node } from "./node.js";
import { MARK, type Transform, type Visitor } from "./transform.js";

const MODIFIERS = new Set(["public", "private", "protected", "readonly", "override", "abstract", "declare"]);

/** 抹掉 [from, to) 里的修饰词；static、async、get、set 留下。 */
function blankModifiers(from: number, to: number, t: Transform): void {
  for (let at = t.skip(from); at < to; at = t.skip(at)) {
    const word = /^[\w$]+/.exec(t.source.slice(at, to))?.[0];
    if (!word) {
      at += 1;
      continue;
    }
    if (MODIFIERS.has(word)) t.edits.blank(at, at + word.length);
    at += word.length;
  }
}

/** 抹掉成员名后面的 ? 或 !。 */
function blankMark(member: Node, t: Transform): void {
  let at = t.skip(member.key.end);
  if (member.computed) at = t.skip(at + 1);
  if (t.source[at] === "?" || t.source[at] === "!") t.edits.blank(at, at + 1);
}

function visitKey(member: Node, t: Transform): void {
  if (member.decorators?.length) t.fail(member.decorators[0], DECORATORS);
  if (member.computed) t.visit(member.key);
}

function property(node: Node, t: Transform): void {
  visitKey(node, t);
  if (node.declare || node.abstract) {
    t.edits.blank(node.start, node.end);
    t.edits.put(node.start, ";");
    return;
  }
  blankModifiers(node.start, node.key.start, t);
  if (!t.options.defineFields && !node.computed && node.type === "ClassProperty") assigned(node, t);
  else initializer(node, t);
}

/** 旧式字段：没有初始值的不产生属性，有的改成赋值；借一个私有字段占住原来的次序。 */
function assigned(node: Node, t: Transform): void {
  if (!node.value) {
    t.edits.blank(node.start, node.end);
    t.edits.put(node.start, ";");
    return;
  }
  const { key } = node;
  const name = t.source.slice(key.start, key.end);
  t.edits.open(key.start, `#${MARK}${node.start}=this`);
  t.edits.replace(key.start, key.end, key.type === "Identifier" ? `.${name}` : `[${name}]`);
  initializer(node, t);
}

/** 字段名之后的部分：抹掉标记与类型，处理初始值。 */
function initializer(node: Node, t: Transform): void {
  if (node.optional || node.definite) blankMark(node, t);
  if (node.typeAnnotation) t.edits.blank(node.typeAnnotation.start, node.typeAnnotation.end);
  t.functionDepth += 1;
  t.within(
    (scope) => scope.declare("arguments"),
    () => t.visit(node.value),
  );
  t.functionDepth -= 1;
  t.terminate(node);
}

/** accessor x = 1 → 一对读写私有字段的 get 与 set，加上私有字段 #ªx = 1，都在原位。 */
function accessor(node: Node, t: Transform): void {
  visitKey(node, t);
  if (node.computed) t.fail(node, "不支持计算名的 accessor 字段：请改写成一对 get 和 set。");
  if (node.abstract || node.declare) {
    t.edits.blank(node.start, node.end);
    return;
  }
  const { key } = node;
  const name = t.source.slice(key.start, key.end);
  const hidden = `#${MARK}${node.start}`;
  const prefix = node.static ? "static " : "";
  t.edits.blank(node.start, key.start);
  t.edits.open(
    node.start,
    `${prefix}get ${name}(){return this.${hidden}}${prefix}set ${name}(${MARK}v){this.${hidden}=${MARK}v}${prefix}`,
  );
  t.edits.replace(key.start, key.end, hidden);
  initializer(node, t);
}

function method(node: Node, t: Transform): void {
  visitKey(node, t);
  if (node.abstract) {
    t.edits.blank(node.start, node.end);
    return;
  }
  blankModifiers(node.start, node.key.start, t);
  if (node.optional) blankMark(node, t);
  if (node.kind === "constructor") assignParameters(node, t);
  visitFunction(node, t);
}

/** constructor(private x) → 在函数体开头（有父类则在 super() 之后）补 this.x=x。 */
function assignParameters(node: Node, t: Transform): void {
  const names: string[] = node.params
    .filter((param: Node) => param.type === "TSParameterProperty")
    .map(({ parameter }: Node) => (parameter.left ?? parameter).name);
  if (names.length === 0) return;
  const assignments = names.map((name) => `this.${name}=${name};`).join("");
  const call = node.body.body.find(
    ({ type, expression }: Node) =>
      type === "ExpressionStatement" &&
      expression.type === "CallExpression" &&
      expression.callee.type === "Super",
  );
  t.edits.open(call ? call.end : node.body.start + 1, call ? `;${assignments}` : assignments);
}

export function visitClass(node: Node, t: Transform): void {
  if (node.decorators?.length) t.fail(node.decorators[0], DECORATORS);
  const types = [node.typeParameters, node.superTypeParameters ?? node.superTypeArguments];
  for (const type of types) if (type) t.edits.blank(type.start, type.end);
  const clauses: Node[] = node.implements ?? [];
  if (clauses.length > 0) {
    const header = node.superTypeParameters ?? node.superClass ?? node.typeParameters ?? node.id;
    let at = t.skip(header ? header.end : node.start + "class".length);
    while (t.source[at] === ")") at = t.skip(at + 1);
    if (!t.source.startsWith("implements", at)) at = t.source.lastIndexOf("implements", clauses[0].start);
    t.edits.blank(at, clauses[clauses.length - 1].end);
  }
  t.within(
    (scope) => {
      if (node.id) scope.declare(node.id.name);
    },
    () => {
      t.visit(node.superClass);
      t.visitAll(node.body.body);
    },
  );
}

export const classVisitors: Record<string, Visitor> = {
  ClassExpression(node, t) {
    if (node.abstract) blankModifiers(node.start, node.body.start, t);
    visitClass(node, t);
  },

  ClassDeclaration(node, t) {
    if (node.declare) {
      t.edits.blank(node.start, node.end);
      return;
    }
    if (node.abstract) t.edits.blank(node.start, t.source.indexOf("class", node.start));
    const target = node.id && t.scope?.lookup(node.id.name) === undefined;
    if (target) {
      const rewrite = t.rewrite(node.id.name, "define", node.start);
      if (rewrite) t.edits.open(node.start, `${rewrite}=`);
    }
    visitClass(node, t);
    if (target) t.edits.close(node.end, ";");
  },

  ClassProperty: property,
  ClassPrivateProperty: property,
  ClassAccessorProperty: accessor,
  ClassMethod: method,
  ClassPrivateMethod: method,
};
