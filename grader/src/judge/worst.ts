import type { Value } from "../value.js";

/** 最坏的一处：差得最多的坐标。 */
export interface Worst {
  args: Value[];
  /** 坐标，如 `a[0]`；返回值只是一个数时为空。 */
  path: string;
  got: number;
  expected: number;
  ratio: number;
  /** 边界点的名字，或所在分支的名字。 */
  place: string;
  /** 边界点用到的约定，kernel-lib 约定表里的名字。 */
  convention?: string;
}
