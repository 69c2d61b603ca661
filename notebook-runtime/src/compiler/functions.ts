import { boundNames, type Node } from "./node.js";
import { lexicalNames, varNames } from "./scope.js";
import type { Transform, Visitor } from "./transform.js";
import { stripArrowTypes, stripThisParameter } from "./types-strip.js";

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
      for (const { name } of lexicalNames(node.body.body)) scope.declare(name.name);
    },
    () => {
      for (const param of params) {
        if (param.decorators?.length) t.fail(param, DECORATORS);
        if (param.type === "TSParameterProperty") t.visit(param);
        else t.target(param, "define");
      }
      if (node.body.type === "BlockStatement") t.visitAll(node.body.body);
      else t.visit(node.body);
    },
  );
  t.functionDepth -= 1;
}

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

