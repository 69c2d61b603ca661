import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Database, Param, Row, Statement } from "./database.js";

/** 别的进程正在写时等这么久，毫秒。 */
const BUSY = 30_000;

/** 等锁会堵住整个进程，所以同一进程里的建表事务要先在这里排队。 */
let migrating: Promise<void> = Promise.resolve();

/**
 * 单文件数据库，写前日志：进程在任何时刻被杀，已提交的都在。断电时最近几秒的可能不在，文件不会坏，
 * 再判一次就补上，分数相同；正常关上时全部落盘。每次提交都落盘要堵住判分的进程十毫秒上下。
 */
export async function openSqlite(file: string): Promise<Database> {
  const { default: Libsql } = await import("libsql");
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const db = new Libsql(file, { timeout: BUSY } as never);
  db.exec(`PRAGMA busy_timeout = ${BUSY}`);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = NORMAL");
  db.exec("PRAGMA foreign_keys = ON");

  const all = async (sql: string, ...params: Param[]): Promise<Row[]> => {
    const statement = db.prepare(sql);
    if (statement.reader) return (statement.all(...params.map(bind)) as Row[]).map(plain);
    statement.run(...params.map(bind));
    return [];
  };
  // 事务内部没有 await，所以同一进程里的两个事务不会交错。
  const exclusive = <T>(body: () => T): T => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = body();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  };
  return {
    all,
    batch: async (statements: Statement[]) =>
      exclusive(() => statements.map(([sql, ...params]) => db.prepare(sql).run(...params.map(bind)).changes)),
    migrate(body) {
      const turn = migrating.then(async () => {
        db.exec("BEGIN IMMEDIATE");
        try {
          await body({ all });
          db.exec("COMMIT");
        } catch (error) {
          db.exec("ROLLBACK");
          throw error;
        }
      });
      migrating = turn.catch(() => {});
      return turn;
    },
    close: async () => {
      db.close();
    },
  };
}

function bind(param: Param): unknown {
  return param instanceof Uint8Array ? Buffer.from(param) : param;
}

/** libsql 把字节读成 ArrayBuffer。 */
function plain(row: Row): Row {
  for (const key of Object.keys(row))
    if (row[key] instanceof ArrayBuffer) row[key] = new Uint8Array(row[key]);
  return row;
}
