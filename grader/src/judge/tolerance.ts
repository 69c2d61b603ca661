import type { Question } from "../problem.js";

/** 容许的误差：relative·|正确值| + absolute·量级。 */
export interface Tolerance {
  relative: number;
  absolute: number;
  /** 一句话，进报告。 */
  text: string;
}

/** 普通的题：容得下 float32 的结果，容不下差千分之一的；绝对误差只有舍入那么大，不因梯度小而放宽符号。 */
const double: Tolerance = {
  relative: 1e-6,
  absolute: 64 * 2 ** -52,
  text: "容许相对误差 1e-6，绝对误差只容许舍入（量级的 64 倍机器精度）",
};

/** 张量题在 float32 上算：GPU 的指数、除法、开方各有几个末位的误差。 */
const single: Tolerance = {
  relative: 2e-5,
  absolute: 16 * 2 ** -23,
  text: "在 float32 上算，容许相对误差 2e-5，绝对误差容许量级的 2e-6",
};

export function toleranceOf(question: Question): Tolerance {
  return question.tensors === true ? single : double;
}

/** 两个数在误差内相同；NaN 与 NaN 相同（比较错法时要用）。 */
export function close(actual: number, expected: number, scale: number, tolerance: Tolerance): boolean {
  if (Number.isNaN(expected) || Number.isNaN(actual)) return Number.isNaN(expected) && Number.isNaN(actual);
  if (!Number.isFinite(expected) || !Number.isFinite(actual)) return actual === expected;
  return Math.abs(actual - expected) <= slack(expected, scale, tolerance);
}

export function slack(expected: number, scale: number, { relative, absolute }: Tolerance): number {
  return relative * Math.abs(expected) + absolute * scale;
}
