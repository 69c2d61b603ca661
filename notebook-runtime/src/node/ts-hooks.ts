// 模块加载钩子（在 Node 的加载线程里运行）：导入 .ts 文件时抹掉类型。
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { stripModule } from "../compiler/module.js";
import { resolveFile } from "./files.js";

interface LoadResult {
  format: string;
  source: string;
  shortCircuit: true;
}

type Next<C, R> = (specifier: string, context: C) => Promise<R>;

export async function resolve(
  specifier: string,
  context: { parentURL?: string },
  next: Next<{ parentURL?: string }, { url: string }>,
): Promise<{ url: string; shortCircuit?: true }> {
  const { parentURL } = context;
  const fromTypeScript = parentURL?.startsWith("file:") && /\.m?ts(?:\?|$)/.test(parentURL);
  if (fromTypeScript && /^\.{1,2}\//.test(specifier)) {
    const found = resolveFile(fileURLToPath(new URL(specifier, parentURL)));
    if (found) return { url: found.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(
  url: string,
  context: object,
  next: Next<object, LoadResult>,
): Promise<LoadResult> {
  if (!url.startsWith("file:") || !/\.m?ts(?:\?|$)/.test(url) || url.includes("/node_modules/"))
    return next(url, context);
  const path = fileURLToPath(url);
  const source = await readFile(path, "utf8");
  try {
    return { format: "module", source: stripModule(source), shortCircuit: true };
  } catch (error) {
    const { line, column, message } = error as { line?: number; column?: number; message: string };
    // 错误要跨线程，自定义的字段会丢，位置写进消息里。
    throw new SyntaxError(`${path}:${line}:${column} ${message}`);
  }
}
