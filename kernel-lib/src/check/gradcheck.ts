import { asTensor } from "../core/convert.js";
import { isFloat } from "../dtype.js";
import { TiduError } from "../errors.js";
import { add, mul, reshape, sum } from "../primitives/index.js";
import { sizeOf, stridesOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { jacfwd, jacrev } from "../transforms/jacobian.js";
import { type AnyFunction, outputLeaves, requireFunction } from "../transforms/leaves.js";
import { argumentName, Linearization } from "../transforms/linearize.js";
import { flattenArgs, matchLeaves, unflatten } from "../tree.js";
import { type DerivativeInterval, intervalAlong, judgeDerivative, type Verdict } from "./interval.js";
import { type CoordinateCheck, GradcheckReport } from "./report.js";

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

/** 只管浮点叶子的函数：x 是各叶子的值，按次序排。 */
interface Problem {
  readonly call: (leaves: readonly Tensor[]) => Tensor[];
  readonly point: readonly Tensor[];
  readonly paths: readonly string[];
  readonly outputPaths: readonly string[];
}

/**
 * 用区间法则逐个坐标检查导数：先把参数换成 float64，再对每个输入元素作一维的区间估计，
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

function prepare(f: AnyFunction, args: readonly unknown[]): Problem {
  const { leaves, structure, paths } = flattenArgs(args, (i) => argumentName(i, args.length));
  const all = leaves.map((x) => {
    const t = asTensor(x);
    return isFloat(t.dtype) ? shaped(Float64Array.from(read(t)), t) : t;
  });
  const moving = all.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
  if (moving.length === 0) {
    throw new TiduError("TIDU-CHECK-012", "gradcheck：参数里没有浮点张量，没有可查的导数。");
  }
  const call = (xs: readonly Tensor[]): Tensor[] => {
    const filledIn = [...all];
    for (const [k, i] of moving.entries()) filledIn[i] = xs[k]!;
    return outputLeaves("gradcheck", f(...unflatten(structure, filledIn))).leaves;
  };
  const point = moving.map((i) => all[i]!);
  const { paths: outputPaths } = outputLeaves("gradcheck", f(...unflatten(structure, all)));
  return { call, point, paths: moving.map((i) => paths[i]!), outputPaths };
}

function shaped(data: Float64Array, like: Tensor): Tensor {
  return reshape(data, like.shape);
}

function read(x: Tensor): ArrayLike<number> {
  return x.concrete().readSync();
}

function requireDeterministic({ call, point }: Problem): void {
  const [a, b] = [call(point), call(point)];
  const same = a.every((x, i) => Array.from(read(x)).every((v, k) => Object.is(v, read(b[i]!)[k])));
  if (same) return;
  throw new TiduError(
    "TIDU-CHECK-013",
    "gradcheck：同样的输入两次得到不同的输出，没法用差分检查。随机数请改用固定的 key。",
  );
}

/** 二阶：把各输出按一组固定的权相加，它的梯度就是要再查一遍的函数。 */
function gradientOf({ call, point, paths }: Problem): Problem {
  const weighted = (...xs: Tensor[]): Tensor => {
    const terms = call(xs).map((y, k) => {
      const weights = Float64Array.from({ length: y.size }, (_, i) => Math.cos(1 + i + 7 * k) + 1.5);
      return y.size === 1 && k === 0 ? reshape(y, []) : sum(mul(y, shaped(weights, y)));
    });
    return terms.reduce((a, b) => add(a, b));
  };
  const indices = point.map((_, i) => i);
  const gradient = (xs: readonly Tensor[]): Tensor[] => {
    const lin = new Linearization("gradcheck", weighted, xs, indices);
    return lin.pull([asTensor(1)]);
  };
  return { call: gradient, point, paths, outputPaths: paths };
}

type Rows = (point: readonly Tensor[]) => Map<CoordinateCheck["mode"], Tensor[][]>;

/** 手写的梯度：当作 1 行的雅可比矩阵。 */
function givenRows(gradient: AnyFunction, args: readonly unknown[], problem: Problem): Rows {
  const { leaves, structure } = flattenArgs(args, (i) => argumentName(i, args.length));
  const all = leaves.map((x) => asTensor(x));
  const moving = all.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
  return (point) => {
    if (problem.outputPaths.length !== 1 || problem.call(point)[0]!.size !== 1) {
      throw new TiduError("TIDU-CHECK-014", "gradcheck：给出 gradient 时，f 必须返回一个标量。");
    }
    const here = [...all];
    for (const [k, i] of moving.entries()) here[i] = point[k]!;
    const result = gradient(...unflatten(structure, here));
    const tree = args.length === 1 ? [result] : result;
    const claimed = matchLeaves(structure, tree, "gradient 的返回值", true);
    return new Map([
      [
        "given",
        [
          moving.map((i, k) => {
            const g = asTensor(claimed[i] ?? 0);
            if (g.size === point[k]!.size) return g;
            throw new TiduError(
              "TIDU-CHECK-015",
              `gradcheck：${problem.paths[k]} 有 ${point[k]!.size} 个元素，给出的梯度却有 ${g.size} 个。`,
            );
          }),
        ],
      ],
    ]);
  };
}

function libraryRows({ call }: Problem, modes: readonly ("forward" | "reverse")[]): Rows {
  return (point) =>
    new Map(
      modes.map((mode) => {
        const jac: AnyFunction = (mode === "forward" ? jacfwd : jacrev)(((xs: Tensor[]) =>
          call(xs)) as AnyFunction);
        return [mode, jac([...point]) as Tensor[][]];
      }),
    );
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

/** 函数沿一个坐标的一维切片；同一个位移只算一次，各输出共用。 */
class Line {
  readonly origin: number;
  private readonly seen = new Map<number, readonly Tensor[]>();
  private readonly call: Problem["call"];
  private readonly point: readonly Tensor[];
  private readonly i: number;
  private readonly e: number;

  constructor(call: Problem["call"], point: readonly Tensor[], i: number, e: number) {
    this.call = call;
    this.point = point;
    this.i = i;
    this.e = e;
    this.origin = read(point[i]!)[e]!;
  }

  private outputs(t: number): readonly Tensor[] {
    let ys = this.seen.get(t);
    if (ys === undefined) {
      const x = this.point[this.i]!;
      const data = Float64Array.from(read(x));
      data[this.e] = this.origin + t;
      const moved = [...this.point];
      moved[this.i] = shaped(data, x);
      this.seen.set(t, (ys = this.call(moved)));
    }
    return ys;
  }

  at(t: number, output: number, element: number): number {
    return read(this.outputs(t)[output]!)[element]!;
  }

  size(output: number): number {
    return sizeOf(this.shape(output));
  }

  shape(output: number): readonly number[] {
    return this.outputs(0)[output]!.shape;
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

/** 离开拐点：每个元素挪动 1% 左右，方向与大小由种子定。 */
function nudge(x: Tensor, seed: number): Tensor {
  const data = Float64Array.from(read(x), (v, i) => {
    const u = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
    const r = 2 * (u - Math.floor(u)) - 1;
    return v + 0.02 * Math.max(1, Math.abs(v)) * (r + Math.sign(r) * 0.25);
  });
  return shaped(data, x);
}

function unravel(k: number, shape: readonly number[]): number[] {
  return stridesOf(shape).map((s, i) => Math.floor(k / s) % shape[i]!);
}

function showIndex(index: readonly number[]): string {
  return index.length === 0 ? "" : `[${index.join(", ")}]`;
}
