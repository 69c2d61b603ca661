import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tslab = join(root, "node_modules/tslab/dist");

/** 在单独的进程里用原版 tslab 的编译器（TypeScript 5.0.4）与执行器跑单元格，收集它发给前端的内容。 */
function runInTslab(cells: string[]): { ok: boolean; sent: [update: boolean, content: Content][] }[] {
  const script = `
    const { createConverter } = require(${JSON.stringify(join(tslab, "converter.js"))});
    const { createExecutor } = require(${JSON.stringify(join(tslab, "executor.js"))});
    const jupyter = require(${JSON.stringify(join(tslab, "jupyter.js"))});
    (async () => {
      const node = createConverter({ isJS: false });
      const executor = createExecutor(${JSON.stringify(root)}, { node, close: () => node.close() }, console);
      const results = [];
      for (const cell of ${JSON.stringify(cells)}) {
        const sent = [];
        jupyter.lastWriteDisplayData = (content, update) => sent.push([update, content]);
        results.push({ ok: await executor.execute(cell), sent });
      }
      process.stdout.write("\\n@@" + JSON.stringify(results), () => process.exit());
    })();`;
  const out = execFileSync(process.execPath, ["-e", script], {
    cwd: root,
    encoding: "utf8",
    timeout: 50_000,
  });
  return JSON.parse(out.slice(out.lastIndexOf("\n@@") + 3));
}

interface Content {
  data: Record<string, unknown>;
  transient: { display_id?: string };
}

describe("显示函数在原版 tslab 内核里", () => {
  it("类型可用，内容完整地发给前端", function () {
    if (!existsSync(tslab)) this.skip();
    const [first, second, wrong] = runInTslab([
      `import { clearOutput, display, html, plot, progress, table, updateDisplay } from "@tidu/notebook-runtime/display";
html("<b>x</b>");
plot({ x: new Float64Array([1, 2]), y: [3, 4] }, { title: "图" });
table([{ a: 1 }]);
display("旧", { id: "q" });
updateDisplay("q", "新");
clearOutput();`,
      `for (const i of progress([1, 2, 3], "训练")) {}`,
      `html(5)`,
    ]);
    assert.equal(first.ok, true);
    assert.deepEqual(
      first.sent.map(([update, { data, transient }]) => [update, Object.keys(data)[0], transient.display_id]),
      [
        [false, "text/html", undefined],
        [false, "application/vnd.plotly.v1+json", undefined],
        [false, "text/html", undefined],
        [false, "text/plain", "q"],
        [true, "text/plain", "q"],
      ],
    );
    const { data } = first.sent[1][1];
    assert.deepEqual((data["application/vnd.plotly.v1+json"] as { data: unknown }).data, [
      { x: [1, 2], y: [3, 4] },
    ]);
    assert.equal(data["text/plain"], "[Plotly 图「图」：轨迹 1（2 点）]", "不认 Plotly 的前端看文字");
    assert.equal(second.ok, true);
    assert.equal(second.sent.length, 2);
    assert.equal(wrong.ok, false, "参数类型在 TypeScript 5.0 里也查得出来");
  });
});
