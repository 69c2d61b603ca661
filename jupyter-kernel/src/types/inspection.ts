import { relative } from "node:path";
import {
  findPrecedingToken,
  getTokenAtPosition,
  isCallExpression,
  isNewExpression,
  isTypeQueryNode,
  isVariableDeclaration,
  isVariableStatement,
  type Node,
  NodeFlags,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import {
  type Project,
  type Signature,
  SignatureKind,
  SymbolFlags,
  type Symbol as TsSymbol,
} from "typescript/unstable/sync";
import { wantsType } from "./place.js";
import type { Inspection } from "./service.js";

export interface Request {
  project: Project;
  source: SourceFile;
  folder: string;
  code: string;
  position: number;
  /** 单元格源码在文件里的起点 */
  offset: number;
  detail: 0 | 1;
}

/** 光标所在的名字的类型、文档与源码；光标在调用的参数里时，连同那个调用的签名与正在写的参数。 */
export function inspectionAt(request: Request): Inspection | undefined {
  const { code, position, offset } = request;
  const at = identifierAt(code, position);
  const call = callAt(request.source, position + offset);
  const inCall = call && callOf(request, call);
  const own = at === undefined ? undefined : describe(request, at + offset, wordAt(code, at));
  if (own) return { ...own, ...(inCall ? { call: inCall } : {}) };
  if (!call || !inCall) return undefined;
  const found = describe(request, call.expression.end - 1, call.expression.getText(request.source));
  return found && { ...found, call: inCall };
}

function describe(request: Request, at: number, word: string): Inspection | undefined {
  const { project, source, offset, detail } = request;
  const { checker } = project;
  const file = source.fileName;
  const token = getTokenAtPosition(source, at);
  // 注释里的词：记号在它后面
  if (token.getStart(source) > at) return undefined;
  const local = checker.getSymbolAtPosition(file, at) ?? typeNamed(project, file, word, at);
  if (!local) return undefined;
  const symbol = original(project, local, offset);
  if (checker.isUnknownSymbol(symbol)) return undefined;
  const declaration = symbol.declarations[0]?.resolve(project);
  return {
    name: local.name,
    signature: signatureOf(project, symbol, local.name, declaration, wantsType(token)),
    documentation: symbol.getDocumentationComment(checker),
    tags: symbol.getJsDocTags(checker).map(({ name, text }) => ({ name, text: text ?? "" })),
    ...(detail === 1 && declaration ? { source: sourceOf(declaration, request) } : {}),
  };
}

/** 顺着别名与带进来的前文（`declare let x: typeof …`）找到真正的声明。 */
function original(project: Project, symbol: TsSymbol, offset: number): TsSymbol {
  const { checker } = project;
  if (symbol.flags & SymbolFlags.Alias) return checker.getAliasedSymbol(symbol);
  const declaration = symbol.declarations[0]?.resolve(project);
  if (!declaration || !isVariableDeclaration(declaration) || declaration.pos >= offset) return symbol;
  const { type } = declaration;
  if (!type || !isTypeQueryNode(type) || !declaration.getSourceFile().fileName.includes("__tidu_cell.ts"))
    return symbol;
  const { exprName } = type;
  const target = checker.getSymbolAtLocation("right" in exprName ? exprName.right : exprName);
  if (!target) return symbol;
  return target.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(target) : target;
}

/** 一个签名太长就截断：给人看的，不是给编译器的。 */
const longest = 2000;

function signatureOf(
  project: Project,
  symbol: TsSymbol,
  name: string,
  declaration: Node | undefined,
  asType: boolean,
): string {
  const { checker } = project;
  // Math、Array 既是变量又是接口：在值的位置看变量
  const flags =
    symbol.flags & SymbolFlags.Variable && !asType ? symbol.flags & ~SymbolFlags.Interface : symbol.flags;
  const declared = () => checker.getDeclaredTypeOfSymbol(symbol);
  if (flags & SymbolFlags.Class) {
    const type = checker.getTypeOfSymbol(symbol);
    const made = type ? checker.getSignaturesOfType(type, SignatureKind.Construct) : [];
    return [`class ${name}`, ...made.map((item) => `new ${name}${print(project, item)}`)].join("\n");
  }
  if (flags & SymbolFlags.Interface) return clip(`interface ${name} ${members(project, declared())}`);
  if (flags & SymbolFlags.Enum) {
    const options = [...symbol.getExports().values()].map((item) => item.name);
    return clip(`enum ${name} { ${options.join(", ")} }`);
  }
  if (flags & SymbolFlags.ValueModule) return `module ${name}`;
  if (flags & SymbolFlags.TypeAlias)
    return clip(`type ${name} = ${checker.typeToString(declared(), undefined, inAlias)}`);
  const type = checker.getTypeOfSymbol(symbol);
  const text = type ? clip(checker.typeToString(type, undefined, noTruncation)) : "unknown";
  const calls = type ? checker.getSignaturesOfType(type, SignatureKind.Call) : [];
  if (flags & (SymbolFlags.Function | SymbolFlags.Method) && calls.length > 0)
    return clip(calls.map((item) => `function ${name}${print(project, item)}`).join("\n"));
  if (flags & (SymbolFlags.Property | SymbolFlags.Accessor)) return `(property) ${name}: ${text}`;
  return `${keywordOf(declaration)} ${name}: ${text}`;
}

function clip(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** `(x: number) => string` 写成 `(x: number): string`。 */
function print(project: Project, signature: Signature): string {
  const node = project.checker.signatureToSignatureDeclaration(
    signature,
    SyntaxKind.CallSignature,
    undefined,
    noTruncation,
  );
  return node ? project.emitter.printNode(node).replace(/;$/, "") : "(…)";
}

/** 接口的成员，一行一个；太多就只列前面的。 */
function members(project: Project, type: ReturnType<Project["checker"]["getDeclaredTypeOfSymbol"]>): string {
  const { checker } = project;
  const found = checker.getPropertiesOfType(type);
  if (found.length === 0) return "{}";
  const lines = found.slice(0, 15).map((item) => {
    const value = checker.getTypeOfSymbol(item);
    const mark = item.flags & SymbolFlags.Optional ? "?" : "";
    const text = value ? checker.typeToString(value) : "unknown";
    return `  ${item.name}${mark}: ${text.length > 120 ? `${text.slice(0, 120)}…` : text};`;
  });
  if (found.length > lines.length) lines.push(`  // 另外 ${found.length - lines.length} 个成员`);
  return `{\n${lines.join("\n")}\n}`;
}

function keywordOf(declaration: Node | undefined): string {
  if (!declaration || !isVariableDeclaration(declaration)) return "(variable)";
  const flags = declaration.parent.flags & NodeFlags.BlockScoped;
  return flags === NodeFlags.Const ? "const" : flags === 0 ? "var" : "let";
}

/** NodeBuilderFlags.NoTruncation 与 InTypeAlias。 */
const noTruncation = 1;
const inAlias = noTruncation | 0x800000;

function sourceOf(declaration: Node, { folder }: Request): { text: string; where: string } {
  const statement = declaration.parent?.parent;
  const node =
    isVariableDeclaration(declaration) && statement && isVariableStatement(statement)
      ? statement
      : declaration;
  const file = declaration.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  const path = file.fileName;
  const inCell = /\/__tidu_cell(?:_\d+)?\.ts$/.test(path);
  const shown = path.includes("/node_modules/")
    ? path.slice(path.lastIndexOf("/node_modules/") + "/node_modules/".length)
    : relative(folder, path).replaceAll("\\", "/");
  const text = node.getText(file);
  return {
    text: text.length > 4000 ? `${text.slice(0, 4000)}…` : text,
    where: inCell ? "笔记本的单元格" : `${shown}:${line + 1}`,
  };
}

interface Call {
  expression: Node;
  arguments?: readonly Node[];
}

/** 光标在哪个调用的括号里；嵌套时取最里面的。 */
function callAt(source: SourceFile, position: number): (Node & Call) | undefined {
  for (let node = findPrecedingToken(source, position); node; node = node.parent) {
    if (!isCallExpression(node) && !isNewExpression(node)) continue;
    const text = source.text;
    const open = text.indexOf("(", node.typeArguments?.end ?? node.expression.end);
    const closed = text[node.end - 1] === ")" && open < node.end - 1;
    if (open >= 0 && position > open && (position < node.end || (position === node.end && !closed)))
      return node;
    // 没写完的调用：节点到最后一个实参为止
    if (open >= 0 && position > open && !closed) return node;
  }
  return undefined;
}

function callOf({ project, source, position, offset }: Request, call: Node & Call): Inspection["call"] {
  const { checker } = project;
  const index = (call.arguments ?? []).filter((item) => item.end < position + offset).length;
  const signature = chosen(project, call, index);
  if (!signature) return undefined;
  const name = call.expression.getText(source).split(".").at(-1)!;
  const parameters = signature.getParameters();
  const parameter = parameters[Math.min(index, parameters.length - 1)];
  const fits = index < parameters.length || signature.hasRestParameter;
  const documentation = parameter?.getDocumentationComment(checker);
  return {
    signature: `${isNewExpression(call) ? "new " : ""}${name}${print(project, signature)}`,
    ...(parameter && fits
      ? { parameter: { index, name: parameter.name, ...(documentation ? { documentation } : {}) } }
      : {}),
  };
}

/** 几种调用方式里的哪一种：容得下这么多实参、已写的实参也对得上的第一种；都不合就用 TypeScript 选的。 */
function chosen(project: Project, call: Node & Call, index: number): Signature | undefined {
  const { checker } = project;
  const type = checker.getTypeAtLocation(call.expression);
  if (!type) return undefined;
  const kind = isNewExpression(call) ? SignatureKind.Construct : SignatureKind.Call;
  const all = checker.getSignaturesOfType(type, kind);
  if (all.length < 2) return all[0];
  const written = (call.arguments ?? []).slice(0, index).map((item) => checker.getTypeAtLocation(item));
  const roomy = all.filter((item) => item.parameters.length > index || item.hasRestParameter);
  const matching = roomy.find((item) => {
    const parameters = item.getParameters();
    return written.every((given, at) => {
      const wanted = parameters[at] && checker.getTypeOfSymbol(parameters[at]);
      return !given || !wanted || checker.isTypeAssignableTo(given, wanted);
    });
  });
  const resolved = checker.getResolvedSignature(call)?.declaration;
  return (
    matching ??
    all.find(
      ({ declaration }) => declaration?.index === resolved?.index && declaration?.path === resolved?.path,
    ) ??
    roomy[0] ??
    all[0]
  );
}

const word = /[\p{ID_Continue}$]/u;

function identifierAt(code: string, position: number): number | undefined {
  const here = (at: number) => word.test(code[at]!) && !/^\d/.test(wordAt(code, at));
  if (position < code.length && here(position)) return position;
  if (position > 0 && here(position - 1)) return position - 1;
  return undefined;
}

function wordAt(code: string, at: number): string {
  return (
    /[\p{ID_Continue}$]*$/u.exec(code.slice(0, at))![0] + /^[\p{ID_Continue}$]*/u.exec(code.slice(at))![0]
  );
}

/** 单独一个类型名写在值的位置，检查器不认它；直接按名字找。 */
function typeNamed(project: Project, file: string, name: string, position: number): TsSymbol | undefined {
  return project.checker.resolveName(name, SymbolFlags.Type, { document: file, position });
}
