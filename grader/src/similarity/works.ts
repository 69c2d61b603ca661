import { assignmentOf, type Incoming } from "../class/incoming.js";
import { readNotebook } from "../submission/notebook.js";
import type { Work } from "./similarity.js";

/** 只留下代码；按练习分好。读不出来的不比。 */
export async function worksByExercise(
  inbox: AsyncIterable<Incoming> | Iterable<Incoming>,
): Promise<Map<string, Work[]>> {
  const groups = new Map<string, Work[]>();
  for await (const incoming of inbox) {
    const exercise = assignmentOf(incoming);
    if (exercise === "" || "reason" in incoming) continue;
    const { student, path, bytes } = incoming;
    const works = groups.get(exercise) ?? [];
    groups.set(exercise, works);
    works.push({ student, path, source: sourceOf(path, bytes) });
  }
  return groups;
}

/** 一份笔记本的全部代码。 */
export function sourceOf(path: string, bytes: Uint8Array): string {
  return readNotebook(path, bytes)
    .cells.filter(({ code }) => code)
    .map(({ source }) => source)
    .join("\n\n");
}
