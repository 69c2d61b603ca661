import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { fetchPart, findPackage, installed, parts, systemName, tryLoading } from "../cuda-binary.js";
import { CliError } from "../failure.js";

interface SetupOptions {
  readonly mirror?: string;
  readonly timeout: string;
  readonly retries: string;
  readonly force?: boolean;
}

/** `tidu gpu`：准备 CUDA。 */
export function gpuCommand(program: Command): void {
  const gpu = program.command("gpu").description("GPU：取来 CUDA 的二进制文件");

  gpu
    .command("setup")
    .description(
      "取来 @tensorflow/tfjs-node-gpu 的 CUDA 二进制文件（约 400 MB），之后 tensorflow 设备用 NVIDIA GPU",
    )
    .option(
      "--mirror <URL>",
      "从这个地址取，代替 https://storage.googleapis.com/；也可用环境变量 TIDU_GPU_MIRROR",
    )
    .option("--timeout <SECONDS>", "多久没有数据算断开", "30")
    .option("--retries <N>", "断开之后再试几次", "3")
    .option("--force", "已经装好也重新取")
    .action((options: SetupOptions) => setup(options));
}

async function setup(options: SetupOptions): Promise<void> {
  const { env } = process;
  const mirror = options.mirror ?? env["TIDU_GPU_MIRROR"] ?? env["TFJS_NODE_CDN_STORAGE"];
  if (mirror !== undefined && !/^https?:\/\//.test(mirror)) {
    throw new CliError("TIDU-CUDA-007", `镜像地址 “${mirror}” 不对：应以 http:// 或 https:// 开头。`);
  }
  const timeout = positive("--timeout", options.timeout) * 1000;
  const retries = positive("--retries", options.retries, 0);
  const platform = { os: process.platform, arch: process.arch, napi: Number(process.versions.napi) };
  // 平台不对时先说，免得为了一个用不上的包去装它。
  systemName(platform);
  const root = findPackage();
  const all = parts(root, mirror, platform);
  if (installed(all) && !options.force) console.log("CUDA 的二进制文件已经装好（要重新取请加 --force）。");
  else {
    const meter = progressMeter();
    for (const part of all) {
      console.log(`正在取 ${part.title}：${part.url}`);
      await fetchPart(root, part, { timeout, retries, log: meter.line, progress: meter.update });
    }
    rmSync(join(root, ".download"), { recursive: true, force: true });
  }
  report(root);
}

function positive(name: string, text: string, least = 1): number {
  const n = Number(text);
  if (Number.isFinite(n) && n >= least) return n;
  throw new CliError("TIDU-CUDA-008", `${name} 要是不小于 ${least} 的数，得到的是 “${text}”。`);
}

function report(root: string): void {
  const { ok, gpu, detail } = tryLoading(root);
  if (ok && gpu) console.log("完成：tfjs 已经用上 GPU。运行 npx tidu doctor 可以再看。");
  else if (ok) {
    console.log(
      "二进制文件装好了，但 tfjs 没有用上 GPU，退回了 CPU：需要 NVIDIA 驱动、CUDA 11.2 与 cuDNN 8.1（LD_LIBRARY_PATH 要能找到它们）。",
    );
  } else {
    throw new CliError(
      "TIDU-CUDA-009",
      `二进制文件装好了，但加载不了：${detail}。多半缺 CUDA 11.2 或 cuDNN 8.1 的动态库；装好后运行 npx tidu doctor 再看。`,
    );
  }
}

/** 终端上一行刷新；重定向到文件时每一成印一行。 */
function progressMeter(): {
  line: (text: string) => void;
  update: (title: string, done: number, total: number | null) => void;
} {
  const tty = process.stderr.isTTY === true;
  let shown = -1;
  let open = false;
  const megabytes = (n: number): string => (n / 2 ** 20).toFixed(1);
  return {
    line: (text) => {
      if (open) process.stderr.write("\n");
      open = false;
      shown = -1;
      console.error(text);
    },
    update: (title, done, total) => {
      const share = total ? Math.floor((100 * done) / total) : Math.floor(done / 2 ** 20);
      if (share === shown || (!tty && total && share % 10 !== 0 && share >= shown)) return;
      shown = share;
      const text = total
        ? `  ${title}：${megabytes(done)} / ${megabytes(total)} MB（${share}%）`
        : `  ${title}：${megabytes(done)} MB`;
      open = tty;
      process.stderr.write(tty ? `\r${text}` : `${text}\n`);
    },
  };
}
