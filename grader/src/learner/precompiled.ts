import { type BindingKind, CellSyntaxError, type CompiledCell } from "@tidu/notebook-runtime/runner";

/** 编译一个单元格；`known` 是已经有值的名字。 */
export type Compile = (source: string, known: ReadonlyMap<string, BindingKind>) => CompiledCell;

/** 在编译进程里编译好的单元格。只在它之前有值的名字恰好是 `known` 时能用。 */
export interface Precompiled
  extends Pick<CompiledCell, "code" | "isAsync" | "hasValue" | "declarations" | "imports"> {
  known: [name: string, kind: BindingKind][];
}

/** 学习者进程里的编译：编译好的用得上就用它，否则自己来；`compiler` 用到时才载入。 */
export function reuse(
  precompiled: Precompiled | null,
  source: string,
  known: ReadonlyMap<string, BindingKind>,
  compiler: () => Compile,
): CompiledCell {
  if (precompiled === null || !sameNames(precompiled.known, known)) {
    try {
      return compiler()(source, known);
    } catch (error) {
      throw ownSyntaxError(error);
    }
  }
  let full: CompiledCell | undefined;
  // 行列的换算表没有送来：出错时才用得到，那时再编译一遍。
  const original: CompiledCell["original"] = (line, column) => {
    full ??= compiler()(source, new Map(precompiled.known));
    return full.original(line, column);
  };
  return { ...precompiled, source, original };
}

function sameNames(assumed: [string, BindingKind][], known: ReadonlyMap<string, BindingKind>): boolean {
  return assumed.length === known.size && assumed.every(([name, kind]) => known.get(name) === kind);
}

/** 编译器是另外打的包，里面的 CellSyntaxError 是另一个类；换成这边的，才认得出行列。 */
function ownSyntaxError(error: unknown): unknown {
  const { message, line, column } = error as CellSyntaxError;
  return typeof line === "number" ? new CellSyntaxError(message, line, column) : error;
}
