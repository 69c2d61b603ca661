import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messages } from "@tidu/grader";
import { type GradeReport, gradeHtml, gradeJson } from "@tidu/grader/node";

/** 把报告写成 JSON 与网页；写不了时说明，返回 false。 */
export async function writeReport(
  report: GradeReport,
  { json, html }: { json?: string; html?: string },
): Promise<boolean> {
  try {
    if (json !== undefined) {
      mkdirSync(dirname(json), { recursive: true });
      writeFileSync(json, `${JSON.stringify(gradeJson(report), null, 2)}\n`);
    }
    if (html !== undefined) await writePages(html, gradeHtml(report));
    return true;
  } catch (error) {
    console.error(messages.unwritable(json ?? html ?? "", (error as Error).message));
    return false;
  }
}

/** 一页一页地写，不把全班的网页同时放在内存里。 */
export async function writePages(
  folder: string,
  pages: AsyncIterable<[name: string, text: string]>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for await (const [name, text] of pages) writeFileSync(join(folder, name), text);
}
