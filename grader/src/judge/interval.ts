/** 一维导数的可信区间（区间判据，见 docs）。 */
export interface Interval {
  low: number;
  high: number;
}

const EPSILON = 2 ** -52;

/**
 * 区间判据：步长逐渐缩小，每一步取左右两个单侧斜率（用真正走过的 x±h−x），
 * 按约 4ε·max|f|/h 加宽，留下最窄的一个。拐点上左右斜率不同，区间宽，恰好是次梯度的范围。
 */
export function slopeInterval(f: (x: number) => number, x: number): Interval {
  const centre = f(x);
  const scale = Math.max(Math.abs(x), 2 ** -20);
  let best: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  for (let k = 6; k <= 40; k += 2) {
    const h = scale * 2 ** -k;
    const right = x + h;
    const left = x - h;
    const above = f(right);
    const below = f(left);
    const up = (above - centre) / (right - x);
    const down = (centre - below) / (x - left);
    const pad = (4 * EPSILON * Math.max(Math.abs(above), Math.abs(below), Math.abs(centre))) / h;
    const low = Math.min(up, down) - pad;
    const high = Math.max(up, down) + pad;
    if (high - low < best.high - best.low) best = { low, high };
  }
  return best;
}
