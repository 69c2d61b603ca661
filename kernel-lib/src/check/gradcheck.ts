import { TiduError } from "../errors.js";
import { stridesOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { type AnyFunction, requireFunction } from "../transforms/leaves.js";
import { type DerivativeInterval, intervalAlong, judgeDerivative, type Verdict } from "./interval.js";
import { givenRows, libraryRows, type Rows } from "./jacobian-rows.js";
import { Line, nudge } from "./line.js";
import { gradientOf, type Problem, prepare, read, requireDeterministic, requireFinite } from "./problem.js";
import { type CoordinateCheck, GradcheckReport } from "./report.js";

/** gradcheck 的选项。 */
export interface GradcheckOptions {
  /** 2 时连二阶导数一起查（对梯度再查一遍）。缺省 1。 */
  readonly order?: 1 | 2;
  /** 缺省两种模式都查。 */
  readonly modes?: readonly ("forward" | "reverse")[];
  /** 要检查的梯度函数（手写的）；给了它就不查库自己的。f 必须返回标量，结果的树与参数相同：一个参数时直接是梯度，几个时是数组。 */
  readonly gradient?: AnyFunction;
  /** 相对容差，缺省 1e-7。 */
  readonly tolerance?: number;
  /** 落在拐点上时，挪到旁边再查几次。缺省 3。 */
  readonly retries?: number;
  /** 挪动方向的种子。 */
  readonly seed?: number;
}

/**
 * 用区间判据逐个坐标检查导数：先把参数换成 float64，再对每个输入元素作一维的区间估计，
 * 与前向、反向模式（或给出的 gradient）的结果对照。区间之外是有误；落在拐点上就挪开一点再查。
 *
 * @example
 * const f = (x: Tensor) => exp(mul(x, x)).sum();
 * gradcheck(f, [[0.5, -1]], { order: 2 }).verdict // => "right"
 * @example
 * const square = (x: Tensor) => mul(x, x);
 * gradcheck(square, [3], { gradient: (x: Tensor) => mul(x, -2) }).verdict // => "wrong"
 */
export function gradcheck(
  f: AnyFunction,
  args: readonly unknown[],
  options: GradcheckOptions = {},
): GradcheckReport {
  requireFunction("gradcheck", f);
  if (!Array.isArray(args)) {
    throw new TiduError("TIDU-CHECK-011", "gradcheck：参数要放进数组，一个参数一项，如 gradcheck(f, [x])。");
  }
  const problem = prepare(f, args);
  requireFinite(problem);
  requireDeterministic(problem);
  const checks = new Checks(options);
  checks.run(1, problem, options.gradient ? givenRows(options.gradient, args, problem) : null);
  if (options.order === 2 && !options.gradient) checks.run(2, gradientOf(problem), null);
  return checks.report();
}

/**
 * 同 gradcheck，不正确就抛错：有误抛 TIDU-GRAD-010，说不准抛 TIDU-GRAD-011。
 *
 * @example
 * assertGradcheck((x: Tensor) => mul(x, x), [3], { gradient: (x: Tensor) => x }) // 抛 TIDU-GRAD-010
 */
export function assertGradcheck(
  f: AnyFunction,
  args: readonly unknown[],
  options: GradcheckOptions = {},
): GradcheckReport {
  const report = gradcheck(f, args, options);
  if (report.verdict === "wrong") throw new TiduError("TIDU-GRAD-010", report.toString());
  if (report.verdict === "undecided") throw new TiduError("TIDU-GRAD-011", report.toString());
  return report;
}

class Checks {
  private readonly options: GradcheckOptions;
  private readonly settled: CoordinateCheck[] = [];
  private kinks = 0;

  constructor(options: GradcheckOptions) {
    this.options = options;
  }

  /** 查一个函数的全部偏导数；说不准的坐标挪到旁边的点再查。 */
  run(order: 1 | 2, problem: Problem, given: Rows | null): void {
    const { modes = ["forward", "reverse"], retries = 3, seed = 1 } = this.options;
    const rows = given ?? libraryRows(problem, modes);
    let open = this.at(order, problem, problem.point, rows, 0, null);
    for (let k = 1; k <= retries && open.size > 0; k++) {
      const nudged = problem.point.map((x, i) => nudge(x, seed + 31 * k + i));
      const before = open.size;
      open = this.at(order, problem, nudged, rows, k, open);
      this.kinks += before - open.size;
    }
    this.settled.push(...open.values());
  }

  /** 在一个点上查；only 给出时只查那些坐标。返回仍说不准的。 */
  private at(
    order: 1 | 2,
    problem: Problem,
    point: readonly Tensor[],
    rows: Rows,
    number: number,
    only: ReadonlyMap<string, CoordinateCheck> | null,
  ): Map<string, CoordinateCheck> {
    const open = new Map<string, CoordinateCheck>();
    const claims = rows(point);
    for (const [i, x] of point.entries()) {
      for (let e = 0; e < x.size; e++) {
        const line = new Line(problem.call, point, i, e);
        for (const [o, name] of problem.outputPaths.entries()) {
          for (let p = 0; p < line.size(o); p++) {
            const interval = lazily(() => intervalAlong((t) => line.at(t, o, p), line.origin));
            for (const [mode, jacobian] of claims) {
              const key = `${mode} ${i} ${e} ${o} ${p}`;
              if (only !== null && !only.has(key)) continue;
              const claimed = read(jacobian[o]![i]!)[p * x.size + e]!;
              const index = unravel(e, x.shape);
              const check: CoordinateCheck = {
                order,
                mode,
                path: problem.paths[i]! + showIndex(index),
                index,
                output: name + showIndex(unravel(p, line.shape(o))),
                claimed,
                interval: interval(),
                ratio: claimed / interval().estimate,
                verdict: judge(claimed, interval(), this.options.tolerance),
                point: number,
              };
              if (check.verdict === "undecided") open.set(key, check);
              else this.settled.push(check);
            }
          }
        }
      }
    }
    return open;
  }

  report(): GradcheckReport {
    const has = (v: Verdict) => this.settled.some((c) => c.verdict === v);
    const verdict = has("wrong") ? "wrong" : has("undecided") ? "undecided" : "right";
    return new GradcheckReport(verdict, this.settled, this.kinks);
  }
}

/**
 * 拐点处，几个约定复合起来的值（如 |x| − 1.5relu(x) 在 0 处得 0）不一定还是次梯度，稍微出界也不算错，
 * 挪到旁边再判；离得远的（超出一个区间宽）才是错。
 */
function judge(claimed: number, interval: DerivativeInterval, tolerance: number | undefined): Verdict {
  const verdict = judgeDerivative(claimed, interval, tolerance);
  if (verdict !== "wrong" || interval.kind !== "kink") return verdict;
  const off = Math.abs(claimed - interval.estimate);
  return off <= 1.5 * interval.width ? "undecided" : "wrong";
}

function lazily<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

function unravel(k: number, shape: readonly number[]): number[] {
  return stridesOf(shape).map((s, i) => Math.floor(k / s) % shape[i]!);
}

function showIndex(index: readonly number[]): string {
  return index.length === 0 ? "" : `[${index.join(", ")}]`;
}
