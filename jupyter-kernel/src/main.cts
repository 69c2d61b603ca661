#!/usr/bin/env node
// 内核进程的入口，写在 kernelspec 的 argv 里：node main.cjs {connection_file}
// 打好的包（bundle.ts）新鲜就用包，否则用编译出的各个文件：结果相同，只是启动慢。
const fs: typeof import("node:fs") = require("node:fs");
const path: typeof import("node:path") = require("node:path");

/** 打包时写下的清单；路径都相对本文件夹。 */
interface Manifest {
  /** 打好包的执行进程入口 */
  child: string;
  /** 每个源文件的大小与修改时间 */
  inputs: [file: string, size: number, modified: number][];
}

/** 包新鲜就返回执行进程的入口。 */
function fresh(folder: string): string | undefined {
  try {
    const { child, inputs } = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8")) as Manifest;
    for (const [file, size, modified] of inputs) {
      const now = fs.statSync(path.join(__dirname, file));
      if (now.size !== size || now.mtimeMs !== modified) return undefined;
    }
    return path.join(__dirname, child);
  } catch {
    return undefined;
  }
}

const bundle = path.join(__dirname, "bundle");
const child = fresh(bundle);
if (child) void require(path.join(bundle, "run.cjs")).main(process.argv.slice(2), child);
else void import("./run.js").then(({ main }) => main(process.argv.slice(2)));
