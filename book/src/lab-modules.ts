/** 页内单元格能导入的包 → 打包后的文件名（在 `assets/lab/` 里）；显示用的模块与 tslab 的替身在 worker 里。 */
export const labModules = {
  "@tidu/kernel-lib": "kernel-lib",
  "@tidu/kernel-lib/nn": "nn",
  "@tidu/kernel-lib/optim": "optim",
  "@tidu/grader/check": "check",
  "@tensorflow/tfjs": "tfjs",
} as const;
