import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { LOSSES, questionsIn } from "../testing/points.js";
import { SubmissionError } from "./error.js";
import { cellsToRun, questionsOf } from "./match.js";
import { readNotebook } from "./notebook.js";
import { studentOfPath } from "./student.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bytes = readFileSync(`${root}solutions/3-architectures/02-losses.ipynb`);
const text = bytes.toString("utf8");
const count = questionsIn(LOSSES).length;
const encode = (source: string) => new TextEncoder().encode(source);

/** 读不出来的编号；读得出来为 null。 */
function reason(content: string | Uint8Array, path = "x.ipynb"): string | null {
  try {
    const notebook = readNotebook(path, typeof content === "string" ? encode(content) : content);
    cellsToRun(notebook, questionsOf(path, notebook));
    return null;
  } catch (error) {
    assert.ok(error instanceof SubmissionError, String(error));
    assert.match(error.message, /^TIDU-GRADE-\d+：.*[。]$/su);
    return error.id;
  }
}

/** 改过的解答，读出来。 */
function read(change: (notebook: any) => void) {
  const raw = JSON.parse(text);
  change(raw);
  const notebook = readNotebook("x.ipynb", encode(JSON.stringify(raw)));
  const questions = questionsOf("x.ipynb", notebook);
  return { notebook, questions, cells: cellsToRun(notebook, questions) };
}

describe("读笔记本", () => {
  it("每一种坏法各有一个编号", () => {
    const conflicted = text.replace('"cells": [', '"cells": [\n<<<<<<< HEAD\n');
    const cases: [string | Uint8Array, string][] = [
      ["", "TIDU-GRADE-121"],
      [" \n", "TIDU-GRADE-121"],
      [new Uint8Array(4096), "TIDU-GRADE-122"],
      [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]), "TIDU-GRADE-122"],
      [conflicted, "TIDU-GRADE-123"],
      [text.slice(0, text.length >> 1), "TIDU-GRADE-124"],
      ["<!DOCTYPE html><html><body>请登录</body></html>", "TIDU-GRADE-125"],
      ['{"a":1}', "TIDU-GRADE-126"],
      ["[]", "TIDU-GRADE-126"],
      ["你好", "TIDU-GRADE-103"],
      ['{"cells":[]}', "TIDU-GRADE-104"],
      [new Uint8Array(129 << 20), "TIDU-GRADE-128"],
    ];
    for (const [content, id] of cases) assert.equal(reason(content), id);
  });

  it("UTF-8、UTF-16 的标记，GBK：都读得出来，不是 UTF-8 的写进备注", () => {
    const marked = encode(`\ufeff${text}`);
    assert.deepEqual(readNotebook("x.ipynb", marked).notes, []);
    const wide = Buffer.from(`\ufeff${text}`, "utf16le");
    const swapped = Buffer.from(wide).swap16();
    for (const content of [wide, swapped, wide.subarray(2), swapped.subarray(2)]) {
      const { cells, notes } = readNotebook("x.ipynb", content);
      assert.deepEqual(
        cells.map((cell) => cell.source),
        readNotebook("x.ipynb", bytes).cells.map((cell) => cell.source),
      );
      assert.match(notes[0]!, /UTF-16/);
    }
    const gbk = Buffer.concat([
      Buffer.from('{"cells":[{"cell_type":"code","source":"// '),
      Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]),
      Buffer.from('\\nfunction huberGrad() {}"}]}'),
    ]);
    const { cells, notes } = readNotebook("x.ipynb", gbk);
    assert.match(cells[0]!.source, /张三/);
    assert.match(notes[0]!, /GBK/);
  });

  it("重复的 id、坏掉的输出、缺的字段、坏掉的单元格都不碍事", () => {
    const { questions, notebook } = read((raw) => {
      for (const cell of raw.cells) cell.id = "same";
      raw.cells[1].outputs = "坏了";
      raw.cells[2].execution_count = {};
      raw.cells.push(null, 3, { cell_type: "code", source: [1] }, { source: "" }, []);
      delete raw.nbformat;
    });
    assert.equal(questions.length, count);
    assert.equal(notebook.notes.filter((note) => /坏了，跳过/.test(note)).length, 4);
  });

  it("nbformat 3 的旧格式", () => {
    const old = {
      nbformat: 3,
      metadata: { name: "" },
      worksheets: [
        { cells: [{ cell_type: "code", language: "typescript", input: ["function huberGrad(e) {\n", "}"] }] },
      ],
    };
    const notebook = readNotebook("x.ipynb", encode(JSON.stringify(old)));
    assert.equal(notebook.cells[0]!.source, "function huberGrad(e) {\n}");
    assert.match(notebook.notes[0]!, /nbformat 3/);
    assert.equal(questionsOf("x", notebook).length, count);
  });

  it("元数据丢了：按函数名认练习、配题目，并写进备注", () => {
    const { questions, notebook } = read((raw) => {
      raw.metadata = {};
      for (const cell of raw.cells) cell.metadata = {};
    });
    assert.equal(questions.length, count);
    assert.match(notebook.notes.join(), /按函数名认出是 3-architectures\/02-losses/);
    assert.match(notebook.notes.join(), /按函数名配对：huberValue、huberGrad/);
  });

  it("Colab 把内核改成 python3：仍按 TypeScript 判；真是 Python 写的才退回", () => {
    const python = {
      kernelspec: { name: "python3", display_name: "Python 3" },
      language_info: { name: "python" },
    };
    const { notebook } = read((raw) => Object.assign(raw.metadata, python, { colab: { provenance: [] } }));
    assert.match(notebook.notes.join(), /内核是 python/);
    const real = {
      metadata: python,
      cells: [{ cell_type: "code", source: "def huberGrad(e, d):\n    return e" }],
    };
    assert.equal(reason(JSON.stringify(real)), "TIDU-GRADE-127");
  });

  it("VS Code 的元数据、没有内核的元数据，都不打扰", () => {
    for (const metadata of [
      { vscode: { interpreter: { hash: "x" } }, language_info: { name: "typescript" } },
      { kernelspec: { name: "tslab" } },
      {},
    ]) {
      const { notebook } = read((raw) => {
        raw.metadata = { tidu: raw.metadata.tidu, ...metadata };
        for (const cell of raw.cells) cell.metadata.vscode = { languageId: "typescript" };
      });
      assert.deepEqual(notebook.notes, []);
    }
  });

  it("复制出来的占位单元格不盖掉写好的；写了两次的以后一次为准", () => {
    const { cells, notebook } = read((raw) => {
      const at = raw.cells.findIndex((cell: any) => cell.id === "huber-grad");
      const blank =
        'function huberGrad(e: number, delta: number): number {\n  throw new Error("还没有作答：huberGrad");\n}';
      raw.cells.push({ ...raw.cells[at], source: blank });
      const value = raw.cells.find((cell: any) => cell.id === "huber-value");
      raw.cells.push({ ...value });
    });
    assert.ok(!cells.some((cell) => /还没有作答/.test(cell.source)));
    assert.match(notebook.notes.join(), /huberGrad 既有写好的也有占位的/);
    assert.match(notebook.notes.join(), /huberValue 写了 2 次/);
  });

  it(".ts 文件：// %% 分格，去掉 export", () => {
    const source =
      "import { grad } from '@tidu/kernel-lib';\n// %% 第一题\nexport function huberGrad(e: number) { return e; }\n//%%\nexport default async function huberValue() {}\nexport { huberGrad };\n";
    const { cells } = readNotebook("张三.ts", encode(source));
    assert.equal(cells.length, 3);
    assert.equal(cells[1]!.source, "function huberGrad(e: number) { return e; }");
    assert.equal(cells[2]!.source, "async function huberValue() {}");
    assert.equal(reason(source, "张三.ts"), null);
  });

  it("存心写得让裁判算很久的，也立刻有结果", () => {
    const cells = (source: string) => JSON.stringify({ cells: [{ cell_type: "code", source }] });
    const hostile = [
      "[".repeat(4e6),
      `{"cells":[${"{},".repeat(3e6)}{}]}`,
      cells(`function${" ".repeat(1e6)}huberGra`),
      cells("huberGrad:".repeat(2e5)),
      cells(`huberGrad${" ".repeat(1e6)}`.repeat(2)),
      cells(`throw new Error(${" ".repeat(1e6)}`),
    ];
    for (const content of hostile) reason(content);
    for (const part of ["export {\n", "export \n", "// %%\n", "export default async \n"])
      reason(`function huberGrad() {}\n${part.repeat(1e5)}`, "x.ts");
    assert.equal(reason(hostile[0]!), "TIDU-GRADE-128");
    assert.ok(studentOfPath([`${" (1)".repeat(2e4)}_1234`.repeat(2)], "班").length <= 200);
  });

  it("几十兆的输出不碍事", () => {
    const { questions } = read((raw) => {
      const data = { "image/png": "A".repeat(20e6) };
      raw.cells.find((cell: any) => cell.cell_type === "code").outputs = [
        { output_type: "display_data", data },
      ];
    });
    assert.equal(questions.length, count);
  });

  it("把字节任意改坏：要么读得出来，要么给一个编号，从不抛别的", () => {
    const mutation = fc.record({
      at: fc.nat(bytes.length - 1),
      length: fc.nat(64),
      put: fc.uint8Array({ maxLength: 8 }),
    });
    let survived = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean(), (mutations, cut) => {
        let content: Uint8Array = bytes;
        for (const { at, length, put } of mutations) {
          content = Buffer.concat([
            content.subarray(0, at),
            put,
            cut ? Buffer.alloc(0) : content.subarray(at + length),
          ]);
        }
        if (reason(content) === null) survived++;
      }),
      { numRuns: 400, seed: 20260101 },
    );
    assert.ok(survived > 20 && survived < 380, `${survived}`);
  });

  it("把 JSON 的任意一处换成任意的值：同样", () => {
    const spots: [any, string | number][] = [];
    const base = JSON.parse(text);
    const visit = (node: any) => {
      if (typeof node !== "object" || node === null) return;
      for (const key of Object.keys(node)) {
        spots.push([node, key]);
        visit(node[key]);
      }
    };
    visit(base);
    fc.assert(
      fc.property(fc.nat(spots.length - 1), fc.jsonValue(), (index, value) => {
        const [holder, key] = spots[index]!;
        const kept = holder[key];
        holder[key] = value;
        try {
          reason(JSON.stringify(base));
        } finally {
          holder[key] = kept;
        }
      }),
      { numRuns: 400, seed: 20260102 },
    );
  });
});
