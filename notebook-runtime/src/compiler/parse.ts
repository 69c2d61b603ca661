import { parse as babelParse } from "@babel/parser";
import { syntaxError } from "./errors.js";
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
    throw syntaxError(error);
  }
}
