// 一侧的斜率：步长逐次缩小，外推到零，并给出外推值的误差界。

/** 闭区间 [下端, 上端]。 */
export type Bound = readonly [lo: number, hi: number];

export interface Side {
  readonly bound: Bound;
  /** 这一侧见到的最大 |f|。 */
  readonly size: number;
  /** 这一侧有没有定义：全是 NaN 或 ±∞ 时为 false。 */
  readonly defined: boolean;
}

const epsilon = Number.EPSILON;
// 起点与公比都取“不整齐”的数：若用 2 的幂，周期恰好是步长倍数的函数会看着像常数。
const firstStep = 0.0739085133215;
const ratio = 1.9181;
const maxRows = 44;
const maxColumns = 6;
/** 找到好的估计之后，再往小步长看这么多行：近处若有拐点，会在那里露出来。 */
const patience = 8;

interface Entry {
  readonly row: number;
  readonly value: number;
  /** 误差界：外推表里相邻各项之差的两倍，加上舍入的垫量。 */
  readonly error: number;
}

interface Row {
  readonly step: number;
  readonly f: number;
  readonly table: number[];
  readonly noise: number[];
  best: Entry;
}

/**
 * 求 f 在 x 一侧（sign = ±1）的导数区间。at(t) 是 f(x+t)；步长取浮点里实际走的 (x+t)−x。
 * 舍入的垫量是 4ε·max|f|/h；函数本身噪声更大（内部有大数相消）时，按实测的噪声加宽。
 */
export function oneSided(at: (t: number) => number, x: number, sign: 1 | -1): Side {
  const f0 = at(0);
  const unit = Math.max(1, Math.abs(x));
  const samples: { step: number; f: number }[] = [];
  let size = Math.abs(f0);
  let extra = 0;
  let rows: Row[] = [];
  let best: Entry | null = null;
  for (let k = 0; k < maxRows; k++) {
    const step = x + sign * firstStep * unit * ratio ** -k - x;
    if (step === 0 || Math.abs(step) < 16 * epsilon * Math.abs(x)) break;
    const f = at(step);
    if (!Number.isFinite(f)) {
      // 大步长走出了定义域：从头再来，只用里面的点。
      samples.length = 0;
      rows = [];
      best = null;
      continue;
    }
    size = Math.max(size, Math.abs(f));
    samples.push({ step, f });
    rows.push(nextRow(rows, f0, step, f, extra));
    best = choose(rows);
    const settled = best.error <= 1e-9 * Math.abs(best.value) || best.error === 0;
    if (rows.length >= 4 && settled && rows.length - 1 - best.row >= patience) break;
  }
  if (!best || !Number.isFinite(f0)) return { bound: [-Infinity, Infinity], size, defined: false };

  const rebuild = (noise: number): void => {
    extra = noise;
    rows = [];
    for (const s of samples) rows.push(nextRow(rows, f0, s.step, s.f, extra));
    best = choose(rows);
  };
  // 小步长处的斜率与外推值矛盾，或平得可疑：先看是不是函数值有噪声，不是才信小步长。
  const clash = contradiction(rows, best);
  const suspect = clash ?? flat(rows, best, f0);
  if (suspect !== null) {
    const noise = noiseLevel(at, rows[suspect]!.step);
    if (noise > 0) rebuild(noise);
    else if (clash !== null) best = trustSmall(rows, clash);
  }
  const measured = residual(rows, best, f0);
  if (measured > 4 * epsilon * size + extra) {
    const before = best.row;
    rebuild(measured);
    if (best.row < before - 4) best = choose(rows, before - 4);
  }
  return { bound: [best.value - best.error + 0, best.value + best.error + 0], size, defined: true };
}

/** 外推表（Neville）的下一行：第 j 列消去误差展开里的前 j 项。 */
function nextRow(rows: readonly Row[], f0: number, step: number, f: number, extra: number): Row {
  const k = rows.length;
  const h = Math.abs(step);
  const table = [(f - f0) / step];
  const noise = [(4 * epsilon * Math.max(Math.abs(f), Math.abs(f0)) + extra) / h];
  let best: Entry = { row: k, value: table[0]!, error: Infinity };
  for (let j = 0; j <= Math.min(k, maxColumns); j++) {
    const above = rows[k - 1]!;
    if (j > 0) {
      const a = rows[k - j]!.step / step - 1;
      table.push(table[j - 1]! + (table[j - 1]! - above.table[j - 1]!) / a);
      noise.push(noise[j - 1]! + (noise[j - 1]! + above.noise[j - 1]!) / a);
    }
    // 至少三行彼此印证才算数：两行偶然相等不说明已经收敛。
    const own = table[j]!;
    const spread = [
      j > 0 ? own - table[j - 1]! : Number.NaN,
      j > 0 ? own - above.table[j - 1]! : Number.NaN,
      above && j < above.table.length ? own - above.table[j]! : Number.NaN,
      k > 1 && j < rows[k - 2]!.table.length ? own - rows[k - 2]!.table[j]! : Number.NaN,
    ].filter((d) => !Number.isNaN(d));
    if (k < 2 || spread.length === 0) continue;
    const error = 2 * Math.max(...spread.map(Math.abs)) + noise[j]!;
    if (error < best.error) best = { row: k, value: own, error };
  }
  return { step, f, table, noise, best };
}

function choose(rows: readonly Row[], from = 0): Entry {
  let best = rows[Math.min(from, rows.length - 1)]!.best;
  for (const row of rows.slice(from)) if (row.best.error < best.error) best = row.best;
  return best;
}

/** 步长更小的行里，第一个与 chosen 不相交的行；没有则 null。 */
function contradiction(rows: readonly Row[], chosen: Entry): number | null {
  for (let k = chosen.row + 1; k < rows.length; k++) {
    const { value, error } = rows[k]!.best;
    if (Math.abs(value - chosen.value) > error + chosen.error) return k;
  }
  return null;
}

/** 舍弃 from 以前的行；新选的若又与更小的步长矛盾，继续舍弃。 */
function trustSmall(rows: readonly Row[], from: number): Entry {
  let best = choose(rows, from);
  for (let next = contradiction(rows, best); next !== null; next = contradiction(rows, best)) {
    best = choose(rows, next);
  }
  return best;
}

/** 小步长处函数值一动不动，大步长处却在变，而且变动超出舍入：返回最小的一个会动的步长所在的行。 */
function flat(rows: readonly Row[], chosen: Entry, f0: number): number | null {
  let k = rows.length;
  while (k > 0 && rows[k - 1]!.f === f0) k--;
  if (k === 0 || k === rows.length) return null;
  const { step, f } = rows[k - 1]!;
  const rounding = 8 * epsilon * Math.max(Math.abs(f), Math.abs(f0));
  const moved = Math.max(Math.abs(f - f0), Math.abs(chosen.value * step));
  return moved > rounding ? k - 1 : null;
}

/** 函数值的噪声：从 4 倍步长起，放大几次跨度去量，取见到的最大值。 */
function noiseLevel(at: (t: number) => number, step: number): number {
  return Math.max(...[4, 32, 256].map((n) => noiseOver(at, n * step)));
}

/** 在 [x, x+span] 上等距取点；二阶差分的符号来回翻，说明函数值有噪声（拐点只翻一两次）。没有噪声返回 0。 */
function noiseOver(at: (t: number) => number, span: number): number {
  const n = 24;
  const f = Array.from({ length: n }, (_, i) => at((span * i) / n));
  const floor = 8 * epsilon * Math.max(...f.map(Math.abs));
  let flips = 0;
  let last = 0;
  let largest = 0;
  for (let i = 1; i < n - 1; i++) {
    const d = f[i + 1]! - 2 * f[i]! + f[i - 1]!;
    if (!Number.isFinite(d)) return 0;
    if (Math.abs(d) <= floor) continue;
    largest = Math.max(largest, Math.abs(d));
    if (last !== 0 && Math.sign(d) !== last) flips++;
    last = Math.sign(d);
  }
  return flips >= 5 ? 2 * largest : 0;
}

/** 选定之后，更小步长处的函数值离直线 f0 + value·t 多远：除去弯曲，就是实测的噪声。 */
function residual(rows: readonly Row[], chosen: Entry, f0: number): number {
  const at = rows[chosen.row]!;
  const curvature = Math.abs(at.table[0]! - chosen.value) / Math.abs(at.step);
  let largest = 0;
  for (const { step, f } of rows.slice(chosen.row + 1)) {
    const h = Math.abs(step);
    const off = Math.abs(f - f0 - chosen.value * step) - (chosen.error + 2 * curvature * h) * h;
    largest = Math.max(largest, off);
  }
  return largest;
}
