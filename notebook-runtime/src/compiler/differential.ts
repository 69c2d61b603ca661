// 差分测试的两边：esbuild 去掉类型之后执行，与我们编译之后执行。只给测试用。
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { Box } from "../runtime/box.js";
import { Disposal } from "../runtime/disposal.js";
import { installDisposal } from "../runtime/install-disposal.js";
import { compileCell } from "./compile.js";

const { transformSync } = createRequire(import.meta.url)("esbuild") as {
  transformSync(code: string, options: object): { code: string };
};

installDisposal();

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<void>;

/** 独立的答案：esbuild 去掉类型之后照常执行。 */
export async function oracle(source: string): Promise<string> {
  const { code } = transformSync(source, {
    loader: "ts",
    target: "es2022",
    supported: { "top-level-await": true },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
  });
  const out: unknown[] = [];
  const script = code
    .replace(/^export \{[^}]*\};?$/gm, "")
    .replace(/^import [^;]*;$/gm, "")
    .replace(/^export default /gm, "void ")
    .replace(/^export /gm, "");
  await new AsyncFunction("out", `"use strict";${script}`)(out);
  return inspect(out, { depth: 9 });
}

function api(boxes = new Map<string, Box>()) {
  const box = (name: string): Box => {
    if (!boxes.has(name)) boxes.set(name, new Box(name));
    return boxes.get(name) as Box;
  };
  const host = {
    flag: new Int32Array(1),
    stop: () => {},
    w: (v: unknown) => v,
    caught: () => {},
    u: () => new Disposal(),
    box,
  };
  return { host, box };
}

export async function ours(source: string, interruptible: boolean): Promise<string> {
  const out: unknown[] = [];
  const { host, box } = api();
  box("out").d = out;
  const cell = compileCell(source, {
    interruptible,
    isGlobal: (name) => name !== "out" && name in globalThis,
  });
  for (const { name, kind } of cell.declarations) box(name).begin(kind);
  // biome-ignore lint/security/noGlobalEval: 这里就是要执行编译结果
  const evaluate = globalThis.eval;
  await evaluate(cell.code)(host);
  return inspect(out, { depth: 9 });
}
