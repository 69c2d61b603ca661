import { join } from "node:path";
import { build } from "esbuild";
import { outputFiles, packagePath, shared } from "./bundle.js";
import { labModules } from "./lab-modules.js";

/**
 * 打包页内运行用的 worker 与单元格能导入的包。它们一起打包并拆出公用部分，
 * 所以单元格导入的 kernel-lib 与判分用的 kernel-lib 是同一份，张量互相认得。
 *
 * @returns 写出的文件，相对 `out`。
 */
export async function bundleLab(out: string): Promise<string[]> {
  const modules = Object.entries(labModules).map(([specifier, name]) => [name, packagePath(specifier)]);
  const result = await build({
    ...shared,
    entryPoints: { worker: packagePath("@tidu/notebook-runtime/worker"), ...Object.fromEntries(modules) },
    outdir: join(out, "assets", "lab"),
    splitting: true,
    chunkNames: "[name]-[hash]",
    external: ["node:*", "webgpu", "@tensorflow/*"],
  });
  return outputFiles(result, out);
}
