// 打包给网页时，package.json 的 browser 字段把这个文件换成 accelerate-later.ts。
import "./install.js";
