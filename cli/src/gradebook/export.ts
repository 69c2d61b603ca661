import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Entry,
  GradebookError,
  gradesCsv,
  gradescopeResults,
  gradebookMessages as messages,
  nbgraderCsv,
} from "@tidu/grader/node";
import { withGradebook } from "./view.js";

export interface ExportOptions {
  format: string;
  out?: string;
  bom?: boolean;
}

const FORMATS = ["csv", "nbgrader", "gradescope"];

export function exportGrades(db: string, { format, out, bom }: ExportOptions): Promise<number> {
  if (!FORMATS.includes(format)) throw new GradebookError(messages.badChoice("--format", format, FORMATS));
  return withGradebook(db, async (gradebook) => {
    const entries = await gradebook.entries();
    if (format === "gradescope") return writeGradescope(entries, out);
    const options = { bom: bom === true };
    const deadlines = new Map((await gradebook.policies()).map(({ name, deadline }) => [name, deadline]));
    const text = format === "csv" ? gradesCsv(entries, options) : nbgraderCsv(entries, deadlines, options);
    if (out === undefined) process.stdout.write(text);
    else {
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, text);
    }
    return 0;
  });
}

/** 每份一个文件；不给 `out` 时印成一个数组。 */
function writeGradescope(entries: Entry[], out: string | undefined): number {
  const counted = entries.filter(({ counts }) => counts);
  if (out === undefined) {
    console.log(JSON.stringify(counted.map(gradescopeResults), null, 2));
    return 0;
  }
  mkdirSync(out, { recursive: true });
  for (const entry of counted) {
    const name = `${entry.student}-${entry.assignment}`.replace(/[^\p{L}\p{N}._-]+/gu, "_");
    const file = join(out, `${name}-${entry.submission.slice(0, 8)}.json`);
    writeFileSync(file, `${JSON.stringify(gradescopeResults(entry), null, 2)}\n`);
  }
  console.log(`写好 ${counted.length} 个 results.json：${out}`);
  return 0;
}
