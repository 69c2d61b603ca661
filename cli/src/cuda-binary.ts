import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import type { Agent } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { download } from "./download.js";
import { CliError } from "./failure.js";

const packageName = "@tensorflow/tfjs-node-gpu";
const libtensorflow = "2.9.1";
const officialHost = "https://storage.googleapis.com/";

export interface Platform {
  readonly os: string;
  readonly arch: string;
  readonly napi: number;
}

/** 要取的一个文件：从哪里取，解到哪里，解开之后应有什么。 */
export interface Part {
  readonly title: string;
  readonly url: string;
  readonly folder: string;
  /** 解压时去掉的最外层目录数。 */
  readonly strip: number;
  /** folder 里应有的文件，用来核对。 */
  readonly proof: string;
}

/** tfjs-node-gpu 装在哪里。 */
export function findPackage(from: string | URL = import.meta.url): string {
  try {
    return dirname(createRequire(from).resolve(`${packageName}/package.json`));
  } catch {
    throw new CliError(
      "TIDU-CUDA-002",
      `没有装 ${packageName}（它是可选依赖）。请先在项目里运行 npm install；仍没有时运行 npm install ${packageName}@4.22.0 --ignore-scripts。`,
    );
  }
}

/** 这个平台在文件名里叫什么；没有 CUDA 版的平台抛 TIDU-CUDA-001。 */
export function systemName({ os, arch }: Platform): "linux" | "windows" {
  if (arch === "x64" && os === "linux") return "linux";
  if (arch === "x64" && os === "win32") return "windows";
  throw new CliError(
    "TIDU-CUDA-001",
    `tfjs 的 CUDA 版只有 x64 的 Linux 与 Windows，这台机器是 ${os} ${arch}。` +
      '在这里用 GPU 请用 webgpu 设备：await useDevice("webgpu")。',
  );
}

/** 与 tfjs-node-gpu 自己的安装脚本取的是同样的两个文件：libtensorflow（CUDA 版）与 Node 插件。 */
export function parts(root: string, mirror: string | undefined, platform: Platform): Part[] {
  const system = systemName(platform);
  const { version, binary } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const napi = Math.max(...binary.napi_versions.filter((v: number) => v <= platform.napi));
  const base = slash(mirror ?? officialHost);
  const extension = system === "windows" ? "zip" : "tar.gz";
  return [
    {
      title: "libtensorflow",
      url: `${base}tensorflow/libtensorflow/libtensorflow-gpu-${system}-x86_64-${libtensorflow}.${extension}`,
      folder: join(root, "deps"),
      strip: 0,
      proof: system === "windows" ? "lib/tensorflow.dll" : `lib/libtensorflow.so.${libtensorflow}`,
    },
    {
      title: "tfjs_binding",
      url: `${base}tf-builds/pre-built-binary/napi-v${napi}/${version}/GPU-${system}-${version}.${extension}`,
      folder: join(root, "lib", `napi-v${napi}`),
      strip: 1,
      proof: "tfjs_binding.node",
    },
  ];
}

const slash = (url: string): string => (url.endsWith("/") ? url : `${url}/`);

export interface FetchOptions {
  readonly timeout: number;
  readonly retries: number;
  readonly log: (line: string) => void;
  readonly progress: (title: string, done: number, total: number | null) => void;
}

/** 取来一个文件、解开、核对，最后整个目录换上去；中途失败时原来的目录不动。 */
export async function fetchPart(root: string, part: Part, options: FetchOptions): Promise<void> {
  const cache = join(root, ".download");
  mkdirSync(cache, { recursive: true });
  const archive = join(cache, part.url.slice(part.url.lastIndexOf("/") + 1));
  if (!existsSync(archive)) {
    let checked = false;
    await download(part.url, archive, {
      timeout: options.timeout,
      retries: options.retries,
      agent: proxyAgent(root),
      onRetry: (reason) => options.log(`  ${part.title}：${reason}，再试一次……`),
      onProgress: (done, total) => {
        if (!checked && total !== null) checkSpace(cache, total);
        checked = true;
        options.progress(part.title, done, total);
      },
    });
  }
  options.log(`  ${part.title}：正在解开……`);
  const fresh = join(cache, "unpacked");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  try {
    unpack(root, archive, fresh, part.strip);
    placeDll(fresh, part.proof);
    if (!existsSync(join(fresh, part.proof))) throw new Error(`里面没有 ${part.proof}`);
  } catch (error) {
    rmSync(archive, { force: true });
    rmSync(fresh, { recursive: true, force: true });
    throw new CliError(
      "TIDU-CUDA-005",
      `从 ${part.url} 下载的文件不对：${(error as Error).message}。已经删掉，请再运行一次；总是这样就换一个 --mirror。`,
    );
  }
  rmSync(part.folder, { recursive: true, force: true });
  mkdirSync(dirname(part.folder), { recursive: true });
  renameSync(fresh, part.folder);
  rmSync(archive, { force: true });
}

/** 解开之后约是压缩包的三倍。 */
function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const need = 4 * bytes;
  if (bavail * bsize >= need) return;
  throw new CliError(
    "TIDU-CUDA-006",
    `磁盘空间不够：要 ${Math.ceil(need / 2 ** 20)} MB，${folder} 所在的磁盘只剩 ${Math.floor((bavail * bsize) / 2 ** 20)} MB。`,
  );
}

// tar 与 adm-zip 都是 tfjs-node-gpu 自己的依赖，从它那里取。
function unpack(root: string, archive: string, folder: string, strip: number): void {
  const load = createRequire(join(root, "package.json"));
  if (archive.endsWith(".zip")) {
    const Zip = load("adm-zip");
    new Zip(archive).extractAllTo(folder, true);
  } else load("tar").x({ file: archive, cwd: folder, strip, strict: true, sync: true });
}

/** 有的 Windows 压缩包把 dll 直接放在最外层。 */
function placeDll(folder: string, proof: string): void {
  const bare = join(folder, "tensorflow.dll");
  if (!proof.endsWith(".dll") || !existsSync(bare)) return;
  mkdirSync(join(folder, "lib"), { recursive: true });
  renameSync(bare, join(folder, proof));
}

/** HTTPS_PROXY 等环境变量；NO_PROXY 里的和本机的地址直连。 */
function proxyAgent(root: string): (url: URL) => Agent | undefined {
  const { env } = process;
  const proxy = env["HTTPS_PROXY"] ?? env["https_proxy"] ?? env["HTTP_PROXY"] ?? env["http_proxy"];
  const direct = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").map((s) => s.trim());
  return (url) => {
    const { hostname } = url;
    const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
    if (!proxy || local || direct.some((d) => d === "*" || (d && hostname.endsWith(d)))) return undefined;
    const ProxyAgent = createRequire(join(root, "package.json"))("https-proxy-agent");
    return new ProxyAgent(proxy) as Agent;
  };
}

/** 已经装好：每个部分应有的文件都在。 */
export function installed(all: readonly Part[]): boolean {
  return all.every((p) => {
    const path = join(p.folder, p.proof);
    return existsSync(path) && statSync(path).size > 0;
  });
}

/** 真的加载一次，看它用上 GPU 没有。 */
export function tryLoading(root: string): { ok: boolean; gpu: boolean; detail: string } {
  const script = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (x) => x === null || x === undefined;
    const tf = require(${JSON.stringify(root)});
    tf.ready().then(() => console.log("gpu=" + (tf.backend().isUsingGpuDevice === true)));
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" },
  });
  if (status === 0) {
    return { ok: true, gpu: /gpu=true/.test(stdout), detail: "" };
  }
  const line = /(?:Error|错误): (.*)/.exec(stderr)?.[1] ?? stderr.trim().split("\n").at(-1) ?? "";
  return { ok: false, gpu: false, detail: line };
}
