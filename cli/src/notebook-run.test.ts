import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseNotebook } from "@tidu/notebook-runtime";
import { notebookFiles } from "./notebook-files.js";
import { runNotebooks } from "./notebook-run.js";

const root = join(import.meta.dirname, "..", "..");

describe("tidu nb run", function () {
  this.timeout(300_000);
  this.retries(1); // 驱动别的程序：机器忙时偶有超时，真的缺陷两次都会失败
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tidu-nb-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function notebook(name: string, ...sources: string[]): string {
    const cells = sources.map((source, i) => ({
      cell_type: "code",
      id: `c${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }));
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
    return file;
  }

  async function run(files: string[], options: { kernel?: string; out?: string; timeout?: number } = {}) {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const code = await runNotebooks(files, { kernel: "tidu", jobs: 2, timeout: 60_000, log, ...options });
    return { code, text: lines.join("\n") };
  }

  for (const kernel of ["tidu", "tslab"]) {
    it(`课程的每一章在 ${kernel} 内核上没有错误`, async () => {
      const { code, text } = await run(notebookFiles([join(root, "notebooks")]), { kernel });
      assert.equal(code, 0, text);
    });
  }

  it("每份解答在 tidu 内核上没有错误", async () => {
    const { code, text } = await run(notebookFiles([join(root, "solutions")]));
    assert.equal(code, 0, text);
  });

  it("输出按次序写进 --out", async () => {
    const file = notebook("a.ipynb", 'console.log("一"); console.log("二");\n1 + 1', "throw new Error('x')");
    const { code } = await run([file], { out: join(folder, "out") });
    assert.equal(code, 1);
    const [first, second] = parseNotebook(readFileSync(join(folder, "out", "a.ipynb"), "utf8")).cells;
    assert.ok(first?.cell_type === "code" && second?.cell_type === "code");
    assert.deepEqual(first.outputs[0], { output_type: "stream", name: "stdout", text: "一\n二\n" });
    assert.equal(first.outputs[1]?.output_type, "execute_result");
    assert.equal(second.outputs[0]?.output_type, "error");
  });

  it("第一个出错的单元格带位置与代码框，之后的不运行", async () => {
    const file = notebook(
      "b.ipynb",
      "const a = 1;",
      "const b = 2;\n(null as any).x;",
      "console.log('不该运行')",
    );
    const { code, text } = await run([file]);
    assert.equal(code, 1);
    assert.match(text, /第 2 个单元格/);
    assert.match(text, /> 2 \| \(null as any\)\.x/);
    assert.doesNotMatch(text, /不该运行/);
  });

  it("死循环到时停下，退出码 1", async () => {
    const { code, text } = await run([notebook("c.ipynb", "for (;;) {}")], { timeout: 1500 });
    assert.equal(code, 1);
    assert.match(text, /TIDU-CLI-006/);
  });

  it("坏的用法各有编号", async () => {
    assert.throws(() => notebookFiles([join(folder, "没有.ipynb")]), /TIDU-CLI-001：找不到/);
    await assert.rejects(run([notebook("d.ipynb")], { kernel: "ipython" }), /TIDU-CLI-002/);
    await assert.rejects(run([]), /TIDU-CLI-005/);
    const broken = join(folder, "broken.ipynb");
    writeFileSync(broken, "{");
    const good = notebook("good.ipynb", "1 + 1");
    const { code, text } = await run([broken, good]);
    assert.equal(code, 1);
    assert.match(text, /TIDU-NB-/);
    assert.match(text, /1 个成功，1 个失败/);
  });
});
