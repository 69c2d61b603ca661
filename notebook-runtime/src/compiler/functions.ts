import { boundNames, children, type Node } from "./node.js";
import { isFunction, varNames } from "./scope.js";
import { CHECK, HOST, outerRange, type Transform, type Visitor } from "./transform.js";
import { stripArrowTypes, stripThisParameter } from "./types-strip.js";
import { visitStatements } from "./using.js";

/** 函数的参数与函数体；生成器的 yield、函数自己的 var 都留给 JavaScript。 */
export function visitFunction(node: Node, t: Transform): void {
  const arrow = node.type === "ArrowFunctionExpression";
  const params = stripThisParameter(node.params, t);
  if (arrow) stripArrowTypes(node, t);
  else {
    for (const types of [node.typeParameters, node.returnType]) {
      if (types) t.edits.blank(types.start, types.end);
    }
  }
  t.functionDepth += 1;
  t.within(
    (scope) => {
      if (node.type === "FunctionExpression" && node.id) scope.declare(node.id.name);
      if (!arrow) scope.declare("arguments");
      for (const param of params) for (const name of boundNames(param)) scope.declare(name.name);
      if (node.body.type !== "BlockStatement") return;
      for (const name of varNames(node.body)) scope.declare(name.name);
      scope.declareAll(node.body.body);
    },
    () => {
      for (const param of params) {
        if (param.decorators?.length) t.fail(param, DECORATORS);
        if (param.type === "TSParameterProperty") t.visit(param);
        else t.target(param, "define");
      }
      visitBody(node, t);
    },
  );
  t.functionDepth -= 1;
}

/** 函数体；开头的检查让没有循环的递归也能中断，代价约百分之一。 */
function visitBody(node: Node, t: Transform): void {
  const { body } = node;
  const checked = t.options.interruptible && calls(body);
  if (body.type === "BlockStatement") {
    for (const directive of body.directives) t.terminate(directive);
    const at = body.directives.at(-1)?.end ?? body.start + 1;
    if (checked) t.edits.open(at, CHECK);
    visitStatements(body.body, t);
  } else if (checked) {
    const { start, end } = outerRange(t.source, body);
    t.edits.open(start, `(${HOST}i[0]&&${HOST}s(),`);
    t.visit(body);
    t.edits.close(end, ")");
  } else t.visit(body);
}

/** 自己（不算里层函数）有没有调用；没有调用就不会递归。 */
function calls(node: Node): boolean {
  if (CALLS.has(node.type)) return true;
  for (const child of children(node)) {
    if (!isFunction(child) && !child.type.startsWith("TSType") && calls(child)) return true;
  }
  return false;
}

const CALLS = new Set([
  "CallExpression",
  "OptionalCallExpression",
  "NewExpression",
  "TaggedTemplateExpression",
]);

export const DECORATORS = "不支持装饰器：单元格里请改用普通的函数调用或高阶函数。";

export const functionVisitors: Record<string, Visitor> = {
  FunctionDeclaration(node, t) {
    const hoisted = t.scope === null;
    if (hoisted) t.inHoisted = true;
    visitFunction(node, t);
    if (hoisted) t.inHoisted = false;
  },
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ObjectMethod(node, t) {
    if (node.computed) t.visit(node.key);
    visitFunction(node, t);
  },
};
