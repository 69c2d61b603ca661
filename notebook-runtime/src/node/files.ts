import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** 单元格里的相对导入可以省略扩展名，也可以像 TypeScript 那样用 .js 指 .ts。 */
export function resolveFile(path: string): URL | null {
  const candidates = [
    path,
    path.replace(/\.(m?)js$/, ".$1ts"),
    ...[".ts", ".mts", ".js", ".mjs", ".cjs"].map((extension) => path + extension),
    ...["index.ts", "index.js"].map((name) => `${path}/${name}`),
  ];
  const found = candidates.find(isFile);
  return found === undefined ? null : pathToFileURL(found);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
