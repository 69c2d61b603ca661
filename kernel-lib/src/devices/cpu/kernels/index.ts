import { indexingKernels } from "./indexing.js";
import type { CpuKernel } from "./kernel.js";
import { layoutKernels } from "./layout.js";
import { matmulKernels } from "./matmul.js";
import { randomKernels } from "./random.js";
import { cumulativeKernels, reduceKernels } from "./reduce.js";
import { sortingKernels } from "./sorting.js";
import { windowKernels } from "./windows.js";

/** 不能由表达式生成的原语各有一个手写的核。线性代数的核由 linalg/ 自己登记：不用线性代数的页面不必下载。 */
export const cpuKernels: Record<string, CpuKernel> = {
  ...layoutKernels,
  ...reduceKernels,
  ...cumulativeKernels,
  ...indexingKernels,
  ...matmulKernels,
  ...sortingKernels,
  ...randomKernels,
  ...windowKernels,
};

/** 能写进给定数组的核。 */
export const intoKernels: ReadonlySet<string> = new Set(Object.keys(windowKernels));
