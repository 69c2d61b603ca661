import { compileCell } from "@tidu/notebook-runtime/compiler";
import type { BindingKind } from "@tidu/notebook-runtime/runner";
import { listen } from "./listen.js";
import type { Compile, Precompiled } from "./precompiled.js";

/** 停不下来的由裁判结束整个进程，循环里不必插检查。 */
export const compile: Compile = (source, known) => compileCell(source, { known, interruptible: false });

/** 依次编译一份笔记本的单元格，假定前面的都顺利运行；语法有错的为 null。 */
export function precompile(sources: string[]): (Precompiled | null)[] {
  const known = new Map<string, BindingKind>();
  return sources.map((source) => {
    try {
      const { code, isAsync, hasValue, declarations, imports } = compile(source, known);
      const cell = { code, isAsync, hasValue, declarations, imports, known: [...known] };
      for (const { name, kind } of declarations) known.set(name, kind);
      return cell;
    } catch {
      return null;
    }
  });
}

/** 编译进程：只编译，从不运行谁的代码。 */
export function serve(): void {
  listen(({ id, sources }: { id: number; sources: string[] }) => ({ id, cells: precompile(sources) }));
}
