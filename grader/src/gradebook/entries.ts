import type { Verdict } from "../judge/judge.js";
import type { Database, Row } from "./database.js";
import { decodeVerdict } from "./detail.js";
import { afterPenalty, lateness, noPolicy, type Policy } from "./late.js";
import type { Entry, Outcome } from "./records.js";

interface Filter {
  student?: string;
  submissions?: string[];
}

/** 提交太多时分批取，SQL 的参数个数有上限。 */
const BATCH = 500;

/**
 * 现在的成绩。每份提交以最近一次整份判为底，其后单题重判的结果盖在上面。
 */
export async function currentEntries(db: Database, filter: Filter): Promise<Entry[]> {
  const rows = await db.all(
    `SELECT id, student, assignment, path, received, added FROM submission
     ${filter.student === undefined ? "" : "WHERE student = ?"} ORDER BY assignment, student, received, added, id`,
    ...(filter.student === undefined ? [] : [filter.student]),
  );
  const wanted = filter.submissions === undefined ? null : new Set(filter.submissions);
  const policies = await policyTable(db);
  const entries: Entry[] = [];
  for (let i = 0; i < rows.length; i += BATCH) {
    const part = rows.slice(i, i + BATCH).filter((row) => wanted === null || wanted.has(row.id));
    const outcomes = await outcomesOf(db, part);
    for (const row of part) entries.push(entryOf(row, outcomes.get(row.id) ?? null, policies));
  }
  markCounting(entries, policies.policy);
  return entries;
}

async function outcomesOf(db: Database, rows: Row[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  if (rows.length === 0) return outcomes;
  const ids = rows.map((row) => row.id as string);
  const marks = ids.map(() => "?").join(", ");
  const whole = await db.all(
    `SELECT g.submission, g.run, g.error_id, g.error, g.notes FROM grading g JOIN run ON run.id = g.run
     WHERE run.question IS NULL AND g.submission IN (${marks}) ORDER BY g.run`,
    ...ids,
  );
  const base = new Map(whole.map((row) => [row.submission as string, row]));
  const results = await db.all(
    `SELECT submission, run, ordinal, question, detail FROM result
     WHERE submission IN (${marks}) ORDER BY run, ordinal`,
    ...ids,
  );
  const questions = new Map<string, Map<string, Verdict>>();
  for (const { submission, run, question, detail } of results) {
    if (run < (base.get(submission)?.run ?? 0)) continue;
    const kept = questions.get(submission) ?? new Map<string, Verdict>();
    // Map 保住第一次出现的次序：重判过的题留在原来的位置。
    questions.set(submission, kept.set(question, decodeVerdict(detail)));
  }
  for (const { id, path } of rows) {
    const grading = base.get(id);
    const verdicts = [...(questions.get(id)?.values() ?? [])];
    if (grading?.error != null)
      outcomes.set(id, { kind: "refused", path, id: grading.error_id, message: grading.error });
    else if (grading !== undefined || verdicts.length > 0)
      outcomes.set(id, graded(path, verdicts, grading?.notes));
  }
  return outcomes;
}

function graded(path: string, questions: Verdict[], notes = "[]"): Outcome {
  const score = questions.reduce((sum, verdict) => sum + verdict.score, 0);
  const maxScore = questions.reduce((sum, verdict) => sum + verdict.maxScore, 0);
  return { kind: "graded", graded: { path, score, maxScore, questions, notes: JSON.parse(notes) } };
}

interface Policies {
  policy(assignment: string): Policy;
  extension(student: string, assignment: string): number | undefined;
}

async function policyTable(db: Database): Promise<Policies> {
  const policies = new Map<string, Policy>();
  for (const { name, deadline, grace, per_day, cap, keep } of await db.all("SELECT * FROM assignment"))
    policies.set(name, { deadline, grace, perDay: per_day, cap, keep });
  const extensions = new Map<string, number>();
  for (const { student, assignment, deadline } of await db.all("SELECT * FROM extension"))
    extensions.set(`${student}\0${assignment}`, deadline);
  return {
    policy: (assignment) => policies.get(assignment) ?? noPolicy,
    extension: (student, assignment) => extensions.get(`${student}\0${assignment}`),
  };
}

function entryOf(row: Row, outcome: Outcome | null, policies: Policies): Entry {
  const { id, student, assignment, path, received } = row;
  const late = lateness(policies.policy(assignment), received, policies.extension(student, assignment));
  const raw = outcome?.kind === "graded" ? outcome.graded.score : 0;
  const final = afterPenalty(raw, late.percent);
  return { submission: id, student, assignment, path, received, outcome, late, final, counts: false };
}

/** 每个学生的每份作业只有一次算数；没判完的不参加，全没判完时取最后一次。 */
function markCounting(entries: Entry[], policy: (assignment: string) => Policy): void {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = `${entry.student}\0${entry.assignment}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  for (const group of groups.values()) {
    const graded = group.filter((entry) => entry.outcome?.kind === "graded");
    const candidates = graded.length > 0 ? graded : group;
    const best = policy(group[0]!.assignment).keep === "best";
    const chosen = candidates.reduce((kept, entry) => (best && entry.final < kept.final ? kept : entry));
    chosen.counts = true;
  }
}
