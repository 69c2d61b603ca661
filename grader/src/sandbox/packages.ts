import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** 一个包的真实目录：从 `from` 起逐级往上找 node_modules。 */
export function packageFolder(name: string, from = dirname(fileURLToPath(import.meta.url))): string {
  const paths = createRequire(join(from, "x.js")).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      return dirname(realpathSync(join(path, name, "package.json")));
    } catch {
      // 再往上一级。
    }
  }
  throw new Error(`找不到包 ${name}`);
}
