import type { Node } from "./node.js";
import { outerRange, type Transform, type Visitor } from "./transform.js";

type Constant = string | number | undefined;
/** 枚举名 → 成员的值；一个枚举可以引用前面枚举的成员。 */
type Enums = Map<string, Map<string, Constant>>;

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
function evaluate(node: Node, members: Map<string, Constant>, enums: Enums): Constant {
  const at = (child: Node) => evaluate(child, members, enums);
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
      if (node.object.type !== "Identifier") return undefined;
      return enums.get(node.object.name)?.get(node.computed ? node.property.value : node.property.name);
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
  // 同名的几块合并：前面各块的成员在这里也看得见。
  const members = new Map(t.enums.get(name));
  t.enums.set(name, members);
  let next: number | undefined = 0;
  let counted = "";
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
        if (initializer) value = evaluate(initializer, members, t.enums);
        else if (next === undefined && !counted)
          t.fail(member, `枚举成员 ${key} 需要初始值：前一个成员的值不是常量。`);
        // 值来自别的单元格的枚举：编译时不知道，编号与反向映射留到运行时。
        const later = value === undefined && (!initializer || isReference(initializer));
        const isText = typeof value === "string" || (initializer && isTextual(initializer));
        const slot = `${name}[${text}]`;
        const before = isText ? `${slot}=` : later ? `if(typeof(${slot}=` : `${name}[${slot}=`;
        const after = isText ? ";" : later ? `)==="number")${name}[${slot}]=${text};` : `]=${text};`;
        if (initializer) {
          t.edits.open(range.start, `${before}(`);
          t.visit(initializer);
          t.edits.close(range.end, `)${after}`);
          at = range.end;
        } else {
          t.edits.open(member.start, `${before}${value ?? counted}${after}`);
          at = member.end;
        }
        members.set(key, value);
        t.scope?.declare(key, `${name}.${key}`);
        next = typeof value === "number" ? value + 1 : undefined;
        counted = later ? `${slot}+1` : "";
      }
    },
  );
  t.edits.blank(at, node.end);
  t.edits.close(node.end, `return ${name};})(${existing});`);
}

/** 由别处的名字与运算组成，没有调用：可能是另一个枚举的常量。 */
function isReference(node: Node): boolean {
  if (node.type === "MemberExpression") return isReference(node.object);
  if (node.type === "UnaryExpression") return isReference(node.argument);
  if (node.type === "BinaryExpression") return isReference(node.left) && isReference(node.right);
  return node.type === "Identifier" || node.type === "NumericLiteral";
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
    } else {
      const { assign, existing } = t.scope!.merge(name);
      visitEnum(node, t, assign, existing);
    }
  },
};
