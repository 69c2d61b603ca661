import { intervalDerivative } from "@tidu/kernel-lib";

/** 导数所在的区间；拐点上它就是左右导数之间的范围。 */
export interface Interval {
  low: number;
  high: number;
}

/** 区间判据（梯度库的 intervalDerivative）：步长逐渐缩小，取左右单侧斜率，加宽到盖住舍入，留最窄的一个。 */
export function slopeInterval(f: (x: number) => number, x: number): Interval {
  const { left, right } = intervalDerivative(f, x);
  return { low: Math.min(left[0], right[0]), high: Math.max(left[1], right[1]) };
}
