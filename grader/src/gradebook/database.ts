import { GradebookError } from "./error.js";
import { gradebookMessages as messages } from "./messages.js";

export type Param = string | number | null | Uint8Array;
export type Row = Record<string, any>;
export type Statement = [sql: string, ...params: Param[]];

/**
 * 成绩册用到的全部数据库能力。SQL 用两家都懂的写法，参数写成 `?`；
 * 数一律 INTEGER 或 DOUBLE PRECISION，时刻是毫秒数，字节是 BYTEA。
 */
export interface Database {
  all(sql: string, ...params: Param[]): Promise<Row[]>;
  /** 一个事务：要么全写进去，要么全没写。返回每条改动的行数。 */
  batch(statements: Statement[]): Promise<number[]>;
  /** 独占地执行建表语句：几个进程同时打开同一个库时，只有一个在改结构。 */
  migrate(body: (queries: Pick<Database, "all">) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** 打开数据库：`postgres://…`，或者 SQLite 文件（可写成 `sqlite:文件`）。驱动用到才载入。 */
export async function openDatabase(url: string): Promise<Database> {
  try {
    if (/^postgres(ql)?:\/\//.test(url)) return await (await import("./postgres.js")).openPostgres(url);
    const file = url.replace(/^sqlite:(\/\/)?/, "");
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file) || file === "") throw new Error(messages.badScheme);
    return await (await import("./sqlite.js")).openSqlite(file);
  } catch (error) {
    throw new GradebookError(messages.cannotOpen(withoutPassword(url), reason(error)));
  }
}

/** 口令不进报错与日志。 */
export function withoutPassword(url: string): string {
  return url.replace(/(\/\/[^:/@]*):[^@/]*@/, "$1:***@");
}

function reason(error: unknown): string {
  const { message, code, errors } = error as Error & { code?: string; errors?: Error[] };
  return message || errors?.[0]?.message || code || String(error);
}
