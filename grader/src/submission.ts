import { basename } from "node:path";
import type { Answer, Ask } from "./answer.js";
import { judgeQuestion, type Verdict } from "./judge/judge.js";
import { messages } from "./messages.js";
import { plainText } from "./plain.js";
import { defaultTimes, Learner, type TimeLimits } from "./sandbox/learner.js";
import type { Stage } from "./sandbox/stage.js";
import { submissions } from "./submission/collect.js";
import { SubmissionError } from "./submission/error.js";
import { cellOf, cellsToRun, questionsOf } from "./submission/match.js";
import { readNotebook, type SubmittedNotebook } from "./submission/notebook.js";
import { nameOf, stemOf } from "./submission/student.js";
import { claimedStudent, forStudent, type VariantOwner, variantOwner } from "./variant.js";

export { SubmissionError } from "./submission/error.js";

/** 一份提交的判分结果。 */
export interface Graded {
  path: string;
  score: number;
  maxScore: number;
  questions: Verdict[];
  /** 读这份提交时迁就了什么，例如“按 GBK 读出”；没有时为空。 */
  notes: string[];
}

export interface GradeOptions {
  seed: number;
  stage: Stage;
  times?: TimeLimits;
  /** 只判这一题；不给则全判。 */
  question?: string;
  /** 交卷的是谁，决定因人而异的题按谁的判；不给时看文件名。 */
  student?: string;
  /** 人人都发了自己的一份，不看笔记本自称是谁。 */
  personal?: boolean;
}

/** 判一个文件：笔记本、.ts，或只装了一份提交的 .zip。 */
export async function gradeSubmission(path: string, options: GradeOptions): Promise<Graded> {
  const found = [];
  for await (const submission of submissions([path])) {
    found.push(submission);
    if (found.length > 1) throw new SubmissionError(messages.several(path));
  }
  const [only] = found;
  if (only === undefined) throw new SubmissionError(messages.noNotebooks(path));
  if ("reason" in only) throw only.reason;
  return gradeBytes(only.path, only.bytes, { student: only.student, ...options });
}

/** 判一份提交的内容；`path` 只用来称呼它，扩展名是 .ts 时按 TypeScript 文件读。 */
export function gradeBytes(path: string, bytes: Uint8Array, options: GradeOptions): Promise<Graded> {
  return gradeNotebook(path, readNotebook(path, bytes), options);
}

/** 判一份读好的笔记本：学习者在沙箱里，裁判在这里。 */
export async function gradeNotebook(
  path: string,
  notebook: SubmittedNotebook,
  options: GradeOptions,
): Promise<Graded> {
  const asked = questionsOf(path, notebook);
  const cells = cellsToRun(notebook, asked);
  const times = options.times ?? defaultTimes;
  const learner = new Learner(
    cells.map(({ number, source }) => ({ label: `单元格 [${number}] `, source })),
    options.stage,
    times,
  );
  try {
    const questions: Verdict[] = [];
    const { name: student } = ownerOf(path, notebook, options);
    for (const question of asked) {
      if (options.question !== undefined && question.id !== options.question) continue;
      // 重放单元格的时间不算在这一题头上。
      await learner.prepare();
      const deadline = performance.now() + times.question;
      const ask = askWithin(learner, deadline, times, (answer) => {
        if (answer.kind !== "missing") return answer;
        const reason = learner.problems.get(cellOf(cells, question));
        return reason === undefined ? answer : { kind: "missing", reason };
      });
      questions.push(await judgeQuestion(forStudent(question, student), ask, { seed: options.seed }));
    }
    const score = questions.reduce((sum, verdict) => sum + verdict.score, 0);
    const maxScore = questions.reduce((sum, verdict) => sum + verdict.maxScore, 0);
    return { path, score, maxScore, questions, notes: notebook.notes };
  } finally {
    learner.close();
  }
}

/** 因人而异的题按谁的判；有话要说的写进备注。 */
function ownerOf(path: string, { metadata, notes }: SubmittedNotebook, options: GradeOptions): VariantOwner {
  const claimed = claimedStudent(metadata);
  // 只是练习的名字（自己判自己的那一份）不算知道是谁。
  const student = nameOf(options.student ?? stemOf(basename(path))) ?? undefined;
  const owner = variantOwner(claimed, student, options.personal ?? false);
  if (owner.name !== undefined) notes.push(messages.variantOf(plainText(owner.name, 80)));
  if (owner.mismatch) notes.push(messages.claimedOther(plainText(claimed, 80)));
  return owner;
}

/** 一道题的提问，加起来不超过 `deadline`；`explain` 补上没有答案的原因。 */
function askWithin(
  learner: Learner,
  deadline: number,
  times: TimeLimits,
  explain: (answer: Answer) => Answer,
): Ask {
  const many: Ask["many"] = async (fn, inputs, form) => {
    if (performance.now() > deadline)
      return [{ kind: "timeout", seconds: times.question / 1000, total: true }];
    return (await learner.ask(fn, inputs, form, deadline)).map(explain);
  };
  const one: Ask = async (fn, args, form) => (await many(fn, [args], form))[0]!;
  return Object.assign(one, { many });
}
