import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { type Notebook, parseNotebook } from "@tidu/notebook-runtime";
import { BookError, type Problem } from "./errors.js";
import { execute, libraryDigest } from "./execute.js";
import type { Source } from "./source.js";

export interface Loaded {
  source: Source;
  notebook: Notebook;
}

/** 读出全部笔记本并执行，几篇同时进行；练习不执行，里面是等学习者填的空。 */
export async function loadNotebooks(
  sources: readonly Source[],
  root: string,
  problems: Problem[],
  log: (line: string) => void,
): Promise<Loaded[]> {
  const loaded = sources.map((source): Loaded => ({ source, notebook: parse(source) }));
  const digest = await libraryDigest(root);
  const waiting = loaded.filter(({ source }) => source.kind === "chapter");
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift())
      await run(item, root, digest, problems, log);
  };
  // 每篇一个进程，各占一百多兆内存
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  return loaded;
}

function parse({ kind, text, file }: Source): Notebook {
  if (kind === "article") return article(text);
  try {
    return parseNotebook(text);
  } catch (error) {
    throw new BookError("TIDU-BOOK-003", `${file} 读不出来：${(error as Error).message}`, { cause: error });
  }
}

/** 一篇 Markdown 就是只有一格文字的笔记本。 */
function article(source: string): Notebook {
  return {
    cells: [{ cell_type: "markdown", id: "article", metadata: {}, source }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

async function run(
  item: Loaded,
  root: string,
  digest: string,
  problems: Problem[],
  log: (line: string) => void,
): Promise<void> {
  const { file, text } = item.source;
  const started = Date.now();
  const cwd = dirname(join(root, file));
  const { notebook, failures, cached } = await execute(item.notebook, { root, cwd, digest, text });
  item.notebook = notebook;
  if (!cached) log(`执行 ${file}（${((Date.now() - started) / 1000).toFixed(1)} 秒）`);
  for (const { cellIndex, message } of failures) {
    problems.push({ id: "TIDU-BOOK-105", file, cell: cellIndex + 1, message: `单元格报错\n${message}` });
  }
}
