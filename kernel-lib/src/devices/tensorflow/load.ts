import type * as Tfjs from "@tensorflow/tfjs-core";

export type Tf = typeof Tfjs;

/** 一个可用的 tfjs 后端。 */
export interface Backend {
  readonly tf: Tf;
  readonly name: string;
  /** 一句说明，如“CUDA GPU（tfjs-node-gpu）”。 */
  readonly detail: string;
}

/** 尝试过而用不了的后端与原因。 */
export interface Refusal {
  readonly package: string;
  readonly reason: string;
}

// 名字放在变量里，打包到浏览器时不会把这些包卷进去。
const load = (name: string): Promise<any> => import(name);
const inNode = (): boolean =>
  typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === "string";

/** tfjs-node 用到 Node 23 起删去的 util.isNullOrUndefined（tfjs #8609）。 */
async function polyfill(): Promise<void> {
  const { default: util } = await load("node:util");
  util.isNullOrUndefined ??= (x: unknown): boolean => x === null || x === undefined;
}

/** 只看文件，不加载：没有二进制文件时 tfjs-node 要先花几秒加载别的东西才会失败。 */
async function bindingProblem(name: string): Promise<string | null> {
  const [{ createRequire }, fs, path] = await Promise.all([
    load("node:module"),
    load("node:fs"),
    load("node:path"),
  ]);
  let root: string;
  try {
    root = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return "没有安装";
  }
  const folder = path.join(root, "lib");
  const found =
    fs.existsSync(folder) &&
    fs.readdirSync(folder).some((d: string) => fs.existsSync(path.join(folder, d, "tfjs_binding.node")));
  if (found) return null;
  return name.endsWith("-gpu")
    ? "没有 CUDA 的二进制文件；在有 NVIDIA 显卡的 x64 Linux 或 Windows 上运行 npx tidu gpu setup 取来"
    : "没有二进制文件（它的安装脚本没有运行）";
}

async function native(name: string): Promise<Backend | string> {
  if (!inNode()) return "只能在 Node 里用";
  const problem = await bindingProblem(name);
  if (problem) return problem;
  try {
    await polyfill();
    const module = await load(name);
    const tf = (module.default ?? module) as Tf;
    await tf.ready();
    const gpu = (tf.backend() as unknown as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
    const where = gpu
      ? "CUDA GPU"
      : name.endsWith("-gpu")
        ? "CPU（没有可用的 CUDA 11.2 与 cuDNN 8.1）"
        : "CPU";
    return { tf, name: tf.getBackend(), detail: `${where}，${name}` };
  } catch (error) {
    const text = String((error as Error).message).split("\n")[0]!;
    const library = /(lib\w+[\w.]*|\w+\.dll)/.exec(text)?.[1];
    return /cannot open shared object|could not be found|specified module/i.test(text)
      ? `缺少动态库 ${library ?? ""}（需要 CUDA 11.2 与 cuDNN 8.1）`
      : `加载失败：${text}`;
  }
}

async function plain(name: string, backend: string, title: string): Promise<Backend | string> {
  try {
    const tf = (await load("@tensorflow/tfjs-core")) as Tf & { default?: Tf };
    await load(name);
    const api = tf.default ?? tf;
    // 关掉 tfjs 启动时打印的英文横幅与逐次的 NaN 检查。
    api.enableProdMode();
    if (!(await api.setBackend(backend))) return "打不开";
    await api.ready();
    return { tf: api, name: backend, detail: `${title}，${name}` };
  } catch (error) {
    const missing = /Cannot find (package|module)|Failed to (resolve|fetch)/i.test(
      String((error as Error).message),
    );
    return missing ? "没有安装" : `加载失败：${String((error as Error).message).split("\n")[0]}`;
  }
}

const candidates: readonly (readonly [string, (name: string) => Promise<Backend | string>])[] = [
  ["@tensorflow/tfjs-node-gpu", native],
  ["@tensorflow/tfjs-node", native],
  ["@tensorflow/tfjs-backend-wasm", (name) => plain(name, "wasm", "CPU（WASM SIMD）")],
  ["@tensorflow/tfjs-backend-cpu", (name) => plain(name, "cpu", "CPU（纯 JavaScript，慢）")],
];

/** 依次尝试各后端，取第一个能用的；only 限定只试某几个包。 */
export async function loadBackend(
  only?: readonly string[],
): Promise<{ backend: Backend | null; refusals: Refusal[] }> {
  const refusals: Refusal[] = [];
  for (const [name, open] of candidates) {
    if (only && !only.includes(name)) continue;
    const opened = await open(name);
    if (typeof opened !== "string") return { backend: opened, refusals };
    refusals.push({ package: name, reason: opened });
  }
  return { backend: null, refusals };
}
