import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseExpression } from "@babel/parser";
import type { Node } from "../compiler/node.js";

/** tsconfig.json 里与运行有关的那几项；路径都是绝对的。 */
export interface ProjectConfig {
  file: string;
  /** 裸说明符先从这里找。 */
  baseUrl?: string;
  /** paths：模式 → 候选路径（可以有一个 *）。 */
  paths: [pattern: string, targets: string[]][];
  /** 假：没有初始值的字段不产生属性（TypeScript 的旧行为）。 */
  defineFields: boolean;
}

interface Raw {
  extends?: string | string[];
  compilerOptions?: {
    baseUrl?: string;
    paths?: Record<string, string[]>;
    useDefineForClassFields?: boolean;
  };
}

/** 从 folder 往上找最近的 tsconfig.json；没有或读不懂则是 null。 */
export function findProject(folder: string): ProjectConfig | null {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return readProject(file, new Set());
    if (dirname(at) === at) return null;
  }
}

function readProject(file: string, seen: Set<string>): ProjectConfig | null {
  if (seen.has(file)) return null;
  seen.add(file);
  let raw: Raw;
  try {
    raw = parseJsonc(readFileSync(file, "utf8")) as Raw;
  } catch {
    return null;
  }
  const config: ProjectConfig = { file, paths: [], defineFields: true };
  for (const base of [raw?.extends ?? []].flat()) {
    const found = extended(file, String(base));
    const inherited = found && readProject(found, seen);
    if (inherited) Object.assign(config, inherited, { file });
  }
  const { baseUrl, paths, useDefineForClassFields } = raw?.compilerOptions ?? {};
  const folder = dirname(file);
  if (typeof baseUrl === "string") config.baseUrl = resolve(folder, baseUrl);
  if (paths) {
    const root = config.baseUrl ?? folder;
    config.paths = Object.entries(paths).map(([pattern, targets]) => [
      pattern,
      targets.map((target) => resolve(root, target)),
    ]);
  }
  if (typeof useDefineForClassFields === "boolean") config.defineFields = useDefineForClassFields;
  return config;
}

function extended(file: string, base: string): string | null {
  if (/^\.{0,2}\//.test(base)) {
    const path = resolve(dirname(file), base);
    return path.endsWith(".json") ? path : `${path}.json`;
  }
  const require = createRequire(file);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      return require.resolve(name);
    } catch {
      // 换下一种写法
    }
  }
  return null;
}

/** 说明符可能指的文件路径（没有扩展名也行），最具体的模式优先。 */
export function mapped(config: ProjectConfig, specifier: string): string[] {
  if (/^(?:\.{0,2}\/|[a-z][a-z\d+.-]*:|#)/i.test(specifier)) return [];
  let best: { length: number; found: string[] } | undefined;
  for (const [pattern, targets] of config.paths) {
    const star = pattern.indexOf("*");
    if (star < 0) {
      if (pattern === specifier) return targets;
      continue;
    }
    const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
    const fits =
      specifier.length >= before.length + after.length &&
      specifier.startsWith(before) &&
      specifier.endsWith(after);
    if (!fits || (best && best.length >= before.length)) continue;
    const middle = specifier.slice(before.length, specifier.length - after.length);
    best = { length: before.length, found: targets.map((target) => target.replace("*", () => middle)) };
  }
  return [...(best?.found ?? []), ...(config.baseUrl ? [join(config.baseUrl, specifier)] : [])];
}

/** 带注释和尾随逗号的 JSON。 */
export function parseJsonc(text: string): unknown {
  return literal(parseExpression(text.replace(/^\ufeff/, "")) as unknown as Node);
}

function literal(node: Node): unknown {
  switch (node.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
      return node.value;
    case "NullLiteral":
      return null;
    case "UnaryExpression":
      return node.operator === "-" ? -(literal(node.argument) as number) : undefined;
    case "ArrayExpression":
      return node.elements.map(literal);
    case "ObjectExpression":
      return Object.fromEntries(
        node.properties.map(({ key, value }: Node) => [key.value ?? key.name, literal(value)]),
      );
    default:
      throw new SyntaxError(`JSON 里不能有 ${node.type}`);
  }
}
