import assert from "node:assert/strict";
import * as path from "node:path";
import { recordHost } from "../testing.js";
import { treeText } from "./html.js";
import { grow } from "./tree.js";
import { isVast } from "./vast.js";

class Shape {
  kind = "圆";
  #secret = 1;
  get area(): number {
    throw new Error(`不该调用 ${this.#secret}`);
  }
  set size(_v: number) {}
}

describe("值的树", () => {
  let host: ReturnType<typeof recordHost>;
  before(() => {
    host = recordHost();
  });
  after(() => host.restore());
  const tree = (value: unknown, options = {}) => treeText(grow(value, options)).split("\n");

  it("对象、数组、各种键与基本类型", () => {
    assert.deepEqual(tree({ a: 1, "b c": "二", [Symbol("s")]: -0, list: [null, undefined, true, 3n, NaN] }), [
      '{ a: 1, "b c": "二", list: […5], [Symbol(s)]: -0 }',
      "  a: 1",
      '  "b c": "二"',
      "  list: (5) [null, undefined, true, 3n, NaN]",
      "    0: null",
      "    1: undefined",
      "    2: true",
      "    3: 3n",
      "    4: NaN",
      "  [Symbol(s)]: -0",
    ]);
  });

  it("访问器不调用；类的访问器也列出来", () => {
    assert.deepEqual(tree(new Shape()), [
      'Shape { kind: "圆" }',
      '  kind: "圆"',
      "  area: [Getter]",
      "  size: [Setter]",
    ]);
  });

  it("循环指明向上几层；同一个对象出现两次不算循环", () => {
    const loop: Record<string, unknown> = { name: "甲" };
    loop.deep = { up: loop };
    assert.deepEqual(tree(loop).slice(-2), ["  deep: { up: {…} }", "    up: [循环：向上 2 层]"]);
    const shared = { x: 1 };
    assert.equal(tree([shared, shared]).filter((line) => line.trim() === "x: 1").length, 2);
  });

  it("Map、Set：键是对象时键与值都能展开", () => {
    assert.deepEqual(
      tree(
        new Map<unknown, unknown>([
          ["a", new Map([[1, 2]])],
          [{ k: 1 }, new Set(["v"])],
        ]),
      ),
      [
        'Map(2) { "a" → Map {…}, {…} → Set {…} }',
        '  "a" → Map(1) { 1 → 2 }',
        "    1 → 2",
        '  { k: 1 } → Set(1) { "v" }',
        "    键: { k: 1 }",
        "      k: 1",
        '    值: Set(1) { "v" }',
        '      0: "v"',
      ],
    );
  });

  it("太多、太深：说明还有几项，哪里没有展开", () => {
    const lines = tree(Array.from({ length: 1000 }, (_, i) => `x${i}`));
    assert.equal(lines.length, 102);
    assert.equal(lines.at(-1), "  … 还有 900 项");
    assert.equal(
      tree(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, i])), { items: 5 }).at(-1),
      "  … 还有 25 项",
    );
    const deep = grow({ a: { b: { c: { d: { e: { f: 1 } } } } } }, { depth: 2 });
    assert.equal(deep.items![0]!.items![0]!.cut, true);
    const wide = grow(
      Array.from({ length: 90 }, () =>
        Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`k${i}`, { i }])),
      ),
    );
    const size = (item: { items?: any[] }): number =>
      1 + (item.items ?? []).reduce((n, each) => n + size(each), 0);
    assert.ok(size(wide) <= 1501, String(size(wide)));
  });

  it("很多长字符串：折起来的文字合起来有界", () => {
    const tree = grow(Array.from({ length: 100 }, () => "长".repeat(50_000)));
    const blocks = tree.items!.filter(({ block }) => block !== undefined);
    assert.equal(blocks.length, 9);
    assert.ok(tree.items!.every(({ block, cut }) => block !== undefined || cut));
  });

  it("项多得 util.inspect 会很慢的值，数得出来；平常的不算", () => {
    const grid = (n: number, inner: () => unknown) => Array.from({ length: n }, inner);
    assert.equal(isVast(grid(100, () => grid(100, () => 1))), true);
    assert.equal(
      isVast(grid(10, () => Object.fromEntries(grid(1000, () => 0).map((_, i) => [`k${i}`, i])))),
      true,
    );
    assert.equal(isVast(new Map(grid(100, () => 0).map((_, i) => [i, grid(60, () => 1)]))), true);
    assert.equal(isVast(grid(1e6, () => 1)), false);
    assert.equal(isVast(grid(40, () => grid(100, () => 1))), false);
  });

  it("稀疏数组的空位合成一行，其余的属性也在", () => {
    const sparse: unknown[] = [1];
    sparse[3] = 4;
    sparse[2_000_000] = 5;
    Object.assign(sparse, { note: "附" });
    assert.deepEqual(tree(sparse).slice(1), [
      "  0: 1",
      "  1…2: 2 个空位",
      "  3: 4",
      "  4…1999999: 1999996 个空位",
      "  2000000: 5",
    ]);
    assert.deepEqual(tree(Object.assign([1], { note: "附" })).slice(1), ["  0: 1", '  note: "附"']);
  });

  it("错误、函数、类：长的文字折着", () => {
    const error = Object.assign(new TypeError("错", { cause: new Error("因") }), { code: "E" });
    const item = grow(error);
    assert.equal(item.text, "TypeError: 错");
    assert.match(item.block!, /TypeError: 错\n\s+at /);
    assert.deepEqual(
      item.items!.map(({ key, text }) => [key, text]),
      [
        ["[cause]", "Error: 因"],
        ["code", '"E"'],
      ],
    );
    const f = grow(function huber(e: number, delta = 1) {
      return e * delta;
    });
    assert.equal(f.text, "ƒ huber(e, delta = 1)");
    assert.match(f.block!, /return e \* delta/);
    assert.equal(grow(class A extends Shape {}).text, "class A extends Shape");
    assert.equal(grow(Math.max).text, "ƒ max()");
    const name = Symbol.for("run");
    const { [name]: method } = {
      [name](x: number, y = [1, 2]) {
        return [x, y];
      },
    };
    assert.equal(grow(method).text, "ƒ [run](x, y = [1, 2])");
    const arrow = async ({ a, b }: { a: number; b: number }, ...rest: number[]) => [a, b, rest];
    assert.equal(grow(arrow).text, "ƒ arrow({ a, b }, ...rest)");
  });

  it("冒充的种类按真的来；没有原型、冻结、Proxy 都认得", () => {
    assert.deepEqual(tree({ [Symbol.toStringTag]: "Map", x: { y: 1 } })[1], "  x: { y: 1 }");
    assert.equal(grow(Object.create(Map.prototype)).text, "Map {}");
    assert.equal(grow(Object.assign(Object.create(null), { a: 1 })).text, "[无原型] { a: 1 }");
    assert.match(grow(path).text, /^Module \{ .*: ƒ/);
    assert.equal(grow(Object.freeze({ a: 1 })).text, "{ a: 1 }（已冻结）");
    assert.equal(grow(Object.seal({ a: 1 })).text, "{ a: 1 }（已封闭）");
    assert.match(grow(new Proxy({ a: 1 }, {})).text, /^Proxy[ (]\{ a: 1 \}\)?$/);
    assert.match(grow(Promise.resolve(5)).block ?? grow(Promise.resolve(5)).text, /^Promise \{\s+5/);
    assert.equal(grow(new Date(NaN)).text, "Invalid Date");
    assert.equal(grow(Object(7n)).text, "[BigInt: 7n]");
    assert.match(grow(new URL("https://a.b/c")).block!, /href: 'https:\/\/a\.b\/c'/);
  });

  it("长字符串、多行字符串：行内一截，全文折着", () => {
    const item = grow({ s: "行\n".repeat(100), e: "👩‍👩‍👧".repeat(60) });
    assert.match(item.items![0]!.text, /^"行\\n.*…"（200 个字符）$/);
    assert.equal(item.items![0]!.block, "行\n".repeat(100));
    assert.doesNotThrow(() => encodeURIComponent(item.items![1]!.text));
    assert.match(grow("x".repeat(30_000)).block!, /共 30.000 个字符，其余没有显示/);
  });
});
