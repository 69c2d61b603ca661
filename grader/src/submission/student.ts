import { exercises } from "../problems/index.js";

/** 不是人名的文件名：练习自己的名字，和谁都可能用的名字。 */
const GENERIC = new Set([
  ...Object.keys(exercises).map((name) => name.slice(name.lastIndexOf("/") + 1)),
  ...[
    "submission",
    "notebook",
    "untitled",
    "homework",
    "assignment",
    "main",
    "index",
    "answer",
    "练习",
    "作业",
  ],
]);

/** 练习名在人名前后的写法：`02-losses_张三`、`张三 02-losses`。 */
const AROUND = [...GENERIC].map((word) => ({
  word,
  affix: new RegExp(`^${word}[-_ ]+|[-_ ]+${word}$`, "i"),
}));

const COPY = /(?:\s*[(（]\d+[)）]|[-_ ]*(?:副本|拷贝)\s*\d*|[-_ ]+copy\s*\d*)$/i;

/** 从文件夹名或文件名（去掉扩展名）得出学生；认不出是谁时为 null。 */
export function nameOf(stem: string): string | null {
  // 压缩包里的名字可以有六万多字节，太长的截断。
  let name = stem
    .slice(0, 200)
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
  // Moodle 的文件夹、Canvas 与 Blackboard 的文件名；姓名可能重，所以带上编号。
  name = name.replace(/^(.+?)_(\d+)_assignsubmission_.*$/, "$1_$2");
  name = name.replace(/^(.+?)(?:_LATE)?_(\d{3,})_\d{3,}_.*$/i, "$1_$2");
  name = name.replace(/^.+?_([^_]+)_attempt_\d{4}-[\d-]+(?:_.*)?$/, "$1");
  while (COPY.test(name)) name = name.replace(COPY, "");
  for (const { word, affix } of AROUND) {
    if (name.toLowerCase() === word) return null;
    name = name.replace(affix, "");
  }
  name = name.trim();
  return name === "" ? null : name;
}

/**
 * 一份提交是谁的，由它在所给文件夹（或压缩包）里的位置得出：
 * 在子文件夹里，就是第一层子文件夹的名字；否则是文件名；文件名只是练习的名字时，是 `root`。
 */
export function studentOfPath(parts: string[], root: string): string {
  const folder = parts.length > 1 ? nameOf(parts[0]!) : null;
  return folder ?? nameOf(stemOf(parts.at(-1)!)) ?? nameOf(root) ?? root;
}

/** 去掉扩展名；改名时叠上去的（`x.ipynb.txt`）一并去掉。 */
export function stemOf(name: string): string {
  const short = name.slice(0, 255);
  return (
    short.replace(/\.ipynb\W*\d*\W*$/i, "").replace(/(?:\.(?:ipynb|json|txt|[cm]?ts|zip))+$/i, "") || short
  );
}

/** 几份提交都在同一层外壳里（打包时常见）时，外壳有几层。文件名都只是练习名字的那层是学生。 */
export function wrapperDepth(all: string[][]): number {
  if (all.length < 2) return 0;
  let depth = 0;
  for (;;) {
    const first = all[0]![depth];
    if (!all.every((parts) => parts.length > depth + 1 && parts[depth] === first)) return depth;
    const inside = all.map((parts) => parts.slice(depth + 1));
    const named = inside.every((parts) => parts.length > 1 || nameOf(stemOf(parts[0]!)) !== null);
    if (!named) return depth;
    depth++;
  }
}
