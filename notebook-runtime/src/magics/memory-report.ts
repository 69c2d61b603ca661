import { escapeHtml } from "../display/text.js";
import type { MimeBundle } from "../types.js";
import { megabytes } from "./size.js";

/** 内核在会话的报告里补上自己的那几行，靠这个内容类型认出它。 */
export const MEMORY_MIME = "application/vnd.tidu.memory+json";

export interface MemoryReport {
  rows: MemoryRow[];
  /** 变量里走得到的张量，按设备。 */
  tensors: { device: string; count: number; bytes: number }[];
  /** 回收垃圾之后还活着的张量对象，变量走不到的（闭包、定时器里的）也算；查不到就没有。 */
  alive?: number;
}

export interface MemoryRow {
  name: string;
  /** null：这个系统上查不到。 */
  bytes: number | null;
  /** 上限；有它才画成占了几成的条。 */
  limit?: number;
  detail?: string;
}

const WIDTH = 20;

/** 内存报告 → 文本与 HTML；条长按上限，没有上限的按最大的一行。 */
export function memoryBundle(report: MemoryReport): MimeBundle {
  const longest = Math.max(...report.rows.map((row) => row.bytes ?? 0), 1);
  const share = (row: MemoryRow) => Math.min(1, (row.bytes ?? 0) / (row.limit ?? longest));
  const amount = ({ bytes, limit }: MemoryRow) =>
    bytes === null
      ? "查不到"
      : limit === undefined
        ? megabytes(bytes)
        : `${megabytes(bytes)} / ${megabytes(limit)}`;
  const tensors = report.tensors.map(
    ({ device, count, bytes }) => `变量里的张量（${device}）：${count} 个，${megabytes(bytes)}`,
  );
  if (report.alive !== undefined) tensors.push(`还活着的张量对象：${report.alive} 个（闭包里的也算）`);
  const names = Math.max(...report.rows.map((row) => columns(row.name)));
  const text = report.rows.map((row) => {
    const filled = Math.round(share(row) * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    const name = row.name + " ".repeat(names - columns(row.name));
    return `${name}  ${bar}  ${amount(row)}${row.detail ? `（${row.detail}）` : ""}`;
  });
  const html = report.rows.map(
    (row) =>
      `<tr><th style="text-align:left">${escapeHtml(row.name)}</th><td><meter min="0" max="1" high="0.9" value="${share(row).toFixed(4)}"></meter></td><td style="text-align:left">${escapeHtml(amount(row))}${row.detail ? `（${escapeHtml(row.detail)}）` : ""}</td></tr>`,
  );
  return {
    "text/plain": [...text, ...tensors].join("\n"),
    "text/html": `<table>${html.join("")}</table>${tensors.map((line) => `<div>${escapeHtml(line)}</div>`).join("")}`,
    [MEMORY_MIME]: report,
  };
}

/** 等宽字体里汉字占两格。 */
function columns(text: string): number {
  return [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? 2 : 1), 0);
}
