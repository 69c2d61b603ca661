import { type Project, SymbolFlags, type Symbol as TsSymbol } from "typescript/unstable/sync";
import type { Inspection } from "./service.js";

/** 光标所在（或所在调用的被调函数）的名字的类型、文档与源码。 */
export function inspectionAt(
  project: Project,
  file: string,
  code: string,
  position: number,
  offset: number,
  detail: 0 | 1,
): Inspection | undefined {
  const at = identifierAt(code, position) ?? calleeAt(code, position);
  if (at === undefined) return undefined;
  const { checker } = project;
  const local =
    checker.getSymbolAtPosition(file, at + offset) ?? typeNamed(project, file, wordAt(code, at), at + offset);
  if (!local) return undefined;
  const symbol = local.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(local) : local;
  if (checker.isUnknownSymbol(symbol)) return undefined;
  const declaration = detail === 1 ? symbol.declarations[0]?.resolve(project) : undefined;
  const tags = symbol.getJsDocTags(checker).map((tag) => `@${tag.name} ${tag.text ?? ""}`.trimEnd());
  return {
    name: local.name,
    signature: signatureOf(project, symbol, local.name),
    documentation: [symbol.getDocumentationComment(checker), ...tags].filter(Boolean).join("\n\n"),
    ...(declaration ? { source: declaration.getText().slice(0, 4000) } : {}),
  };
}

function signatureOf(project: Project, symbol: TsSymbol, name: string): string {
  const { checker } = project;
  const { flags } = symbol;
  if (flags & SymbolFlags.Class) return `class ${name}`;
  if (flags & SymbolFlags.Interface) return `interface ${name}`;
  if (flags & SymbolFlags.Enum) return `enum ${name}`;
  if (flags & SymbolFlags.ValueModule) return `module ${name}`;
  if (flags & SymbolFlags.TypeAlias)
    return `type ${name} = ${checker.typeToString(checker.getDeclaredTypeOfSymbol(symbol), undefined, inAlias)}`;
  const type = checker.getTypeOfSymbol(symbol);
  const text = type ? checker.typeToString(type, undefined, noTruncation) : "unknown";
  if (flags & (SymbolFlags.Function | SymbolFlags.Method)) return `function ${name}: ${text}`;
  if (flags & (SymbolFlags.Property | SymbolFlags.Accessor)) return `(property) ${name}: ${text}`;
  return `(variable) ${name}: ${text}`;
}

/** NodeBuilderFlags.NoTruncation 与 InTypeAlias。 */
const noTruncation = 1;
const inAlias = noTruncation | 0x800000;

const word = /[\p{ID_Continue}$]/u;

function identifierAt(code: string, position: number): number | undefined {
  if (position < code.length && word.test(code[position]!)) return position;
  if (position > 0 && word.test(code[position - 1]!)) return position - 1;
  return undefined;
}

/** `f(a, |)`：光标在参数里时看 f。 */
function calleeAt(code: string, position: number): number | undefined {
  let depth = 0;
  for (let at = position - 1; at >= 0; at--) {
    const char = code[at]!;
    if (char === ")") depth++;
    if (char === "(" && depth-- === 0) {
      const before = code.slice(0, at).trimEnd().length;
      return identifierAt(code, before);
    }
  }
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
