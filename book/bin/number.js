#!/usr/bin/env node
// 用法：node book/bin/number.js 笔记本…　按顺序改对公式的 \tag 与引用里的号码。
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { collectLabels, numberSource } from "@tidu/book";
import { parseNotebook, serializeNotebook } from "@tidu/notebook-runtime";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("用法：node book/bin/number.js 笔记本…");
  process.exit(2);
}
for (const file of files) {
  const match = /(\d+)-[^/\\]+[/\\](\d+)-[^/\\]+\.ipynb$/.exec(resolve(file));
  if (!match) {
    console.error(`${file}：文件名应是 <部>/<两位章号>-<slug>.ipynb，才知道章号`);
    process.exitCode = 2;
    continue;
  }
  let notebook;
  try {
    notebook = parseNotebook(await readFile(file, "utf8"));
  } catch (error) {
    console.error(`TIDU-BOOK-003 ${file} 读不出来：${error.message}`);
    process.exitCode = 1;
    continue;
  }
  const cells = notebook.cells.map((cell) => ({ type: cell.cell_type, source: cell.source }));
  const { labels } = collectLabels(cells, `${Number(match[1])}.${Number(match[2])}`, file);
  let changed = 0;
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "markdown") continue;
    const source = numberSource(cell.source, labels);
    if (source !== cell.source) changed++;
    cell.source = source;
  }
  if (changed > 0) await writeFile(file, serializeNotebook(notebook));
  console.log(`${file}：${changed > 0 ? `改了 ${changed} 个单元格` : "号码都对"}`);
}
