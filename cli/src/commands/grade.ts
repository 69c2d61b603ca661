import { availableParallelism } from "node:os";
import { findQuestion, messages, questionIds } from "@tidu/grader";
import {
  countSubmissions,
  dispatch,
  Gradebook,
  type GradeOne,
  type GradeReport,
  gradeBytes,
  gradebookMessages,
  gradeClass,
  gradeIntoGradebook,
  gradeText,
  makeStage,
  type Placed,
  Progress,
  sandboxStrength,
  startWorker,
} from "@tidu/grader/node";
import type { Command } from "commander";
import { inbox } from "../grade/inbox.js";
import { writeReport } from "../grade/output.js";

interface Options {
  seed?: string;
  json?: string;
  html?: string;
  jobs?: string;
  queue?: string;
  db?: string;
  question?: string;
  regrade?: boolean;
  personal?: boolean;
  worker?: boolean;
}

/** `tidu grade`：判文件或文件夹里的提交。判完退出码 0（不论得分），有没能判的则是 2。 */
export function gradeCommand(program: Command): void {
  program
    .command("grade")
    .description("判分：学习者的代码在沙箱里运行，裁判在外面提问")
    .argument("[path...]", "笔记本，或放提交的文件夹")
    .option("--seed <n>", "测试点的种子；不给则随机（有成绩册时沿用上一次的），报告里写明")
    .option("--json <file>", "把结果写成 JSON")
    .option("--html <dir>", "把结果写成网页")
    .option("--jobs <n>", "同时判几份")
    .option("--db <url>", "成绩册：SQLite 文件，或 postgres://…；被打断后再运行一次就接着判")
    .option("--queue <url>", "把活派到 Redis 队列，各处的工作进程一起判（要有 --db）")
    .option("--worker", "做一个工作进程：从 --queue 取活，结果写进 --db，按 Ctrl-C 停")
    .option("--question <id>", "只判这一题；有成绩册时是重判，旧结果留在历史里")
    .option("--personal", "人人都发了自己的一份：因人而异的题按交卷人的名字判，不看笔记本自称是谁")
    .option("--regrade", "成绩册里判过的也全部重判")
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await grade(paths, options);
    });
}

async function grade(paths: string[], options: Options): Promise<number> {
  const refusal = refuse(paths, options);
  if (refusal !== null) {
    console.error(refusal);
    return 2;
  }
  try {
    if (options.worker) return await work(options);
    return await gradePaths(paths, options);
  } catch (error) {
    const { id, message } = error as Error & { id?: string };
    if (id === undefined) throw error;
    console.error(message);
    return 2;
  }
}

/** 参数的毛病；没有时为 null。 */
function refuse(paths: string[], options: Options): string | null {
  const { seed, jobs, queue, db, question, worker, regrade } = options;
  if (seed !== undefined && !/^\d{1,10}$/.test(seed)) return messages.badSeed(seed);
  if (jobs !== undefined && !(/^[1-9]\d{0,3}$/.test(jobs) || (jobs === "0" && queue !== undefined)))
    return messages.badJobs(jobs);
  if (question !== undefined && findQuestion(question) === undefined)
    return messages.unknownQuestion(question, questionIds());
  if (worker && queue === undefined) return gradebookMessages.workerNeedsQueue;
  if (queue !== undefined && db === undefined) return gradebookMessages.queueNeedsDatabase;
  if (regrade && db === undefined) return gradebookMessages.needsDatabase("--regrade");
  if (!worker && paths.length === 0) return messages.noPath;
  return null;
}

async function gradePaths(paths: string[], options: Options): Promise<number> {
  const seed = options.seed === undefined ? undefined : Number(options.seed);
  const { question, regrade } = options;
  const judge = startJudge(options);
  const progress = new Progress(await countSubmissions(paths), process.stderr.isTTY ? process.stderr : plain);
  const settings = {
    grade: judge.grade,
    jobs: jobsOf(options),
    onStep: (step: { path: string; skipped: boolean }) => progress.step(step.path, step.skipped),
  };
  const gradebook = options.db === undefined ? null : await Gradebook.open(options.db);
  const report: GradeReport = { seed: 0, submissions: [], errors: [], sandbox: sandboxStrength() };
  try {
    let placed: Placed[];
    if (gradebook === null) {
      report.seed = seed ?? Math.floor(Math.random() * 2 ** 31);
      placed = await gradeClass(inbox(paths), { ...settings, seed: report.seed, question });
    } else {
      const run = await gradebook.run({ seed, question, regrade });
      report.seed = run.seed;
      placed =
        options.queue === undefined
          ? await gradeIntoGradebook(inbox(paths), gradebook, run, settings)
          : await viaQueue(options.queue, gradebook, settings, () =>
              dispatch(inbox(paths), gradebook, run, { queue: options.queue!, onStep: settings.onStep }),
            );
    }
    for (const { student, path, settled } of placed) {
      if (settled.kind === "graded") report.submissions.push({ ...settled.graded, student });
      else report.errors.push({ path, id: settled.id, message: settled.message });
    }
  } finally {
    progress.end();
    judge.stop();
    await gradebook?.close();
  }
  console.log(gradeText(report));
  const written = await writeReport(report, options);
  const faults = report.submissions.some(({ questions }) =>
    questions.some(({ message }) => message.startsWith("TIDU-")),
  );
  return written && report.errors.length === 0 && !faults ? 0 : 2;
}

/** 派活的进程自己也判：别处一个工作进程都没有时，也判得完。`--jobs 0` 只派不判。 */
async function viaQueue(
  queue: string,
  gradebook: Gradebook,
  { grade: gradeOne, jobs }: { grade: GradeOne; jobs: number },
  body: () => Promise<Placed[]>,
): Promise<Placed[]> {
  const worker = jobs === 0 ? null : await startWorker({ queue, gradebook, grade: gradeOne, jobs });
  try {
    return await body();
  } finally {
    await worker?.close();
  }
}

async function work(options: Options): Promise<number> {
  const gradebook = await Gradebook.open(options.db!);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve());
  });
  const judge = startJudge(options, () => {});
  try {
    const jobs = jobsOf(options);
    const worker = await startWorker({
      queue: options.queue!,
      gradebook,
      grade: judge.grade,
      jobs,
      onJob: (path, failure) =>
        console.error(failure === null ? `判完 ${path}` : `没能判 ${path}：${failure}`),
    });
    console.error(`工作进程已就绪，同时判 ${jobs} 份。按 Ctrl-C 停（判完手上的）。`);
    await stopped;
    await worker.close();
    return 0;
  } finally {
    judge.stop();
    await gradebook.close();
  }
}

/** 真的裁判：沙箱的目录用完要清掉。按 Ctrl-C 也走正常的退出，临时目录才清得掉。 */
function startJudge(
  { personal = false }: Options,
  exit: () => void = () => process.exit(130),
): { grade: GradeOne; stop(): void } {
  const stage = makeStage();
  process.once("SIGINT", exit);
  return {
    grade: (path, content, options) => gradeBytes(path, content, { ...options, personal, stage }),
    stop() {
      process.off("SIGINT", exit);
      stage.remove();
    },
  };
}

function jobsOf({ jobs }: Options): number {
  return jobs === undefined ? Math.max(1, availableParallelism() - 1) : Number(jobs);
}

const plain = { write: (text: string) => console.error(text.trimEnd()) };
