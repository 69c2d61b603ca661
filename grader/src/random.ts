/** 由种子决定的随机数：同一个种子永远给出同一串点。 */
export interface Rng {
  /** [low, high) 上均匀。 */
  uniform(low: number, high: number): number;
  /** low 到 high 的整数，两端都取得到。 */
  integer(low: number, high: number): number;
  /** +1 或 −1。 */
  sign(): 1 | -1;
  normal(): number;
  pick<T>(items: readonly T[]): T;
}

/** 把字符串散列成 32 位整数（FNV-1a）。 */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** mulberry32：一个 32 位状态，足够抽测试点。 */
export function random(seed: number, stream = ""): Rng {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ hash(stream)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  next();
  return {
    uniform: (low, high) => low + (high - low) * next(),
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    sign: () => (next() < 0.5 ? -1 : 1),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[Math.floor(next() * items.length)]!,
  };
}
