import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseNotebook } from "@tidu/notebook-runtime";
import { executeNotebook } from "@tidu/notebook-runtime/node";
import { CHECK_MIME, type CheckError, check, checkQuietly } from "./check.js";
import { exercises } from "./problems/index.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** 在真的会话里运行一份笔记本，收集各格 check 的结果与文字。 */
async function runChecks(path: string) {
  const notebook = parseNotebook(readFileSync(join(root, path), "utf8"));
  const { notebook: done, failed } = await executeNotebook(notebook, { cwd: root, timeout: 20_000 });
  assert.equal(failed, undefined, JSON.stringify(failed));
  return done.cells.flatMap((cell) =>
    cell.cell_type !== "code"
      ? []
      : cell.outputs.flatMap((output) =>
          output.output_type === "display_data" && CHECK_MIME in output.data ? [output.data] : [],
        ),
  );
}

describe("笔记本里的 check", function () {
  this.timeout(60_000);

  for (const [name, problems] of Object.entries(exercises)) {
    const ids = problems.flatMap((problem) => problem.questions.map(({ id }) => id));

    it(`${name}：解答逐格运行，每题都说正确`, async () => {
      const shown = await runChecks(`solutions/${name}.ipynb`);
      assert.deepEqual(
        shown.map((data) => (data[CHECK_MIME] as any).id),
        ids,
      );
      for (const data of shown) {
        assert.equal((data[CHECK_MIME] as any).verdict, "right");
        assert.match(String(data["text/plain"]), /^✓ .*：正确\n/);
      }
    });

    it(`${name}：没动过的练习能从头运行到尾，每题都说还没有作答`, async () => {
      const shown = await runChecks(`exercises/${name}.ipynb`);
      assert.equal(shown.length, ids.length);
      for (const data of shown) {
        const { verdict, score } = data[CHECK_MIME] as any;
        assert.deepEqual([verdict, score], ["unanswered", 0]);
        assert.match(String(data["text/plain"]), /还没有作答/);
      }
    });
  }

  it("题名写错、第二个参数不是函数：说清楚该怎么写", async () => {
    await assert.rejects(check("huber.gard", Math.abs), (error: CheckError) => {
      assert.equal(error.id, "TIDU-CHECK-001");
      assert.match(error.message, /没有叫 huber\.gard 的题。可用的题：.*huber\.value、huber\.grad/);
      return true;
    });
    await assert.rejects(check("huber.grad", 1), /TIDU-CHECK-002：.*await check\("…", huberGrad\)/);
  });

  it("显示的网页片段转义了学习者的文字", async () => {
    const data: Record<string, string>[] = [];
    const key = Symbol.for("tidu.host");
    const holder = globalThis as unknown as Record<symbol, unknown>;
    holder[key] = {
      display: (bundle: Record<string, string>) => data.push(bundle),
      clear() {},
      inspect: String,
    };
    try {
      await check("huber.grad", () => {
        throw new Error("<script>alert(1)</script>");
      });
    } finally {
      delete holder[key];
    }
    assert.doesNotMatch(data[0]!["text/html"]!, /<script>/);
    assert.match(data[0]!["text/html"]!, /&#60;script&#62;/);
  });

  it("换种子换一批点，裁决不变", async () => {
    const f = (e: number) => e;
    const one = await checkQuietly("huber.grad", f, { seed: 1 });
    const two = await checkQuietly("huber.grad", f, { seed: 2 });
    assert.equal(one.diagnosis, "no-clip");
    assert.equal(two.diagnosis, "no-clip");
    assert.notDeepEqual(one.worst!.args, two.worst!.args);
  });
});
