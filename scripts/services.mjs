// 测试与基准用的私有 Redis 与 PostgreSQL：空闲端口、临时目录，用完就没了。
// 用法：const redis = await startRedis(); … redis.url … await redis.stop(); 没有装时返回 null。
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** 在 PATH 与 Debian 放 PostgreSQL 的地方找一个程序。 */
function find(name) {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => b - a) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

export const hasRedis = () => find("redis-server") !== null;
export const hasPostgres = () => find("initdb") !== null && find("postgres") !== null;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** 等到端口肯接连接；进程先没了就报错。 */
async function listening(port, child, log) {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`服务没有起来：\n${log()}`);
    const open = await new Promise((resolve) => {
      const socket = createConnection({ port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`服务 30 秒没有起来：\n${log()}`);
}

async function serve(command, args, { folder, port, signal, ids = {} }) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], cwd: folder, ...ids });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      text = (text + chunk).slice(-4000);
    });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const abandon = () => child.kill("SIGKILL");
  process.once("exit", abandon);
  const stop = async () => {
    process.off("exit", abandon);
    child.kill(signal);
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(port, child, () => text);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

export async function startRedis() {
  const command = find("redis-server");
  if (command === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "tidu-redis-"));
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const stop = await serve(command, [...args, "--dir", folder], { folder, port, signal: "SIGTERM" });
  return { url: `redis://127.0.0.1:${port}`, stop };
}

export async function startPostgres() {
  if (!hasPostgres()) return null;
  const folder = mkdtempSync(join(tmpdir(), "tidu-postgres-"));
  const ids = process.getuid?.() === 0 ? userIds("postgres") : {};
  // PostgreSQL 不肯以 root 运行。
  if (ids.uid !== undefined) chownSync(folder, ids.uid, ids.gid);
  const data = join(folder, "data");
  const init = spawnSync(
    find("initdb"),
    ["-D", data, "-A", "trust", "-U", "tidu", "-E", "UTF8", "--locale=C", "--no-sync"],
    { encoding: "utf8", cwd: folder, ...ids },
  );
  if (init.status !== 0) throw new Error(`initdb 失败：${init.stderr}`);
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"];
  // SIGINT：断开连接，马上停。
  const stop = await serve(find("postgres"), args, { folder, port, signal: "SIGINT", ids });
  return { url: `postgres://tidu@127.0.0.1:${port}/postgres`, stop };
}

function userIds(name) {
  const id = (flag) => Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}
