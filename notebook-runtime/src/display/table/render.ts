import { count, escapeHtml, textWidth } from "../text.js";
import type { Cell, Grid } from "./grid.js";

/** 行比这多时固定表头、在框里滚动。 */
const SCROLL = 20;
/** 表头要盖住滚过去的行，所以要有不透明的底色：各种前端的背景色。 */
const HEAD =
  "position:sticky;top:0;background:var(--jp-layout-color0,var(--vscode-editor-background,var(--page,Canvas)))";

function numericColumns({ columns, rows }: Grid): boolean[] {
  return columns.map(
    (_, i) =>
      rows.some((row) => row[i]?.numeric) && rows.every((row) => row[i]?.numeric || row[i]?.text === ""),
  );
}

/** 表 → HTML；列多时横向滚动，行多时表头不动。 */
export function gridHtml(grid: Grid): string {
  const numeric = numericColumns(grid);
  const tall = grid.rows.length > SCROLL;
  const align = (i: number) => `text-align:${numeric[i] ? "right" : "left"}`;
  const head = grid.columns
    .map((name, i) => {
      const type = grid.types?.[i] ?? "";
      const note =
        type === ""
          ? ""
          : `<div style="font-weight:normal;font-size:85%;opacity:.65">${escapeHtml(type)}</div>`;
      return `<th style="${align(i)}${tall ? `;${HEAD}` : ""}">${escapeHtml(name)}${note}</th>`;
    })
    .join("");
  const cell = ({ text, html }: Cell, i: number) =>
    `<td style="${align(i)}">${html ?? escapeHtml(text)}</td>`;
  const lines = grid.rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`);
  if (grid.gap) {
    const note = `⋮ 中间 ${count(grid.gap.rows)} 行没有显示`;
    lines.splice(
      grid.gap.at,
      0,
      `<tr><td colspan="${grid.columns.length}" style="text-align:center;opacity:.65">${note}</td></tr>`,
    );
  }
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${lines.join("")}</tbody></table>`;
  const more =
    grid.moreColumns === undefined
      ? ""
      : `<div style="opacity:.65;font-size:90%">还有 ${count(grid.moreColumns)} 列没有显示</div>`;
  const framed = tall ? `<div style="overflow:auto;max-height:28em">${table}</div>` : table;
  return framed + more;
}

/** 表 → 对齐的文本。 */
export function gridText(grid: Grid): string {
  const numeric = numericColumns(grid);
  const { columns, rows } = grid;
  const widths = columns.map((name, i) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[i]?.text ?? "")), textWidth(name)),
  );
  const line = (texts: string[]) =>
    texts
      .map((text, i) => {
        const space = " ".repeat((widths[i] ?? 0) - textWidth(text));
        return numeric[i] ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  const body = rows.map((row) => line(row.map(({ text }) => text)));
  if (grid.gap) body.splice(grid.gap.at, 0, `⋮（中间 ${count(grid.gap.rows)} 行没有显示）`);
  if (grid.moreColumns !== undefined) body.push(`（还有 ${count(grid.moreColumns)} 列没有显示）`);
  return [line(columns), line(widths.map((w) => "-".repeat(w))), ...body].join("\n");
}
