import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, BuildResult } from "esbuild";

export const shared: BuildOptions = {
  bundle: true,
  format: "esm",
  minify: true,
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  logLevel: "silent",
  metafile: true,
};

/** 一个包（或它的文件）在磁盘上的位置。 */
export function packagePath(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
}

/** esbuild 写出的文件，相对站点根。 */
export function outputFiles({ metafile }: BuildResult, out: string): string[] {
  const names = Object.keys(metafile?.outputs ?? {});
  return names.map((path) =>
    join(process.cwd(), path)
      .slice(out.length + 1)
      .replaceAll("\\", "/"),
  );
}
