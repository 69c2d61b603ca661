import { type Bound, oneSided } from "./slopes.js";

export type { Bound } from "./slopes.js";

/** 导数的区间估计：不是一个近似值，而是“真值在这里面”。 */
export interface DerivativeInterval {
  /** 左导数所在的区间。 */
  readonly left: Bound;
  /** 右导数所在的区间。 */
  readonly right: Bound;
  /** 左右合起来的中点。 */
  readonly estimate: number;
  /** 左右合起来的宽度。 */
  readonly width: number;
  /** smooth：左右一致且窄；kink：左右导数不等（拐点）；undecided：太宽，说不准。 */
  readonly kind: "smooth" | "kink" | "undecided";
  /** 导数的天然单位：x 附近最大的 |f| 除以 max(1, |x|)。 */
  readonly scale: number;
}

/** 对一个声称的导数的判定：对、错，或在这一点说不准。 */
export type Verdict = "right" | "wrong" | "undecided";

/** 左右合起来的区间。 */
export function hull({ left, right }: DerivativeInterval): Bound {
  return [Math.min(left[0], right[0]), Math.max(left[1], right[1])];
}

/**
 * 用区间判据估计 f 在 x 处的导数。
 *
 * 固定步长的中心差分在拐点处是错的，别处又太松。这里步长 h 逐次缩小，分别取左右两侧的斜率
 * (f(x±h)−f(x))/h，外推到 h→0，连同误差界与舍入的垫量 4ε·max|f|/h 得到区间，留最窄的一个；
 * 左右两个区间不相交，就是拐点。
 *
 * @example
 * intervalDerivative(Math.exp, 0).kind // => "smooth"
 * @example
 * const { kind, left, right } = intervalDerivative(Math.abs, 0);
 * [kind, left[0], right[0]].map((v) => (typeof v === "number" ? Math.round(v) : v)) // => ["kink", -1, 1]
 */
export function intervalDerivative(f: (x: number) => number, x: number): DerivativeInterval {
  const seen = new Map<number, number>();
  return intervalAlong((t) => {
    let y = seen.get(t);
    if (y === undefined) seen.set(t, (y = valueAt(f, x, t)));
    return y;
  }, x);
}

/** 离开 x 之后抛错，当作走出了定义域；在 x 处抛的错照样抛出。 */
function valueAt(f: (x: number) => number, x: number, t: number): number {
  if (t === 0) return Number(f(x));
  try {
    return Number(f(x + t));
  } catch {
    return Number.NaN;
  }
}

/** 同上，函数写成离 x 的位移 t 的函数：at(t) = f(x+t)。 */
export function intervalAlong(at: (t: number) => number, x: number): DerivativeInterval {
  const l = oneSided(at, x, -1);
  const r = oneSided(at, x, 1);
  const scale = Math.max(l.size, r.size) / Math.max(1, Math.abs(x));
  // 定义域的端点只有一侧：以那一侧为准。
  const left = l.defined ? l.bound : r.bound;
  const right = r.defined ? r.bound : l.bound;
  const both: Bound = [Math.min(left[0], right[0]), Math.max(left[1], right[1])];
  const width = both[1] - both[0];
  const estimate = Number.isFinite(width) ? (both[0] + both[1]) / 2 : Number.NaN;
  const apart = left[1] < right[0] || right[1] < left[0];
  const narrow = width <= 5e-4 * Math.abs(estimate) || width <= zeroWidth * scale;
  const kind = apart && !narrow ? "kink" : narrow ? "smooth" : "undecided";
  return { left, right, estimate, width, kind, scale };
}

/** 导数为零时没有相对宽度可言：区间窄到天然单位的这个倍数以下就算窄。 */
const zeroWidth = 1e-10;

/**
 * 按区间判断一个声称的导数。区间（加容差）之外：wrong；之内且区间窄：right；之内但宽：undecided，
 * 这时换一个离开拐点的点，或者对照约定表。
 *
 * @param tolerance 相对容差，缺省 1e-7
 * @example
 * judgeDerivative(-1e-6, intervalDerivative((x) => 1 + 1e-6 * x, 0)) // => "wrong"
 * @example
 * judgeDerivative(0, intervalDerivative((x) => Math.max(x, 0), 0)) // => "undecided"
 */
export function judgeDerivative(claimed: number, interval: DerivativeInterval, tolerance = 1e-7): Verdict {
  const [lo, hi] = hull(interval);
  if (!Number.isFinite(claimed)) return interval.kind === "undecided" ? "undecided" : "wrong";
  // 声称 f 在 1e-6 之内就变化了自身的大小，区间又宽：这里连函数值都分辨不清，不下结论。
  if (interval.kind === "undecided" && Math.abs(claimed) > 1e6 * interval.scale) return "undecided";
  const slack = tolerance * Math.max(Math.abs(lo), Math.abs(hi)) + 1e-12 * interval.scale;
  if (claimed < lo - slack || claimed > hi + slack) return "wrong";
  if (interval.kind === "kink") return "undecided";
  const width = interval.width + 2 * slack;
  return width <= 5e-4 * Math.abs(claimed) || interval.width <= zeroWidth * interval.scale
    ? "right"
    : "undecided";
}
