import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bin = join(root, ".cache", "nbgrader", "bin");
const NAME = "04-worked-example";

describe("nbgrader 自己认不认", function () {
  this.timeout(300_000);
  let folder: string;
  before(function () {
    if (!existsSync(join(bin, "nbgrader"))) this.skip();
    folder = mkdtempSync(join(tmpdir(), "tidu-nbgrader-"));
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  const run = (command: string, ...args: string[]) => {
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
    const { status, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };

  it("练习能由它发布、自动判分", () => {
    run(
      process.execPath,
      join(root, "cli", "bin", "tidu.js"),
      "kernel",
      "install",
      "--prefix",
      join(bin, ".."),
    );
    copyFileSync(join(root, "docs", "nbgrader_config.py"), join(folder, "nbgrader_config.py"));
    const exercise = join(root, "exercises", "1-foundations", `${NAME}.ipynb`);
    for (const place of [`source/${NAME}`, `submitted/zhang/${NAME}`])
      mkdirSync(join(folder, place), { recursive: true });
    copyFileSync(exercise, join(folder, "source", NAME, `${NAME}.ipynb`));
    run(join(bin, "nbgrader"), "generate_assignment", NAME, "--create");
    const release = join(folder, "release", NAME, `${NAME}.ipynb`);
    const cells = (path: string) => JSON.parse(readFileSync(path, "utf8")).cells as any[];
    const ids = (path: string) => cells(path).map((cell) => cell.metadata.nbgrader?.grade_id);
    assert.deepEqual(ids(release), ids(exercise));
    writeFileSync(join(folder, "submitted", "zhang", NAME, `${NAME}.ipynb`), readFileSync(release));
    run(join(bin, "nbgrader"), "autograde", NAME, "--create");
    // 判过的笔记本里，每一格仍是我们的题，校验和没有变：它认为该锁的都没有被改。
    const graded = join(folder, "autograded", "zhang", NAME, `${NAME}.ipynb`);
    assert.deepEqual(ids(graded), ids(exercise));
    assert.ok(existsSync(join(folder, "gradebook.db")));
  });
});
