import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JupyterHome, jupyterHome, jupyterPython } from "./testing.js";

interface Cell {
  source: string | string[];
  /** 只有代码单元格有 */
  outputs?: { output_type: string; text?: string[]; data?: Record<string, string[]>; ename?: string }[];
}

/** 命令行上的 Jupyter 前端：都是别人的程序，只按协议同内核说话。 */
describe("命令行前端", function () {
  this.timeout(120_000);
  let home: JupyterHome;

  before(function () {
    const python = process.platform === "win32" ? undefined : jupyterPython();
    if (!python) return this.skip();
    home = jupyterHome(python);
    write("ok.ipynb", [
      ["const rate = 0.1;\nconst steps: number = 3;", "parameters"],
      ['console.log("步长", rate);\nrate * steps'],
    ]);
    write("bad.ipynb", [["1 + 1"], ["throw new RangeError('坏')"], ["2 + 2"]]);
    writeFileSync(join(home.folder, "cell.ts"), 'console.log("来自文件");\n6 * 7\n');
  });

  /** 一格是 [源码, 标签…]。 */
  const write = (name: string, cells: string[][]) =>
    writeFileSync(
      join(home.folder, name),
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: {
          kernelspec: { name: "tidu", display_name: "TypeScript (tidu)", language: "typescript" },
          language_info: { name: "typescript", file_extension: ".ts" },
        },
        cells: cells.map(([source, ...tags], index) => ({
          cell_type: "code",
          id: `c${index}`,
          metadata: tags.length > 0 ? { tags } : {},
          source,
          outputs: [],
          execution_count: null,
        })),
      }),
    );
  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = home.run(command, args);
    return { status, text: stdout + stderr, stdout };
  };
  const outputs = (name: string) => {
    const { cells } = JSON.parse(readFileSync(join(home.folder, name), "utf8")) as { cells: Cell[] };
    const joined = (text: string | string[]) => [text].flat().join("");
    return cells.map((cell) =>
      (cell.outputs ?? []).map((o) => o.ename ?? joined(o.text ?? o.data?.["text/plain"] ?? "")),
    );
  };

  it("jupyter nbconvert --execute --to notebook", () => {
    const { status, text } = run(
      "jupyter",
      ..."nbconvert --execute --to notebook --output nbconvert ok.ipynb".split(" "),
    );
    assert.equal(status, 0, text);
    assert.deepEqual(outputs("nbconvert.ipynb"), [[], ["步长 0.1\n", "0.30000000000000004"]]);
  });

  it("jupyter nbconvert --execute --to html；有错误的笔记本退出码非 0，报出错误", () => {
    const good = run("jupyter", ..."nbconvert --execute --to html ok.ipynb".split(" "));
    assert.equal(good.status, 0, good.text);
    const html = readFileSync(join(home.folder, "ok.html"), "utf8");
    assert.match(html, /步长 0\.1[\s\S]*0\.30000000000000004/);
    // 有 Pygments 的着色，说明 pygments_lexer 认得
    assert.match(html, /<span class="kd">const<\/span>/);
    const bad = run("jupyter", ..."nbconvert --execute --to html bad.ipynb".split(" "));
    assert.notEqual(bad.status, 0);
    assert.match(bad.text, /RangeError[\s\S]*坏/);
    assert.equal(existsSync(join(home.folder, "bad.html")), false);
  });

  it("papermill 换参数：它不认识 typescript，借 C# 的写法注入 var 声明", () => {
    const { status, text } = run(
      "papermill",
      ..."ok.ipynb papermill.ipynb --language .net-csharp -p rate 0.5 -p 名字 小明 --no-progress-bar".split(
        " ",
      ),
    );
    assert.equal(status, 0, text);
    assert.deepEqual(outputs("papermill.ipynb"), [[], [], ["步长 0.5\n", "1.5"]]);
  });

  it("papermill 不带参数；出错时停在出错的那一格", () => {
    const { status, text } = run("papermill", "bad.ipynb", "papermill-bad.ipynb", "--no-progress-bar");
    assert.notEqual(status, 0);
    assert.match(text, /RangeError: 坏/);
    // papermill 在出错的一格前面加一格说明；后面的不再运行
    assert.deepEqual(outputs("papermill-bad.ipynb").slice(-2), [["RangeError"], []]);
  });

  it("nbclient：出错、allow_errors、超时后中断、超时后放弃", () => {
    write("slow.ipynb", [["let n = 0;"], ["while (true) n++;"], ["n > 0"]]);
    writeFileSync(
      join(home.folder, "client.py"),
      `
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

def client(name, **more):
    return NotebookClient(nbformat.read(name, 4), kernel_name="tidu", **more)

try:
    client("bad.ipynb").execute()
except CellExecutionError as error:
    print("出错", error.ename, error.evalue)

allowed = client("bad.ipynb", allow_errors=True).execute()
print("继续", allowed.cells[2].outputs[0].data["text/plain"])

def limit(cell):
    return 1 if "while" in cell.source else 60

interrupted = client("slow.ipynb", timeout_func=limit, interrupt_on_timeout=True, allow_errors=True).execute()
print("中断", interrupted.cells[2].outputs[0].data["text/plain"])

try:
    client("slow.ipynb", timeout_func=limit).execute()
except CellTimeoutError as error:
    print("超时")
`,
    );
    const { status, text, stdout } = run("python", "client.py");
    assert.equal(status, 0, text);
    assert.match(stdout, /^出错 RangeError 坏.*\n继续 4\n中断 true\n超时\n$/s);
  });

  it("jupyter execute", () => {
    const { status, text } = run("jupyter", "execute", "ok.ipynb", "--output=executed");
    assert.equal(status, 0, text);
    assert.deepEqual(outputs("executed.ipynb"), [[], ["步长 0.1\n", "0.30000000000000004"]]);
  });

  it("jupyter run", () => {
    const { status, text, stdout } = run("jupyter", "run", "--kernel=tidu", "cell.ts");
    assert.equal(status, 0, text);
    assert.match(stdout, /来自文件\n42/);
  });
});
