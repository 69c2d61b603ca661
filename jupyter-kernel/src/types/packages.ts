import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** 课程自己的 node_modules：本包装在哪里，它就在哪里。 */
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

interface PackageOptions {
  types: string[];
  paths?: Record<string, string[]>;
}

/**
 * 笔记本放在仓库外面时，它的 node_modules 里没有课程的包与 @types/node。
 * 运行时会到内核旁边去找 `@tidu/*`，也总是自带 tslab 的 API；类型照样从内核旁边取。
 */
export function packageOptions(folder: string): PackageOptions {
  const paths: Record<string, string[]> = {};
  if (!installed(folder, "@tidu/kernel-lib") && existsSync(join(modules, "@tidu")))
    for (const name of readdirSync(join(modules, "@tidu"))) Object.assign(paths, entries(`@tidu/${name}`));
  if (!installed(folder, "tslab")) Object.assign(paths, entries("tslab"));
  return { types: nodeTypes(folder), ...(Object.keys(paths).length > 0 ? { paths } : {}) };
}

function installed(folder: string, name: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name))) return true;
    if (dirname(at) === at) return false;
  }
}

/** 一个包的每个入口对应的 .d.ts。 */
function entries(name: string): Record<string, string[]> {
  const root = join(modules, name);
  const file = join(root, "package.json");
  if (!existsSync(file)) return {};
  const { types, exports } = JSON.parse(readFileSync(file, "utf8"));
  const found: Record<string, string[]> = {};
  for (const [subpath, target] of Object.entries<any>(exports ?? { ".": { types } }))
    if (typeof target?.types === "string")
      found[join(name, subpath).replaceAll("\\", "/")] = [join(root, target.types)];
  return found;
}

function nodeTypes(folder: string): string[] {
  for (const from of [join(folder, "noop.js"), import.meta.url]) {
    try {
      return [dirname(createRequire(from).resolve("@types/node/package.json"))];
    } catch {
      // 换下一处找
    }
  }
  return [];
}
