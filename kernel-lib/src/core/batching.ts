import type { Tensor } from "../tensor.js";
import { broadcastTo, moveAxis, reshape } from "./internal.js";

/** 把批轴都移到最前，并在其后补 1，使各操作数（不含批轴）从末轴对齐，可以直接广播。 */
export function alignBatch(args: readonly Tensor[], dims: readonly (number | null)[]): Tensor[] {
  const rank = Math.max(...args.map((x, i) => x.shape.length - (dims[i] === null ? 0 : 1)));
  return args.map((x, i) => {
    const dim = dims[i];
    if (dim === null || dim === undefined) return x;
    const moved = moveAxis(x, dim, 0);
    const [size, ...rest] = moved.shape as [number, ...number[]];
    return reshape(moved, [size, ...new Array<number>(rank - rest.length).fill(1), ...rest]);
  });
}

/** 批轴移到最前；没有批轴的广播出一个。 */
export function withBatch(x: Tensor, dim: number | null, size: number): Tensor {
  return dim === null ? broadcastTo(x, [size, ...x.shape]) : moveAxis(x, dim, 0);
}
