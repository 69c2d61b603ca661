import { course } from "./course.js";
import { heroFigure } from "./hero.js";
import { escapeHtml } from "./text.js";

export interface Entry {
  url: string;
  number: string;
  title: string;
  progressKey: string;
}

/** 首页：一句话、怎么用、课程地图、进度。写成的章是链接，没写成的如实标出来。 */
export function renderHome(chapters: readonly Entry[], exercises: readonly Entry[]): string {
  const written = new Map(chapters.map((entry) => [entry.number, entry]));
  const practice = new Map(exercises.map((entry) => [entry.number, entry]));
  const total = course.reduce((sum, part) => sum + part.chapters.length, 0);
  const first = chapters[0] ?? exercises[0];

  const parts = course.map((part) => {
    const items = part.chapters.map(({ title }, index) => {
      const number = `${part.number}.${index + 1}`;
      const chapter = written.get(number);
      const exercise = practice.get(number);
      const name = `<span class="number">${number}</span>`;
      const main = chapter
        ? `<a href="${chapter.url}" data-read="${escapeHtml(chapter.progressKey)}">${name}<span>${escapeHtml(chapter.title)}</span></a>`
        : `<span class="unwritten">${name}<span>${escapeHtml(title)}</span></span>`;
      const extra = exercise
        ? `<a class="practice" href="${exercise.url}" data-passed="${escapeHtml(exercise.progressKey)}">练习</a>`
        : "";
      return `<li>${main}${extra}</li>`;
    });
    return `<section class="part"><h3><span class="number">${part.number}</span>${part.title}</h3><ol>${items.join("")}</ol></section>`;
  });

  return `<section class="hero">
<div>
<h1>梯度</h1>
<p class="lead">一门讲链式法则与梯度的课。公式与代码并排，每一格代码都能在这一页里改、在这一页里运行，每道练习当场判对错、说错因。</p>
<p class="actions">${first ? `<a class="button primary" href="${first.url}">从 ${first.number} 开始读</a>` : ""}<button type="button" class="button" data-action="search">搜索全书</button></p>
</div>
${heroFigure()}
</section>
<section class="ways">
<div><h2>读</h2><p>不用安装任何东西。点进代码就能编辑，<kbd>Shift</kbd>&#8202;+&#8202;<kbd>Enter</kbd> 运行；有 WebGPU 的浏览器可以用上显卡。</p></div>
<div><h2>做</h2><p>练习页里写函数、点运行，立刻知道对不对；错了，会指出最像哪一种常见的错。进度只存在这台设备上。</p></div>
<div><h2>深入</h2><p>在仓库里运行 <code>npm run lab</code>，用 JupyterLab 打开同一本笔记本，带类型检查与补全。</p></div>
</section>
<section class="map">
<h2>课程地图</h2>
<p class="map-note">全书计划 ${total} 章，已写成 ${chapters.length} 章。灰色的章还在规划中。</p>
<div class="parts">${parts.join("\n")}</div>
</section>
<section class="progress-panel" id="progress">
<h2>学习进度</h2>
<p data-slot="progress-summary">进度记在这台设备的浏览器里，不上传。</p>
<p class="actions">
<button type="button" class="button" data-action="progress-export">导出</button>
<label class="button">导入<input type="file" accept="application/json" data-action="progress-import" class="visually-hidden"></label>
<button type="button" class="button" data-action="progress-reset">清空</button>
</p>
</section>`;
}
