import assert from "node:assert/strict";
import fc from "fast-check";
import { RuntimeError } from "../errors.js";
import { parseNotebook } from "./parse.js";
import { canonicalNotebook, formatNotebook, serializeNotebook } from "./serialize.js";
import type { Notebook } from "./types.js";

function make(cells: unknown, more: object = {}): string {
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });
}

const code = (more: object = {}) => ({
  cell_type: "code",
  id: "a",
  metadata: {},
  source: [],
  outputs: [],
  execution_count: null,
  ...more,
});

describe("读笔记本：错误", () => {
  const cases: [string, string, string, RegExp][] = [
    ["空文件", "  \n", "TIDU-NB-001", /空文件/],
    ["坏 JSON", '{"cells": [', "TIDU-NB-001", /合法的 JSON/],
    ["合并冲突", '{\n<<<<<<< HEAD\n"a": 1\n=======\n}', "TIDU-NB-001", /合并冲突/],
    ["顶层是数组", "[]", "TIDU-NB-002", /顶层必须是对象.*数组/],
    ["不是笔记本", "{}", "TIDU-NB-003", /缺少 nbformat/],
    ["版本 3", '{"nbformat":3,"nbformat_minor":0,"worksheets":[]}', "TIDU-NB-003", /只支持 nbformat 4.*3/],
    ["小版本不对", make([], { nbformat_minor: "5" }), "TIDU-NB-003", /nbformat_minor/],
    [
      "没有 cells",
      '{"nbformat":4,"nbformat_minor":5,"metadata":{}}',
      "TIDU-NB-004",
      /cells 必须是数组.*缺失/,
    ],
    ["metadata 不是对象", make([], { metadata: [] }), "TIDU-NB-005", /metadata 必须是对象/],
    ["单元格不是对象", make([1]), "TIDU-NB-005", /第 1 个单元格必须是对象/],
    [
      "类型不对",
      make([code(), { ...code({ id: "b" }), cell_type: "heading" }]),
      "TIDU-NB-005",
      /第 2 个单元格的 cell_type/,
    ],
    [
      "没有 source",
      make([{ cell_type: "markdown", metadata: {} }]),
      "TIDU-NB-006",
      /第 1 个单元格没有 source/,
    ],
    ["source 是数", make([code({ source: 3 })]), "TIDU-NB-006", /第 1 个单元格的 source 必须是字符串/],
    ["id 有空格", make([code({ id: "a b" })]), "TIDU-NB-007", /id 只能由/],
    ["outputs 不是数组", make([code({ outputs: {} })]), "TIDU-NB-008", /outputs 必须是数组/],
    [
      "输出类型不对",
      make([code({ outputs: [{ output_type: "x" }] })]),
      "TIDU-NB-008",
      /第 1 个输出的 output_type/,
    ],
    ["id 重复", make([code(), code()]), "TIDU-NB-009", /第 1 个和第 2 个单元格的 id 都是 "a"/],
  ];
  for (const [name, text, id, message] of cases) {
    it(name, () => {
      assert.throws(
        () => parseNotebook(text),
        (error: RuntimeError) => {
          assert.ok(error instanceof RuntimeError);
          assert.equal(error.id, id);
          assert.match(error.message, message);
          assert.ok(error.message.startsWith(id));
          return true;
        },
      );
    });
  }
});

describe("读笔记本", () => {
  it("容忍 BOM、整段文本的 source、缺失的 id 与 metadata", () => {
    const text = `\ufeff${JSON.stringify({
      nbformat: 4,
      nbformat_minor: 2,
      cells: [
        { cell_type: "code", source: "a\nb" },
        { cell_type: "markdown", source: ["x\n", "y"] },
      ],
    })}`;
    const notebook = parseNotebook(text);
    assert.deepEqual(
      notebook.cells.map(({ id, source }) => [id, source]),
      [
        ["cell-1", "a\nb"],
        ["cell-2", "x\ny"],
      ],
    );
    assert.deepEqual(parseNotebook(text), notebook, "补的 id 每次相同");
  });

  it("补的 id 不与已有的相同", () => {
    const notebook = parseNotebook(
      make([
        { ...code(), id: "cell-2" },
        { cell_type: "raw", source: "" },
      ]),
    );
    assert.equal(new Set(notebook.cells.map(({ id }) => id)).size, 2);
  });

  it("输出：文本合并，JSON 原样", () => {
    const data = {
      "text/html": ["<b>\n", "x"],
      "application/vnd.plotly.v1+json": { data: [1] },
      "image/png": "AAA",
    };
    const notebook = parseNotebook(
      make([
        code({
          outputs: [
            { output_type: "display_data", data, metadata: {} },
            { output_type: "stream", name: "stdout", text: ["1\n", "2\n"] },
          ],
        }),
      ]),
    );
    const [cell] = notebook.cells;
    assert.ok(cell.cell_type === "code");
    assert.deepEqual(cell.outputs, [
      { output_type: "display_data", data: { ...data, "text/html": "<b>\nx" }, metadata: {} },
      { output_type: "stream", name: "stdout", text: "1\n2\n" },
    ]);
  });
});

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const json = fc.dictionary(
  fc.string({ maxLength: 8 }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
  { maxKeys: 3 },
);
const text = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom("a", "\n", "中", "\r\n", "\u2028", "😀"), { maxLength: 20 })
    .map((parts) => parts.join("")),
);
const output = fc.oneof(
  fc.record({
    output_type: fc.constant("stream" as const),
    name: fc.constantFrom("stdout" as const, "stderr" as const),
    text,
  }),
  fc.record({
    output_type: fc.constant("display_data" as const),
    data: fc.dictionary(fc.constantFrom("text/plain", "text/html"), text),
    metadata: json,
  }),
  fc.record({
    output_type: fc.constant("error" as const),
    ename: text,
    evalue: text,
    traceback: fc.array(text, { maxLength: 3 }),
  }),
  fc.record({
    output_type: fc.constant("execute_result" as const),
    data: fc.record({ "application/json": json }),
    metadata: json,
    execution_count: fc.nat(),
  }),
);
const cell = fc.oneof(
  fc.record({
    cell_type: fc.constant("code" as const),
    metadata: json,
    source: text,
    execution_count: fc.option(fc.nat()),
    outputs: fc.array(output, { maxLength: 3 }),
  }),
  fc.record({
    cell_type: fc.constantFrom("markdown" as const, "raw" as const),
    metadata: json,
    source: text,
  }),
);
const notebook = fc
  .record({
    metadata: json,
    cells: fc.array(cell, { maxLength: 5 }),
    ids: fc.uniqueArray(id, { minLength: 5, maxLength: 5 }),
  })
  .map(
    ({ metadata, cells, ids }) =>
      ({
        nbformat: 4,
        nbformat_minor: 5,
        metadata,
        cells: cells.map((c, i) => ({ ...c, id: ids[i] })),
      }) as Notebook,
  );

/** JSON 不区分 0 与 -0，比较前也过一遍 JSON。 */
const clean = (value: unknown) => JSON.parse(JSON.stringify(value));

describe("写笔记本", () => {
  it("写出再读回，什么也不变", () => {
    fc.assert(
      fc.property(notebook, (nb) => assert.deepEqual(clean(parseNotebook(serializeNotebook(nb))), clean(nb))),
    );
  });

  it("规范形：再规范一次不变；没有输出与序号；键有序；末尾一个换行", () => {
    fc.assert(
      fc.property(notebook, (nb) => {
        const once = formatNotebook(nb);
        assert.equal(formatNotebook(parseNotebook(once)), once);
        assert.match(once, /[^\n]\n$/);
        const raw = JSON.parse(once);
        assert.deepEqual(Object.keys(raw), ["cells", "metadata", "nbformat", "nbformat_minor"]);
        for (const c of raw.cells) {
          assert.ok(Array.isArray(c.source));
          if (c.cell_type === "code") assert.deepEqual([c.outputs, c.execution_count], [[], null]);
        }
        assert.deepEqual(
          canonicalNotebook(nb).cells.map((c) => c.id),
          nb.cells.map((c) => c.id),
        );
      }),
    );
  });

  it("规范形的样子", () => {
    const nb = parseNotebook(
      make([code({ source: "const x = 1;\nx\n", metadata: { tidu: { question: "q" }, collapsed: true } })]),
    );
    assert.equal(
      formatNotebook(nb),
      `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "a",
   "metadata": {
    "tidu": {
     "question": "q"
    }
   },
   "outputs": [],
   "source": [
    "const x = 1;\\n",
    "x"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`,
    );
  });
});
