/** 一列数的概况；最小、最大、均值只看有限的数。 */
export interface Stats {
  size: number;
  finite: number;
  nan: number;
  infinite: number;
  min: number;
  max: number;
  mean: number;
}

export function statsOf(data: ArrayLike<number | bigint>, size = data.length): Stats {
  let [finite, nan, min, max, sum, lost] = [0, 0, Infinity, -Infinity, 0, 0];
  for (let i = 0; i < size; i++) {
    const v = Number(data[i]);
    if (Number.isNaN(v)) nan += 1;
    else if (Number.isFinite(v)) {
      finite += 1;
      if (v < min) min = v;
      if (v > max) max = v;
      // 补偿求和：一千万个数的均值也准。
      const y = v - lost;
      const t = sum + y;
      lost = t - sum - y;
      sum = t;
    }
  }
  let mean = sum / finite;
  if (!Number.isFinite(mean) && finite > 0) {
    mean = 0;
    for (let i = 0; i < size; i++) if (Number.isFinite(Number(data[i]))) mean += Number(data[i]) / finite;
  }
  return { size, finite, nan, infinite: size - finite - nan, min, max, mean };
}

/** 一行：最小、最大、均值，以及有几个 NaN 与 ∞。 */
export function statsText(stats: Stats): string {
  const parts: string[] = [];
  if (stats.finite > 0)
    parts.push(`最小 ${short(stats.min)}`, `最大 ${short(stats.max)}`, `均值 ${short(stats.mean)}`);
  if (stats.nan > 0) parts.push(`NaN ${stats.nan} 个`);
  if (stats.infinite > 0) parts.push(`∞ ${stats.infinite} 个`);
  return parts.join("　");
}

export function short(value: number): string {
  if (Object.is(value, -0)) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return String(Number(value.toPrecision(4)));
}
