/** 双对数坐标里的几条折线，一个自足的 SVG。 */
export function growthPicture(
  lines: readonly { name: string; points: readonly { size: number; time: number }[] }[],
): string {
  const [width, height, left, bottom] = [760, 440, 70, 50];
  const all = lines.flatMap((l) => l.points);
  const range = (values: readonly number[]): [number, number] => [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const [x0, x1] = range(all.map((p) => p.size));
  const [y0, y1] = range(all.map((p) => p.time));
  const x = (size: number): number =>
    left + ((Math.log10(size) - x0) / (x1 - x0 || 1)) * (width - left - 190);
  const y = (time: number): number =>
    height - bottom - ((Math.log10(time) - y0) / (y1 - y0 || 1)) * (height - bottom - 20);
  const parts: string[] = [];
  const decades = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i);
  for (const e of decades(x0, x1)) {
    const at = x(10 ** e).toFixed(1);
    parts.push(`<path d="M${at} 20V${height - bottom}" class="grid"/>`);
    parts.push(`<text x="${at}" y="${height - bottom + 18}" text-anchor="middle">10^${e}</text>`);
  }
  for (const e of decades(y0, y1)) {
    const at = y(10 ** e).toFixed(1);
    parts.push(`<path d="M${left} ${at}H${width - 190}" class="grid"/>`);
    parts.push(`<text x="${left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">10^${e}</text>`);
  }
  for (const [i, { name, points }] of lines.entries()) {
    const color = ["#2563eb", "#dc2626", "#059669", "#b45309", "#7c3aed", "#0e7490"][i % 6]!;
    const path = points.map((p) => `${x(p.size).toFixed(1)},${y(p.time).toFixed(1)}`).join(" ");
    parts.push(`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    for (const p of points) {
      parts.push(`<circle cx="${x(p.size).toFixed(1)}" cy="${y(p.time).toFixed(1)}" r="3" fill="${color}"/>`);
    }
    parts.push(`<rect x="${width - 175}" y="${30 + 24 * i}" width="14" height="4" fill="${color}"/>`);
    parts.push(`<text x="${width - 155}" y="${36 + 24 * i}">${name}</text>`);
  }
  const style =
    "text{font:12px sans-serif;fill:#444}.grid{stroke:#ddd}svg{background:#fff}@media(prefers-color-scheme:dark){svg{background:#111}text{fill:#ccc}.grid{stroke:#333}}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>值连同梯度的时间随大小的增长</title><style>${style}</style>`,
    ...parts,
    `<text x="${(left + width - 190) / 2}" y="${height - 10}" text-anchor="middle">大小</text>`,
    `<text x="16" y="${height / 2}" transform="rotate(-90 16 ${height / 2})" text-anchor="middle">值连同梯度的时间（µs）</text>`,
    "</svg>",
    "",
  ].join("\n");
}
