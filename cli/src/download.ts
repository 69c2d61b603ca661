import { createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import { CliError } from "./failure.js";

export interface DownloadOptions {
  /** 连上或收到下一块数据最多等多少毫秒。 */
  readonly timeout: number;
  /** 失败之后再试几次；断点续传。 */
  readonly retries: number;
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly onRetry?: (reason: string) => void;
  /** 走代理时用的 agent。 */
  readonly agent?: (url: URL) => http.Agent | undefined;
}

/** 一次尝试失败的原因；final 为真时再试也没有用。 */
class Attempt extends Error {
  readonly final: boolean;

  constructor(message: string, final = false) {
    super(message);
    this.final = final;
  }
}

/**
 * 把 url 下载到 path。先写 path.part，大小核对无误才改名；断了就从断处续传（服务器不支持时重下）。
 * 时间有上限：每一步都有 timeout，至多 retries + 1 次。失败时抛 TIDU-CUDA-003（服务器没有这个文件）或 004。
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<void> {
  const part = `${path}.part`;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchOnce(url, part, options);
      renameSync(part, path);
      return;
    } catch (error) {
      if (!(error instanceof Attempt)) throw error;
      if (error.final) {
        throw new CliError("TIDU-CUDA-003", `${url} 下载不了：${error.message}。请检查 --mirror 给的地址。`);
      }
      if (attempt === options.retries) {
        throw new CliError(
          "TIDU-CUDA-004",
          `下载 ${url} 试了 ${attempt + 1} 次都没有成功：${error.message}。` +
            "请检查网络；这个地址连不上时，用 --mirror URL 换一个镜像。已下载的部分留着，再运行一次会接着下。",
        );
      }
      options.onRetry?.(error.message);
    }
  }
}

async function fetchOnce(url: string, part: string, options: DownloadOptions): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0;
  const response = await request(new URL(url), have, options, 5);
  const resumed = response.statusCode === 206;
  // 416：部分文件已经不小于整个文件，多半是上次的残留，从头来。
  if (response.statusCode === 416) {
    response.destroy();
    rmSync(part, { force: true });
    throw new Attempt("续传的位置不对，改为从头下载");
  }
  const length = response.headers["content-length"];
  const start = resumed ? have : 0;
  const total = length === undefined ? null : start + Number(length);
  let done = start;
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => response.destroy(new Attempt(`${options.timeout / 1000} 秒没有收到数据`)),
      options.timeout,
    );
  };
  response.on("data", (chunk: Buffer) => {
    done += chunk.length;
    watch();
    options.onProgress?.(done, total);
  });
  watch();
  try {
    await pipeline(response, createWriteStream(part, { flags: resumed ? "a" : "w" }));
  } catch (error) {
    throw error instanceof Attempt ? error : new Attempt(`连接中断（${(error as Error).message}）`);
  } finally {
    clearTimeout(timer);
  }
  if (total !== null && done !== total) throw new Attempt(`只收到 ${done} 字节，应有 ${total}`);
}

function request(
  url: URL,
  from: number,
  options: DownloadOptions,
  redirects: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === "https:" ? https : http;
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const sent = client.get(url, { headers, agent: options.agent?.(url) });
    const timer = setTimeout(
      () => sent.destroy(new Attempt(`${options.timeout / 1000} 秒没有连上 ${url.host}`)),
      options.timeout,
    );
    sent.on("response", (response) => {
      clearTimeout(timer);
      const { statusCode = 0, headers: got } = response;
      if (statusCode >= 300 && statusCode < 400 && got.location) {
        response.destroy();
        if (redirects === 0) reject(new Attempt("重定向太多", true));
        else request(new URL(got.location, url), from, options, redirects - 1).then(resolve, reject);
      } else if (statusCode === 200 || statusCode === 206 || statusCode === 416) resolve(response);
      else {
        response.destroy();
        reject(new Attempt(`服务器回答 ${statusCode}`, statusCode >= 400 && statusCode < 500));
      }
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(
        error instanceof Attempt
          ? error
          : new Attempt(`连不上 ${url.host}（${error.code ?? error.message}）`),
      );
    });
  });
}
