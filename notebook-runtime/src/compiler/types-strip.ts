import { type Node, unwrap } from "./node.js";
import type { Transform, Visitor } from "./transform.js";

/** 把 [from, to) 之间的类型抹掉；from 处可能先有右括号，要留着。 */
function blankOperator(node: Node, t: Transform): void {
  let at = t.skip(node.expression.end);
  while (t.source[at] === ")") at = t.skip(at + 1);
  t.edits.blank(at, node.end);
}

function castExpression(node: Node, t: Transform): void {
  t.visit(node.expression);
  blankOperator(node, t);
}

/** 抹类型的表达式规则；其余 TS 节点默认整个抹掉。 */
export const typeVisitors: Record<string, Visitor> = {
  TSAsExpression: castExpression,
  TSSatisfiesExpression: castExpression,

  TSNonNullExpression(node, t) {
    t.visit(node.expression);
    t.edits.blank(node.end - 1, node.end);
  },

  TSTypeAssertion(node, t) {
    // <T>x：补一对括号，因为 return <T>⏎x 抹掉之后 return 会提前结束。
    const close = t.skip(node.typeAnnotation.end);
    t.edits.blank(node.start, close + 1);
    t.edits.open(node.start, "(");
    t.visit(node.expression);
    t.edits.close(node.end, ")");
  },

  TSInstantiationExpression(node, t) {
    t.visit(node.expression);
    const types = node.typeParameters ?? node.typeArguments;
    t.edits.blank(types.start, types.end);
  },

  TSParameterProperty(node, t) {
    t.edits.blank(node.start, node.parameter.start);
    t.target(node.parameter, "define");
  },

  TSExportAssignment(node, t) {
    t.edits.blank(node.start, node.expression.start);
    t.visit(node.expression);
    t.terminate(node);
  },

  TSDeclareFunction: blank,
  TSDeclareMethod: blank,
  TSIndexSignature: blank,
};

function blank(node: Node, t: Transform): void {
  t.edits.blank(node.start, node.end);
}

/** 箭头函数的返回类型跨行时，右括号要挪到类型末尾：) 与 => 之间不能换行。 */
export function stripArrowTypes(node: Node, t: Transform): void {
  const { returnType, typeParameters } = node;
  if (returnType) {
    t.edits.blank(returnType.start, returnType.end);
    if (/[\n\r\u2028\u2029]/.test(t.source.slice(returnType.start, returnType.end))) {
      let paren = returnType.start - 1;
      while (t.source[paren] !== ")") paren -= 1;
      t.edits.blank(paren, paren + 1);
      t.edits.put(returnType.end - 1, ")");
    }
  }
  if (typeParameters) {
    t.edits.blank(typeParameters.start, typeParameters.end);
    if (node.async && /[\n\r\u2028\u2029]/.test(t.source.slice(typeParameters.start, typeParameters.end))) {
      // async <T>⏎(x)：async 与左括号之间不能换行，左括号提前。
      const paren = t.skip(typeParameters.end);
      t.edits.blank(paren, paren + 1);
      t.edits.put(typeParameters.start, "(");
    }
  }
}

/** this 参数只是类型，连同后面的逗号一起抹掉。 */
export function stripThisParameter(params: Node[], t: Transform): Node[] {
  const [first] = params;
  if (first?.type !== "Identifier" || first.name !== "this") return params;
  t.edits.blank(first.start, first.end);
  const comma = t.skip(first.end);
  if (t.source[comma] === ",") t.edits.blank(comma, comma + 1);
  return params.slice(1);
}

/** 调用的对象若是改写过的名字，写成 (0,ªf.v)(…)：盒子不能成为 this。 */
export function visitCallee(callee: Node, t: Transform, types?: Node): void {
  const inner = unwrap(callee);
  if (inner.type !== "Identifier") {
    t.visit(callee);
    return;
  }
  t.reference(inner, "call");
  // f() 出错时 V8 报 f 的位置，(0,f)() 却报左括号的位置。
  let paren = t.skip((types ?? callee).end);
  while (t.source[paren] === ")" || t.source[paren] === "?" || t.source[paren] === ".")
    paren = t.skip(paren + 1);
  t.edits.alias(paren, inner.start);
  if (inner === callee) return;
  t.within(
    (scope) => scope.declare(inner.name),
    () => t.visit(callee),
  );
}
