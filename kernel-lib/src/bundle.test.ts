import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));

/** 按页面的用法打包：取用 names 里的名字（"*" 是全部）。 */
async function build(names: string, splitting: boolean) {
  const esbuild = await import("esbuild");
  return esbuild.build({
    stdin: { contents: `export ${names} from "@tidu/kernel-lib";`, resolveDir: root, sourcefile: "page.js" },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    splitting,
    charset: "utf8",
    format: "esm",
    platform: "browser",
    outdir: "out",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
}

interface Sizes {
  readonly core: number;
  readonly webgpu: number;
  /** 第一次下载与打开 webgpu 时下载的全部代码。 */
  readonly text: string;
  /** 进了第一次下载的源文件。 */
  readonly modules: readonly string[];
}

/** 第一次要下载多少，打开 webgpu 再下载多少（gzip 后的字节）。 */
async function measure(names: string): Promise<Sizes> {
  const { outputFiles, metafile } = await build(names, true);
  const { outputs } = metafile;
  const find = (part: string): string =>
    Object.keys(outputs).find((name) => outputs[name]!.entryPoint?.includes(part))!;
  /** 要一起下载的文件：它与它静态导入的。 */
  const closure = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const x of outputs[name]!.imports) if (x.kind === "import-statement") closure(x.path, seen);
    return seen;
  };
  const first = [...closure(find("page.js"))];
  const second = [...closure(find("webgpu/open"))].filter((name) => !first.includes(name));
  const file = (name: string) => outputFiles.find((f) => f.path.replaceAll("\\", "/").endsWith(name))!;
  const size = (list: readonly string[]): number =>
    list.reduce((sum, name) => sum + gzipSync(file(name).contents, { level: 9 }).length, 0);
  const text = [...first, ...second].map((name) => file(name).text).join("\n");
  const modules = first.flatMap((name) =>
    Object.entries(outputs[name]!.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.replace(/^.*dist\//, "")),
  );
  return { core: size(first), webgpu: size(second), text, modules };
}

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;

describe("浏览器里的大小（gzip）", () => {
  it("张量、算子的方法、变换与 cpu 不超过 45 KB，webgpu 再加不超过 35 KB，里面没有 Node 的东西", async function () {
    const names = "{ tensor, grad, valueAndGrad, vjp, jvp, hessian, vmap, jit, useDevice, scope, device }";
    const page = await measure(names);
    assert.ok(page.core <= 45_000, `核心 ${kb(page.core)}`);
    assert.ok(page.webgpu <= 35_000, `webgpu ${kb(page.webgpu)}`);
    assert.doesNotMatch(page.text, /["'`]node:/);
    assert.doesNotMatch(page.text, /require\(/);
    this.test!.title += `（${kb(page.core)} + ${kb(page.webgpu)}）`;
  });

  it("cpu 的编译器在首次下载之后另取，没有被当成无用的代码丢掉", async () => {
    const { metafile } = await build("{ tensor, grad, jit }", true);
    const holder = Object.values(metafile.outputs).find((o) =>
      Object.entries(o.inputs).some(([path, x]) => path.endsWith("cpu/compile.js") && x.bytesInOutput > 0),
    );
    assert.ok(holder);
    const { modules } = await measure("{ tensor, grad, jit }");
    assert.ok(!modules.includes("devices/cpu/compile.js"));
  });

  it("没有用到的部分不会进来：画图、梯度检查、损失、GPU", async () => {
    const unused = /^(?:check|losses|graph\/svg|graph\/layout|graph\/trace|devices\/(?:webgpu|tensorflow))/;
    const { modules } = await measure("{ tensor, grad, jit }");
    assert.deepEqual(
      modules.filter((m) => unused.test(m)),
      [],
    );
    const whole = await measure("*");
    assert.ok(whole.modules.includes("graph/svg.js"));
    assert.doesNotMatch(whole.text, /["'`]node:/);
  });

  it("只取一个名字，张量的方法也在", async () => {
    const { outputFiles } = await build("{ tensor }", false);
    const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`;
    const module = (await import(url)) as typeof import("./index.js");
    assert.equal(module.tensor([1, 2, 3]).mul(2).sum().item(), 12);
  });
});
