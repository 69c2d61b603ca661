import { asTensor } from "../core/convert.js";
import { isFloat } from "../dtype.js";
import { TiduError } from "../errors.js";
import { add, mul, reshape, sum } from "../primitives/index.js";
import type { Tensor } from "../tensor.js";
import { type AnyFunction, outputLeaves } from "../transforms/leaves.js";
import { argumentName, Linearization } from "../transforms/linearize.js";
import { flattenArgs, unflatten } from "../tree.js";

/** 只管浮点叶子的函数：x 是各叶子的值，按次序排。 */
export interface Problem {
  readonly call: (leaves: readonly Tensor[]) => Tensor[];
  readonly point: readonly Tensor[];
  readonly paths: readonly string[];
  readonly outputPaths: readonly string[];
}

export function prepare(f: AnyFunction, args: readonly unknown[]): Problem {
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

export function shaped(data: Float64Array, like: Tensor): Tensor {
  return reshape(data, like.shape);
}

export function read(x: Tensor): ArrayLike<number> {
  return x.concrete().readSync();
}

/** 参数与函数值都要是有限的数：NaN 或 ∞ 上没有导数可查，结论只会误导人。 */
export function requireFinite({ call, point, paths, outputPaths }: Problem): void {
  for (const [i, x] of point.entries()) {
    const bad = Array.from(read(x)).find((v) => !Number.isFinite(v));
    if (bad !== undefined) {
      throw new TiduError("TIDU-CHECK-016", `gradcheck：${paths[i]} 里有 ${bad}，请换成有限的数。`);
    }
  }
  for (const [i, y] of call(point).entries()) {
    const bad = Array.from(read(y)).find((v) => !Number.isFinite(v));
    if (bad !== undefined) {
      throw new TiduError(
        "TIDU-CHECK-017",
        `gradcheck：函数在这一点的值（${outputPaths[i]}）是 ${bad}，没有导数可查。` +
          "请检查定义域：负数的 log 与 sqrt、0 做除数、exp 溢出。",
      );
    }
  }
}

export function requireDeterministic({ call, point }: Problem): void {
  const [a, b] = [call(point), call(point)];
  const same = a.every((x, i) => Array.from(read(x)).every((v, k) => Object.is(v, read(b[i]!)[k])));
  if (same) return;
  throw new TiduError(
    "TIDU-CHECK-013",
    "gradcheck：同样的输入两次得到不同的输出，没法用差分检查。随机数请改用固定的 key。",
  );
}

/** 二阶：把各输出按一组固定的权相加，它的梯度就是要再查一遍的函数。 */
export function gradientOf({ call, point, paths }: Problem): Problem {
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
