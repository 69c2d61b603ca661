import { RuntimeError } from "../errors.js";
import type { MagicHandler } from "./context.js";
import { duration } from "./time.js";

/** 自动选次数时，一轮至少这么多毫秒。 */
const ENOUGH = 200;

export const timeit: MagicHandler = async ({ call, body, execute, loop, print }) => {
  const part = call.cell ? "body" : "args";
  if ((call.cell ? body : call.args).trim() === "")
    throw new RuntimeError("TIDU-RT-031", `%timeit 后面要有代码。用法：${call.info.usage.join("；")}`);
  if (call.cell && call.args !== "") await execute("args", false);
  const repeats = count(call.options["r"], 7);
  const timed = await loop(part);
  try {
    // 热身：让引擎先编译好；也免得第一次的准备算进去。
    await timed.run(1);
    const n = call.options["n"] ? count(call.options["n"], 1) : await choose((times) => timed.run(times));
    const runs: number[] = [];
    for (let i = 0; i < repeats; i++) runs.push((await timed.run(n)) / n);
    print(report(runs, n));
  } finally {
    timed.done();
  }
};

function count(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RuntimeError("TIDU-RT-031", "%timeit 的 -n 与 -r 后面要是正整数。");
}

/** 1、2、5、10、20、50……直到一轮够长。 */
async function choose(run: (n: number) => Promise<number>): Promise<number> {
  for (let scale = 1; ; scale *= 10) {
    for (const step of [1, 2, 5]) {
      const n = scale * step;
      if ((await run(n)) >= ENOUGH || n >= 5e8) return n;
    }
  }
}

/** runs：每轮里一次的毫秒数。 */
export function report(runs: number[], n: number): string {
  const mean = runs.reduce((sum, x) => sum + x, 0) / runs.length;
  const deviation = Math.sqrt(runs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / runs.length);
  const each = n.toLocaleString("en-US").replaceAll(",", " ");
  const best = duration(Math.min(...runs));
  return `每次 ${duration(mean)} ± ${duration(deviation)}（${runs.length} 轮的平均与标准差，每轮 ${each} 次；最快一轮 ${best}）`;
}
