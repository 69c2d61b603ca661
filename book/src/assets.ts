import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { outputFiles, packagePath, shared } from "./bundle.js";

const here = dirname(fileURLToPath(import.meta.url));
const styles = join(here, "..", "style");

/**
 * 打包脚本与样式，复制字体、KaTeX 与 plotly；全部在本地，页面不联网。
 *
 * @returns 写出的文件，相对 `out`。
 */
export async function buildAssets(out: string): Promise<string[]> {
  const assets = join(out, "assets");
  await mkdir(assets, { recursive: true });
  const results = await Promise.all([
    build({
      ...shared,
      entryPoints: { book: join(here, "client", "book.js") },
      outdir: assets,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
    }),
    build({
      ...shared,
      format: "iife",
      entryPoints: { boot: join(here, "client", "boot.js") },
      outdir: assets,
    }),
    build({
      ...shared,
      entryPoints: { book: join(styles, "book.css") },
      outdir: assets,
    }),
  ]);
  const written = results.flatMap((result) => outputFiles(result, out));
  return [...written, ...(await copyAssets(assets))];
}

async function copyAssets(assets: string): Promise<string[]> {
  const katex = dirname(packagePath("katex"));
  const fonts = (await readdir(join(katex, "fonts"))).filter((name) => name.endsWith(".woff2"));
  await mkdir(join(assets, "katex", "fonts"), { recursive: true });
  for (const name of fonts) await copyFile(join(katex, "fonts", name), join(assets, "katex", "fonts", name));

  // 只带 woff2：删去样式表里的 woff、ttf 两种后备地址。
  const css = await readFile(join(katex, "katex.min.css"), "utf8");
  const slim = css.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, "");
  await writeFile(join(assets, "katex", "katex.min.css"), slim);

  await copyFile(packagePath("plotly.js/dist/plotly-cartesian.min.js"), join(assets, "plotly.js"));
  await copyFile(join(styles, "icon.svg"), join(assets, "icon.svg"));
  const names = [
    "katex/katex.min.css",
    "plotly.js",
    "icon.svg",
    ...fonts.map((name) => `katex/fonts/${name}`),
  ];
  return names.map((name) => `assets/${name}`);
}
