import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messages } from "@tidu/grader";
import { scaffold } from "@tidu/grader/node";

const FAMILIES = "grader/src/problems/families.ts";

/** 写出一个新题族的骨架；已有的文件（登记处除外）不覆盖。 */
export function newFamily(slug: string, name: string, root: string): number {
  const { files, next } = scaffold(slug, name, readFileSync(join(root, FAMILIES), "utf8"));
  for (const path of files.keys()) {
    if (path === FAMILIES || !existsSync(join(root, path))) continue;
    console.error(messages.fileExists(path));
    return 2;
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`${path === FAMILIES ? "登记" : "生成"} ${path}`);
  }
  console.log(`\n${next}`);
  return 0;
}
