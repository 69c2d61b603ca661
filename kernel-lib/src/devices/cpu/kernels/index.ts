import { decompositionKernels } from "./decompositions.js";
import { indexingKernels } from "./indexing.js";
import type { CpuKernel } from "./kernel.js";
import { layoutKernels } from "./layout.js";
import { linalgKernels } from "./linalg.js";
import { matmulKernels } from "./matmul.js";
import { randomKernels } from "./random.js";
import { cumulativeKernels, reduceKernels } from "./reduce.js";
import { sortingKernels } from "./sorting.js";
import { windowKernels } from "./windows.js";

/** 不能由表达式生成的原语各有一个手写的核。 */
export const cpuKernels: Record<string, CpuKernel> = {
  ...layoutKernels,
  ...reduceKernels,
  ...cumulativeKernels,
  ...indexingKernels,
  ...matmulKernels,
  ...linalgKernels,
  ...decompositionKernels,
  ...sortingKernels,
  ...randomKernels,
  ...windowKernels,
};

/** 能写进给定数组的核。 */
export const intoKernels: ReadonlySet<string> = new Set(Object.keys(windowKernels));
