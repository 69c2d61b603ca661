import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";

const folder = fileURLToPath(new URL("../../.cache/", import.meta.url));

/**
 * `make()` 的结果，存在包的 `.cache/` 里：`sources` 这些目录里的文件没有变，就不必再做一遍。
 * 每种 Node 一份。存不了（目录只读）也照样用。
 */
export function kept<T>(name: string, sources: string[], make: () => T): T {
  const file = join(folder, `${name}-${process.version}-${process.arch}`);
  const key = fingerprint(sources);
  try {
    const found = deserialize(readFileSync(file)) as { key: string; value: T };
    if (found.key === key) return found.value;
  } catch {
    // 没有存过，或者存坏了。
  }
  const value = make();
  try {
    mkdirSync(folder, { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, serialize({ key, value }));
    renameSync(draft, file);
  } catch {
    // 存不了，下次再做。
  }
  return value;
}

/** 文件的名字、大小、修改时刻。 */
function fingerprint(sources: string[]): string {
  const hash = createHash("sha256");
  for (const source of [...sources, fileURLToPath(new URL(".", import.meta.url))])
    for (const path of readdirSync(source, { recursive: true, encoding: "utf8" }).sort()) {
      if (!path.endsWith(".js") || path.endsWith(".test.js")) continue;
      const { size, mtimeMs } = statSync(join(source, path));
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  return hash.digest("hex");
}
