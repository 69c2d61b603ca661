import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { random } from "../random.js";
import { type Graded, gradeBytes, gradeSubmission } from "../submission.js";
import { LOSSES, pointsOf, questionsIn } from "../testing/points.js";
import { makeStage, type Stage } from "./stage.js";
import { sandboxStrength, strengthOf } from "./strength.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const solutionPath = join(root, "solutions/3-architectures/02-losses.ipynb");
const exercisePath = join(root, "exercises/3-architectures/02-losses.ipynb");
/** 满分，与丢了这几题以后的分。 */
const total = pointsOf(questionsIn(LOSSES));
const without = (...ids: string[]) => total - pointsOf(ids);
const times = { cell: 2_500, call: 1_500, question: 6_000, submission: 60_000 };

/** 攻击见 attacks.test.ts；这里是诚实的提交，和只赔上一题。 */
describe("沙箱", function () {
  this.timeout(120_000);
  let stage: Stage;
  let folder: string;
  before(() => {
    stage = makeStage();
    folder = mkdtempSync(join(tmpdir(), "tidu-attack-"));
  });
  after(() => {
    stage.remove();
    rmSync(folder, { recursive: true });
  });

  const gradeFile = (path: string): Promise<Graded> => gradeSubmission(path, { seed: 42, stage, times });

  /** 把标准解答的某些单元格换掉（键是单元格 id），然后判分。 */
  async function gradeWith(changes: Record<string, string>): Promise<Graded> {
    const notebook = JSON.parse(readFileSync(solutionPath, "utf8"));
    for (const cell of notebook.cells) if (cell.id in changes) cell.source = changes[cell.id];
    const path = join(folder, "submission.ipynb");
    writeFileSync(path, JSON.stringify(notebook));
    return gradeFile(path);
  }
  const of = (graded: Graded, id: string) => graded.questions.find((question) => question.id === id)!;
  const huberGrad = (body: string) => ({
    "huber-grad": `function huberGrad(e: number, delta: number): number {\n${body}\n}`,
  });

  it("标准解答得满分", async () => {
    const graded = await gradeFile(solutionPath);
    assert.deepEqual([graded.score, graded.maxScore], [total, total]);
  });

  it("没动过的练习得零分，每题都说还没有作答", async () => {
    const graded = await gradeFile(exercisePath);
    assert.equal(graded.score, 0);
    for (const { verdict, message, fn } of graded.questions) {
      assert.equal(verdict, "unanswered");
      assert.match(message, new RegExp(`还没有作答：${fn} `));
    }
  });

  it("线性段符号反了：恰好这样告诉学习者", async () => {
    const graded = await gradeWith(huberGrad("  return Math.abs(e) <= delta ? e : -delta * Math.sign(e);"));
    assert.equal(of(graded, "huber.grad").diagnosis, "tail-sign");
    assert.match(of(graded, "huber.grad").message, /^Huber 的线性段符号反了/);
    // 批量的两题调用了它，错得一样；其余各题不受影响。
    assert.equal(of(graded, "huber.batch").diagnosis, "tail-sign");
    assert.equal(graded.score, without("huber.grad", "huber.batch", "huber.weighted"));
  });

  it("函数里死循环：只赔上这一题", async () => {
    const graded = await gradeWith({
      "huber-value": "function huberValue(e: number, delta: number): number { for (;;) {} }",
    });
    assert.equal(of(graded, "huber.value").verdict, "error");
    assert.match(of(graded, "huber.value").message, /像是死循环/);
    assert.equal(graded.score, without("huber.value"));
  });

  it("process.exit：只赔上这一题", async () => {
    const graded = await gradeWith({
      "huber-value": "function huberValue(): number { process.exit(0); return 1; }",
    });
    assert.equal(of(graded, "huber.value").verdict, "error");
    assert.equal(graded.score, without("huber.value"));
    const top = await gradeWith({ "huber-value": "process.exit(0);" });
    assert.equal(top.score, without("huber.value"));
  });

  it("箭头函数、用梯度库、返回张量，都可以", async () => {
    const graded = await gradeWith({
      "huber-value":
        "const huberValue = (e: number, delta: number) => (Math.abs(e) <= delta ? (e * e) / 2 : delta * (Math.abs(e) - delta / 2));",
      "huber-batch":
        'import { clip, sub, tensor } from "@tidu/kernel-lib";\nfunction huberBatchGrad(pred: number[], target: number[], delta: number) { return clip(sub(tensor(pred), tensor(target)), -delta, delta).div(pred.length); }',
    });
    assert.deepEqual(
      graded.questions.filter((q) => q.verdict !== "right").map((q) => q.message),
      [],
    );
  });

  it("语法错误、坏掉的单元格：只赔上这一题，并说出错在哪", async () => {
    const graded = await gradeWith({ "huber-value": "function huberValue(e: number {" });
    assert.equal(of(graded, "huber.value").verdict, "unanswered");
    assert.match(of(graded, "huber.value").message, /单元格 \[\d+\].*SyntaxError/);
    assert.equal(graded.score, without("huber.value"));
  });

  it("重复、删掉、换了次序的单元格都照样判", async () => {
    const notebook = JSON.parse(readFileSync(solutionPath, "utf8"));
    const value = notebook.cells.find((cell: any) => cell.id === "huber-value");
    notebook.cells.push({ ...value, id: "again" });
    notebook.cells = notebook.cells.filter((cell: any) => cell.id !== "huber-delta");
    const path = join(folder, "shuffled.ipynb");
    writeFileSync(path, JSON.stringify(notebook));
    const graded = await gradeFile(path);
    assert.equal(graded.maxScore, total);
    assert.equal(of(graded, "huber.delta").verdict, "unanswered");
    assert.match(of(graded, "huber.delta").message, /没有找到函数 huberDeltaGrad/);
    assert.equal(graded.score, without("huber.delta"));
  });

  it("改元数据减不了分母", async () => {
    const notebook = JSON.parse(readFileSync(exercisePath, "utf8"));
    notebook.metadata = { tidu: { exercise: "没有的练习", problems: [] } };
    notebook.cells = notebook.cells.slice(0, 8);
    const path = join(folder, "meta.ipynb");
    writeFileSync(path, JSON.stringify(notebook));
    assert.equal((await gradeFile(path)).maxScore, total);
  });

  it("读不到题目、标准答案、别人的文件，没有环境变量，上不了网，起不了子进程", async function () {
    if (sandboxStrength().mechanism !== "bubblewrap") this.skip();
    process.env.TIDU_SECRET = "绝密";
    let visits = 0;
    const server = createServer(() => visits++).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    // 借返回值把看到的东西数出来：每样看到一个加一。
    const probe = `
      const fs = await import("node:fs");
      const seen: string[] = [];
      const tries: Record<string, () => unknown> = {
        env: () => { if (Object.keys(process.env).some((k) => k !== "PWD")) return 1; throw 0; },
        secret: () => { if (JSON.stringify(process.env).includes("绝密")) return 1; throw 0; },
        argv: () => { if (/seed|42/.test(process.argv.join(" "))) return 1; throw 0; },
        problems: () => fs.readFileSync(${JSON.stringify(join(root, "grader/src/problems/huber.ts"))}),
        dist: () => fs.readFileSync(${JSON.stringify(join(root, "grader/dist/problems/huber.js"))}),
        solution: () => fs.readFileSync(${JSON.stringify(solutionPath)}),
        submission: () => fs.readFileSync(${JSON.stringify(join(folder, "submission.ipynb"))}),
        passwd: () => fs.readFileSync("/etc/passwd"),
        proc: () => fs.readdirSync("/proc"),
        write: () => fs.writeFileSync("x", "1"),
        spawn: () => { const r = require("node:child_process").spawnSync(process.execPath, ["-v"]); if (r.error) throw r.error; return r; },
      };
      for (const [name, f] of Object.entries(tries)) { try { f(); seen.push(name); } catch {} }
      for (const name of ["@tidu/grader", "@tidu/grader/node"]) { try { await import(name); seen.push(name); } catch {} }
      const { connect } = await import("node:net");
      await new Promise<void>((done) => { connect(${port}, "127.0.0.1").on("connect", () => done()).on("error", () => done()); });
      function huberValue(): never { throw new Error("看见：" + seen.join("，")); }`;
    const graded = await gradeWith({ "huber-value": probe });
    delete process.env.TIDU_SECRET;
    server.close();
    assert.match(of(graded, "huber.value").message, /看见：$/);
    assert.equal(visits, 0);
  });

  it("没有 bubblewrap 时退到 Node 权限模型：照样判，仍读不到题目与提交", async () => {
    const weaker = makeStage(strengthOf("node-permission"));
    try {
      const own = await gradeSubmission(solutionPath, { seed: 1, stage: weaker, times });
      assert.equal(own.score, total);
      const path = join(folder, "peek.ipynb");
      const notebook = JSON.parse(readFileSync(solutionPath, "utf8"));
      notebook.cells.find((cell: any) => cell.id === "huber-value").source = `
        const { readFileSync } = await import("node:fs");
        let seen = "";
        for (const file of ${JSON.stringify([solutionPath, join(root, "grader/dist/problems/huber.js"), "/etc/passwd"])}) {
          try { readFileSync(file); seen += file; } catch {}
        }
        function huberValue(): never { throw new Error("看见：" + seen); }`;
      writeFileSync(path, JSON.stringify(notebook));
      const peek = await gradeSubmission(path, { seed: 1, stage: weaker, times });
      assert.match(of(peek, "huber.value").message, /看见：$/);
      assert.equal(peek.score, without("huber.value"));
    } finally {
      weaker.remove();
    }
  });

  it("源码被任意改坏的笔记本：照样判完，只少不多", async () => {
    const notebook = JSON.parse(readFileSync(solutionPath, "utf8"));
    const rng = random(1, "改坏");
    for (let round = 0; round < 8; round++) {
      const broken = structuredClone(notebook);
      for (const cell of broken.cells) {
        if (cell.cell_type !== "code" || rng.integer(0, 2) > 0) continue;
        const source = [cell.source].flat().join("");
        const at = rng.integer(0, source.length);
        cell.source =
          source.slice(0, at) + rng.pick(["}", "(", "`", "=", " 0 ", "//", "\u0000"]) + source.slice(at + 3);
      }
      const bytes = Buffer.from(JSON.stringify(broken));
      const { score, maxScore, questions } = await gradeBytes("x.ipynb", bytes, { seed: 42, stage, times });
      assert.equal(maxScore, total);
      assert.ok(score <= total);
      for (const { message } of questions) assert.match(message, /\p{Script=Han}/u);
    }
  });
});
