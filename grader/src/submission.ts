import { readFileSync } from "node:fs";
import { type Notebook, parseNotebook } from "@tidu/notebook-runtime";
import type { Answer } from "./answer.js";
import { judgeQuestion, type Verdict } from "./judge/judge.js";
import { messages } from "./messages.js";
import type { Problem, Question } from "./problem.js";
import { exercises } from "./problems/index.js";
import { defaultTimes, Learner, type LearnerCell, type TimeLimits } from "./sandbox/learner.js";
import type { Stage } from "./sandbox/stage.js";
import { forStudent, studentOf } from "./variant.js";

/** 一份提交的判分结果。 */
export interface Graded {
  path: string;
  score: number;
  maxScore: number;
  questions: Verdict[];
}

/** 没能判的提交：文件没了、坏了，或者不是练习。 */
export class SubmissionError extends Error {
  readonly id: string;
  constructor(message: string) {
    super(message);
    this.name = "SubmissionError";
    this.id = message.split("：", 1)[0]!;
  }
}

export interface GradeOptions {
  seed: number;
  stage: Stage;
  times?: TimeLimits;
}

/** 判一份提交：学习者在沙箱里，裁判在这里。 */
export async function gradeSubmission(path: string, options: GradeOptions): Promise<Graded> {
  const notebook = readNotebook(path);
  const problems = problemsOf(notebook);
  if (problems === null) throw new SubmissionError(messages.notExercise(path));
  const cells = codeCells(notebook);
  const learner = new Learner(cells, options.stage, options.times);
  try {
    const questions: Verdict[] = [];
    const student = studentOf(notebook.metadata);
    for (const question of problems.flatMap((problem) => problem.questions)) {
      // 重放单元格的时间不算在这一题头上。
      await learner.prepare();
      const limit = (options.times ?? defaultTimes).question;
      const deadline = performance.now() + limit;
      const ask = async (...[fn, args, form]: Parameters<Learner["ask"]>): Promise<Answer> => {
        if (performance.now() > deadline) return { kind: "timeout", seconds: limit / 1000, total: true };
        const answer = await learner.ask(fn, args, form);
        if (answer.kind !== "missing") return answer;
        const reason = whyMissing(question, notebook, learner.problems);
        return reason === undefined ? answer : { kind: "missing", reason };
      };
      questions.push(await judgeQuestion(forStudent(question, student), ask, { seed: options.seed }));
    }
    const score = questions.reduce((sum, verdict) => sum + verdict.score, 0);
    const maxScore = questions.reduce((sum, verdict) => sum + verdict.maxScore, 0);
    return { path, score, maxScore, questions };
  } finally {
    learner.close();
  }
}

function readNotebook(path: string): Notebook {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new SubmissionError(messages.fileMissing(path));
    throw new SubmissionError(messages.unreadable(path, (error as Error).message));
  }
  try {
    return parseNotebook(text);
  } catch (error) {
    throw new SubmissionError(messages.corrupt(path, (error as Error).message));
  }
}

function codeCells(notebook: Notebook): LearnerCell[] {
  return notebook.cells.flatMap((cell, index) =>
    cell.cell_type === "code" ? [{ label: `单元格 [${index + 1}] `, source: cell.source }] : [],
  );
}

/** 笔记本是哪一份练习。元数据丢了就看它提到哪些题的函数；题集由我们定，删掉单元格减不了分母。 */
function problemsOf(notebook: Notebook): Problem[] | null {
  const name = (notebook.metadata.tidu as { exercise?: unknown } | undefined)?.exercise;
  if (typeof name === "string" && Object.hasOwn(exercises, name)) return exercises[name]!;
  const text = notebook.cells.map((cell) => cell.source).join("\n");
  for (const problems of Object.values(exercises)) {
    if (problems.some((problem) => problem.questions.some(({ fn }) => text.includes(fn)))) return problems;
  }
  return null;
}

/** 函数不在时，看它的单元格出了什么事。 */
function whyMissing(
  question: Question,
  notebook: Notebook,
  problems: Map<number, string>,
): string | undefined {
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");
  const index = code.findIndex(
    (cell) =>
      (cell.metadata.tidu as { question?: unknown } | undefined)?.question === question.id ||
      new RegExp(`function\\s+${question.fn}\\b|\\b${question.fn}\\s*=`).test(cell.source),
  );
  return problems.get(index);
}
