import assert from "node:assert/strict";
import { collectLabels } from "./labels.js";
import { numberingProblems, numberSource } from "./number.js";

const cell = (source: string, type = "markdown") => ({ type, source });

describe("公式与图的编号", () => {
  it("跨单元格按顺序，代码里的不算", () => {
    const { labels, problems } = collectLabels(
      [
        cell("$$a\\label{eq:a}$$\n\n```\n$$x\\label{eq:no}$$\n```"),
        cell("$$\\label{eq:code}$$", "code"),
        cell("$$b$$\n\n\\begin{align}c\\label{eq:c}\\end{align}"),
        cell('**图** 没有标签\n\n**图** <a id="fig:two"></a>有标签'),
      ],
      "3.2",
      "f",
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [...labels.values()].map(({ name, number, cell: index }) => [name, number, index]),
      [
        ["eq:a", "3.2.1", 1],
        ["eq:c", "3.2.2", 3],
        ["fig:3.2.1", "3.2.1", 4],
        ["fig:two", "3.2.2", 4],
      ],
    );
  });

  it("重复的标签报出两处", () => {
    const { problems } = collectLabels([cell("$$a\\label{eq:a}$$"), cell("$$b\\label{eq:a}$$")], "1.1", "f");
    assert.equal(problems.length, 1);
    assert.equal(problems[0]!.id, "TIDU-BOOK-101");
    assert.match(problems[0]!.message, /eq:a 重复，前一处在第 1 个单元格/);
  });

  it("改对 \\tag 与引用里的号码，改过之后不再有问题", () => {
    const cells = [
      cell("$$\na\n\\label{eq:a}\n$$\n\n[这里](#eq:b)，[式 (3.2.1)](#eq:a)"),
      cell("$$b \\tag{1}\\label{eq:b}$$"),
    ];
    const { labels } = collectLabels(cells, "3.2", "f");
    assert.deepEqual(
      numberingProblems(cells, labels, "f").map(({ id, cell: index }) => [id, index]),
      [
        ["TIDU-BOOK-107", 1],
        ["TIDU-BOOK-107", 2],
      ],
    );
    const fixed = cells.map(({ source }) => cell(numberSource(source, labels)));
    assert.equal(
      fixed[0]!.source,
      "$$\na\n\\tag{3.2.1}\\label{eq:a}\n$$\n\n[式 (3.2.2)](#eq:b)，[式 (3.2.1)](#eq:a)",
    );
    assert.equal(fixed[1]!.source, "$$b \\tag{3.2.2}\\label{eq:b}$$");
    assert.deepEqual(numberingProblems(fixed, labels, "f"), []);
  });
});
