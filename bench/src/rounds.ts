import { median } from "./result.js";

/** 参加计时的一方。 */
export interface Contender {
  /** 每轮开始前（不计时），如切换后端。 */
  readonly before?: () => Promise<unknown>;
  /** 返回 Promise 的，等它完成才算一次。 */
  readonly run: () => unknown;
  /** 在别的进程里的一方自己计时：连续跑 budget 毫秒，返回每次的微秒数。 */
  readonly measure?: (budget: number) => Promise<number>;
}

/**
 * 各方轮流跑，每轮每方连续跑到 slice 毫秒，取各轮平均时间的中位数（微秒）。
 * 轮流是为了让机器忙闲的起伏对各方一样。
 */
export async function interleave<K extends string>(
  contenders: Readonly<Record<K, Contender | null>>,
  { rounds = 15, slice = 60, warmup = 400 } = {},
): Promise<Record<K, number | null>> {
  const entries = Object.entries(contenders) as [K, Contender | null][];
  const times = new Map<K, number[]>();
  for (const [name, c] of entries) {
    if (!c) continue;
    await c.before?.();
    await spend(c, warmup);
    times.set(name, []);
  }
  for (let r = 0; r < rounds; r++) {
    for (const [name, c] of entries) {
      if (!c) continue;
      await c.before?.();
      await spend(c, slice / 4);
      times.get(name)!.push(await spend(c, slice));
    }
  }
  const pairs = entries.map(([name]) => [name, times.has(name) ? median(times.get(name)!) : null]);
  return Object.fromEntries(pairs) as Record<K, number | null>;
}

/** 跑满 budget 毫秒，返回每次的微秒数。 */
async function spend({ run, measure }: Contender, budget: number): Promise<number> {
  if (measure) return measure(budget);
  let count = 0;
  let batch = 1;
  const begin = performance.now();
  let now = begin;
  while (now - begin < budget) {
    for (let i = 0; i < batch; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    count += batch;
    now = performance.now();
    // 看表也花时间：一批至少十分之一毫秒。
    if ((now - begin) / count < 0.1)
      batch = Math.max(batch, Math.ceil((0.1 * count) / Math.max(1e-6, now - begin)));
  }
  return ((now - begin) * 1000) / count;
}
