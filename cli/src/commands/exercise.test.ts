import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../root.js";
import { buildFor } from "./exercise-build.js";
import { newFamily } from "./exercise-new.js";
import { testFamilies } from "./exercise-test.js";

const FAMILIES = "grader/src/problems/families.ts";

/** 收下打印的文字。 */
async function printed<T>(run: () => T | Promise<T>): Promise<{ result: T; text: string }> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = console.error = (...parts: unknown[]) => void lines.push(parts.join(" "));
  try {
    return { result: await run(), text: lines.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

describe("tidu exercise", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tidu-exercise-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("new：写出骨架、登记、说清接下来做什么；再来一次不覆盖", async () => {
    mkdirSync(join(folder, dirname(FAMILIES)), { recursive: true });
    cpSync(join(root, FAMILIES), join(folder, FAMILIES));
    const first = await printed(() => newFamily("3-architectures/05-normalizing-flows", "flows", folder));
    assert.equal(first.result, 0);
    assert.match(
      first.text,
      /生成 grader\/src\/problems\/flows\.ts[\s\S]*登记 .*families\.ts[\s\S]*npx tidu exercise test flows/,
    );
    assert.ok(existsSync(join(folder, "solutions/3-architectures/05-normalizing-flows.ipynb")));
    assert.match(readFileSync(join(folder, FAMILIES), "utf8"), /from "\.\/flows\.js"/);
    const again = await printed(() => newFamily("3-architectures/05-normalizing-flows", "flows", folder));
    assert.equal(again.result, 2);
    assert.match(again.text, /TIDU-EXERCISE-011：grader\/src\/problems\/flows\.ts 已经存在/);
  });

  it("build --student：全部练习各写一份，带上他的名字", async () => {
    const { result } = await printed(() => buildFor("20260001", folder));
    assert.equal(result, 0);
    const notebook = JSON.parse(readFileSync(join(folder, "3-architectures/02-losses.ipynb"), "utf8"));
    assert.equal(notebook.metadata.tidu.student, "20260001");
    assert.doesNotMatch(JSON.stringify(notebook), /BEGIN SOLUTION/);
  });

  it("test：没有这个题族时列出有哪些；有毛病时退出码是 1", async () => {
    const unknown = await printed(() => testFamilies("nothing", 1));
    assert.equal(unknown.result, 2);
    assert.match(unknown.text, /TIDU-EXERCISE-010.*huber/);
    const { result, text } = await printed(() => testFamilies("layers", 1));
    assert.equal(result, 0);
    assert.match(text, /✓ 两层标量网络：4 题，\d+ 种错法（认得出 \d+ 种），1 个种子/);
  });
});
