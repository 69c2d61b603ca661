import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { messages, problems, selfTest } from "@tidu/grader";
import { buildExercise } from "@tidu/grader/node";
import type { Command } from "commander";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** `tidu exercise`：由解答生成练习，自检题目。 */
export function exerciseCommand(program: Command): void {
  const exercise = program.command("exercise").description("练习：由 solutions/ 生成 exercises/，自检题目");

  exercise
    .command("build")
    .description("由 solutions/ 重新生成 exercises/")
    .option("--check", "只检查是否一致，不写文件")
    .action((options: { check?: boolean }) => {
      process.exitCode = buildAll(options.check === true);
    });

  exercise
    .command("test")
    .description("题目自检：标准答案得满分，每种错法被拒绝且不误诊")
    .option("--seeds <n>", "用几个种子", "5")
    .action(async (options: { seeds: string }) => {
      process.exitCode = await testAll(Math.max(1, Number.parseInt(options.seeds, 10) || 5));
    });
}

function notebooksUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ipynb") && !name.includes(".ipynb_checkpoints"))
    .sort();
}

function buildAll(checkOnly: boolean): number {
  const sources = join(root, "solutions");
  const targets = join(root, "exercises");
  const names = notebooksUnder(sources);
  if (names.length === 0) {
    console.error(messages.noSolution(sources));
    return 2;
  }
  let stale = 0;
  for (const name of names) {
    const target = join(targets, name);
    const shown = relative(root, target);
    let built: string;
    try {
      built = buildExercise(readFileSync(join(sources, name), "utf8"), `solutions/${name}`);
    } catch (error) {
      console.error((error as Error).message);
      return 2;
    }
    if (existsSync(target) && readFileSync(target, "utf8") === built) continue;
    if (checkOnly) {
      console.error(messages.stale(shown));
      stale++;
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, built);
    console.log(`生成 ${shown}`);
  }
  for (const name of notebooksUnder(targets)) {
    if (names.includes(name)) continue;
    if (checkOnly) {
      console.error(messages.stale(`exercises/${name}`));
      stale++;
    } else {
      rmSync(join(targets, name));
      console.log(`删除 exercises/${name}（没有对应的解答）`);
    }
  }
  if (stale === 0) console.log(`${names.length} 份练习与解答一致`);
  return stale === 0 ? 0 : 1;
}

async function testAll(count: number): Promise<number> {
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  let failed = 0;
  for (const problem of problems) {
    const flaws = await selfTest(problem, seeds);
    const mutants = problem.questions.reduce((sum, question) => sum + question.mutants.length, 0);
    console.log(
      `${flaws.length === 0 ? "✓" : "✗"} ${problem.title}：${problem.questions.length} 题，${mutants} 种错法，${count} 个种子`,
    );
    for (const { question, mutant, detail } of flaws)
      console.error(`  ${question} ${mutant ?? "标准答案"}：${detail}`);
    failed += flaws.length;
  }
  return failed === 0 ? 0 : 1;
}
