import type { Checked } from "./autodiff-jaxjs.js";

/** 各方与第一方的结果一致才有可比性；误差相对于最大的元素。 */
export async function agree(
  what: string,
  contenders: Readonly<Record<string, Checked | null>>,
  tolerance: (name: string) => number,
): Promise<void> {
  const [reference] = Object.values(contenders);
  const expected = await reference!.check();
  const scale = Array.from(expected).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (const [name, c] of Object.entries(contenders)) {
    if (!c) continue;
    await c.before?.();
    const actual = await c.check();
    if (actual.length !== expected.length) throw disagreement(what, name, "元素个数不同");
    for (let i = 0; i < expected.length; i++) {
      const [a, e] = [actual[i]!, expected[i]!];
      if (!(Math.abs(a - e) <= tolerance(name) * scale)) {
        throw disagreement(what, name, `第 ${i} 个数 ${a} ≠ ${e}`);
      }
    }
  }
}

function disagreement(what: string, name: string, detail: string): Error {
  return new Error(`TIDU-BENCH-002：${what}：${name} 的结果与别人不一致（${detail}），计时没有意义。`);
}
