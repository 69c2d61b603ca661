import { createRequire } from "node:module";
import { byDefault, ExportScanner } from "./exports.js";
import { entryPoints, importable, packageRoot } from "./packages.js";
import type { Place } from "./place.js";

/** 可以导入的一个名字。 */
export interface Importable {
  name: string;
  from: string;
  /** 是默认导出 */
  isDefault: boolean;
  /** class、function、interface…… */
  kind: string;
}

/** 常用的内建模块，按运行时真有的导出列出来；不碰会打警告的实验模块。 */
const builtins =
  "fs fs/promises path url util os crypto child_process events stream stream/promises buffer readline readline/promises timers/promises perf_hooks worker_threads assert assert/strict zlib http https net dns dns/promises string_decoder querystring vm v8 async_hooks".split(
    " ",
  );

/** 一次最多登记这么多名字：够用，也不让一个巨大的包占满内存。 */
const limit = 30_000;

/**
 * 装着的包导出了哪些名字。建索引要读许多文件，所以分成小步：补全时顺便做一点，其余在空闲时做完。
 */
export class ImportIndex {
  readonly #names = new Map<string, Importable[]>();
  readonly #steps: Generator<void>;
  #count = 0;
  #done = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#steps = this.#build(folder);
  }

  /** 花不超过这么多毫秒建索引；返回是否已经建完。 */
  advance(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    while (!this.#done && performance.now() < end) this.#done = this.#steps.next().done === true;
    if (!this.#done && this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.advance(8);
      }, 20).unref();
    }
    return this.#done;
  }

  /** 名字正好是它的。 */
  named(name: string): readonly Importable[] {
    return this.#names.get(name) ?? [];
  }

  /** 首字母要对上大小写：小写打头的多半是变量，不想要一堆全大写的常量。 */
  startingWith(prefix: string): Importable[] {
    const wanted = prefix.toLowerCase();
    const found: Importable[] = [];
    for (const [name, items] of this.#names)
      if (name[0] === prefix[0] && name.toLowerCase().startsWith(wanted)) found.push(...items);
    return found;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#done = true;
  }

  *#build(folder: string): Generator<void> {
    const scanner = new ExportScanner((specifier, from) => {
      const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
      const root = packageRoot(from, name);
      for (const [found, file] of root ? entryPoints(root) : []) if (found === specifier) return file;
      return undefined;
    });
    for (const [from, file] of importable(folder)) {
      for (const [name, kind] of yield* scanner.scan(file))
        if (name === byDefault) this.#add({ name: identifier(from), from, isDefault: true, kind });
        else if (/^[^_]/.test(name)) this.#add({ name, from, isDefault: false, kind });
      yield;
      if (this.#count > limit) return;
    }
    const require = createRequire(import.meta.url);
    for (const builtin of builtins) {
      const from = `node:${builtin}`;
      for (const [name, value] of Object.entries(require(from) as object))
        if (/^[\p{ID_Start}][\p{ID_Continue}$]*$/u.test(name))
          this.#add({ name, from, isDefault: false, kind: kindOf(name, value) });
      this.#add({ name: identifier(builtin), from, isDefault: true, kind: "const" });
      yield;
    }
  }

  #add(item: Importable): void {
    const items = this.#names.get(item.name);
    // 同一个包的几个入口转出同一个名字：留最短的模块名
    const owner = (from: string) => /^(?:@[^/]+\/)?[^/]+/.exec(from)![0];
    if (items?.some((other) => owner(other.from) === owner(item.from))) return;
    this.#count++;
    if (items) items.push(item);
    else this.#names.set(item.name, [item]);
  }
}

function kindOf(name: string, value: unknown): string {
  if (typeof value !== "function") return "const";
  return /^\p{Lu}/u.test(name) ? "class" : "function";
}

/** 包名变成标识符：`d3-array` → d3Array。 */
function identifier(specifier: string): string {
  const last = specifier.replace(/^@[^/]+\//, "").replace(/^node:/, "");
  return last
    .replace(/\.js$/, "")
    .replace(/[^\p{ID_Continue}]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? "")
    .replace(/^\d+/, "");
}

const onlyTypes = new Set(["interface", "type"]);
const alsoTypes = new Set(["class", "enum", "value"]);

/** 这个名字放在这里说不说得通。 */
export function fits({ kind }: Importable, { wants }: Place): boolean {
  return wants === "type" ? onlyTypes.has(kind) || alsoTypes.has(kind) : !onlyTypes.has(kind);
}

/** import 语句。 */
export function importLine({ name, from, isDefault, kind }: Importable): string {
  const keyword = onlyTypes.has(kind) ? "import type" : "import";
  return `${keyword} ${isDefault ? name : `{ ${name} }`} from "${from}";`;
}

/**
 * 在这里用这个名字要写的话。协议只能替换光标下的这个词，所以 import 语句只在词是语句开头时写得进去；
 * 别处用行内的写法，插入之后不必再改别的地方就能运行。
 */
export function usage(item: Importable, { wants, startsStatement, awaits }: Place): string {
  const member = item.isDefault ? byDefault : item.name;
  if (wants === "type") return `import("${item.from}").${member}`;
  if (startsStatement) return `${importLine(item)}\n${item.name}`;
  if (awaits) return `(await import("${item.from}")).${member}`;
  return `require("${item.from}").${member}`;
}
