// 真刀真枪的一遍：判 200 份，判分进程在 20 个随机时刻被 SIGKILL，再接着判完，与没被打扰的一遍比较。
// 用法：node scripts/kill-class.mjs [份数] [杀几次] [--queue]；--queue 时杀的是工作进程，用私有的 Redis 与 PostgreSQL。
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Gradebook } from "@tidu/grader/node";
import { writeClass } from "../bench/dist/grader-class.js";
import { root } from "./build.mjs";
import { startPostgres, startRedis } from "./services.mjs";

const [count = 200, kills = 20] = process.argv
  .slice(2)
  .filter((arg) => /^\d+$/.test(arg))
  .map(Number);
const queued = process.argv.includes("--queue");
const folder = mkdtempSync(join(tmpdir(), "tidu-kill-"));
const inbox = join(folder, "收件箱");
writeClass(inbox, count);

function tidu(...args) {
  const child = spawn(process.execPath, [join(root, "cli/bin/tidu.js"), "grade", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.errors = "";
  child.stderr.on("data", (text) => (child.errors = (child.errors + text).slice(-2000)));
  child.ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
  return child;
}

async function finish(...args) {
  const child = tidu(...args);
  const code = await child.ended;
  if (code !== 0) throw new Error(`退出码 ${code}：${child.errors}`);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const done = async (url) => {
  const gradebook = await Gradebook.open(url);
  const events = await gradebook.events();
  await gradebook.close();
  return events.filter(({ kind }) => kind === "graded" || kind === "refused");
};

const plain = join(folder, "plain.json");
const started = performance.now();
await finish(inbox, "--seed", "9", "--jobs", "2", "--json", plain);
const calm = performance.now() - started;
console.log(`没被打扰：${count} 份，${(calm / 1000).toFixed(1)} 秒`);

let db = join(folder, "class.db");
const services = [];
let extra = [];
if (queued) {
  const [redis, postgres] = [await startRedis(), await startPostgres()];
  if (redis === null || postgres === null) throw new Error("要先装 redis-server 与 postgresql");
  services.push(redis, postgres);
  db = postgres.url;
  extra = ["--queue", redis.url];
}
const target = [inbox, "--db", db, ...extra, "--seed", "9", "--json", join(folder, "killed.json")];
let killed = 0;
if (queued) {
  const dispatcher = tidu(...target, "--jobs", "0");
  let over = false;
  dispatcher.ended.then(() => (over = true));
  while (!over) {
    const worker = tidu("--worker", "--db", db, ...extra, "--jobs", "2");
    const limit = killed < kills ? pause(800 + Math.random() * (calm / kills)) : dispatcher.ended;
    await Promise.race([limit, dispatcher.ended]);
    worker.kill("SIGKILL");
    await worker.ended;
    if (!over) killed++;
  }
  const code = await dispatcher.ended;
  if (code !== 0) throw new Error(`派活的进程退出码 ${code}：${dispatcher.errors}`);
} else {
  while (killed < kills) {
    const child = tidu(...target, "--jobs", "2");
    await Promise.race([pause(400 + (Math.random() * calm) / kills), child.ended]);
    child.kill("SIGKILL");
    await child.ended;
    killed++;
    console.log(`第 ${killed} 次被杀，已判 ${(await done(db)).length} 份`);
  }
  await finish(...target, "--jobs", "2");
}
const events = await done(db);
const once = new Set(events.map(({ submission }) => submission)).size;
const [a, b] = [read("plain.json"), read("killed.json")];
const same = JSON.stringify(a.submissions) === JSON.stringify(b.submissions);
console.log(
  `被杀 ${killed} 次：${events.length} 次记录，${once} 份不同的提交；成绩与没被打扰时${same ? "逐字节相同" : "不同"}`,
);
for (const service of services) await service.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(events.length === count && once === count && same ? 0 : 1);
