import type { Mutant } from "../problem.js";
import type { Value } from "../value.js";

// 同一个公式推广到一批时，错法也跟着推广：不必再写一遍，说明也照搬。

type Fn = (...args: any[]) => Value;

/** 把一种推广用到每一种错法上。 */
export const liftMutants = (mutants: Mutant[], lift: (f: Fn) => Fn, without: string[] = []): Mutant[] =>
  mutants.filter(({ id }) => !without.includes(id)).map(({ id, fn }) => ({ id, fn: lift(fn) }));

/** 前 `count` 个参数各有许多行，逐行调用；其余的参数各行共用。 */
export const perRow =
  (count: number) =>
  (f: Fn): Fn =>
  (...args) =>
    (args[0] as Value[]).map((_, i) => f(...args.map((x, k) => (k < count ? x[i] : x))));

/** 最后一个参数是一串数，逐个调用。 */
export const perLast =
  (f: Fn): Fn =>
  (...args) =>
    (args.at(-1) as number[]).map((x) => f(...args.slice(0, -1), x));

/** 说明照搬：题名从 `from` 换成 `to`。 */
export function liftMistakes(
  mistakes: Record<string, string>,
  from: string,
  to: string,
  without: string[] = [],
): Record<string, string> {
  const rows = Object.entries(mistakes).flatMap(([key, text]) => {
    const [id, mutant] = key.split("/") as [string, string];
    return id === from && !without.includes(mutant) ? [[`${to}/${mutant}`, text] as const] : [];
  });
  return Object.fromEntries(rows);
}
