import assert from "node:assert/strict";
import { stripModule } from "./module.js";

describe("stripModule", () => {
  const cases: [string, string, string][] = [
    ["类型导入整条去掉", "import type { A } from 'a';\nx", "\nx;"],
    [
      "只用作类型的名字去掉",
      "import { A, b } from 'm'; const c: A = b;",
      "import {    b } from 'm'; const c    = b;",
    ],
    ["全是类型的导入去掉", "import { A } from 'm'; let c: A;", " let c   ;"],
    ["有副作用的导入留着", "import 'm';", "import 'm';"],
    ["默认导入与命名空间", "import D, * as ns from 'm'; D();", "import D         from 'm'; D();"],
    [
      "导出的值与类型",
      "export { a, type B } from 'm'; export type C = 1; export const d: C = 1;",
      "export { a,        } from 'm';  export const d    = 1;",
    ],
    ["导出本地名", "import { a } from 'm'; export { a };", "import { a } from 'm'; export { a };"],
    [
      "动态导入与 import.meta 不动",
      "const f = () => import('x'); const u: string = import.meta.url;",
      "const f = () => import('x'); const u         = import.meta.url;",
    ],
    [
      "顶层 await 与 catch 不动",
      "const v = await g(); try {} catch {}",
      "const v = await g(); try {} catch {}",
    ],
    [
      "默认导出",
      "export default function f(a: number): void {}",
      "export default function f(a        )       {}",
    ],
  ];
  const squeeze = (text: string) => text.replace(/[ \t]+/g, " ").trim();
  for (const [name, source, expected] of cases) {
    it(name, () => assert.equal(squeeze(stripModule(source)), squeeze(expected)));
  }
});

describe("stripModule：要改写的语法", () => {
  it("using、枚举合并、accessor 在普通模块里照样能跑", () => {
    const source =
      "export enum A { X = 1 }\nexport enum B { Y = A.X, Z }\n{ using r: Disposable = make(); }\nexport class C { accessor v: number = 1 }";
    const code = stripModule(source);
    assert.equal(code.split("\n").length, 4);
    assert.match(code, /Symbol\.for\("tidu\.using"\)/);
    assert.doesNotMatch(code, /ªª|: number|accessor/);
  });

  it("导出的枚举分几块、命名空间并进函数：只导出一次", async () => {
    const source =
      "export enum E { A = 1 }\nexport enum E { B = 2 }\nexport function f() { return f.v }\nexport namespace f { export const v = 3 }";
    const url = `data:text/javascript,${encodeURIComponent(stripModule(source))}`;
    const { E, f } = await import(url);
    assert.deepEqual([E.A, E.B, E[2], f()], [1, 2, "B", 3]);
  });

  it("模块顶层的 using：说明怎么改", () => {
    assert.throws(() => stripModule("export const a = 1;\nusing r = f();"), /花括号/);
  });
});
