import assert from "node:assert/strict";
import { join } from "node:path";
import { ExportScanner } from "./exports.js";
import { project } from "./testing.js";

describe("types/exports", () => {
  const folder = project({
    "index.d.ts": `
/* export declare const commented: 1; */
// export declare const alsoCommented: 1;
export declare const a: number;
export declare function f(): void;
export declare abstract class C {}
export interface I { inner: string }
export type T = 1;
export declare const enum E { A }
declare function hidden(): void;
declare class Local {}
interface OnlyType {}
export { hidden as shown, Local, type OnlyType, OnlyType as Renamed };
export * from "./more.js";
export * as ns from "./more.js";
export { far } from "other";
export type { Deep } from "./deep";
export default a;
`,
    "more.d.ts":
      'export declare let more: 1; export { a as again } from "./index.js"; export default more;\nexport * from "./index.js";',
    "deep/index.d.ts": "export interface Deep {}",
    "other.d.ts": "export declare class far {}",
  });
  const scanner = new ExportScanner((specifier) => join(folder, `${specifier}.d.ts`));

  const scan = (file: string) => {
    const steps = scanner.scan(join(folder, file));
    for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
  };

  it("各种写法的导出；互相转出的文件不会没完没了；注释与没导出的不算", () => {
    assert.deepEqual(Object.fromEntries(scan("index.d.ts")), {
      a: "const",
      f: "function",
      C: "class",
      I: "interface",
      T: "type",
      E: "enum",
      shown: "function",
      Local: "class",
      OnlyType: "type",
      Renamed: "interface",
      more: "let",
      again: "const",
      ns: "namespace",
      far: "class",
      Deep: "type",
      default: "value",
    });
  });

  it("读不了的文件当作什么也没导出", () => {
    assert.equal(scan("nope.d.ts").size, 0);
  });
});
