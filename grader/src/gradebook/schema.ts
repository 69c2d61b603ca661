import type { Database } from "./database.js";
import { GradebookError } from "./error.js";
import { gradebookMessages as messages } from "./messages.js";

/**
 * 每一项把结构升一版；只在末尾添加，已发布的不改。
 *
 * 一次判分是 (提交, 轮次)，主键保证同一轮里只记一次；重判另起一轮，旧的结果留着。
 */
const migrations: string[][] = [
  [
    "CREATE TABLE gradebook (id TEXT PRIMARY KEY, created DOUBLE PRECISION NOT NULL)",
    `CREATE TABLE assignment (
      name TEXT PRIMARY KEY, deadline DOUBLE PRECISION, grace DOUBLE PRECISION NOT NULL,
      per_day DOUBLE PRECISION NOT NULL, cap DOUBLE PRECISION NOT NULL, keep TEXT NOT NULL)`,
    `CREATE TABLE extension (
      student TEXT NOT NULL, assignment TEXT NOT NULL, deadline DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (student, assignment))`,
    "CREATE TABLE notebook (hash TEXT PRIMARY KEY, size INTEGER NOT NULL, content BYTEA NOT NULL)",
    `CREATE TABLE submission (
      id TEXT PRIMARY KEY, student TEXT NOT NULL, assignment TEXT NOT NULL, hash TEXT NOT NULL,
      path TEXT NOT NULL, received DOUBLE PRECISION NOT NULL, added DOUBLE PRECISION NOT NULL,
      UNIQUE (student, assignment, hash))`,
    `CREATE TABLE run (
      id INTEGER PRIMARY KEY, seed DOUBLE PRECISION NOT NULL, question TEXT, regrade INTEGER NOT NULL,
      started DOUBLE PRECISION NOT NULL, finished DOUBLE PRECISION)`,
    `CREATE TABLE grading (
      submission TEXT NOT NULL REFERENCES submission (id), run INTEGER NOT NULL REFERENCES run (id),
      score DOUBLE PRECISION NOT NULL, max_score DOUBLE PRECISION NOT NULL,
      error_id TEXT, error TEXT, notes TEXT NOT NULL, token TEXT NOT NULL, graded DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (submission, run))`,
    `CREATE TABLE result (
      submission TEXT NOT NULL, run INTEGER NOT NULL, ordinal INTEGER NOT NULL, question TEXT NOT NULL,
      verdict TEXT NOT NULL, score DOUBLE PRECISION NOT NULL, max_score DOUBLE PRECISION NOT NULL,
      diagnosis TEXT, message TEXT NOT NULL, detail TEXT NOT NULL,
      PRIMARY KEY (submission, run, question),
      FOREIGN KEY (submission, run) REFERENCES grading (submission, run))`,
    `CREATE TABLE event (
      at DOUBLE PRECISION NOT NULL, kind TEXT NOT NULL, submission TEXT, run INTEGER, detail TEXT NOT NULL)`,
    "CREATE INDEX event_submission ON event (submission)",
    "CREATE INDEX submission_hash ON submission (hash)",
  ],
];

/** 建表或升级到这一版；库比程序新时拒绝，以免写坏。 */
export async function migrate(database: Database): Promise<void> {
  if ((await versionOf(database)) === migrations.length) return;
  await database.migrate(async ({ all }) => {
    await all("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
    const version: number =
      (await all("SELECT MAX(version) AS version FROM schema_version"))[0]?.version ?? 0;
    if (version > migrations.length) throw new GradebookError(messages.tooNew(version, migrations.length));
    for (let i = version; i < migrations.length; i++) {
      for (const sql of migrations[i]!) await all(sql);
      await all("INSERT INTO schema_version VALUES (?)", i + 1);
    }
  });
}

async function readVersion({ all }: Pick<Database, "all">): Promise<number> {
  return (await all("SELECT MAX(version) AS version FROM schema_version"))[0]?.version ?? 0;
}

/** 现在是第几版；还没有表时为 0。 */
async function versionOf(database: Database): Promise<number> {
  try {
    return await readVersion(database);
  } catch {
    return 0;
  }
}
