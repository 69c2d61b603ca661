import { createHash, randomUUID } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Database, openDatabase, type Row, type Statement } from "./database.js";
import { encodeVerdict } from "./detail.js";
import { currentEntries } from "./entries.js";
import { GradebookError } from "./error.js";
import { noPolicy, type Policy } from "./late.js";
import { gradebookMessages as messages } from "./messages.js";
import type {
  AssignmentPolicy,
  Entry,
  GradebookEvent,
  Outcome,
  PastResult,
  Received,
  Run,
} from "./records.js";
import { migrate } from "./schema.js";

/**
 * 成绩册：提交、结果、历史、迟交规则。SQLite 与 PostgreSQL 用同一套表、同一套语句。
 *
 * 每个结果来一个记一个，一个事务；同一份提交在同一轮里第二次写进来不起作用，
 * 所以判分进程在任何时刻被杀，再运行一次都不丢、不重。
 */
export class Gradebook {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
  }

  /** 打开成绩册；没有就建，旧的就升级。 */
  static async open(url: string): Promise<Gradebook> {
    const db = await openDatabase(url);
    try {
      await migrate(db);
      await db.all(
        `INSERT INTO gradebook SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM gradebook)`,
        randomUUID(),
        Date.now(),
      );
    } catch (error) {
      await db.close();
      throw error;
    }
    return new Gradebook(db);
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  /** 这本成绩册的名字：队列据此分开几个班。 */
  async name(): Promise<string> {
    return (await this.#db.all("SELECT id FROM gradebook ORDER BY created, id LIMIT 1"))[0]!.id;
  }

  /** 登记一份提交，返回它的编号；同一个人交的同样内容只登记一次，时刻取最早的。 */
  async add(item: Received, { keepContent = false } = {}): Promise<string> {
    const { student, assignment, path, received, content } = item;
    const hash = createHash("sha256").update(content).digest("hex");
    const id = createHash("sha256").update(`${student}\0${assignment}\0${hash}`).digest("hex").slice(0, 32);
    const known = await this.#db.all(
      `SELECT received, path, (SELECT size FROM notebook n WHERE n.hash = s.hash) AS size
       FROM submission s WHERE id = ?`,
      id,
    );
    const statements: Statement[] = [];
    if (known.length === 0) {
      statements.push(
        [
          "INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          ...[id, student, assignment, hash, path, received, Date.now()],
        ],
        event("submitted", id, null, path),
      );
    } else if (received < known[0]!.received || path !== known[0]!.path) {
      const earliest = Math.min(received, known[0]!.received);
      statements.push(["UPDATE submission SET received = ?, path = ? WHERE id = ?", earliest, path, id]);
    }
    if (keepContent && (known[0]?.size ?? null) === null)
      statements.push([
        "INSERT INTO notebook VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        ...[hash, content.length, gzipSync(content)],
      ]);
    if (statements.length > 0) await this.#db.batch(statements);
    return id;
  }

  /** 一份提交的称呼与内容；内容只在用队列判时存着。 */
  async content(id: string): Promise<{ student: string; path: string; content: Uint8Array }> {
    const [row] = await this.#db.all(
      "SELECT s.student, s.path, n.content FROM submission s JOIN notebook n ON n.hash = s.hash WHERE s.id = ?",
      id,
    );
    if (row === undefined) throw new GradebookError(messages.contentMissing(id));
    return { student: row.student, path: row.path, content: gunzipSync(row.content) };
  }

  /**
   * 开始一轮判分，或者接着上次没判完的一轮。
   *
   * 平常：整份判，沿用上一轮的种子，只判没判过的。`regrade`：另起一轮全部重判。
   * `question`：另起一轮只重判这一题。后两种上次没判完时接着判那一轮。
   */
  async run({ seed, question, regrade = false }: RunRequest = {}): Promise<Run> {
    const scope = question ?? null;
    const [last] = await this.#db.all(
      `SELECT * FROM run WHERE ${scope === null ? "question IS NULL" : "question = ?"} ORDER BY id DESC LIMIT 1`,
      ...(scope === null ? [] : [scope]),
    );
    const fresh = scope !== null || regrade;
    const resumable = last !== undefined && (!fresh || (last.finished === null && last.regrade === 1));
    if (resumable) {
      if (seed !== undefined && seed !== last.seed)
        throw new GradebookError(
          fresh ? messages.seedKept(last.seed) : messages.seedDiffers(last.seed, seed),
        );
      return { id: last.id, seed: last.seed, question: scope };
    }
    const chosen = seed ?? (await this.lastSeed()) ?? Math.floor(Math.random() * 2 ** 31);
    const [row] = await this.#db.all(
      `INSERT INTO run SELECT COALESCE(MAX(id), 0) + 1, CAST(? AS DOUBLE PRECISION), CAST(? AS TEXT),
         CAST(? AS INTEGER), CAST(? AS DOUBLE PRECISION), NULL FROM run RETURNING id`,
      ...[chosen, scope, fresh ? 1 : 0, Date.now()],
    );
    return { id: row!.id, seed: chosen, question: scope };
  }

  /** 上一轮用的种子；还没有判过时没有。 */
  async lastSeed(): Promise<number | undefined> {
    return (await this.#db.all("SELECT seed FROM run ORDER BY id DESC LIMIT 1"))[0]?.seed;
  }

  /** 按编号取一轮。 */
  async runById(id: number): Promise<Run | null> {
    const [row] = await this.#db.all("SELECT * FROM run WHERE id = ?", id);
    return row === undefined ? null : { id: row.id, seed: row.seed, question: row.question };
  }

  /** 这一轮判完了。 */
  async finish(run: Run): Promise<void> {
    await this.#db.all("UPDATE run SET finished = ? WHERE id = ?", Date.now(), run.id);
  }

  /** 这一轮里已经判过的提交；给出编号就只看那一份。 */
  async done(run: Run, id?: string): Promise<Set<string>> {
    const sql = "SELECT submission FROM grading WHERE run = ?";
    const rows = await (id === undefined
      ? this.#db.all(sql, run.id)
      : this.#db.all(`${sql} AND submission = ?`, run.id, id));
    return new Set(rows.map((row) => row.submission));
  }

  /** 记下一个结局。已经有人记过时什么也不改，返回 false。 */
  async record(id: string, run: Run, outcome: Outcome): Promise<boolean> {
    const token = randomUUID();
    const graded = outcome.kind === "graded" ? outcome.graded : null;
    const refused = outcome.kind === "refused" ? outcome : null;
    const mine = "EXISTS (SELECT 1 FROM grading WHERE submission = ? AND run = ? AND token = ?)";
    const statements: Statement[] = [
      [
        "INSERT INTO grading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        ...[id, run.id, graded?.score ?? 0, graded?.maxScore ?? 0],
        ...[
          refused?.id ?? null,
          refused?.message ?? null,
          JSON.stringify(graded?.notes ?? []),
          token,
          Date.now(),
        ],
      ],
      [
        `INSERT INTO event SELECT CAST(? AS DOUBLE PRECISION), CAST(? AS TEXT), CAST(? AS TEXT),
           CAST(? AS INTEGER), CAST(? AS TEXT) WHERE ${mine}`,
        ...[Date.now(), outcome.kind, id, run.id],
        ...[refused?.id ?? `${graded!.score}/${graded!.maxScore}`, id, run.id, token],
      ],
    ];
    graded?.questions.forEach((verdict, i) => {
      statements.push([
        "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        ...[id, run.id, i, verdict.id, verdict.verdict, verdict.score, verdict.maxScore],
        ...[verdict.diagnosis, verdict.message, encodeVerdict(verdict)],
      ]);
    });
    return (await this.#db.batch(statements))[0] === 1;
  }

  /** 全部提交与现在的成绩：按作业、学生排，同一学生的几次按时间排。 */
  entries(filter: { student?: string; submissions?: string[] } = {}): Promise<Entry[]> {
    return currentEntries(this.#db, filter);
  }

  /** 一份提交历次的结果，旧的在前。 */
  async history(id: string): Promise<PastResult[]> {
    const rows = await this.#db.all(
      `SELECT r.run, run.seed, r.question, r.verdict, r.score, r.max_score, r.message, g.graded
       FROM result r JOIN run ON run.id = r.run
       JOIN grading g ON g.submission = r.submission AND g.run = r.run
       WHERE r.submission = ? ORDER BY r.run, r.ordinal`,
      id,
    );
    return rows.map(({ max_score, ...row }) => ({ ...row, maxScore: max_score }) as PastResult);
  }

  async policies(): Promise<AssignmentPolicy[]> {
    return (await this.#db.all("SELECT * FROM assignment ORDER BY name")).map(toPolicy);
  }

  /** 改一份作业的规则；没提到的项不动。 */
  async setPolicy(name: string, change: Partial<Policy>): Promise<AssignmentPolicy> {
    const kept = (await this.policies()).find((policy) => policy.name === name);
    const policy = { ...noPolicy, ...kept, ...change, name };
    const { deadline, grace, perDay, cap, keep } = policy;
    await this.#db.batch([
      [
        `INSERT INTO assignment VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
           deadline = excluded.deadline, grace = excluded.grace, per_day = excluded.per_day,
           cap = excluded.cap, keep = excluded.keep`,
        ...[name, deadline, grace, perDay, cap, keep],
      ],
      event("policy", null, null, JSON.stringify(policy)),
    ]);
    return policy;
  }

  /** 给一个学生的一份作业延期。 */
  async extend(student: string, assignment: string, deadline: number): Promise<void> {
    await this.#db.batch([
      [
        `INSERT INTO extension VALUES (?, ?, ?)
         ON CONFLICT (student, assignment) DO UPDATE SET deadline = excluded.deadline`,
        ...[student, assignment, deadline],
      ],
      event("extension", null, null, JSON.stringify({ student, assignment, deadline })),
    ]);
  }

  async assignments(): Promise<string[]> {
    const rows = await this.#db.all("SELECT DISTINCT assignment FROM submission ORDER BY assignment");
    return rows.map((row) => row.assignment);
  }

  async events(): Promise<GradebookEvent[]> {
    return (await this.#db.all("SELECT * FROM event ORDER BY at")) as GradebookEvent[];
  }

  /** 全部提交的内容，一份一份地给；没存内容的跳过。 */
  async *contents(
    assignment?: string,
  ): AsyncGenerator<{ student: string; assignment: string; content: Uint8Array }> {
    for (const entry of await this.entries()) {
      if (!entry.counts || (assignment !== undefined && entry.assignment !== assignment)) continue;
      const [row] = await this.#db.all(
        "SELECT n.content FROM submission s JOIN notebook n ON n.hash = s.hash WHERE s.id = ?",
        entry.submission,
      );
      if (row === undefined) continue;
      yield { student: entry.student, assignment: entry.assignment, content: gunzipSync(row.content) };
    }
  }
}

export interface RunRequest {
  seed?: number | undefined;
  question?: string | undefined;
  regrade?: boolean | undefined;
}

function event(
  kind: GradebookEvent["kind"],
  submission: string | null,
  run: number | null,
  detail: string,
): Statement {
  return ["INSERT INTO event VALUES (?, ?, ?, ?, ?)", Date.now(), kind, submission, run, detail];
}

function toPolicy(row: Row): AssignmentPolicy {
  const { name, deadline, grace, per_day: perDay, cap, keep } = row;
  return { name, deadline, grace, perDay, cap, keep };
}
