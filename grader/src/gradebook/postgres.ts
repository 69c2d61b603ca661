import type { Database, Param, Row, Statement } from "./database.js";

/** 咨询锁的号码，随意取定，只用来让建表的进程排队。 */
const MIGRATION_LOCK = 7_481_203;

/** 连到 PostgreSQL。 */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000 });
  // 空闲连接断开时 pool 会发 error；下一次查询会重连，这里不必倒下。
  pool.on("error", () => {});
  const query = async (client: { query: Function }, [sql, ...params]: Statement) =>
    (await client.query(numbered(sql), params.map(bind))) as { rows: Row[]; rowCount: number | null };

  const transaction = async <T>(body: (client: { query: Function }) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const result = await body(client);
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (error) {
      // 连接可能已经断了：丢掉它，没提交的由数据库撤销。
      client.release(true);
      throw error;
    }
  };
  await pool.query("SELECT 1");
  return {
    all: async (sql, ...params) => (await query(pool, [sql, ...params])).rows,
    batch: (statements) =>
      transaction(async (client) => {
        const counts: number[] = [];
        for (const statement of statements) counts.push((await query(client, statement)).rowCount ?? 0);
        return counts;
      }),
    migrate: (body) =>
      transaction(async (client) => {
        await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
        await body({ all: async (sql, ...params) => (await query(client, [sql, ...params])).rows });
      }),
    close: () => pool.end(),
  };
}

function bind(param: Param): unknown {
  return param instanceof Uint8Array ? Buffer.from(param) : param;
}

/** `?` → `$1`、`$2`……；我们的 SQL 里没有含问号的字面量。 */
function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll("?", () => `$${++n}`);
}
