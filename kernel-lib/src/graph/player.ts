import type { Picture } from "./picture.js";
import type { Step } from "./steps.js";
import { drawSvg, escapeXml, hash, type SvgOptions } from "./svg.js";

let players = 0;

/**
 * 逐步演示的网页：不用脚本，所以书里（内容安全策略不许输出带脚本）、JupyterLab 与手机上都能用。
 * 每一步是一个单选钮，选中的那个用 CSS 变量 --t 告诉图现在第几帧，图上各处的不透明度由 --t 算出。
 * 键盘：单选钮得到焦点后按左右方向键（JupyterLab 要在钮上写明才不抢这两个键）。打印时画出最后的样子，并列出全部步骤。
 */
export function drawPlayer(
  picture: Picture,
  steps: readonly Step[],
  options: SvgOptions,
  description: string,
): string {
  const { theme = "auto", title = "计算图" } = options;
  const svg = drawSvg(picture, { ...options, title: `${title}（逐步）` }, description, "play");
  const id = `tidu-play-${hash(svg)}-${(++players).toString(36)}`;
  const last = steps.length - 1;
  /** 这一步的框在图里的高低，0 到 1：图高过一屏时书里的脚本据此滚动。 */
  const at = (step: number): string => {
    const k = picture.texts.findIndex((t) => t.timing?.active.includes(step));
    const rect = picture.rects[k];
    return rect ? ((rect.y + rect.height / 2) / picture.height).toFixed(3) : "0";
  };
  const radios = steps.map(
    (s, i) =>
      `<input type="radio" name="${id}" id="${id}-${i}" aria-label="${escapeXml(`第 ${i + 1} 步，共 ${last + 1} 步。${s.caption}`)}" title="${escapeXml(s.title)}" data-at="${at(i)}" data-lm-suppress-shortcuts${i === 0 ? " checked" : ""}>`,
  );
  const button = (to: number, text: string): string =>
    to < 0 || to > last
      ? `<span class="tidu-go tidu-off" aria-hidden="true">${text}</span>`
      : `<label class="tidu-go" for="${id}-${to}">${text}</label>`;
  const captions = steps.map(
    (s, i) =>
      `<li>${button(i - 1, "上一步")}<span class="tidu-count">${i + 1} / ${last + 1}</span>${button(i + 1, "下一步")}<p class="tidu-say">${escapeXml(s.caption)}</p></li>`,
  );
  const chosen = steps.map(
    (_, i) =>
      `#${id}:has(#${id}-${i}:checked){--t:${i}}#${id}:has(#${id}-${i}:checked) .tidu-says>:nth-child(${i + 1}){display:flex}`,
  );
  return [
    `<div class="tidu-player tidu-graph-${theme}" id="${id}" role="group" aria-label="${escapeXml(`${title}：逐步演示，按左右方向键前进后退`)}">`,
    `<style>${playerStyle}@media screen{${chosen.join("")}}</style>`,
    `<div class="tidu-stage">${svg}</div>`,
    `<div class="tidu-foot"><div class="tidu-track">${radios.join("")}</div><ol class="tidu-says">${captions.join("")}</ol></div>`,
    "</div>",
  ].join("\n");
}

const listed =
  ".tidu-track,.tidu-says .tidu-go,.tidu-says .tidu-count{display:none}.tidu-foot{position:static}.tidu-says{padding-inline-start:2em;list-style:decimal}.tidu-says>li{display:list-item}.tidu-says .tidu-say{max-height:none;text-align:start}";

/** 颜色用图自己的那一套，深浅色就与图一致。 */
const playerStyle = [
  ".tidu-player{--t:9999;max-width:52rem;margin-inline:auto;padding-inline:6px;border-radius:8px;font:15px/1.6 system-ui,sans-serif;color:var(--tidu-graph-ink,var(--ink));background:var(--tidu-graph-paper,var(--paper))}",
  ".tidu-stage{overflow-x:auto}",
  ".tidu-stage>svg{display:block;margin-inline:auto}",
  // 图高过一屏时，控制条贴在屏幕底边。
  ".tidu-foot{position:sticky;bottom:0;min-height:112px;box-sizing:border-box;background:inherit;border-radius:inherit}",
  ".tidu-track{display:flex}",
  ".tidu-track>input{appearance:none;flex:1 1 0;min-width:0;height:24px;margin:0;border:0;border-radius:3px;cursor:pointer;touch-action:pan-y;background:linear-gradient(var(--line),var(--line)) center/100% 3px no-repeat}",
  ".tidu-track>input:hover{background-size:100% 7px}",
  ".tidu-track>input:checked{min-width:16px;background:radial-gradient(circle at center,var(--tidu-graph-adjoint,var(--adjoint)) 7px,transparent 8px) center/100% 100% no-repeat,linear-gradient(var(--line),var(--line)) center/100% 3px no-repeat}",
  ".tidu-track>input:focus-visible{outline:2px solid currentColor;outline-offset:-1px}",
  ".tidu-says{margin:0;padding:0;list-style:none}",
  ".tidu-says>li{display:none;flex-wrap:wrap;align-items:center;justify-content:center;gap:4px 16px;margin:0}",
  ".tidu-says .tidu-say{flex:0 0 100%;order:2;max-height:30vh;overflow-y:auto;margin:0;padding-bottom:4px;text-align:center;overflow-wrap:anywhere}",
  ".tidu-says .tidu-go{padding:3px 14px;border:1px solid currentColor;border-radius:6px;cursor:pointer;user-select:none;line-height:1.5}",
  ".tidu-says .tidu-off{opacity:.3;cursor:default}",
  ".tidu-says .tidu-count{min-width:4.5em;text-align:center;font-variant-numeric:tabular-nums;opacity:.75}",
  "@media (prefers-reduced-motion:no-preference){.tidu-player .tidu-step{transition:opacity .22s}}",
  // 打印与不认识 :has 的旧浏览器：画出最后的样子，列出全部步骤。
  `@media print{${listed}}@supports not selector(:has(a)){${listed}}`,
].join("");
