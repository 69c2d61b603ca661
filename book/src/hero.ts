/** 首页的图：狭长山谷的等高线，和一条最速下降的折线——都是算出来的。 */
export function heroFigure(): string {
  const [a, b] = [0.7, 5.6];
  const angle = -0.42;
  const scale = 56;
  const place = (x: number, y: number): [number, number] => [
    210 + scale * (x * Math.cos(angle) - y * Math.sin(angle)),
    150 + scale * (x * Math.sin(angle) + y * Math.cos(angle)),
  ];
  const format = ([x, y]: [number, number]) => `${x.toFixed(1)} ${y.toFixed(1)}`;

  const [cx, cy] = place(0, 0);
  const contours = [0.1, 0.42, 0.95, 1.7, 2.7, 3.9].map((level) => {
    const rx = scale * Math.sqrt((2 * level) / a);
    const ry = scale * Math.sqrt((2 * level) / b);
    const degrees = (angle * 180) / Math.PI;
    return `<ellipse cx="${cx}" cy="${cy}" rx="${rx.toFixed(1)}" ry="${ry.toFixed(1)}" transform="rotate(${degrees.toFixed(2)} ${cx} ${cy})"/>`;
  });

  // 精确线搜索：步长 = gᵀg / gᵀAg，于是相邻两步垂直。
  let [x, y] = [2.75, 0.6];
  const points = [place(x, y)];
  for (let step = 0; step < 9; step++) {
    const [gx, gy] = [a * x, b * y];
    const eta = (gx * gx + gy * gy) / (a * gx * gx + b * gy * gy);
    x -= eta * gx;
    y -= eta * gy;
    points.push(place(x, y));
  }
  const dots = points.map(([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3"/>`);
  return `<svg class="hero-figure" viewBox="0 0 420 300" role="img" aria-label="二次函数的等高线与最速下降的轨迹">
<g class="contours">${contours.join("")}</g>
<polyline class="descent" points="${points.map(format).join(" ")}"/>
<g class="steps">${dots.join("")}</g>
</svg>`;
}
