import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Gradebook } from "../gradebook/gradebook.js";
import { dispatch } from "../queue/dispatch.js";
import { random } from "../random.js";
import { fakeClass, fakeJudge } from "../testing/fake-class.js";
import { freshDatabase, type Service, startPostgres, startRedis } from "../testing/services.js";
import { gradeClass } from "./class.js";

const script = fileURLToPath(new URL("../testing/killable.js", import.meta.url));
const COUNT = 120;

/** 起一个进程；它印到第 `lines` 行就杀掉（不给则等它自己退出）。返回它印了几行。 */
function runUntil(args: string[], lines = Number.POSITIVE_INFINITY): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  return watch(child, lines);
}

function watch(child: ChildProcess, lines: number): Promise<number> {
  let seen = 0;
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    seen += text.split("\n").length - 1;
    // 不等它停在整齐的地方：看到这么多行就立刻下手。
    if (seen >= lines) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve(seen));
  });
}

/** 判完以后的样子：每份恰好一个结局，与从头到尾没人打扰时相同。 */
async function assertUndisturbed(gradebook: Gradebook): Promise<void> {
  const truth = await gradeClass(fakeClass(COUNT), { grade: fakeJudge(0), seed: 7, jobs: 4 });
  const entries = await gradebook.entries();
  assert.equal(entries.length, COUNT);
  const order = new Map(entries.map((entry) => [entry.student, entry.outcome]));
  for (const [i, { student }] of fakeClass(COUNT).entries())
    assert.deepEqual(order.get(student), truth[i]!.settled);
  const times = new Map<string, number>();
  for (const { kind, submission } of await gradebook.events())
    if (kind === "graded" || kind === "refused") times.set(submission!, (times.get(submission!) ?? 0) + 1);
  assert.deepEqual([...new Set(times.values())], [1]);
  assert.equal(times.size, COUNT);
}

describe("被杀以后接着判", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tidu-killed-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("判分进程在 20 个时刻被 SIGKILL：每份恰好判一次，分数与没被打扰时相同", async () => {
    const url = join(folder, "class.db");
    const rng = random(20, "kill");
    for (let kill = 0; kill < 20; kill++) await runUntil(["class", url, String(COUNT)], rng.integer(1, 8));
    await runUntil(["class", url, String(COUNT)]);
    const gradebook = await Gradebook.open(url);
    await assertUndisturbed(gradebook);
    await gradebook.close();
  });

  describe("队列", () => {
    let redis: Service | null = null;
    let postgres: Service | null = null;
    before(async function () {
      redis = await startRedis();
      postgres = await startPostgres();
      if (redis === null || postgres === null) this.skip();
    });
    after(async () => {
      await redis?.stop();
      await postgres?.stop();
    });

    it("工作进程接连被 SIGKILL：别的进程接手，每份恰好判一次", async () => {
      const url = await freshDatabase(postgres!);
      const gradebook = await Gradebook.open(url);
      const run = await gradebook.run({ seed: 7 });
      const rng = random(8, "worker");
      const running = new Set<ChildProcess>();
      let finished = false;
      let kills = 0;
      const workers = [0, 1].map(async () => {
        while (!finished) {
          const child = spawn(process.execPath, [script, "worker", url, redis!.url], {
            stdio: ["pipe", "pipe", "inherit"],
          });
          running.add(child);
          await watch(child, 1 + rng.integer(1, 20));
          running.delete(child);
          kills++;
        }
      });
      try {
        const settled = await dispatch(fakeClass(COUNT), gradebook, run, { queue: redis!.url, poll: 50 });
        assert.equal(settled.filter(({ settled: { kind } }) => kind === "failed").length, 0);
      } finally {
        finished = true;
        for (const child of running) child.kill("SIGKILL");
        await Promise.all(workers);
      }
      assert.ok(kills >= 5, `只杀了 ${kills} 次`);
      await assertUndisturbed(gradebook);
      await gradebook.close();
    });

    it("派活的进程死了、Redis 清空了：再派一次只补没判的", async () => {
      const url = await freshDatabase(postgres!);
      const gradebook = await Gradebook.open(url);
      const run = await gradebook.run({ seed: 7 });
      const child = spawn(process.execPath, [script, "worker", url, redis!.url], {
        stdio: ["pipe", "ignore", "inherit"],
      });
      try {
        // 第一次派到一半就不管了：用另一个成绩册连接模拟新的进程。
        const items = fakeClass(40);
        await dispatch(items.slice(0, 15), gradebook, run, { queue: redis!.url, poll: 50 });
        const skipped: string[] = [];
        const again = await Gradebook.open(url);
        const settled = await dispatch(items, again, await again.run(), {
          queue: redis!.url,
          poll: 50,
          onStep: (step) => step.skipped && skipped.push(step.path),
        });
        assert.equal(skipped.length, 15);
        assert.deepEqual(settled, await gradeClass(items, { grade: fakeJudge(0), seed: 7, jobs: 1 }));
        await again.close();
      } finally {
        child.kill("SIGKILL");
        await gradebook.close();
      }
    });
  });
});
