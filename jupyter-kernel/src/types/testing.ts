// 只给本文件夹的测试用。
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** 临时文件夹，按「相对路径 → 内容」写好文件。 */
export function project(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "tidu-project-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** 一段带光标 | 的源码。 */
export function cursor(marked: string): { code: string; position: number } {
  const position = marked.indexOf("|");
  return { code: marked.slice(0, position) + marked.slice(position + 1), position };
}
