import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { declarationFile } from "./exports.js";

/** 课程自己的 node_modules：本包装在哪里，它就在哪里。 */
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

type Json = Record<string, any>;

/**
 * 笔记本放在仓库外面时，它的 node_modules 里没有课程的包与 @types/node。
 * 运行时会到内核旁边去找 `@tidu/*`，也总是自带 tslab 的 API；类型照样从内核旁边取。
 */
export function packagePaths(folder: string): Record<string, string[]> | undefined {
  const paths: Record<string, string[]> = {};
  for (const name of ownPackages(folder))
    for (const [specifier, file] of entryPoints(join(modules, name))) paths[specifier] = [file];
  return Object.keys(paths).length > 0 ? paths : undefined;
}

/** 笔记本那边没有、要从内核旁边取的包。 */
function ownPackages(folder: string): string[] {
  const found: string[] = [];
  if (!packageRoot(folder, "@tidu/kernel-lib")) found.push(...packagesIn(modules, /^@tidu$/));
  if (!packageRoot(folder, "tslab")) found.push("tslab");
  return found;
}

/** 从文件夹往上找一个装着的包。 */
export function packageRoot(folder: string, name: string): string | undefined {
  for (const at of upward(folder)) {
    const root = join(at, "node_modules", name);
    if (existsSync(root)) return root;
  }
  return undefined;
}

/**
 * 可以自动导入的包：模块名与它的 .d.ts。有 package.json 就只看它写着的依赖（间接装上的包随时会换版本），
 * 没有才把 node_modules 里的都算上；课程自己的包总在其中，而且排在前面。
 */
export function* importable(folder: string): Generator<[specifier: string, file: string]> {
  const names = new Set<string>();
  for (const at of upward(folder)) {
    for (const name of dependencies(readJson(join(at, "package.json")))) names.add(name);
    // 工作区的成员是 node_modules 里的链接，它们的依赖也装在这里
    if (readJson(join(at, "package.json"))["workspaces"])
      for (const name of packagesIn(join(at, "node_modules"), /^@/, true))
        for (const next of [name, ...dependencies(readJson(join(at, "node_modules", name, "package.json")))])
          names.add(next);
  }
  if (names.size === 0)
    for (const at of upward(folder)) for (const name of packagesIn(join(at, "node_modules"))) names.add(name);
  const course = ["@tidu/kernel-lib", "@tidu/notebook-runtime", ...packagesIn(modules, /^@tidu$/)];
  const others = [...names].filter((name) => !name.startsWith("@types/"));
  for (const name of new Set([...course, ...others])) {
    const root = packageRoot(folder, name) ?? (name.startsWith("@tidu/") ? join(modules, name) : undefined);
    if (!root) continue;
    const found = [...entryPoints(root)];
    if (found.length > 0) yield* found;
    else {
      const types = packageRoot(folder, `@types/${name.replace(/^@(.+)\//, "$1__")}`);
      for (const [specifier, file] of types ? entryPoints(types) : [])
        yield [specifier.replace(/^@types\/(?:.+__)?[^/]+/, name), file];
    }
  }
}

/** 一个包的每个入口：模块名与 .d.ts。 */
export function* entryPoints(root: string): Generator<[specifier: string, file: string]> {
  const found = readJson(join(root, "package.json"));
  const { name, exports } = found;
  if (typeof name !== "string") return;
  if (exports === undefined || exports === null) {
    const main = found["types"] ?? found["typings"] ?? found["main"] ?? "index.js";
    const file = declarationFile(join(root, String(main)));
    if (file) yield [name, file];
    return;
  }
  const map: Json =
    typeof exports === "object" && Object.keys(exports).some((key) => key.startsWith("."))
      ? exports
      : { ".": exports };
  for (const [subpath, target] of Object.entries(map)) {
    if (subpath.includes("*") || subpath.endsWith(".json")) continue;
    const path = typesOf(target) ?? (subpath === "." ? (found["types"] ?? found["typings"]) : undefined);
    const file = path === undefined ? undefined : declarationFile(join(root, path));
    if (file) yield [join(name, subpath).replaceAll("\\", "/"), file];
  }
}

/** 条件导出里的类型：types 条件，或与 .js 并排的 .d.ts。 */
function typesOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  const conditions = target as Json;
  for (const name of ["types", "import", "node", "default", "require"]) {
    const found = typesOf(conditions[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function packagesIn(folder: string, only?: RegExp, linked = false): string[] {
  const found: string[] = [];
  for (const entry of list(folder)) {
    if (entry.name.startsWith(".") || (only && !only.test(entry.name))) continue;
    if (!entry.name.startsWith("@")) found.push(entry.name);
    else
      for (const inner of list(join(folder, entry.name)))
        if (!linked || inner.isSymbolicLink()) found.push(`${entry.name}/${inner.name}`);
  }
  return found;
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function dependencies(found: Json): string[] {
  const groups = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
  return groups.flatMap((group) => Object.keys(found[group] ?? {}));
}

function readJson(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

export function* upward(folder: string): Generator<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

/** @types/node 的入口：先找笔记本那边的，没有就用内核旁边的。 */
export function nodeTypes(folder: string): string | undefined {
  for (const from of [join(folder, "noop.js"), import.meta.url]) {
    try {
      const file = createRequire(from).resolve("@types/node/package.json");
      return join(dirname(file), "index.d.ts").replaceAll("\\", "/");
    } catch {
      // 换下一处找
    }
  }
  return undefined;
}
