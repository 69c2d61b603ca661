/** 没有打包工具时的入口；有的话入口是打好包的 main.ts，见 sandbox/bundle.ts。 */
import { start } from "./main.js";

start();
