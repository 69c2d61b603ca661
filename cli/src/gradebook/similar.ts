import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  GradebookError,
  gradebookMessages as messages,
  type Similarity,
  similarityOf,
  similarityPage,
  similarityText,
  sourceOf,
  worksByExercise,
} from "@tidu/grader/node";
import { inbox } from "../grade/inbox.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export async function similar(
  paths: string[],
  { threshold, html }: { threshold: string; html?: string },
): Promise<number> {
  const percent = Number(threshold);
  if (!(percent >= 1 && percent <= 100))
    throw new GradebookError(messages.badPercent("--threshold", threshold));
  const sections: [string, Similarity][] = [];
  for (const [exercise, works] of await worksByExercise(inbox(paths)))
    sections.push([exercise, similarityOf(works, released(exercise), percent)]);
  console.log(sections.map(([title, one]) => similarityText(title, one)).join("\n\n"));
  if (html !== undefined) {
    mkdirSync(dirname(html), { recursive: true });
    writeFileSync(html, similarityPage(sections));
  }
  return 0;
}

/** 发下去的练习里的代码。 */
function released(exercise: string): string {
  const path = join(root, "exercises", `${exercise}.ipynb`);
  return existsSync(path) ? sourceOf(path, readFileSync(path)) : "";
}
