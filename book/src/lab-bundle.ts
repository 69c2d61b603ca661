import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
  const outdir = join(out, "assets", "lab");
  const { "@tensorflow/tfjs": tfjs, ...own } = labModules;
  const modules = Object.entries(own).map(([specifier, name]) => [name, packagePath(specifier)]);
  // tfjs 与别的模块没有公用的部分，另打一个文件；kernel-lib 里可选的 tensorflow 设备不进网页。
  const results = await Promise.all([
    build({
      ...shared,
      entryPoints: { worker: packagePath("@tidu/notebook-runtime/worker"), ...Object.fromEntries(modules) },
      outdir,
      splitting: true,
      chunkNames: "[name]-[hash]",
      external: ["node:*", "webgpu", "@tensorflow/*"],
    }),
    build({
      ...shared,
      entryPoints: { [tfjs]: fileURLToPath(new URL("./lab-tfjs.js", import.meta.url)) },
      outdir,
    }),
  ]);
  return results.flatMap((result) => outputFiles(result, out));
}
