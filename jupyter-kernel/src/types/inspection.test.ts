import assert from "node:assert/strict";
import { renderInspection } from "../documentation.js";
import { NativeTypeService } from "./native.js";
import { cursor, project } from "./testing.js";

const folder = project({ "helper.ts": "/** 两倍。 */\nexport const twice = (x: number) => 2 * x;" });

describe("types/inspection", () => {
  const types = new NativeTypeService(folder);
  before(() =>
    types.commit(`/** 平方。见 {@link cube}。
 * @param x 底数
 * @returns 结果
 * @example
 * sq(2)
 */
function sq(x: number, n = 2): number { return x ** n }
/** 计数 */
let counter = 0;
function over(a: number): number; function over(a: string, b: boolean): string; function over(a: any) { return a }
class K { constructor(public a: string, b?: number) {} }
interface Point { x: number; label?: string }
type U = { a: 1 } & { b: Partial<Point> };
enum Color { Red, Green }`),
  );
  after(() => types.close());
  const inspect = (marked: string, detail: 0 | 1 = 0) => {
    const { code, position } = cursor(marked);
    return types.inspect(code, position, detail);
  };

  const signatures: [marked: string, signature: string][] = [
    ["sq|(1)", "function sq(x: number, n?: number): number"],
    ["|sq", "function sq(x: number, n?: number): number"],
    ["coun|ter", "let counter: number"],
    ["over|", "function over(a: number): number\nfunction over(a: string, b: boolean): string"],
    ["K|", "class K\nnew K(a: string, b?: number | undefined): K"],
    ["let p: Point|", "interface Point {\n  x: number;\n  label?: string | undefined;\n}"],
    ["let u: U|", "type U = { a: 1; } & { b: Partial<Point>; }"],
    ["Color|", "enum Color { Red, Green }"],
    ["const l = { a: 1 }; l.a|", "(property) a: number"],
    ["const l = [1]; l|", "const l: number[]"],
    ["import { twice } from './helper.ts'; twice|", "const twice: (x: number) => number"],
  ];
  for (const [marked, signature] of signatures)
    it(JSON.stringify(marked), () => assert.equal(inspect(marked)?.signature, signature));

  const calls: [marked: string, signature: string, parameter: string | undefined][] = [
    ["sq(|)", "sq(x: number, n?: number): number", "x"],
    ["sq(1, |", "sq(x: number, n?: number): number", "n"],
    ["sq(sq(1), |)", "sq(x: number, n?: number): number", "n"],
    ["sq('a,(', |)", "sq(x: number, n?: number): number", "n"],
    ["over('a', |)", "over(a: string, b: boolean): string", "b"],
    ["new K(|)", "new K(a: string, b?: number | undefined): K", "a"],
    ["Math.max(1, 2, |)", "max(...values: number[]): number", "values"],
    ["sq(1, 2, |)", "sq(x: number, n?: number): number", undefined],
  ];
  for (const [marked, signature, parameter] of calls)
    it(`调用里 ${JSON.stringify(marked)}`, () => {
      const found = inspect(marked);
      assert.equal(found?.call?.signature, signature);
      assert.equal(found?.call?.parameter?.name, parameter);
    });

  for (const marked of ["  |  ", "'sq|'", "// sq|", "没有这个名字|", "12|", "sq(1)|", "|"])
    it(`什么也没有 ${JSON.stringify(marked)}`, () => assert.equal(inspect(marked), undefined));

  it("detail 1 带源码与它在哪里：单元格、旁边的文件、包里的声明", () => {
    assert.match(inspect("sq|", 1)!.source!.text, /return x \*\* n/);
    assert.equal(inspect("sq|", 1)!.source!.where, "笔记本的单元格");
    assert.equal(inspect("coun|ter", 1)!.source!.text, "let counter = 0;");
    assert.equal(inspect("import { twice } from './helper'; twice|", 1)!.source!.where, "helper.ts:2");
    assert.match(inspect("structuredClone|", 1)!.source!.where, /^@types\/node\/.*\.d\.ts:\d+$/);
    assert.equal(inspect("sq|")!.source, undefined);
  });

  it("Markdown：签名在代码块里，标签成列表，例子成代码块", () => {
    const { markdown, plain } = renderInspection(inspect("sq(1, |")!);
    assert.match(
      markdown,
      /^```typescript\nsq\(x: number, n\?: number\): number\n```\n\n正在写第 2 个参数 `n`\n/,
    );
    assert.match(
      markdown,
      /平方。见 .*cube.*。\n\n- \*\*参数\*\* `x`：底数\n- \*\*返回\*\*：结果\n\n例子：\n\n```typescript\nsq\(2\)\n```/,
    );
    assert.match(plain, /参数 x：底数\n返回：结果/);
    assert.doesNotMatch(plain, /```|\*\*/);
  });
});
