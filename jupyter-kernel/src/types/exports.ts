import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** 一个模块导出的名字：名字 → 它是什么（class、function、type……；说不准的写 value）。 */
export type Exports = Map<string, string>;

/** 默认导出在表里的名字。 */
export const byDefault = "default";

/**
 * 从 .d.ts 里扫出导出的名字。只为补全：不解析类型，认得 export 的各种写法、顺着 `export … from` 走下去，
 * 拿不准的宁可当成值。比让 TypeScript 载入每一个装着的包轻得多。
 *
 * @param resolve 把另一个包的名字变成它的 .d.ts
 */
export class ExportScanner {
  readonly #files = new Map<string, Exports>();
  readonly #resolve: (specifier: string, from: string) => string | undefined;

  constructor(resolve: (specifier: string, from: string) => string | undefined) {
    this.#resolve = resolve;
  }

  /** 扫一个文件；顺着它走到的每个文件都让出一次，调用的人可以歇一歇再接着走。 */
  *scan(file: string): Generator<void, Exports> {
    const known = this.#files.get(file);
    if (known) return known;
    const found: Exports = new Map();
    // 先登记再扫：互相转出的文件不会没完没了
    this.#files.set(file, found);
    let text: string;
    try {
      text = withoutComments(readFileSync(file, "utf8"));
    } catch {
      return found;
    }
    yield;
    const local = new Map<string, string>();
    for (const [, exported, kind, name] of text.matchAll(declaration)) {
      const word = kind!.split(/\s+/).at(-1)!;
      if (!values.has(local.get(name!) ?? "")) local.set(name!, word);
      if (exported) found.set(name!, local.get(name!)!);
    }
    for (const [, onlyTypes, list, from] of text.matchAll(exportList)) {
      const target = from === undefined ? local : yield* this.#follow(from, file);
      for (const item of list!.split(",")) {
        const parts = /^\s*(type\s+)?([\p{ID_Continue}$]+)(?:\s+as\s+([\p{ID_Continue}$]+))?\s*$/u.exec(item);
        if (!parts) continue;
        const kind = target?.get(parts[2]!) ?? "value";
        found.set(parts[3] ?? parts[2]!, onlyTypes || parts[1] ? "type" : kind);
      }
    }
    for (const [, name, from] of text.matchAll(exportStar))
      if (name) found.set(name, "namespace");
      else
        for (const [other, kind] of (yield* this.#follow(from!, file)) ?? [])
          if (other !== byDefault) found.set(other, kind);
    if (/(?<=^|[;}])\s*export\s+(?:default\b|=)/m.test(text)) found.set(byDefault, "value");
    return found;
  }

  *#follow(specifier: string, from: string): Generator<void, Exports | undefined> {
    const file = specifier.startsWith(".")
      ? declarationFile(join(dirname(from), specifier))
      : this.#resolve(specifier, from);
    return file === undefined ? undefined : yield* this.scan(file);
  }
}

const values = new Set(["const", "let", "var", "function", "class", "enum", "namespace", "module"]);

const declaration =
  /(?<=^|[;}])[ \t]*(export\s+)?(?:declare\s+)?(?:abstract\s+)?(const\s+enum|const|let|var|async\s+function|function|class|enum|namespace|module|interface|type)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;
const exportList = /(?<=^|[;}])[ \t]*export\s+(type\s+)?\{([^}]*)\}(?:\s*from\s*["']([^"']+)["'])?/gm;
const exportStar =
  /(?<=^|[;}])[ \t]*export\s+\*\s*(?:as\s+([\p{ID_Continue}$]+)\s+)?from\s*["']([^"']+)["']/gmu;

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^[ \t]*\/\/.*$/gm, "");
}

/** `./x.js`、`./x`、`./x/` 对应的 .d.ts。 */
export function declarationFile(path: string): string | undefined {
  const stem = path.replace(/\.d\.[cm]?ts$/, "").replace(/\.([cm]?)[jt]sx?$/, "");
  const kind = /\.([cm])[jt]s$/.exec(path)?.[1] ?? "";
  const candidates = [
    path,
    `${stem}.d.${kind}ts`,
    `${stem}.d.ts`,
    `${stem}.ts`,
    `${path}.d.ts`,
    join(path, "index.d.ts"),
  ];
  return candidates.find((file) => /\.[cm]?ts$/.test(file) && isFile(file));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
