import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rowsOf } from "./kernel.js";
import type { Sample } from "./kernel-measure.js";
import { treeMemory } from "./kernel-memory.js";

const sample: Sample = {
  ready: 1,
  completion: 300,
  first: 1,
  trivial: 1,
  declare: 1,
  checked: 1,
  memory: { rss: 1, pss: 1 },
};

describe("bench kernel", () => {
  it("目标逐条判断：每个同类都要满足，缺了就是无法判断", () => {
    const rows = rowsOf(
      new Map([
        ["tidu", [sample]],
        ["tslab", [{ ...sample, trivial: 4, declare: 2, memory: null }]],
        ["deno", [{ ...sample, ready: 2, trivial: 1 }]],
      ]),
    );
    assert.deepEqual(
      rows.map(({ holds }) => holds),
      [true, true, true, true, false, true, null, null],
    );
    const alone = rowsOf(new Map([["tidu", [{ ...sample, completion: 301 }]]]));
    assert.deepEqual(
      alone.map(({ holds }) => holds),
      [null, false, null, null, null, null, null, null],
    );
  });

  it("内存连子进程一起算", async function () {
    if (process.platform !== "linux") this.skip();
    const code =
      "require('child_process').spawn(process.execPath, ['-i'], { stdio: ['pipe', 'ignore', 'ignore'] }).once('spawn', () => console.log('ok')); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const own = treeMemory(process.pid)!;
    const part = treeMemory(child.pid!)!;
    assert.ok(own.rss > part.rss && part.rss > 0 && part.pss <= part.rss);
    child.kill("SIGKILL");
    assert.equal(treeMemory(2 ** 22 + 1), null);
  });
});
