import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** 各个标准库片段，以及本机的 Node 有没有它：类型里有的，运行时就有。 */
const features: [lib: string, present: boolean][] = [
  ["es2024.string", "isWellFormed" in String.prototype],
  ["es2024.sharedmemory", "waitAsync" in Atomics],
  ["es2024.regexp", true],
  ["es2024.object", "groupBy" in Object],
  ["es2024.collection", "groupBy" in Map],
  ["es2024.promise", "withResolvers" in Promise],
  ["es2024.arraybuffer", "transfer" in ArrayBuffer.prototype],
  ["es2025.collection", "union" in Set.prototype],
  ["es2025.iterator", "Iterator" in globalThis],
  ["es2025.promise", "try" in Promise],
  ["es2025.regexp", "escape" in RegExp],
  ["es2025.float16", "f16round" in Math],
  ["esnext.array", "fromAsync" in Array],
  ["esnext.collection", "getOrInsert" in Map.prototype],
  ["esnext.error", "isError" in Error],
  ["esnext.typedarrays", "fromBase64" in Uint8Array],
  ["esnext.temporal", "Temporal" in globalThis],
];

/**
 * 单元格在 Node 里运行，所以不带 dom：`document`、`name`、`status` 这些名字运行时并不存在。
 * Node 自己有的网页接口（fetch、URL、Blob……）由 @types/node 声明。
 */
export function libraries(): string[] {
  const found = features.filter(([, present]) => present).map(([lib]) => lib);
  return ["es2023", ...found, "esnext.disposable", "decorators", "decorators.legacy"];
}

/**
 * @types/node 不声明 WebAssembly，它只在 dom 里：从 TypeScript 自带的那一份取出这一段。
 * 项目自己加了 dom 时它是多余的，但无害。
 */
export function webAssembly(): string {
  return (slice ??= read());
}

let slice: string | undefined;

function read(): string {
  try {
    const require = createRequire(import.meta.url);
    const from = createRequire(require.resolve("typescript/package.json"));
    const folder = dirname(
      from.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`),
    );
    const dom = readFileSync(join(folder, "lib", "lib.dom.d.ts"), "utf8");
    const start = dom.indexOf("declare namespace WebAssembly {");
    const end = dom.indexOf("\n}", start);
    if (start < 0 || end < 0) return "";
    return `type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;\n${dom.slice(start, end)}\n}\n`;
  } catch {
    // 换了目录结构就不带：只少一份声明
    return "";
  }
}
