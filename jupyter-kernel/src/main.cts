#!/usr/bin/env node
// 内核进程的入口，写在 kernelspec 的 argv 里：node main.cjs {connection_file}
// 打好的包（bundle.ts）新鲜就用包，否则用编译出的各个文件：结果相同，只是启动慢。
const fs: typeof import("node:fs") = require("node:fs");
const path: typeof import("node:path") = require("node:path");

/** 打包时的每个源文件：路径（相对本文件夹）、大小、修改时间。 */
type Input = [file: string, size: number, modified: number];

function fresh(folder: string): boolean {
  try {
    const inputs = JSON.parse(fs.readFileSync(path.join(folder, "inputs.json"), "utf8")) as Input[];
    return inputs.every(([file, size, modified]) => {
      const now = fs.statSync(path.join(__dirname, file));
      return now.size === size && now.mtimeMs === modified;
    });
  } catch {
    return false;
  }
}

const bundle = path.join(__dirname, "bundle");
if (fresh(bundle)) void require(path.join(bundle, "run.cjs")).main(process.argv.slice(2));
else void import("./run.js").then(({ main }) => main(process.argv.slice(2)));
