/**
 * 一个 .wasm 文件作为模块：导入的名字经 import 取得，导出的名字照样导出。
 * 较新的引擎自己也支持；这里各版本一致。
 */
export function wasmModule(bytes: Uint8Array<ArrayBuffer>): string {
  const module = new WebAssembly.Module(bytes);
  const from = [...new Set(WebAssembly.Module.imports(module).map((item) => item.module))];
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  return [
    'import { readFileSync as read } from "node:fs";',
    ...from.map((name, i) => `import * as i${i} from ${JSON.stringify(name)};`),
    "const module = new WebAssembly.Module(read(new URL(import.meta.url)));",
    `const { exports } = new WebAssembly.Instance(module, { ${from.map((name, i) => `${JSON.stringify(name)}: i${i}`).join(", ")} });`,
    ...names.map((name, i) => `const e${i} = exports[${JSON.stringify(name)}];`),
    `export { ${names.map((name, i) => `e${i} as ${JSON.stringify(name)}`).join(", ")} };`,
  ].join("\n");
}
