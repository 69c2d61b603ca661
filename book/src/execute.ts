import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Notebook } from "@tidu/notebook-runtime";
import { executeNotebook } from "@tidu/notebook-runtime/node";
import { cellTags } from "./tags.js";

/** 执行一篇笔记本的结果。 */
export interface Executed {
  notebook: Notebook;
  /** 意外报错的单元格；带 `raises-exception` 标签的不算。 */
  failures: { cellIndex: number; message: string }[];
  cached: boolean;
}

async function digestFiles(directory: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await digestFiles(path, hash);
    else if (entry.name.endsWith(".js") && !entry.name.endsWith(".test.js")) {
      hash.update(entry.name).update(await readFile(path));
    }
  }
}

/** 笔记本的输出取决于这几个包编译出来的代码。 */
export async function libraryDigest(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["kernel-lib", "notebook-runtime", "grader"])
    await digestFiles(join(root, name, "dist"), hash);
  return hash.digest("hex");
}

/**
 * 执行笔记本，输出按「笔记本内容 + 库代码」缓存在 `.cache/book/`：内容没变就不再执行。
 * 执行失败的不缓存。
 */
export async function execute(
  notebook: Notebook,
  options: {
    root: string;
    cwd: string;
    digest: string;
    text: string;
  },
): Promise<Executed> {
  const key = createHash("sha256").update("1").update(options.digest).update(options.text).digest("hex");
  const folder = join(options.root, ".cache", "book");
  const path = join(folder, `${key.slice(0, 32)}.json`);
  const cached = await readFile(path, "utf8").catch(() => undefined);
  if (cached !== undefined) return { notebook: JSON.parse(cached) as Notebook, failures: [], cached: true };

  const failures: Executed["failures"] = [];
  let executed = notebook;
  try {
    ({ notebook: executed } = await executeNotebook(notebook, {
      cwd: options.cwd,
      timeout: 120_000,
      keepGoing: true,
      onCell: ({ index, result: { status, error } }) => {
        if (status === "ok" || cellTags(notebook.cells[index]!).has("raises-exception")) return;
        failures.push({ cellIndex: index, message: error?.traceback.join("\n") || status });
      },
    }));
  } catch (error) {
    // 执行环境本身坏了：照样出书，只是没有输出
    failures.push({ cellIndex: 0, message: `执行环境启动不了：${(error as Error).message}` });
  }
  if (failures.length === 0) {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, JSON.stringify(executed));
    await rename(`${path}.part`, path);
  }
  return { notebook: executed, failures, cached: false };
}
