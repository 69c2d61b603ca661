/** 测试用的私有 Redis 与 PostgreSQL（见 scripts/services.mjs）；没有装时为 null。 */
export interface Service {
  url: string;
  stop(): Promise<void>;
}

interface Services {
  startRedis(): Promise<Service | null>;
  startPostgres(): Promise<Service | null>;
}

const script = new URL("../../../scripts/services.mjs", import.meta.url).href;

export async function startRedis(): Promise<Service | null> {
  return ((await import(script)) as Services).startRedis();
}

export async function startPostgres(): Promise<Service | null> {
  return ((await import(script)) as Services).startPostgres();
}

let databases = 0;

/** 在测试用的 PostgreSQL 里新建一个空库，返回它的网址。 */
export async function freshDatabase({ url }: Service): Promise<string> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = `tidu${process.pid}x${databases++}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return url.replace(/\/[^/]*$/, `/${name}`);
}
