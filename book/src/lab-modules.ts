/** 页内单元格能导入的包 → 打包后的文件名（在 `assets/lab/` 里）。 */
export const labModules = {
  "@tidu/kernel-lib": "kernel-lib",
  "@tidu/notebook-runtime/display": "display",
  "@tidu/grader/check": "check",
  tslab: "tslab",
} as const;
