import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSite } from "./build.js";

const markdown = (source: string) => ({ cell_type: "markdown", id: "m1", metadata: {}, source });
let count = 0;
const code = (source: string, tags: string[] = []) => ({
  cell_type: "code",
  id: `c${++count}`,
  metadata: tags.length > 0 ? { tags } : {},
  execution_count: null,
  outputs: [],
  source,
});

describe("生成站点", function () {
  this.timeout(60_000);
  let root: string;
  let out: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "tidu-build-"));
    out = join(root, "site");
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(file: string, content: unknown): Promise<void> {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), typeof content === "string" ? content : JSON.stringify(content));
  }
  const notebook = (...cells: object[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const html = (path: string) => readFile(join(out, path), "utf8");
  const build = async () => {
    const lines: string[] = [];
    return { ...(await buildSite({ root, out, log: (line) => lines.push(line) })), lines };
  };

  it("链接：有的章换成网页，计划中的变文字，断掉的报出来；图片一起复制", async () => {
    const links =
      "[下一章](02-core-concepts.ipynb#h) [未写](../2-principles/02-jacobian.ipynb) [没有](03-none.ipynb)";
    await put(
      "notebooks/1-foundations/01-background.ipynb",
      notebook(markdown(`# 一\n\n${links}\n\n![图](img/a.svg) ![缺](b.png)`)),
    );
    await put("notebooks/1-foundations/02-core-concepts.ipynb", notebook(markdown("# 二")));
    await put("notebooks/1-foundations/img/a.svg", "<svg/>");
    const { problems } = await build();
    assert.deepEqual(problems.map(({ id, cell, message }) => [id, cell, message.split("：")[1]]).sort(), [
      ["TIDU-BOOK-104", 1, "03-none.ipynb"],
      ["TIDU-BOOK-104", 1, "b.png"],
    ]);
    const page = await html("1-foundations/01-background.html");
    assert.match(page, /<a href="\.\.\/1-foundations\/02-core-concepts\.html#h">下一章<\/a>/);
    assert.match(page, /<span class="planned"[^>]*>未写<\/span>/);
    assert.match(page, /src="\.\.\/files\/notebooks\/1-foundations\/img\/a\.svg"/);
    assert.ok(existsSync(join(out, "files/notebooks/1-foundations/img/a.svg")));
    assert.match(await html("index.html"), /已写成 2 章/);
  });

  it("引用别的章的公式：号码由那一章算出", async () => {
    const link = (name: string) => `[式](../2-principles/02-jacobian.ipynb#eq:${name})`;
    await put(
      "notebooks/1-foundations/01-background.ipynb",
      notebook(markdown(`# 一\n\n由${link("b")}、${link("c")}`)),
    );
    await put(
      "notebooks/2-principles/02-jacobian.ipynb",
      notebook(markdown("# 二\n\n$$a\\tag{2.2.1}\\label{eq:a}$$\n\n$$b\\tag{2.2.2}\\label{eq:b}$$")),
    );
    const { problems } = await build();
    assert.deepEqual(
      problems.map(({ id, message }) => [id, message.split("：").pop()]),
      [["TIDU-BOOK-102", "../2-principles/02-jacobian.ipynb#eq:c"]],
    );
    const page = await html("1-foundations/01-background.html");
    assert.match(page, /href="\.\.\/2-principles\/02-jacobian\.html#eq:b" class="reference">式 \(2\.2\.2\)</);
  });

  it("执行一次后用缓存；改了才重跑；报错的格列为问题，故意的不算", async () => {
    const file = "notebooks/1-foundations/01-background.ipynb";
    await put(
      file,
      notebook(markdown("# 一"), code("6 * 7"), code("throw new Error('故意')", ["raises-exception"])),
    );
    const first = await build();
    assert.deepEqual(first.problems, []);
    assert.ok(first.lines.some((line) => line.startsWith("执行 ")));
    assert.match(await html("1-foundations/01-background.html"), /output-result">42</);
    const second = await build();
    assert.ok(!second.lines.some((line) => line.startsWith("执行 ")));

    await put(file, notebook(markdown("# 一"), code("let a = 1;\na.b.c;")));
    const third = await build();
    assert.deepEqual(
      third.problems.map(({ id, cell }) => [id, cell]),
      [["TIDU-BOOK-105", 2]],
    );
    assert.match(third.problems[0]!.message, /单元格 \[1\]/);
  });

  it("标签：折起的代码、去掉的单元格；旧文件删掉", async () => {
    const file = "notebooks/1-foundations/01-background.ipynb";
    await put(
      file,
      notebook(markdown("# 一"), code("'留着'", ["hide-input"]), code("'不要'", ["remove-cell"])),
    );
    await put("site/old.html", "旧");
    await build();
    const page = await html("1-foundations/01-background.html");
    assert.match(page, /<details class="fold"><summary>代码<\/summary>/);
    assert.doesNotMatch(page, /不要/);
    assert.ok(!existsSync(join(out, "old.html")));
  });

  it("练习不执行；与同号的章互相链接", async () => {
    await put("notebooks/1-foundations/01-background.ipynb", notebook(markdown("# 一")));
    await put(
      "exercises/1-foundations/01-background.ipynb",
      notebook(markdown("# 练习：一"), code("process.exit(1)")),
    );
    const { problems } = await build();
    assert.deepEqual(problems, []);
    assert.match(
      await html("1-foundations/01-background.html"),
      /href="\.\.\/exercises\/1-foundations\/01-background\.html">做本章练习/,
    );
    assert.match(
      await html("exercises/1-foundations/01-background.html"),
      /href="\.\.\/\.\.\/1-foundations\/01-background\.html">读这一章/,
    );
  });

  it("没有笔记本、笔记本坏了：各有编号", async () => {
    await assert.rejects(build(), { id: "TIDU-BOOK-006", message: /没有一篇笔记本/ });
    await put("notebooks/1-foundations/01-background.ipynb", "{ 坏的");
    await assert.rejects(build(), { id: "TIDU-BOOK-003", message: /01-background\.ipynb 读不出来/ });
  });
});
