import { parse as babelParse } from "@babel/parser";
import { CellSyntaxError, syntaxError } from "./errors.js";
import type { Node } from "./node.js";

/** 解析一个单元格：模块语法（严格模式、顶层 await）加 TypeScript。 */
export function parse(source: string): Node {
  try {
    return babelParse(source, {
      sourceType: "module",
      allowUndeclaredExports: true,
      attachComment: false,
      plugins: ["typescript", "explicitResourceManagement", "decoratorAutoAccessors", "sourcePhaseImports"],
    }) as unknown as Node;
  } catch (error) {
    const found = syntaxError(error);
    if (found instanceof CellSyntaxError && /^\s*%/.test(source.split("\n")[found.line - 1] ?? ""))
      throw new CellSyntaxError(
        "魔法命令（% 开头）要写在单元格的最前面，判分时不能用",
        found.line,
        found.column,
      );
    throw found;
  }
}
