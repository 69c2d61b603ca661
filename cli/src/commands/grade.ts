import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { messages } from "@tidu/grader";
import {
  type GradeReport,
  gradeHtml,
  gradeJson,
  gradeSubmission,
  gradeText,
  makeStage,
  sandboxStrength,
} from "@tidu/grader/node";
import type { Command } from "commander";

interface Options {
  seed?: string;
  json?: string;
  html?: string;
  jobs?: string;
  queue?: string;
  db?: string;
}

/** `tidu grade`：判文件或文件夹里的提交。判完退出码 0（不论得分），有没能判的则是 2。 */
export function gradeCommand(program: Command): void {
  program
    .command("grade")
    .description("判分：学习者的代码在沙箱里运行，裁判在外面提问")
    .argument("<path...>", "笔记本，或放提交的文件夹")
    .option("--seed <n>", "测试点的种子；不给则随机，报告里写明")
    .option("--json <file>", "把结果写成 JSON")
    .option("--html <dir>", "把结果写成网页")
    .option("--jobs <n>", "同时判几份")
    .option("--queue <url>", "Redis 队列（0.2 版提供）")
    .option("--db <url>", "成绩册数据库（0.2 版提供）")
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await grade(paths, options);
    });
}

async function grade(paths: string[], options: Options): Promise<number> {
  const refusal =
    (options.queue !== undefined && messages.notYet("--queue")) ||
    (options.db !== undefined && messages.notYet("--db")) ||
    (options.seed !== undefined && !/^\d{1,10}$/.test(options.seed) && messages.badSeed(options.seed)) ||
    (options.jobs !== undefined && !/^[1-9]\d{0,3}$/.test(options.jobs) && messages.badJobs(options.jobs));
  if (refusal) {
    console.error(refusal);
    return 2;
  }
  const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);
  const report: GradeReport = { seed, submissions: [], errors: [], sandbox: sandboxStrength() };
  const files = paths.flatMap((path) => collect(path, report));
  const jobs = Math.min(files.length, Number(options.jobs ?? Math.max(1, availableParallelism() - 1)));
  await gradeAll(files, jobs, report);
  console.log(gradeText(report));
  const written = write(report, options);
  const faults = report.submissions.some(({ questions }) =>
    questions.some(({ message }) => message.startsWith("TIDU-")),
  );
  return written && report.errors.length === 0 && !faults ? 0 : 2;
}

/** 一个路径下的笔记本；找不到时记在报告里。 */
function collect(path: string, report: GradeReport): string[] {
  const fail = (message: string): string[] => {
    report.errors.push({ path, id: message.split("：", 1)[0]!, message });
    return [];
  };
  if (!existsSync(path)) return fail(messages.fileMissing(path));
  if (!statSync(path).isDirectory()) return [path];
  const found = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ipynb") && !name.includes(".ipynb_checkpoints"))
    .sort()
    .map((name) => join(path, name));
  return found.length === 0 ? fail(messages.noNotebooks(path)) : found;
}

/** 同时判 `jobs` 份；结果按文件次序排，与谁先判完无关。 */
async function gradeAll(files: string[], jobs: number, report: GradeReport): Promise<void> {
  const stage = makeStage();
  // 按 Ctrl-C 也走正常的退出，临时目录才清得掉。
  const stop = () => process.exit(130);
  process.once("SIGINT", stop);
  const started = performance.now();
  const results: (() => void)[] = [];
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < files.length) {
      const index = next++;
      const path = files[index]!;
      try {
        const graded = await gradeSubmission(path, { seed: report.seed, stage });
        results[index] = () => report.submissions.push(graded);
      } catch (error) {
        const message = (error as Error).message;
        const id = (error as { id?: string }).id ?? "TIDU-GRADE-110";
        results[index] = () =>
          report.errors.push({
            path,
            id,
            message: message.startsWith("TIDU-") ? message : messages.sandboxFailed(message),
          });
      }
      done++;
      if (files.length > 1)
        console.error(`[${done}/${files.length}] ${path}${remaining(started, done, files.length)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, worker));
  } finally {
    process.off("SIGINT", stop);
    stage.remove();
  }
  for (const add of results) add();
}

function remaining(started: number, done: number, total: number): string {
  const seconds = ((performance.now() - started) / done / 1000) * (total - done);
  return seconds < 5 ? "" : `（约剩 ${Math.ceil(seconds)} 秒）`;
}

function write(report: GradeReport, { json, html }: Options): boolean {
  try {
    if (json !== undefined) {
      mkdirSync(dirname(json), { recursive: true });
      writeFileSync(json, `${JSON.stringify(gradeJson(report), null, 2)}\n`);
    }
    if (html !== undefined) {
      mkdirSync(html, { recursive: true });
      for (const [name, text] of gradeHtml(report)) writeFileSync(join(html, name), text);
    }
    return true;
  } catch (error) {
    console.error(messages.unwritable(json ?? html ?? "", (error as Error).message));
    return false;
  }
}
