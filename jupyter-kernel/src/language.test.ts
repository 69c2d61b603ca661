import assert from "node:assert/strict";
import { completeReply, inspectReply, isCompleteReply } from "./language.js";
import type { Completion, TypeService } from "./types/service.js";

/** 只会答一种问题的类型服务。 */
const service = (answers: Partial<TypeService>) => answers as TypeService;
const complete = (items: Completion[]) =>
  completeReply(service({ complete: () => ({ start: 2, end: 4, items }) }), { code: "😀re", cursor_pos: 3 });

/** JupyterLab 在列表里留下哪些：所有插入文字的公共前缀成了搜索词，名字里要依次含有它的每个字。 */
function keptByLab(reply: Record<string, any>): string[] {
  const texts: string[] = reply["metadata"]._jupyter_types_experimental.map((item: any) => item.text);
  let query = "";
  if (texts.length > 1)
    for (let at = 0; at < texts[0]!.length && texts.every((text) => text[at] === texts[0]![at]); at++)
      query += texts[0]![at];
  return (reply["matches"] as string[]).filter((label) => {
    let at = 0;
    for (const char of query) {
      at = label.split("(")[0]!.indexOf(char, at) + 1;
      if (at === 0) return false;
    }
    return true;
  });
}

describe("language", () => {
  const imported = (name: string): Completion => ({
    label: name,
    text: `import { ${name} } from "p";\n${name}`,
    type: "import p",
  });

  it("位置按码点数；matches 是名字，metadata 里是插入的文字与来处", () => {
    const reply = complete([{ text: "rest", type: "instance" }, imported("relu")]);
    assert.deepEqual([reply["cursor_start"], reply["cursor_end"]], [1, 3]);
    assert.deepEqual(reply["matches"], ["rest", "relu"]);
    assert.deepEqual(reply["metadata"]._jupyter_types_experimental, [
      { start: 1, end: 3, text: "rest", type: "instance" },
      { start: 1, end: 3, text: 'import { relu } from "p";\nrelu', type: "import\u00a0p" },
    ]);
  });

  it("候选全要导入时，JupyterLab 也一个不少", () => {
    for (const names of [["relu"], ["relu", "relu6"], ["relu", "release", "reduce"]])
      assert.deepEqual(keptByLab(complete(names.map(imported))), names);
  });

  it("普通的候选不动", () => {
    const items = ["readFile", "readFileSync"].map((text) => ({ text, type: "function" }));
    const reply = complete(items);
    assert.deepEqual(
      reply["metadata"]._jupyter_types_experimental.map((item: any) => item.text),
      ["readFile", "readFileSync"],
    );
  });

  it("没有找到时 found 为假；魔法行之后照样判断完整", () => {
    assert.equal(inspectReply(service({ inspect: () => undefined }), { code: "" })["found"], false);
    const asked: string[] = [];
    const completeness = (code: string) => {
      asked.push(code);
      return "incomplete" as const;
    };
    const types = service({ completeness });
    assert.deepEqual(isCompleteReply(types, { code: "%types off\nf(" }), {
      status: "incomplete",
      indent: "  ",
    });
    assert.deepEqual(asked, [`${" ".repeat("%types off".length)}\nf(`]);
  });
});
