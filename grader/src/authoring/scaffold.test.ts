import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseNotebook } from "@tidu/notebook-runtime";
import { stripModule } from "@tidu/notebook-runtime/compiler";
import type { Problem } from "../problem.js";
import { selfTest } from "../selftest.js";
import { scaffold } from "./scaffold.js";

const families = readFileSync(
  fileURLToPath(new URL("../../src/problems/families.ts", import.meta.url)),
  "utf8",
);

/** 去掉类型，写进临时目录，真的载入。 */
async function load(files: Map<string, string>, name: string): Promise<Problem> {
  const folder = mkdtempSync(join(tmpdir(), "tidu-scaffold-"));
  try {
    for (const [path, text] of files) {
      if (!path.endsWith(`${name}.ts`)) continue;
      const target = join(folder, basename(dirname(path)), `${name}.mjs`);
      const code = stripModule(text)
        .replaceAll("../problem.js", new URL("../problem.js", import.meta.url).href)
        .replaceAll(`/${name}.js"`, `/${name}.mjs"`)
        .replaceAll("@tidu/kernel-lib", import.meta.resolve("@tidu/kernel-lib"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
    return (await import(pathToFileURL(join(folder, "problems", `${name}.mjs`)).href))[name];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("新题族的骨架", () => {
  it("登记只加一行，按字母次序", () => {
    const { files } = scaffold("3-architectures/05-normalizing-flows", "flows", families);
    const after = files.get("grader/src/problems/families.ts")!;
    const added = after.split("\n").filter((line) => !families.split("\n").includes(line));
    assert.deepEqual(added, ['export { flows } from "./flows.js";']);
    assert.equal(after.length, families.length + added[0]!.length + 1);
  });

  it("给出接下来的步骤；练习已有笔记本时不另写一份", () => {
    const fresh = scaffold("3-architectures/05-normalizing-flows", "flows", families);
    assert.match(fresh.next, /npx tidu exercise test flows/);
    const notebook = parseNotebook(fresh.files.get("solutions/3-architectures/05-normalizing-flows.ipynb")!);
    assert.ok(notebook.cells.some(({ source }) => source.includes("// BEGIN SOLUTION")));
    const joined = scaffold("3-architectures/02-losses", "flows", families);
    assert.ok(![...joined.files.keys()].some((path) => path.endsWith(".ipynb")));
    assert.match(joined.next, /已经有了/);
  });

  it("名字不对，说清楚该怎么写", () => {
    assert.throws(() => scaffold("05-flows", "flows", families), /TIDU-EXERCISE-007.*得到 05-flows/);
    assert.throws(() => scaffold("3-a/05-flows", "Flows 2", families), /TIDU-EXERCISE-008/);
    assert.throws(() => scaffold("3-a/05-flows", "index", families), /TIDU-EXERCISE-008/);
    assert.throws(() => scaffold("3-a/05-flows", "huber", families), /TIDU-EXERCISE-009/);
  });

  it("骨架里的小题原样就能通过自检", async () => {
    const { files } = scaffold("3-architectures/05-normalizing-flows", "flows", families);
    assert.deepEqual(await selfTest(await load(files, "flows"), [1, 2]), []);
  });
});
