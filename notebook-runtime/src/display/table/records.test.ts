import assert from "node:assert/strict";
import { recordHost } from "../testing.js";
import { visibleRows } from "./grid.js";
import { recordGrid } from "./records.js";
import { gridHtml, gridText } from "./render.js";

describe("记录的表", () => {
  let host: ReturnType<typeof recordHost>;
  before(() => {
    host = recordHost();
  });
  after(() => host.restore());

  it("记录的数组：列的并集、类型、数字靠右、嵌套的值折着", () => {
    const grid = recordGrid([
      { 步: 1, 损失: 1 / 3, 名: "a<b" },
      { 步: 2, 损失: 2, 标签: ["x", { y: 1 }] },
    ])!;
    assert.deepEqual(grid.columns, ["", "步", "损失", "名", "标签"]);
    assert.deepEqual(grid.types, ["", "number", "number", "string", "array"]);
    const html = gridHtml(grid);
    assert.match(
      html,
      /<td style="text-align:right">0\.333333<\/td><td style="text-align:left">a&lt;b<\/td>/,
    );
    assert.match(html, /<td style="text-align:left"><div[^>]*><details><summary/);
    assert.match(gridText(grid), /步 {6}损失 {2}名/);
  });

  it("Map 的记录、各列等长且有类型化数组的对象", () => {
    const map = recordGrid(
      new Map([
        ["adam", { lr: 0.001 }],
        ["sgd", { lr: 0.1 }],
      ]),
    )!;
    assert.deepEqual(
      map.rows.map((row) => row.map(({ text }) => text)),
      [
        ["adam", "0.001"],
        ["sgd", "0.1"],
      ],
    );
    const frame = recordGrid({ x: Float32Array.of(1, 2), name: ["a", "b"] })!;
    assert.deepEqual(frame.types, ["", "float32", ""]);
    assert.deepEqual(
      frame.rows[1]!.map(({ text }) => text),
      ["1", "2", "b"],
    );
  });

  it("不像表的不排成表", () => {
    class Accessor {
      a = 1;
    }
    for (const value of [
      [],
      [{ a: 1 }],
      [{ a: 1 }, 2],
      [{}, {}],
      [{ a: 1 }, { b: 1 }, { c: 1 }],
      [{ a: { b: 1 } }, { a: { b: 2 } }],
      [{ a: 1 }, Object.defineProperty({}, "a", { get: () => 1, enumerable: true })],
      [new Proxy({ a: 1 }, {}), { a: 2 }],
      [new Date(), new Date()],
      { x: [1, 2], y: [3, 4] },
      { x: Float64Array.of(1), y: Float64Array.of(1, 2) },
      new Map([["a", 1]]),
    ])
      assert.equal(recordGrid(value), null);
    assert.notEqual(recordGrid([new Accessor(), new Accessor()]), null);
  });

  it("行太多只有头尾，列太多说明还有几列；行多时表头不动", () => {
    const rows = Array.from({ length: 1000 }, (_, i) =>
      Object.fromEntries(Array.from({ length: 25 }, (_, j) => [`c${j}`, i * j])),
    );
    const grid = recordGrid(rows)!;
    assert.equal(grid.rows.length, 60);
    assert.deepEqual(grid.gap, { at: 55, rows: 940 });
    assert.equal(grid.rows.at(-1)![0]!.text, "999");
    const html = gridHtml(grid);
    assert.match(html, /position:sticky/);
    assert.match(html, /中间 940 行没有显示/);
    assert.match(html, /还有 5 列没有显示/);
    assert.match(gridText(grid), /⋮（中间 940 行没有显示）[\s\S]*还有 5 列没有显示/);
    assert.equal(recordGrid(rows, 10)!.rows.length, 10);
    assert.deepEqual(visibleRows(3), { indices: [0, 1, 2] });
  });
});
