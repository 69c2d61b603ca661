/** 没有打包工具时的入口；有的话入口是引导程序，编译器用到时才载入，见 sandbox/bundle.ts。 */
import { compile, serve } from "./compiler.js";
import { start } from "./main.js";

if (process.argv[2] === "compile") serve();
else start(() => compile);
