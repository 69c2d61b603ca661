import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { course } from "./course.js";

/** 书里的一篇：一章、一份练习，或一篇不编号的文章（`notebooks/*.md`）。 */
export interface Source {
  kind: "chapter" | "exercise" | "article";
  /** 部的目录名，如 `3-architectures`；文章是空串，下面的号也是 0 与空串。 */
  part: string;
  partNumber: number;
  /** 章在部里的序号。 */
  order: number;
  /** 章号，如 `3.2`。 */
  number: string;
  /** 文件名去掉扩展名，如 `02-losses`。 */
  slug: string;
  /** 相对仓库根目录的路径，用 `/` 分隔。 */
  file: string;
  text: string;
}

const folders = { chapter: "notebooks", exercise: "exercises" } as const;

async function names(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

/** 读出课程树里的全部章与练习，按章号排列，文章排在最后。文件名不合 `<部>/<两位章号>-<slug>.ipynb` 的不算课程。 */
export async function readCourse(root: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const [kind, folder] of Object.entries(folders) as ["chapter" | "exercise", string][]) {
    for (const part of await names(join(root, folder))) {
      const partNumber = Number(/^(\d+)-/.exec(part)?.[1]);
      if (!partNumber) continue;
      for (const name of await names(join(root, folder, part))) {
        const match = /^((\d+)-.+)\.ipynb$/.exec(name);
        if (!match) continue;
        const order = Number(match[2]);
        const file = `${folder}/${part}/${name}`;
        const text = await readFile(join(root, file), "utf8");
        sources.push({
          kind,
          part,
          partNumber,
          order,
          number: `${partNumber}.${order}`,
          slug: match[1]!,
          file,
          text,
        });
      }
    }
  }
  sources.sort((a, b) => a.partNumber - b.partNumber || a.order - b.order);
  return [...sources, ...(await readArticles(root))];
}

/** `notebooks/` 下的 Markdown：学习路线（README.md）、记号、勘误。 */
async function readArticles(root: string): Promise<Source[]> {
  const files = (await names(join(root, folders.chapter))).filter((name) => name.endsWith(".md"));
  return Promise.all(
    files.map(async (name) => ({
      kind: "article" as const,
      part: "",
      partNumber: 0,
      order: 0,
      number: "",
      slug: name.slice(0, -".md".length),
      file: `${folders.chapter}/${name}`,
      text: await readFile(join(root, folders.chapter, name), "utf8"),
    })),
  );
}

/** 这个路径是不是课程地图里计划写、但也许还没写的一章或它的练习。 */
export function isPlanned(file: string): boolean {
  const match = /^(?:notebooks|exercises)\/([^/]+)\/(\d+)-(.+)\.ipynb$/.exec(file);
  const part = course.find((candidate) => candidate.directory === match?.[1]);
  return part?.chapters[Number(match?.[2]) - 1]?.slug === match?.[3];
}
