// 模块加载钩子：导入 .ts 文件时抹掉类型。同步函数，两种装法都能用：
// registerHooks 在主线程里（Node 22.15 起），register 在加载线程里（Node 20）。
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripModule } from "../compiler/module.js";
import { resolveFile } from "./files.js";

const TYPESCRIPT = /\.m?ts(?:\?|$)/;

/** 后面的钩子；在加载线程里它给的是 Promise，原样传回去就行。 */
type Next = (specifier: string, context: object) => unknown;

export function resolve(specifier: string, context: { parentURL?: string }, next: Next): unknown {
  const { parentURL } = context;
  const fromTypeScript = parentURL?.startsWith("file:") && TYPESCRIPT.test(parentURL);
  if (fromTypeScript && /^\.{1,2}\//.test(specifier)) {
    const found = resolveFile(fileURLToPath(new URL(specifier, parentURL)));
    if (found) return { url: found.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export function load(url: string, context: object, next: Next): unknown {
  const typescript = url.startsWith("file:") && TYPESCRIPT.test(url) && !url.includes("/node_modules/");
  if (!typescript) return next(url, context);
  const path = fileURLToPath(url);
  const source = readFileSync(path, "utf8");
  try {
    return { format: "module", source: stripModule(source), shortCircuit: true };
  } catch (error) {
    const { line, column, message } = error as { line?: number; column?: number; message: string };
    // 错误可能要跨线程，自定义的字段会丢，位置写进消息里。
    throw new SyntaxError(`${path}:${line}:${column} ${message}`);
  }
}
