import type { Mutant, Question } from "../problem.js";
import { numbers, type Value } from "../value.js";
import type { Point } from "./points.js";
import { close, type Tolerance } from "./tolerance.js";

/** 裁判问过、并且得到数值的一个点。 */
export interface Asked {
  point: Point;
  answer: Value;
}

/** 少于这么多个点与标准答案不同时，不下结论。 */
const ENOUGH = 2;

/**
 * 认出错因：恰好有一种错法与全部回答相符，并且其中有几个点它确实与标准答案不同，才下结论。
 *
 * 随机点必须全部相符。边界点上的写法（`<` 还是 `<=`）因人而异，
 * 所以只有在错法与标准答案只差在边界点时，才要求边界点也全部相符。
 */
export function diagnose(question: Question, asked: Asked[]): Mutant | null {
  const fitting = question.mutants.filter((mutant) => fits(mutant, asked));
  return fitting.length === 1 ? fitting[0]! : null;
}

function fits(mutant: Mutant, asked: Asked[]): boolean {
  const rows = asked.map(({ point, answer }) => {
    const { scale, tolerance, value } = point.truth;
    const claim = numbers(mutant.fn(...point.args));
    return {
      edge: point.edge !== undefined,
      matches: same(claim, numbers(answer), scale, tolerance),
      differs: !same(claim, numbers(value), scale, tolerance),
    };
  });
  const inner = rows.filter((row) => !row.edge);
  if (!inner.every((row) => row.matches)) return false;
  const telling = inner.filter((row) => row.differs).length;
  if (telling >= ENOUGH) return true;
  if (!rows.every((row) => row.matches)) return false;
  return rows.filter((row) => row.differs).length >= ENOUGH;
}

function same(a: number[], b: number[], scale: number, tolerance: Tolerance): boolean {
  return a.length === b.length && a.every((x, i) => close(x, b[i]!, scale, tolerance));
}

/** 各处的答案都是标准答案的同一个倍数时，给出这个倍数。 */
export function commonRatio(asked: Asked[]): number | null {
  let ratio: number | null = null;
  let seen = 0;
  for (const { point, answer } of asked) {
    const got = numbers(answer);
    const expected = numbers(point.truth.value);
    const { relative } = point.truth.tolerance;
    for (let i = 0; i < expected.length; i++) {
      if (expected[i] === 0 && got[i] === 0) continue;
      const here = got[i]! / expected[i]!;
      if (!Number.isFinite(here)) return null;
      if (ratio !== null && Math.abs(here - ratio) > relative * Math.abs(ratio)) return null;
      ratio ??= here;
      seen++;
    }
  }
  return seen >= 3 ? ratio : null;
}
