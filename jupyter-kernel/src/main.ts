#!/usr/bin/env node
// 内核进程的入口，写在 kernelspec 的 argv 里：node main.js {connection_file}
import { runKernel } from "./run.js";

const file = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (file === undefined) {
  console.error("TIDU-JUP-011：缺少连接文件。用法：node main.js 连接文件（一般由 Jupyter 启动）");
  process.exit(2);
}
try {
  await runKernel(file);
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
