import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messages } from "@tidu/grader";
import { type GradeReport, gradeHtml, gradeJson } from "@tidu/grader/node";

/** 把报告写成 JSON 与网页；写不了时说明，返回 false。 */
export function writeReport(report: GradeReport, { json, html }: { json?: string; html?: string }): boolean {
  try {
    if (json !== undefined) {
      mkdirSync(dirname(json), { recursive: true });
      writeFileSync(json, `${JSON.stringify(gradeJson(report), null, 2)}\n`);
    }
    if (html !== undefined) writePages(html, gradeHtml(report));
    return true;
  } catch (error) {
    console.error(messages.unwritable(json ?? html ?? "", (error as Error).message));
    return false;
  }
}

/** 一页一页地写，不把全班的网页同时放在内存里。 */
export function writePages(folder: string, pages: Iterable<[name: string, text: string]>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
}
