import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { messages } from "@tidu/grader";
import { buildExercise } from "@tidu/grader/node";
import { root } from "../root.js";

function notebooksUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ipynb") && !name.includes(".ipynb_checkpoints"))
    .sort();
}

/** 由 solutions/ 生成 exercises/；`checkOnly` 只检查是否一致。 */
export function buildAll(checkOnly: boolean): number {
  const sources = join(root, "solutions");
  const targets = join(root, "exercises");
  const names = notebooksUnder(sources);
  if (names.length === 0) {
    console.error(messages.noSolution(sources));
    return 2;
  }
  let stale = 0;
  for (const name of names) {
    const target = join(targets, name);
    const shown = relative(root, target);
    let built: string;
    try {
      built = buildExercise(readFileSync(join(sources, name), "utf8"), `solutions/${name}`);
    } catch (error) {
      console.error((error as Error).message);
      return 2;
    }
    if (existsSync(target) && readFileSync(target, "utf8") === built) continue;
    if (checkOnly) {
      console.error(messages.stale(shown));
      stale++;
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, built);
    console.log(`生成 ${shown}`);
  }
  for (const name of notebooksUnder(targets)) {
    if (names.includes(name)) continue;
    if (checkOnly) {
      console.error(messages.stale(`exercises/${name}`));
      stale++;
    } else {
      rmSync(join(targets, name));
      console.log(`删除 exercises/${name}（没有对应的解答）`);
    }
  }
  if (stale === 0) console.log(`${names.length} 份练习与解答一致`);
  return stale === 0 ? 0 : 1;
}

/** 某个学习者的那一份：全部练习写进 `folder`，有变体的题换成他的常数。 */
export function buildFor(student: string, folder: string): number {
  const names = notebooksUnder(join(root, "solutions"));
  for (const name of names) {
    const target = join(folder, name);
    const source = readFileSync(join(root, "solutions", name), "utf8");
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, buildExercise(source, `solutions/${name}`, student));
  }
  console.log(`${student}：${names.length} 份练习写进 ${folder}`);
  return 0;
}
