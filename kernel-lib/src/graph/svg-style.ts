/** 框里文字的字号。 */
export const titleSize = 15;
export const textSize = 12;
export const tagSize = 11;

const light =
  "--ink:#1d2733;--soft:#5d6b7a;--line:#8592a0;--paper:#fff;--op:#f4f6f9;--input:#e8f1fc;--input-line:#4b87c7;--constant:#f3f1ea;--output:#e9f6ec;--output-line:#3d9a57;--adjoint:#b3391f";
const dark =
  "--ink:#e8edf3;--soft:#a9b6c4;--line:#7c8a99;--paper:#14181d;--op:#222931;--input:#1b3049;--input-line:#6aa5e3;--constant:#2d2a22;--output:#1c3625;--output-line:#62c17e;--adjoint:#ff9d84";

// 页面可以用 --tidu-graph-ink 之类的变量改颜色。
export const graphStyle = [
  `.tidu-graph-auto,.tidu-graph-light{${light}}`,
  `.tidu-graph-dark{${dark}}`,
  `@media (prefers-color-scheme:dark){.tidu-graph-auto{${dark}}}`,
  '.tidu-graph{font-family:"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}',
  ".tidu-graph text{text-anchor:middle;fill:var(--tidu-graph-ink,var(--ink))}",
  `.tidu-graph .tidu-title{font-size:${titleSize}px;font-weight:600}`,
  '.tidu-graph .tidu-name{font-family:"Latin Modern Math","STIX Two Text",Cambria,Georgia,"Noto Serif CJK SC",serif;font-style:italic}',
  `.tidu-graph .tidu-note{font-size:${textSize}px;font-style:normal;font-weight:400;fill:var(--tidu-graph-soft,var(--soft))}`,
  `.tidu-graph .tidu-value,.tidu-graph .tidu-adjoint{font-size:${textSize}px;font-variant-numeric:tabular-nums}`,
  ".tidu-graph .tidu-adjoint{fill:var(--tidu-graph-adjoint,var(--adjoint))}",
  `.tidu-graph .tidu-label{font-size:${tagSize}px}`,
  `.tidu-graph .tidu-tag{font-size:${tagSize}px;fill:var(--tidu-graph-soft,var(--soft));paint-order:stroke;stroke:var(--tidu-graph-paper,var(--paper));stroke-width:3px}`,
  ".tidu-graph .tidu-edge{fill:none;stroke:var(--tidu-graph-line,var(--line));stroke-width:1.3}",
  ".tidu-graph .tidu-tip{fill:var(--tidu-graph-line,var(--line))}",
  ".tidu-graph .tidu-paper{fill:var(--tidu-graph-paper,var(--paper));stroke:none}",
  ".tidu-graph .tidu-box rect{fill:var(--tidu-graph-op,var(--op));stroke:var(--tidu-graph-line,var(--line));stroke-width:1.2}",
  ".tidu-graph .tidu-box.tidu-input rect{fill:var(--tidu-graph-input,var(--input));stroke:var(--input-line)}",
  ".tidu-graph .tidu-box.tidu-constant rect{fill:var(--constant);stroke-dasharray:4 3}",
  ".tidu-graph .tidu-box.tidu-output rect{fill:var(--tidu-graph-output,var(--output));stroke:var(--output-line);stroke-width:2}",
  // 收起的一段：底下再露一角，像一叠纸。
  ".tidu-graph .tidu-box.tidu-block rect{stroke-width:1.6}",
  ".tidu-graph .tidu-box.tidu-block .tidu-under{fill:none;stroke:var(--tidu-graph-line,var(--line));stroke-width:1.6}",
  ".tidu-graph .tidu-box rect.tidu-ring{fill:none;stroke:var(--tidu-graph-adjoint,var(--adjoint));stroke-width:2.6}",
  ".tidu-graph .tidu-faded{opacity:.28}",
].join("");
