import { UNANSWERED } from "../learner/wire.js";
import { messages } from "../messages.js";
import type { Problem, Question } from "../problem.js";
import { exercises } from "../problems/index.js";
import { SubmissionError } from "./error.js";
import type { SubmittedCell, SubmittedNotebook } from "./notebook.js";

/**
 * 笔记本是哪一份练习、有哪些题。题集由我们定，删掉单元格减不了分母。
 * 元数据里没有写明，就看哪份练习的函数出现得最多。
 *
 * @throws SubmissionError TIDU-GRADE-104 不是练习，TIDU-GRADE-127 是别的语言写的。
 */
export function questionsOf(path: string, notebook: SubmittedNotebook): Question[] {
  const { exercise, known } = exerciseOf(notebook);
  if (exercise === null) throw new SubmissionError(messages.notExercise(path));
  const questions = exercises[exercise]!.flatMap((problem: Problem) => problem.questions);
  const code = notebook.cells.filter((cell) => cell.code);
  const language = foreignLanguage(notebook);
  if (language !== null) {
    if (!questions.some(({ fn }) => code.some((cell) => defines(cell, fn))))
      throw new SubmissionError(messages.wrongKernel(path, language));
    notebook.notes.push(messages.ignoredKernel(language));
  }
  if (!known) notebook.notes.push(messages.guessedExercise(exercise));
  const stray = questions
    .filter(({ id, fn }) => !code.some((cell) => asks(cell, id)) && code.some((cell) => defines(cell, fn)))
    .map(({ fn }) => fn);
  if (stray.length > 0) notebook.notes.push(messages.matchedByName(stray));
  return questions;
}

/** 是哪一份练习；`known`：元数据里写明了的。 */
export function exerciseOf(notebook: SubmittedNotebook): { exercise: string | null; known: boolean } {
  const name = (notebook.metadata.tidu as { exercise?: unknown } | undefined)?.exercise;
  const known = typeof name === "string" && Object.hasOwn(exercises, name);
  return { exercise: known ? name : mostMentioned(notebook), known };
}

function mostMentioned(notebook: SubmittedNotebook): string | null {
  const text = notebook.cells.map((cell) => cell.source).join("\n");
  let best: string | null = null;
  let most = 0;
  for (const [name, problems] of Object.entries(exercises)) {
    const questions = problems.flatMap((problem) => problem.questions);
    const count = questions.filter(({ fn }) => new RegExp(`\\b${fn}\\b`).test(text)).length;
    if (count > most) [best, most] = [name, count];
  }
  return best;
}

/** 元数据里写的不是 TypeScript 也不是 JavaScript 时，那门语言的名字。 */
function foreignLanguage({ metadata }: SubmittedNotebook): string | null {
  const { kernelspec, language_info: info } = metadata as {
    kernelspec?: { language?: unknown; name?: unknown };
    language_info?: { name?: unknown };
  };
  const found = [kernelspec?.language, info?.name, kernelspec?.name].find((x) => typeof x === "string") as
    | string
    | undefined;
  return found === undefined || /typescript|javascript|tidu|tslab|jslab|deno/i.test(found)
    ? null
    : found.slice(0, 40);
}

/** 单元格的元数据说它是这一题。 */
function asks(cell: SubmittedCell, id: string): boolean {
  const { tidu, nbgrader } = cell.metadata as {
    tidu?: { question?: unknown };
    nbgrader?: { grade_id?: unknown };
  };
  return tidu?.question === id || nbgrader?.grade_id === id.replace(".", "-");
}

function defines(cell: SubmittedCell, fn: string): boolean {
  // 每一段都有上限：源码是学习者给的，回溯不能是平方的。
  return new RegExp(`\\bfunction[\\s*]{1,40}${fn}\\b|\\b${fn}\\s{0,40}(?::[^=\\n]{0,200})?=[^=]`).test(
    cell.source,
  );
}

const PLACEHOLDER = new RegExp(`throw new Error\\(\\s*["'\`]${UNANSWERED}`);

/**
 * 真正要运行的单元格。同一个函数既有写好的又有占位的（复制单元格时常见），占位的不运行，
 * 否则写好的会被后面的占位盖掉。
 */
export function cellsToRun(notebook: SubmittedNotebook, questions: Question[]): SubmittedCell[] {
  const code = notebook.cells.filter((cell) => cell.code);
  const dropped = new Set<SubmittedCell>();
  for (const { fn } of questions) {
    const all = code.filter((cell) => defines(cell, fn));
    const blank = all.filter((cell) => PLACEHOLDER.test(cell.source));
    if (blank.length === all.length) continue;
    for (const cell of blank) dropped.add(cell);
    const written = all.length - blank.length;
    if (blank.length > 0) notebook.notes.push(messages.skippedBlank(fn));
    if (written > 1) notebook.notes.push(messages.definedTwice(fn, written));
  }
  return code.filter((cell) => !dropped.has(cell));
}

/** 函数不在时，它本该在哪个单元格（`cells` 里的序号）。 */
export function cellOf(cells: SubmittedCell[], { id, fn }: Question): number {
  const named = cells.findIndex((cell) => asks(cell, id));
  return named >= 0 ? named : cells.findIndex((cell) => defines(cell, fn));
}
