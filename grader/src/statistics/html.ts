import { page } from "../report/page.js";
import { escapeHtml, labels } from "../report/verdict.js";
import type { QuestionStatistics, Statistics } from "./statistics.js";

const [WIDTH, HEIGHT] = [560, 200];

/** 一页统计：分布、难度、最常见的错误、最常错的分支；图都是页内的 SVG。 */
export function statisticsPage(sections: [title: string, statistics: Statistics][], back = ""): string {
  return page(
    "判分统计",
    `${back}<h1>判分统计</h1>${sections.map(([title, statistics]) => section(title, statistics)).join("\n")}`,
  );
}

function section(title: string, statistics: Statistics): string {
  const { students, refused, maxScore, mean, median, questions, mistakes, branches } = statistics;
  const worst = [...questions].sort((a, b) => a.rate - b.rate);
  const parts = [
    `<h2>${escapeHtml(title)}</h2><p>${students} 份${refused > 0 ? `（${refused} 份没能判）` : ""}，满分 ${maxScore}，平均 ${fixed(mean)}，中位数 ${fixed(median)}。</p>`,
    `<figure>${histogram(statistics.distribution)}<figcaption>得分率的分布：横轴是得分率，纵轴是人数。</figcaption></figure>`,
    `<h3>各题，由难到易</h3><figure>${difficulty(worst)}<figcaption>${legend()}</figcaption></figure>`,
    `<div class="scroll"><table><thead><tr><th>题</th><th class="n">得分率</th><th class="n">区分度</th></tr></thead><tbody>${worst
      .map(
        ({ id, title: name, rate, discrimination }) =>
          `<tr><td>${escapeHtml(name)} <code>${escapeHtml(id)}</code></td><td class="n">${Math.round(100 * rate)}%</td><td class="n">${discrimination === null ? "—" : fixed(discrimination)}</td></tr>`,
      )
      .join("")}</tbody></table></div>`,
  ];
  if (mistakes.length > 0)
    parts.push(
      "<h3>最常见的错误</h3>",
      counts(mistakes.slice(0, 20).map(({ count, title: name, message }) => [count, name, message])),
    );
  if (branches.length > 0)
    parts.push(
      "<h3>最常错的分支</h3>",
      counts(branches.slice(0, 20).map(({ count, title: name, branch }) => [count, name, branch])),
    );
  return parts.join("\n");
}

function counts(rows: [count: number, question: string, text: string][]): string {
  const most = Math.max(...rows.map(([count]) => count));
  const body = rows.map(
    ([count, question, text]) =>
      `<tr><td class="n">${count} 人<div class="bar" style="width:4rem;margin:.2rem 0 0 auto"><i style="width:${((100 * count) / most).toFixed(1)}%;background:var(--wrong)"></i></div></td><td>${escapeHtml(question)}<br><span class="soft">${escapeHtml(text)}</span></td></tr>`,
  );
  return `<div class="scroll"><table><tbody>${body.join("")}</tbody></table></div>`;
}

function histogram(distribution: number[]): string {
  const most = Math.max(1, ...distribution);
  const step = (WIDTH - 50) / distribution.length;
  const inner = HEIGHT - 50;
  const bars = distribution.map((count, i) => {
    const height = (inner * count) / most;
    const x = 30 + i * step;
    const label =
      count === 0
        ? ""
        : `<text x="${(x + step / 2).toFixed(1)}" y="${(HEIGHT - 30 - height - 5).toFixed(1)}" text-anchor="middle" fill="currentColor">${count}</text>`;
    return `<rect x="${(x + 2).toFixed(1)}" y="${(HEIGHT - 30 - height).toFixed(1)}" width="${(step - 4).toFixed(1)}" height="${height.toFixed(1)}" rx="2" fill="var(--accent)"/>${label}`;
  });
  const ticks = Array.from(
    { length: 6 },
    (_, i) =>
      `<text x="${(30 + 2 * i * step).toFixed(1)}" y="${HEIGHT - 12}" text-anchor="middle" fill="currentColor">${i * 20}%</text>`,
  );
  return svg(
    HEIGHT,
    "得分率的分布",
    `${bars.join("")}<path d="M30 ${HEIGHT - 29.5}H${WIDTH - 20}" stroke="currentColor" opacity=".4"/>${ticks.join("")}`,
  );
}

const ROW = 34;
const colours = { right: "right", wrong: "wrong", undecided: "unsure", error: "wrong", unanswered: "line" };

/** 每题一条，按裁决分段。 */
function difficulty(questions: QuestionStatistics[]): string {
  const rows = questions.map(({ title, verdicts }, i) => {
    const total = Math.max(
      1,
      Object.values(verdicts).reduce((sum, x) => sum + x, 0),
    );
    let x = 0;
    const parts = Object.entries(colours).map(([kind, colour]) => {
      const width = (WIDTH * verdicts[kind as keyof typeof verdicts]) / total;
      const at = x;
      x += width;
      const opacity = kind === "error" ? ' opacity=".55"' : "";
      return width === 0
        ? ""
        : `<rect x="${at.toFixed(1)}" y="${i * ROW + 18}" width="${width.toFixed(1)}" height="10" fill="var(--${colour})"${opacity}/>`;
    });
    const share = Math.round((100 * verdicts.right) / total);
    return `<text x="0" y="${i * ROW + 13}" fill="currentColor">${escapeHtml(title)}</text><text x="${WIDTH}" y="${i * ROW + 13}" text-anchor="end" fill="currentColor">${share}% 答对</text>${parts.join("")}`;
  });
  return svg(questions.length * ROW, "各题的裁决", rows.join(""));
}

function legend(): string {
  return Object.entries(colours)
    .map(
      ([kind, colour]) =>
        `<span style="white-space:nowrap"><span style="display:inline-block;width:.8em;height:.8em;background:var(--${colour})${kind === "error" ? ";opacity:.55" : ""}"></span> ${labels[kind as keyof typeof labels].text}</span>`,
    )
    .join("　");
}

function svg(height: number, label: string, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" style="font:12px system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif">${body}</svg>`;
}

function fixed(x: number): string {
  return String(Number(x.toFixed(2)));
}
