#!/usr/bin/env node
import { main } from "./run.js";

// 内核进程的入口，未打包的一份；kernelspec 里写的是 main.cjs，它在包不新鲜时用这一份
await main(process.argv.slice(2));
