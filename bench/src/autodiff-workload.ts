import type { Tensor } from "@tidu/kernel-lib";
import type { Jax, JaxArray } from "./autodiff-jaxjs.js";
import type { Tf } from "./autodiff-tfjs.js";

type TfTensor = import("@tensorflow/tfjs-core").Tensor;

/** 一个参数：形状与幅度；数值是 amplitude·sin(0.37·i + 序号)，各家照同一个式子造。 */
export interface Argument {
  readonly shape: readonly number[];
  readonly amplitude?: number;
}

/** 一个标量函数与它的参数；各家用自己的算子写同一个函数，对前 active 个参数求导。 */
export interface Workload {
  /** autodiff-jax.py 里也用这个名字。 */
  readonly name: string;
  readonly title: string;
  readonly args: readonly Argument[];
  readonly active: number;
  /** 缺省求梯度；hessian 对第一个参数求黑塞矩阵。 */
  readonly order?: "hessian";
  /** 允许的相对误差（相对于最大的元素），单精度。 */
  readonly tolerance?: number;
  readonly tidu: (...args: Tensor[]) => Tensor;
  readonly jaxjs: (jax: Jax, ...args: JaxArray[]) => JaxArray;
  /** 缺省是 tfjs 做不了。 */
  readonly tfjs?: (tf: Tf, ...args: TfTensor[]) => TfTensor;
}

export function dataOf({ shape, amplitude = 1 }: Argument, seed: number): Float64Array {
  const length = shape.reduce((n, d) => n * d, 1);
  return Float64Array.from({ length }, (_, i) => amplitude * Math.sin(0.37 * i + seed));
}

/** 一个数组里均匀取至多 500 个数，用来核对。 */
export function sample(data: ArrayLike<number>): number[] {
  const step = Math.ceil(data.length / 500);
  return Array.from({ length: Math.ceil(data.length / step) }, (_, i) => data[i * step]!);
}
