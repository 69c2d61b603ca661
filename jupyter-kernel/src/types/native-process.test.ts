import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { NativeTypeService } from "./native.js";
import { project } from "./testing.js";

/** 本进程名下的 TypeScript 原生进程。 */
function natives(): number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const found = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((match) => match !== null);
  return found
    .filter(([, , parent, args]) => Number(parent) === process.pid && args!.includes("--api"))
    .map(([, pid]) => Number(pid));
}

describe("types/native 的进程", function () {
  this.timeout(30_000);

  it("被杀之后换一个新的，前面的单元格都还在；再杀一次也一样", async function () {
    if (process.platform === "win32") this.skip();
    const before = new Set(natives());
    const types = new NativeTypeService(project());
    types.commit("let kept = 1; interface Kept { a: string }");
    for (let round = 0; round < 2; round++) {
      const mine = natives().filter((pid) => !before.has(pid));
      assert.ok(mine.length > 0);
      for (const pid of mine) process.kill(pid, "SIGKILL");
      // 第一次不等（管道正好断在请求上），第二次等到 Node 已经知道它死了
      if (round === 1) await new Promise((done) => setTimeout(done, 50));
      assert.deepEqual(types.check("const k: Kept = { a: 'x' }; kept = 2; k.a.length"), []);
      assert.deepEqual(
        types.check("kept.length").map((item) => item.code),
        [2339],
      );
    }
    assert.equal(types.complete("kep", 3).items[0]?.text, "kept");
    types.close();
  });
});
