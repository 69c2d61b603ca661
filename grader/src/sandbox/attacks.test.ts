import assert from "node:assert/strict";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Graded, gradeBytes } from "../submission.js";
import { type Attack, readAttacks, submissionOf } from "./corpus.js";
import type { TimeLimits } from "./learner.js";
import { type Isolation, isolations } from "./mechanism.js";
import { makeStage, type Stage } from "./stage.js";
import { sandboxStrength, strengthOf, works } from "./strength.js";

const attacks = readAttacks();
/** 时限短，死循环才不费时间；机器忙时误伤的，换长的再判一次。 */
const short: TimeLimits = { cell: 1_200, call: 600, question: 1_500, submission: 30_000 };
const long: TimeLimits = { cell: 10_000, call: 4_000, question: 10_000, submission: 120_000 };

/**
 * 默认在最强的机制下跑全部，在权限模型下跑结果与机制有关的那些；
 * TIDU_ATTACKS=all 在每种机制下全跑，TIDU_ATTACKS=unshare 只跑指名的那种。
 */
const wanted = process.env.TIDU_ATTACKS;
const strongest = sandboxStrength().mechanism;
const chosen = isolations.filter(
  (name) =>
    wanted === "all" || wanted === name || (!wanted && (name === strongest || name === "node-permission")),
);

function attacksOn(isolation: Isolation): Attack[] {
  const all = wanted !== undefined || isolation === strongest;
  return attacks.filter((attack) => !attack.unstopped.includes(isolation) && (all || attack.focus));
}

describe("攻击", function () {
  this.timeout(180_000);
  let server: Server;
  let port: number;
  let visits = 0;
  before(async () => {
    process.env.TIDU_SECRET = "绝密";
    server = createServer((socket) => {
      visits++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    delete process.env.TIDU_SECRET;
    server.close();
  });

  it("至少五十份，每份都说明企图与预期", () => {
    assert.ok(attacks.length >= 50);
    for (const { aim, score, unstopped } of attacks) {
      assert.ok(aim.length > 3 && score[1] <= 1);
      if (unstopped !== "") assert.ok(isolations.some((isolation) => unstopped.includes(isolation)));
    }
  });

  for (const isolation of chosen) {
    describe(isolation, () => {
      let stage: Stage;
      let canary: string;
      let before_: string;
      const outcomes = new Map<string, Graded>();
      const honest: Graded[] = [];
      const grade = (attack: Attack, times: TimeLimits) => {
        const values = {
          CANARY: canary,
          GRADER: fileURLToPath(new URL("../", import.meta.url)).replace(/\/$/, ""),
          PORT: String(port),
          PID: String(process.pid),
          SLEEP: String(times.call * 0.7),
        };
        const code = Buffer.from(submissionOf(attack, values));
        return gradeBytes(`${attack.name}.ts`, code, { seed: 42, stage, times });
      };

      before(async function () {
        if (!works(isolation)) this.skip();
        stage = makeStage(strengthOf(isolation));
        canary = mkdtempSync(join(tmpdir(), "tidu-canary-"));
        writeFileSync(join(canary, "secret.txt"), "绝密");
        writeFileSync(join(canary, "李四.ipynb"), '{"cells":[],"标记":"绝密"}');
        mkdirSync(join(canary, "题目"));
        before_ = snapshot(canary, stage.folder);
        visits = 0;
        // 诚实的提交夹在攻击之间，几份同时判。
        const clean: Attack = { name: "诚实", aim: "", score: [1, 1], unstopped: "", focus: false, code: "" };
        const queue: (() => Promise<unknown>)[] = attacksOn(isolation).map((attack, i) => async () => {
          outcomes.set(attack.name, await grade(attack, short));
          if (i % 10 === 0) honest.push(await grade(clean, long));
        });
        await Promise.all(
          Array.from({ length: 5 }, async () => {
            for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
          }),
        );
      });
      after(() => {
        stage?.remove();
        if (canary !== undefined) rmSync(canary, { recursive: true, force: true });
      });

      for (const attack of attacksOn(isolation)) {
        it(`${attack.name}：${attack.aim}`, async () => {
          let graded = outcomes.get(attack.name)!;
          const [least, most] = attack.score;
          const says = () => of(graded, "huber.grad").message;
          assert.ok(graded.score <= most, `不该得的分：${JSON.stringify(graded.questions)}`);
          if (graded.score < least || (attack.says && !attack.says.test(says())))
            graded = await grade(attack, long);
          assert.ok(graded.score >= least && graded.score <= most, JSON.stringify(graded.questions));
          assert.equal(of(graded, "huber.grad").score, 0);
          assert.equal(graded.maxScore, outcomes.get("patch-math")?.maxScore ?? graded.maxScore);
          if (attack.says) assert.match(says(), attack.says);
          for (const { message } of graded.questions) {
            assert.match(message, /\p{Script=Han}/u);
            assert.doesNotMatch(message, /绝密|root:x|\p{Cc}|[\u202a-\u202e\u2066-\u2069]|undefined/u);
          }
        });
      }

      it("别人的分数不变", () => {
        assert.ok(honest.length > 0);
        for (const { score, questions } of honest) assert.equal(score, 1, JSON.stringify(questions));
      });

      it("别处的文件一个字节也没有动", () => {
        assert.equal(snapshot(canary, stage.folder), before_);
        assert.deepEqual(
          readdirSync(tmpdir()).filter((name) => name.startsWith(`tidu-left-${process.pid}-`)),
          [],
        );
      });

      it("网络挡住了就没有人来过", () => {
        if (stage.strength.network) assert.equal(visits, 0);
      });

      it("一个进程也没有留下", async function () {
        if (process.platform !== "linux") this.skip();
        stage.remove();
        for (let left = leftovers(stage.folder); left.length > 0; left = leftovers(stage.folder)) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      });
    });
  }
});

function of(graded: Graded, id: string) {
  return graded.questions.find((question) => question.id === id)!;
}

/** 目录里每个文件的名字、内容与权限。 */
function snapshot(...folders: string[]): string {
  const lines: string[] = [];
  const visit = (path: string) => {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) lines.push(`${path} → ${readlinkSync(path)}`);
    else if (stat.isFile())
      lines.push(`${path} ${stat.mode} ${stat.mtimeMs} ${readFileSync(path).toString("base64")}`);
    else for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  for (const folder of folders) visit(folder);
  return lines.join("\n");
}

/** 命令行或当前目录里有 `folder` 的进程。 */
function leftovers(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return (
        readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ||
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)
      );
    } catch {
      return false;
    }
  });
}
