import { asTensor } from "../core/convert.js";
import { isFloat } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { jacfwd, jacrev } from "../transforms/jacobian.js";
import type { AnyFunction } from "../transforms/leaves.js";
import { argumentName } from "../transforms/linearize.js";
import { flattenArgs, matchLeaves, unflatten } from "../tree.js";
import type { Problem } from "./problem.js";
import type { CoordinateCheck } from "./report.js";

export type Rows = (point: readonly Tensor[]) => Map<CoordinateCheck["mode"], Tensor[][]>;

/** 手写的梯度：当作 1 行的雅可比矩阵。 */
export function givenRows(gradient: AnyFunction, args: readonly unknown[], problem: Problem): Rows {
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

export function libraryRows({ call }: Problem, modes: readonly ("forward" | "reverse")[]): Rows {
  return (point) =>
    new Map(
      modes.map((mode) => {
        const jac: AnyFunction = (mode === "forward" ? jacfwd : jacrev)(((xs: Tensor[]) =>
          call(xs)) as AnyFunction);
        return [mode, jac([...point]) as Tensor[][]];
      }),
    );
}
