import { closeSync, mkdirSync, openSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** 一次执行：session 是会话号，line 是编号。 */
export interface Entry {
  session: number;
  line: number;
  input: string;
  output: string | null;
}

/** 还没有写进文件的：新的输入，或某条输入的结果。 */
export interface Change {
  line: number;
  input?: string;
  output?: string;
}

/** 别的内核正在写时最多等这么久（毫秒）：等锁会堵住内核的主线程，所以很短，等不到就稍后再试。 */
const BUSY = 100;

/** 一次读出这么多行。 */
const PAGE = 500;

const schema = `
CREATE TABLE IF NOT EXISTS sessions (
  session INTEGER PRIMARY KEY AUTOINCREMENT, start TEXT, end TEXT, num_cmds INTEGER, remark TEXT);
CREATE TABLE IF NOT EXISTS history (
  session INTEGER, line INTEGER, source TEXT, PRIMARY KEY (session, line));
CREATE TABLE IF NOT EXISTS output_history (
  session INTEGER, line INTEGER, output TEXT, PRIMARY KEY (session, line));
`;

/** 历史文件的位置：环境变量 TIDU_HISTORY（":memory:" 是不写文件），否则在用户的数据目录里（XDG）。 */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string {
  const { TIDU_HISTORY: chosen, XDG_DATA_HOME: xdg, LOCALAPPDATA: local } = env;
  if (chosen) return chosen;
  const home = join(homedir(), ".local", "share");
  const data = xdg && isAbsolute(xdg) ? xdg : process.platform === "win32" && local ? local : home;
  return join(data, "tidu", "history.sqlite");
}

/** SQLite 里各次会话的历史，表的样子与 IPython 的相同。每个方法都可能抛错，由 history.ts 处理。 */
export class HistoryDatabase {
  readonly #db: import("libsql").Database;
  /** 本次会话的号；第一次写时才有 */
  session: number | undefined;

  private constructor(db: import("libsql").Database) {
    this.#db = db;
  }

  static async open(file: string): Promise<HistoryDatabase> {
    const { default: Libsql } = await import("libsql");
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // 历史里可能有口令之类：只有自己能读
    closeSync(openSync(file, "a", 0o600));
    const db = new Libsql(file);
    try {
      db.exec(`PRAGMA busy_timeout = ${BUSY}`);
      db.exec("PRAGMA journal_mode = WAL");
      db.exec("PRAGMA synchronous = NORMAL");
      db.exec(schema);
    } catch (error) {
      db.close();
      throw error;
    }
    return new HistoryDatabase(db);
  }

  write(changes: readonly Change[]): void {
    this.#transaction(() => {
      this.session ??= Number(
        this.#db.prepare("INSERT INTO sessions (start) VALUES (?)").run(new Date().toISOString())
          .lastInsertRowid,
      );
      const input = this.#db.prepare("INSERT OR REPLACE INTO history VALUES (?, ?, ?)");
      const output = this.#db.prepare("INSERT OR REPLACE INTO output_history VALUES (?, ?, ?)");
      for (const change of changes) {
        if (change.input !== undefined) input.run(this.session, change.line, change.input);
        if (change.output !== undefined) output.run(this.session, change.line, change.output);
      }
    });
  }

  /** 会话结束：记下时间与条数。 */
  finish(count: number): void {
    if (this.session === undefined) return;
    this.#db
      .prepare("UPDATE sessions SET end = ?, num_cmds = ? WHERE session = ?")
      .run(new Date().toISOString(), count, this.session);
  }

  /** 从新到旧一页：本次会话第 before 条之前的与别的会话的，接在 after 之后。 */
  earlier(before: number, after?: Entry): Entry[] {
    const { session = Number.MAX_SAFE_INTEGER, line = 0 } = after ?? {};
    return this.#db
      .prepare(
        `${select} WHERE (h.session <> ? OR h.line < ?) AND (h.session, h.line) < (?, ?)
         ORDER BY h.session DESC, h.line DESC LIMIT ${PAGE}`,
      )
      .all(this.session ?? -1, before, session, line)
      .map(entry);
  }

  /** 一次会话里编号在 [start, stop) 的，从旧到新。 */
  range(session: number, start: number, stop: number): Entry[] {
    return this.#db
      .prepare(`${select} WHERE h.session = ? AND h.line >= ? AND h.line < ? ORDER BY h.line`)
      .all(session, start, Math.min(stop, Number.MAX_SAFE_INTEGER))
      .map(entry);
  }

  /** 文件里最大的会话号；一次也没有是 0。 */
  last(): number {
    const row = this.#db.prepare("SELECT max(session) AS session FROM sessions").get() as { session: number };
    return Number(row.session ?? 0);
  }

  close(): void {
    this.#db.close();
  }

  #transaction(body: () => void): void {
    const { session } = this;
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      body();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.session = session;
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

const select =
  "SELECT h.session, h.line, h.source, o.output FROM history h LEFT JOIN output_history o USING (session, line)";

function entry(row: unknown): Entry {
  const { session, line, source, output } = row as Record<string, unknown>;
  const text = output === null || output === undefined ? null : String(output);
  return { session: Number(session), line: Number(line), input: String(source), output: text };
}
