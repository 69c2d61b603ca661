// 模块加载钩子：笔记本自己的文件（不在 node_modules 里的）照 TypeScript 的习惯解析，导入 .ts 时抹掉类型，
// JSON 与 WASM 也能直接导入。同步函数，两种装法都能用：
// registerHooks 在主线程里（Node 22.15 起），register 在加载线程里（Node 20）。
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { stripModule } from "../compiler/module.js";
import { resolveFile } from "./files.js";
import { type Edge, modified } from "./graph.js";
import { findProject, mapped, type ProjectConfig } from "./tsconfig.js";
import { wasmModule } from "./wasm.js";

const TYPESCRIPT = /\.m?ts$/;

/** 后面的钩子；在加载线程里它给的是 Promise。 */
type Next = (specifier: string, context: object) => unknown;

let port: MessagePort | undefined;
/** 改过的文件 → 现在的地址（带查询串）。 */
const current = new Map<string, string>();
const projects = new Map<string, ProjectConfig | null>();

/** port 的另一头是 ModuleGraph；worker 里没有它。 */
export function initialize(data?: { port?: MessagePort }): void {
  port = data?.port;
  port?.unref();
}

export function resolve(specifier: string, context: { parentURL?: string }, next: Next): unknown {
  const parent = context.parentURL?.split("?")[0];
  if (!parent || !isOwn(parent)) return next(specifier, context);
  const path = fileURLToPath(parent);
  const found = /^\.{1,2}(?:\/|$)/.test(specifier)
    ? resolveFile(fileURLToPath(new URL(specifier, parent)))
    : findMapped(specifier, dirname(path));
  if (found) return { url: address(parent, found.href), shortCircuit: true };
  // 只给 require 准备了入口的包，import 也从那里进。
  const fallback = (error: unknown): unknown => {
    if ((error as { code?: string }).code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
    return { url: pathToFileURL(createRequire(path).resolve(specifier)).href, shortCircuit: true };
  };
  try {
    const result = next(specifier, context);
    return result instanceof Promise ? result.catch(fallback) : result;
  } catch (error) {
    return fallback(error);
  }
}

function findMapped(specifier: string, folder: string): URL | null {
  let project = projects.get(folder);
  if (project === undefined) projects.set(folder, (project = findProject(folder)));
  for (const path of project ? mapped(project, specifier) : []) {
    const found = resolveFile(path);
    if (found) return found;
  }
  return null;
}

function address(parent: string, child: string): string {
  if (!port || !isOwn(child)) return child;
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    for (const [file, url] of next.message as [string, string][]) current.set(file, url);
  }
  port.postMessage([parent, child, modified(child)] satisfies Edge);
  return current.get(child) ?? child;
}

function isOwn(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/");
}

export function load(
  url: string,
  context: { importAttributes?: { type?: string }; conditions?: readonly string[] },
  next: (url: string, context: object) => unknown,
): unknown {
  const [file] = url.split("?");
  if (!isOwn(file)) return next(url, context);
  const source = (text: string) => ({ format: "module", source: text, shortCircuit: true });
  if (TYPESCRIPT.test(file)) return source(strip(fileURLToPath(file)));
  // registerHooks 也管 require：那里的 JSON 不是模块，Node 自己会读
  if (context.conditions?.includes("require")) return next(url, context);
  if (/\.json$/i.test(file) && context.importAttributes?.type === undefined)
    return source(`export default ${JSON.stringify(JSON.parse(readFileSync(new URL(file), "utf8")))};`);
  if (/\.wasm$/i.test(file)) return source(wasmModule(readFileSync(new URL(file))));
  return next(url, context);
}

function strip(path: string): string {
  try {
    return stripModule(readFileSync(path, "utf8"), {
      defineFields: findProject(dirname(path))?.defineFields,
    });
  } catch (error) {
    const { line, column, message } = error as { line?: number; column?: number; message: string };
    // 错误可能要跨线程，自定义的字段会丢，位置写进消息里。
    throw new SyntaxError(`${path}:${line}:${column} ${message}`);
  }
}
