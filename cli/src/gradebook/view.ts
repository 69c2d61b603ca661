import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  type AssignmentPolicy,
  type Entry,
  Gradebook,
  GradebookError,
  type GradedSubmission,
  gradeHtml,
  gradebookMessages as messages,
  noPolicy,
  type Sheet,
  sandboxStrength,
  showTime,
  statisticsOf,
  statisticsPage,
  statisticsText,
  verdictLine,
} from "@tidu/grader/node";
import { writePages } from "../grade/output.js";

/** 打开成绩册，用完关上。 */
export async function withGradebook<T>(url: string, body: (gradebook: Gradebook) => Promise<T>): Promise<T> {
  const gradebook = await Gradebook.open(url);
  try {
    return await body(gradebook);
  } finally {
    await gradebook.close();
  }
}

const unknown = "（认不出是哪一份练习）";

function summary({ outcome, final, late }: Entry): string {
  if (outcome === null) return "还没有判";
  if (outcome.kind === "refused") return `没能判：${outcome.message}`;
  const { score, maxScore } = outcome.graded;
  const penalty = late.days === 0 ? "" : `（迟 ${late.days} 天，扣 ${late.percent}%，原始分 ${score}）`;
  return `${final}/${maxScore} 分${penalty}`;
}

export function list(db: string): Promise<number> {
  return withGradebook(db, async (gradebook) => {
    const counted = (await gradebook.entries()).filter(({ counts }) => counts);
    let heading: string | undefined;
    for (const entry of counted) {
      if (entry.assignment !== heading) console.log(`\n${(heading = entry.assignment) || unknown}`);
      console.log(`  ${entry.student}  ${summary(entry)}`);
    }
    console.log(`\n共 ${counted.length} 份。`);
    return 0;
  });
}

export function show(db: string, student: string): Promise<number> {
  return withGradebook(db, async (gradebook) => {
    const entries = await gradebook.entries({ student });
    if (entries.length === 0) throw new GradebookError(messages.noSuchStudent(student));
    for (const entry of entries) {
      const counts = entry.counts ? "，以这一次为准" : "";
      console.log(`${entry.assignment || unknown}  ${entry.path}（${showTime(entry.received)}${counts}）`);
      console.log(`  ${summary(entry)}`);
      if (entry.outcome?.kind === "graded")
        for (const verdict of entry.outcome.graded.questions) console.log(`  ${verdictLine(verdict)}`);
      const history = await gradebook.history(entry.submission);
      if (new Set(history.map(({ run }) => run)).size > 1) {
        console.log("  历次判分：");
        for (const { run, seed, question, score, maxScore, graded } of history)
          console.log(
            `    第 ${run} 轮（种子 ${seed}，${showTime(graded)}）${question} ${score}/${maxScore}`,
          );
      }
      console.log("");
    }
    return 0;
  });
}

export function statistics(db: string, html: string | undefined): Promise<number> {
  return withGradebook(db, async (gradebook) => {
    const sections = byAssignment(await gradebook.entries()).map(
      ([name, entries]) =>
        [name || unknown, statisticsOf(entries.map(sheetOf))] as [string, ReturnType<typeof statisticsOf>],
    );
    console.log(sections.map(([name, one]) => statisticsText(name, one)).join("\n\n"));
    if (html !== undefined) {
      mkdirSync(dirname(html), { recursive: true });
      writeFileSync(html, statisticsPage(sections));
    }
    return 0;
  });
}

function sheetOf({ outcome }: Entry): Sheet {
  return outcome?.kind === "graded" ? outcome.graded.questions : null;
}

function byAssignment(entries: Entry[]): [string, Entry[]][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries.filter(({ counts }) => counts))
    groups.set(entry.assignment, [...(groups.get(entry.assignment) ?? []), entry]);
  return [...groups];
}

export function html(db: string, folder: string): Promise<number> {
  return withGradebook(db, async (gradebook) => {
    const { submissions, errors } = await reportEntries(gradebook);
    const seed = (await gradebook.lastSeed()) ?? 0;
    await writePages(folder, gradeHtml({ seed, submissions, errors, sandbox: sandboxStrength() }));
    console.log(`写好 ${folder}：${submissions.length} 份反馈、总表与统计。`);
    return 0;
  });
}

/** 成绩册里算数的各次，连同迟交与第几次交。 */
async function reportEntries(gradebook: Gradebook) {
  const policies = new Map<string, AssignmentPolicy>();
  for (const policy of await gradebook.policies()) policies.set(policy.name, policy);
  const submissions: GradedSubmission[] = [];
  const errors: { path: string; id: string; message: string }[] = [];
  const attempts = new Map<string, number>();
  for (const { student, assignment, outcome, late, final, counts } of await gradebook.entries()) {
    const key = `${student}\0${assignment}`;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    if (!counts || outcome === null) continue;
    if (outcome.kind === "refused") errors.push(outcome);
    else {
      const policy = policies.get(assignment) ?? noPolicy;
      submissions.push({ ...outcome.graded, student, attempt, late: { lateness: late, policy, final } });
    }
  }
  return { submissions, errors };
}
