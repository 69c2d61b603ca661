import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { BookError } from "./errors.js";

export interface ServeOptions {
  /** 站点目录。 */
  root: string;
  /** 端口；0 表示任选一个。 */
  port: number;
  /** 只听本机（默认）还是别的地址。 */
  host?: string;
  /** 就绪后用默认浏览器打开。 */
  open?: boolean;
}

export interface Server {
  url: string;
  port: number;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".ipynb": "application/x-ipynb+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
};
const compressible = /^(?:text\/|application\/(?:json|x-ipynb|wasm)|image\/svg)/;

/**
 * 跨源隔离让 worker 能用 SharedArrayBuffer（停止运行而不丢变量要用它）；
 * 内容安全策略保证页面不向外发请求。页内运行要即时编译代码，所以脚本允许 eval 与 blob。
 */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": [
    "default-src 'self'",
    "script-src 'self' 'unsafe-eval' blob: data:",
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
  ].join("; "),
};

/**
 * 提供静态站点。
 *
 * @throws {BookError} `TIDU-BOOK-001` 端口被占用，`TIDU-BOOK-002` 端口号不对，`TIDU-BOOK-005` 站点还没有生成。
 */
export async function serve({ root, port, host = "127.0.0.1", open = false }: ServeOptions): Promise<Server> {
  validatePort(port);
  if (!(await stat(join(root, "index.html")).catch(() => undefined))) {
    throw new BookError("TIDU-BOOK-005", `${root} 里没有生成好的站点；先运行 npm start，或调用 buildSite`);
  }
  const compressed = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    respond(root, request, response, compressed).catch(() => {
      if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" });
      response.end("服务器读文件时出错");
    });
  });
  await listen(server, port, host);
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  const url = `http://${host === "127.0.0.1" ? "localhost" : host}:${actual}/`;
  if (open) openBrowser(url);
  return {
    url,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * 端口能不能用；生成站点之前先问，免得等完才知道。
 *
 * @throws {BookError} 同 {@link serve}。
 */
export async function checkPort(port: number, host = "127.0.0.1"): Promise<void> {
  validatePort(port);
  const probe = createServer();
  await listen(probe, port, host);
  await new Promise((resolve) => probe.close(resolve));
}

function validatePort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return;
  throw new BookError("TIDU-BOOK-002", `端口号 ${port} 不对：应是 0 到 65535 的整数，例如 --port 4300`);
}

function listen(server: HttpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    server.listen(port, host, resolve);
  });
}

function portError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new BookError(
      "TIDU-BOOK-001",
      `端口 ${port} 已被别的程序占用；换一个，例如 npm start -- --port ${port + 1}`,
      {
        cause: error,
      },
    );
  }
  if (error.code === "EACCES") {
    return new BookError("TIDU-BOOK-002", `没有权限使用端口 ${port}；用 1024 以上的端口，例如 --port 4300`, {
      cause: error,
    });
  }
  return error;
}

async function respond(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  compressed: Map<string, Buffer>,
): Promise<void> {
  const send = (status: number, message: string) => {
    response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
    response.end(request.method === "HEAD" ? undefined : message);
  };
  if (request.method !== "GET" && request.method !== "HEAD") return send(405, "只支持 GET 与 HEAD");
  const path = filePath(root, request.url ?? "/");
  if (path === undefined) return send(400, "地址不对");
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return send(404, "没有这一页");

  const type = types[extname(path).toLowerCase()] ?? "application/octet-stream";
  const etag = `"${info.size.toString(36)}-${Math.floor(info.mtimeMs).toString(36)}"`;
  const immutable = /-[A-Z0-9]{8}\.js$/.test(path);
  const common = {
    ...headers,
    "Content-Type": type,
    ETag: etag,
    Vary: "Accept-Encoding",
    "Cache-Control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, common);
    response.end();
    return;
  }
  const accepts = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  if (accepts && compressible.test(type) && info.size > 1024) {
    const key = `${path}\n${etag}`;
    let body = compressed.get(key);
    if (!body) {
      body = await promisify(gzip)(await readFile(path));
      compressed.set(key, body);
    }
    response.writeHead(200, { ...common, "Content-Encoding": "gzip", "Content-Length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
    return;
  }
  response.writeHead(200, { ...common, "Content-Length": info.size });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(path)
      .on("error", () => response.destroy())
      .pipe(response);
}

/** 请求地址对应的文件；走出站点目录的一律不认。 */
export function filePath(root: string, url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]!);
  } catch {
    return undefined;
  }
  if (!path.startsWith("/") || /[\0\\]/.test(path) || path.split("/").includes("..")) return undefined;
  const file = normalize(join(root, path.endsWith("/") ? `${path}index.html` : path));
  return file.startsWith(normalize(root) + sep) ? file : undefined;
}

function openBrowser(url: string): void {
  const [command, args]: [string, string[]] =
    process.platform === "darwin"
      ? ["open", [url]]
      : process.platform === "win32"
        ? ["cmd", ["/c", "start", "", url]]
        : ["xdg-open", [url]];
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.on("error", () => {}); // 没有浏览器可开时，网址已经印出来了
  child.unref();
}
