import assert from "node:assert/strict";
import { parseNotebook } from "../nbformat/parse.js";
import { serializeNotebook } from "../nbformat/serialize.js";
import type { Notebook } from "../nbformat/types.js";
import { executeNotebook } from "./notebook.js";
import { createNodeSession } from "./session.js";

function make(...sources: string[]): Notebook {
  const cells = sources.map((source, i) => ({
    id: `c${i}`,
    metadata: {},
    source: source.replace(/^md:/, ""),
    ...(source.startsWith("md:")
      ? { cell_type: "markdown" }
      : {
          cell_type: "code",
          outputs: [{ output_type: "stream", name: "stdout", text: "旧的" }],
          execution_count: 9,
        }),
  }));
  return parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
}

const outputsOf = (notebook: Notebook) =>
  notebook.cells.map((cell) => (cell.cell_type === "code" ? [cell.execution_count, cell.outputs] : null));

describe("executeNotebook", () => {
  it("魔法命令在没有内核的地方照样能用；要内核的说清楚", async () => {
    const { notebook, failed } = await executeNotebook(
      make("%types off\n%time const z = 4\nz", "%%markdown\n**粗**", "%timeout 5s"),
    );
    const [first, second] = notebook.cells;
    assert.match(JSON.stringify(first), /用时.*"4"/);
    assert.match(JSON.stringify(second), /text\/markdown/);
    assert.equal(failed?.cellIndex, 2);
    assert.match(failed!.error.evalue, /TIDU-RT-032/);
  });

  it("把输出写进副本，原来的不动；编号只数代码单元格", async () => {
    const source = make("md:# 标题", "const x = 2; console.log('甲')", "", "x * 21");
    const before = serializeNotebook(source);
    const { notebook, failed } = await executeNotebook(source);
    assert.equal(failed, undefined);
    assert.equal(serializeNotebook(source), before);
    assert.deepEqual(outputsOf(notebook), [
      null,
      [1, [{ output_type: "stream", name: "stdout", text: "甲\n" }]],
      [null, []],
      [
        2,
        [{ output_type: "execute_result", data: { "text/plain": "42" }, metadata: {}, execution_count: 2 }],
      ],
    ]);
    parseNotebook(serializeNotebook(notebook));
  });

  it("在第一个失败的单元格停下，说出是哪一个", async () => {
    const events: string[] = [];
    const { notebook, failed } = await executeNotebook(
      make("1", "md:说明", "let y = 1;\nthrow new RangeError('坏')", "2"),
      {
        onCell: ({ index, total, result }) => events.push(`${index + 1}/${total} ${result.status}`),
      },
    );
    assert.deepEqual(events, ["1/4 ok", "3/4 error"]);
    assert.equal(failed?.cellIndex, 2);
    assert.deepEqual(
      [failed?.error.ename, failed?.error.cell, failed?.error.line],
      ["RangeError", "单元格 [2]", 2],
    );
    assert.deepEqual(outputsOf(notebook)[3], [null, []]);
    const shown = notebook.cells[2];
    assert.ok(shown.cell_type === "code" && shown.outputs[0].output_type === "error");
  });

  it("keepGoing 继续；时限只停那一个单元格", async () => {
    const { notebook, failed } = await executeNotebook(make("let z = 1", "for (;;) {}", "z + 1"), {
      keepGoing: true,
      timeout: 2000,
    });
    assert.deepEqual([failed?.cellIndex, failed?.status], [1, "timeout"]);
    const last = notebook.cells[2];
    assert.ok(last.cell_type === "code" && last.outputs[0].output_type === "execute_result");
    assert.equal(last.outputs[0].data["text/plain"], "2");
  });

  it("用现成的会话：变量还在，会话不关", async () => {
    const session = await createNodeSession();
    await executeNotebook(make("const shared = 7"), { session });
    const { outputs } = await session.execute("shared");
    assert.equal(outputs.length, 1);
    await session.close();
  });

  it("取消：AbortSignal", async () => {
    const { failed } = await executeNotebook(make("await new Promise(() => {})"), {
      signal: AbortSignal.timeout(300),
    });
    assert.equal(failed?.status, "interrupted");
  });
});
