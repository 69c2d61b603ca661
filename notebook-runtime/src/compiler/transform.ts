import { Edits } from "./edits.js";
import { CellSyntaxError } from "./errors.js";
import { children, isAnonymousFunction, type Node, skipTrivia, unwrap } from "./node.js";
import { type Rewrite, Scope } from "./scope.js";
import type { BindingKind, CompileOptions } from "./types.js";

/**
 * 单元格之间共享的变量住在「盒子」里，代码里写作 ªx；下面是盒子的属性：
 * v 直接读写；c 先查是否已有值；k 读同 c、写则报常量错误；t 供 typeof；d 定义。
 */
export const MARK = "ª";

/** 运行时对象的名字；它的成员见 runtime/cell.ts。 */
export const HOST = "ªª";

/** 循环体与函数体开头的中断检查：旗子立起来就抛出。普通读取约 0.2 纳秒，Atomics.load 要 6 纳秒。 */
export const CHECK = `if(${HOST}i[0])${HOST}s();`;

export type Access = "read" | "write" | "update" | "typeof" | "call" | "define";

/** 单元格顶层的一个名字。 */
export interface TopLevel {
  kind: BindingKind;
  /** 声明语句结束的位置；在它之后的引用一定已初始化。 */
  end: number;
  node: Node;
}

export type Visitor = (node: Node, t: Transform) => void;

/** 走一遍语法树，把改动记进 Edits。各类节点的规则在别的文件里，登记在 visitors 表中。 */
export class Transform {
  readonly source: string;
  readonly edits: Edits;
  readonly top = new Map<string, TopLevel>();
  /** 用到的盒子。 */
  readonly boxes = new Set<string>();
  readonly options: Required<CompileOptions>;
  readonly #visitors: Record<string, Visitor>;
  scope: Scope | null = null;
  /** 嵌套在几层函数里；0 是单元格顶层。 */
  functionDepth = 0;
  /** 在提升到顶层的函数声明里：它可能在任何声明之前被调用。 */
  inHoisted = false;
  usesAwait = false;
  /** 命名空间的路径 → 已经导出的名字。 */
  readonly exports = new Map<string, Set<string>>();
  /** 所在的语句列表已经包好的 using 声明。 */
  readonly managed = new WeakSet<Node>();
  /** 见过的枚举 → 编译时能算出的成员值。 */
  readonly enums = new Map<string, Map<string, string | number | undefined>>();
  /** 代码里有没有运行时对象；普通模块没有，动态导入等照原样留着。 */
  hosted = true;
  /** 每遇到一个名字的引用就调用。 */
  onReference: (name: string) => void = () => {};
  /** 其值就是单元格的值的那条语句。 */
  value: Node | null = null;

  constructor(source: string, options: Required<CompileOptions>, visitors: Record<string, Visitor>) {
    this.source = source;
    this.edits = new Edits(source);
    this.options = options;
    this.#visitors = visitors;
  }

  visit(node: Node | null | undefined): void {
    if (!node) return;
    const visitor = this.#visitors[node.type];
    if (visitor) visitor(node, this);
    else if (node.type.startsWith("TS")) this.edits.blank(node.start, node.end);
    else this.visitChildren(node);
  }

  visitAll(nodes: (Node | null)[]): void {
    for (const node of nodes) this.visit(node);
  }

  visitChildren(node: Node): void {
    for (const child of children(node)) this.visit(child);
  }

  /** 在新的作用域里做一件事。 */
  within(declare: (scope: Scope) => void, body: () => void): void {
    const outer = this.scope;
    this.scope = new Scope(outer);
    declare(this.scope);
    body();
    this.scope = outer;
  }

  /** 没写分号的语句补上：抹掉类型之后，下一行开头的括号不会接上来。 */
  terminate(node: Node): void {
    if (this.source[node.end - 1] !== ";") this.edits.close(node.end, ";");
  }

  /** 返回语句的值；装进数组，值若是 Promise 就不会被等待。 */
  openValue(at: number): void {
    this.edits.open(at, this.options.loop ? `${HOST}.sink=(` : "return [(");
  }

  closeValue(at: number): void {
    this.edits.close(at, this.options.loop ? ")" : ")]");
  }

  /** 同名的枚举和命名空间合并：同一单元格里已有的值，没有则是空对象。 */
  reopened(name: string, node: Node): string {
    return this.top.get(name)?.node === node ? "{}" : `${MARK}${name}.v`;
  }

  /** 标识符的一次出现。 */
  reference(node: Node, access: Access, shorthand = false): void {
    this.onReference(node.name);
    const text = this.rewrite(node.name, access, node.start);
    const nameEnd = node.start + node.name.length;
    if (text === null) return;
    const at = text.indexOf(node.name);
    const [before, after] = [text.slice(0, at), text.slice(at + node.name.length)];
    const open = access === "call" ? `(0,${before}` : before;
    this.edits.open(node.start, shorthand ? `${node.name}:${open}` : open);
    this.edits.close(nameEnd, access === "call" ? `${after})` : after, node.start);
  }

  /** 名字应写成什么；null 是原样。 */
  rewrite(name: string, access: Access, at: number): Rewrite {
    const local = this.scope?.lookup(name);
    if (local !== undefined) return local;
    const property = this.#property(name, access, at);
    if (property === null) return null;
    this.boxes.add(name);
    return `${MARK}${name}.${property}`;
  }

  #property(name: string, access: Access, at: number): string | null {
    const declared = this.top.get(name);
    if (declared) {
      const { kind } = declared;
      if (kind === "var" || kind === "function") return "v";
      if (access === "define") return "d";
      const writes = access === "write" || access === "update";
      if (writes && (kind === "const" || kind === "import")) return "k";
      const ready = at >= declared.end && !this.inHoisted && kind !== "import";
      if (ready) return "v";
      return access === "typeof" ? "t" : "c";
    }
    const kind = this.options.known.get(name);
    if (kind !== undefined) {
      const writes = access === "write" || access === "update";
      return writes && (kind === "const" || kind === "import") ? "k" : "v";
    }
    if (name === "arguments" || name === "undefined" || this.options.isGlobal(name)) return null;
    return access === "typeof" ? "t" : "c";
  }

  /** 赋值目标或绑定模式：抹掉类型，改写名字，照常处理默认值与计算键。 */
  target(node: Node | null, access: Access): void {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        this.reference(node, access);
        this.annotation(node);
        break;
      case "ObjectPattern":
        for (const property of node.properties) this.#patternProperty(property, access);
        this.annotation(node);
        break;
      case "ArrayPattern":
        for (const element of node.elements) this.target(element, access);
        this.annotation(node);
        break;
      case "RestElement":
        this.target(node.argument, access);
        this.annotation(node);
        break;
      case "AssignmentPattern":
        this.target(node.left, access);
        this.annotation(node);
        this.named(node.left, node.right);
        break;
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
      case "TSTypeAssertion":
        this.#wrapped(node, access);
        break;
      default:
        this.visit(node);
    }
  }

  #patternProperty(property: Node, access: Access): void {
    if (property.type === "RestElement") {
      this.target(property, access);
      return;
    }
    if (property.computed) this.visit(property.key);
    if (!property.shorthand) {
      this.target(property.value, access);
      return;
    }
    const { value } = property;
    const name = value.type === "AssignmentPattern" ? value.left : value;
    this.reference(name, access, true);
    if (value.type === "AssignmentPattern") this.named(name, value.right);
  }

  #wrapped(node: Node, access: Access): void {
    const { expression } = node;
    if (unwrap(expression).type !== "Identifier") {
      this.visit(node);
      return;
    }
    // 借用同一条抹类型的规则，只把最里面的名字换成写访问。
    const inner = unwrap(expression);
    this.reference(inner, access);
    const outer = this.scope;
    this.scope = new Scope(outer);
    this.scope.declare(inner.name);
    this.visit(node);
    this.scope = outer;
  }

  /** 抹掉名字或模式后面的 ?、! 和类型注解。 */
  annotation(node: Node): void {
    if (node.type === "Identifier") {
      const end = node.start + node.name.length;
      if (node.end > end) this.edits.blank(end, node.end);
      return;
    }
    const type = node.typeAnnotation;
    if (node.optional) {
      let at = (type ? type.start : node.end) - 1;
      while (this.source[at] !== "?") at -= 1;
      this.edits.blank(at, at + 1);
    }
    if (type) this.edits.blank(type.start, type.end);
  }

  /** 赋给 target 的值；匿名函数保持 JavaScript 会给它的名字，尽管目标已改写成盒子的属性。 */
  named(target: Node, value: Node | null): void {
    if (!value) return;
    const renamed =
      target.type === "Identifier" &&
      target.name !== "__proto__" &&
      isAnonymousFunction(value) &&
      this.rewrite(target.name, "read", target.start) !== null;
    if (!renamed) {
      this.visit(value);
      return;
    }
    const { start, end } = outerRange(this.source, value);
    this.edits.open(start, `{${target.name}:`);
    this.visit(value);
    this.edits.close(end, `}.${target.name}`);
  }

  /** 报告不支持的语法。 */
  fail(node: Node, message: string): never {
    throw new CellSyntaxError(message, node.loc.start.line, node.loc.start.column + 1);
  }

  skip(at: number): number {
    return skipTrivia(this.source, at);
  }
}

/** 表达式连同包住它的括号；Babel 的节点范围不含括号。 */
export function outerRange(source: string, node: Node): { start: number; end: number } {
  if (!node.extra?.parenthesized) return node;
  const start: number = node.extra.parenStart;
  let depth = 0;
  // parenStart 是最外层括号；数一数到节点之间有几个左括号。
  for (let at = start; at < node.start; ) {
    at = skipTrivia(source, at);
    if (at >= node.start) break;
    if (source[at] === "(") depth += 1;
    at += 1;
  }
  let end = node.end;
  for (; depth > 0; depth--) end = skipTrivia(source, end) + 1;
  return { start, end };
}
