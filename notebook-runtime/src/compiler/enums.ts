import type { Node } from "./node.js";
import { outerRange, type Transform, type Visitor } from "./transform.js";

type Constant = string | number | undefined;

const BINARY: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "|": (a, b) => a | b,
  "&": (a, b) => a & b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
};

/** 编译时能算出的成员值；枚举的自动编号与反向映射要靠它。 */
function evaluate(node: Node, enumName: string, members: Map<string, Constant>): Constant {
  const at = (child: Node) => evaluate(child, enumName, members);
  switch (node.type) {
    case "NumericLiteral":
    case "StringLiteral":
      return node.value;
    case "TemplateLiteral": {
      const parts = node.expressions.map(at);
      if (parts.includes(undefined)) return undefined;
      return node.quasis.map((q: Node, i: number) => q.value.cooked + (parts[i] ?? "")).join("");
    }
    case "Identifier":
      if (members.has(node.name)) return members.get(node.name);
      return node.name === "NaN" ? Number.NaN : node.name === "Infinity" ? Infinity : undefined;
    case "MemberExpression":
      if (node.object.type !== "Identifier" || node.object.name !== enumName) return undefined;
      return members.get(node.computed ? node.property.value : node.property.name);
    case "UnaryExpression": {
      const value = at(node.argument);
      if (typeof value !== "number") return undefined;
      return node.operator === "-"
        ? -value
        : node.operator === "+"
          ? value
          : node.operator === "~"
            ? ~value
            : undefined;
    }
    case "BinaryExpression": {
      const [left, right] = [at(node.left), at(node.right)];
      if (left === undefined || right === undefined) return undefined;
      if (typeof left === "number" && typeof right === "number") return BINARY[node.operator]?.(left, right);
      return node.operator === "+" ? `${left}${right}` : undefined;
    }
    default:
      return undefined;
  }
}

/** 在原位把枚举写成一个立即调用的函数，赋给 rewrite 或局部变量。 */
export function visitEnum(node: Node, t: Transform, assign: string, existing: string): void {
  const { name } = node.id;
  const list: Node[] = node.members ?? node.body.members;
  const open = t.source.indexOf("{", t.skip(node.id.end));
  t.edits.blank(node.start, open + 1);
  t.edits.open(node.start, `${assign}(function(${name}){`);
  const members = new Map<string, Constant>();
  let next: number | undefined = 0;
  let at = open + 1;
  t.within(
    (scope) => scope.declare(name),
    () => {
      for (const member of list) {
        const key: string = member.id.name ?? member.id.value;
        const { initializer } = member;
        const text = JSON.stringify(key);
        const range = initializer && outerRange(t.source, initializer);
        t.edits.blank(at, range ? range.start : member.end);
        let value: Constant = next;
        if (initializer) value = evaluate(initializer, name, members);
        else if (next === undefined) t.fail(member, `枚举成员 ${key} 需要初始值：前一个成员的值不是常量。`);
        const isText = typeof value === "string" || (initializer && isTextual(initializer));
        const before = isText ? `${name}[${text}]=` : `${name}[${name}[${text}]=`;
        const after = isText ? ";" : `]=${text};`;
        if (initializer) {
          t.edits.open(range.start, `${before}(`);
          t.visit(initializer);
          t.edits.close(range.end, `)${after}`);
          at = range.end;
        } else {
          t.edits.open(member.start, `${before}${value}${after}`);
          at = member.end;
        }
        members.set(key, value);
        t.scope?.declare(key, `${name}.${key}`);
        next = typeof value === "number" ? value + 1 : undefined;
      }
    },
  );
  t.edits.blank(at, node.end);
  t.edits.close(node.end, `return ${name};})(${existing});`);
}

function isTextual(node: Node): boolean {
  if (node.type === "StringLiteral" || node.type === "TemplateLiteral") return true;
  return (
    node.type === "BinaryExpression" &&
    node.operator === "+" &&
    (isTextual(node.left) || isTextual(node.right))
  );
}

export const enumVisitors: Record<string, Visitor> = {
  TSEnumDeclaration(node, t) {
    if (node.declare) {
      t.edits.blank(node.start, node.end);
      return;
    }
    const { name } = node.id;
    if (t.scope?.lookup(name) === undefined) {
      const target = t.rewrite(name, "define", node.start);
      visitEnum(node, t, `${target}=`, t.reopened(name, node));
    } else visitEnum(node, t, `var ${name}=`, `${name}||{}`);
  },
};
