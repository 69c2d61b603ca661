import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPart, installed, type Part, parts } from "./cuda-binary.js";
import { CliError } from "./failure.js";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const linux = { os: "linux", arch: "x64", napi: 9 };
const withId = (id: string) => (e: unknown) => e instanceof CliError && e.id === id;

type Reply = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** 支持续传的正常回答。 */
const good: Reply = (request, response, body) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const rest = body.subarray(from);
  response.writeHead(from ? 206 : 200, { "content-length": rest.length });
  response.end(rest);
};

describe("tidu gpu setup：本机上的假镜像", () => {
  let root: string;
  let server: Server;
  let mirror: string;
  let replies: Reply[];
  let requests: { url: string; range: string | undefined }[];
  let archives: Map<string, Buffer>;

  beforeEach(async () => {
    const cache = join(repository, ".cache");
    mkdirSync(cache, { recursive: true });
    // 在仓库里面：fetchPart 要从这里找到 tfjs-node-gpu 的依赖 tar。
    root = mkdtempSync(join(cache, "cuda-"));
    const manifest = { version: "4.22.0", binary: { napi_versions: [3, 8] } };
    writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
    archives = new Map([
      ["libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz", archive(root, "lib/libtensorflow.so.2.9.1")],
      ["GPU-linux-4.22.0.tar.gz", archive(root, "napi-v8/tfjs_binding.node")],
    ]);
    replies = [];
    requests = [];
    server = createServer((request, response) => {
      requests.push({ url: request.url!, range: request.headers.range });
      const body = archives.get(request.url!.split("/").at(-1)!);
      (replies.shift() ?? good)(request, response, body ?? Buffer.alloc(0));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(root, { recursive: true, force: true });
  });

  const options = { timeout: 300, retries: 2, log: () => {}, progress: () => {} };
  const fetchFirst = (over: object = {}): Promise<void> =>
    fetchPart(root, parts(root, mirror, linux)[0]!, { ...options, ...over });
  const proof = (part: Part): string => join(part.folder, part.proof);

  it("两个文件的地址与 tfjs-node-gpu 的安装脚本相同，取来解开在它要找的地方", async () => {
    const all = parts(root, mirror, linux);
    assert.equal(installed(all), false);
    const seen: number[] = [];
    for (const part of all) {
      await fetchPart(root, part, { ...options, progress: (_, done) => seen.push(done) });
    }
    assert.deepEqual(
      requests.map((r) => r.url),
      [
        "/m/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz",
        "/m/tf-builds/pre-built-binary/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz",
      ],
    );
    assert.equal(readFileSync(join(root, "deps", "lib", "libtensorflow.so.2.9.1"), "utf8").length, 200_000);
    assert.equal(readFileSync(join(root, "lib", "napi-v8", "tfjs_binding.node"), "utf8").length, 200_000);
    assert.equal(installed(all), true);
    assert.ok(seen.length >= 2);
  });

  it("官方地址", () => {
    const [library, addon] = parts(root, undefined, linux);
    assert.equal(
      library!.url,
      "https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz",
    );
    assert.equal(
      addon!.url,
      "https://storage.googleapis.com/tf-builds/pre-built-binary/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz",
    );
  });

  for (const [os, arch] of [
    ["darwin", "arm64"],
    ["linux", "arm64"],
  ] as const) {
    it(`${os} ${arch} 没有 CUDA 版：TIDU-CUDA-001`, () => {
      assert.throws(() => parts(root, mirror, { ...linux, os, arch }), withId("TIDU-CUDA-001"));
    });
  }

  it("404：立即失败，不重试", async () => {
    replies = [(_, response) => response.writeHead(404).end()];
    await assert.rejects(fetchFirst(), withId("TIDU-CUDA-003"));
    assert.equal(requests.length, 1);
  });

  it("传到一半断开：从断处续传", async () => {
    replies = [
      (_, response, body) => {
        response.writeHead(200, { "content-length": body.length });
        response.write(body.subarray(0, 100), () => setTimeout(() => response.destroy(), 60)); // 等对方落盘
      },
    ];
    const reasons: string[] = [];
    await fetchFirst({ log: (line: string) => reasons.push(line) });
    assert.deepEqual(
      requests.map((r) => r.range),
      [undefined, "bytes=100-"],
    );
    assert.ok(reasons.some((r) => /中断/.test(r)));
    assert.ok(existsSync(proof(parts(root, mirror, linux)[0]!)));
  });

  it("不支持续传的服务器：从头再来，不会把两段拼错", async () => {
    replies = [
      (_, response, body) => {
        response.writeHead(200, { "content-length": body.length });
        response.write(body.subarray(0, 100), () => setTimeout(() => response.destroy(), 60)); // 等对方落盘
      },
      (_, response, body) => void response.writeHead(200, { "content-length": body.length }).end(body),
    ];
    await fetchFirst();
    assert.ok(existsSync(proof(parts(root, mirror, linux)[0]!)));
  });

  it("一直断开：有限次之后 TIDU-CUDA-004，留下已下载的部分", async () => {
    const cut: Reply = (_, response, body) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 50), () => response.destroy());
    };
    replies = [cut, cut, cut];
    await assert.rejects(fetchFirst(), withId("TIDU-CUDA-004"));
    assert.equal(requests.length, 3);
    assert.deepEqual(readdirSync(join(root, ".download")), [
      "libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz.part",
    ]);
  });

  it("连上了却不回答：有界时间内失败", async () => {
    replies = [() => {}, () => {}, () => {}];
    const start = performance.now();
    await assert.rejects(fetchFirst(), (e: CliError) => {
      assert.match(e.message, /0\.3 秒没有连上/);
      return e.id === "TIDU-CUDA-004";
    });
    assert.ok(performance.now() - start < 3000);
  });

  it("传着传着停住：有界时间内失败", async () => {
    const stall: Reply = (_, response, body) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 10));
    };
    replies = [stall];
    await assert.rejects(fetchFirst({ retries: 0 }), (e: CliError) => {
      assert.match(e.message, /没有收到数据/);
      return e.id === "TIDU-CUDA-004";
    });
  });

  it("连不上：有界时间内失败，说清怎么办", async () => {
    const [part] = parts(root, "http://127.0.0.1:9/", linux);
    await assert.rejects(fetchPart(root, part!, options), (e: CliError) => {
      assert.match(e.message, /--mirror/);
      return e.id === "TIDU-CUDA-004";
    });
  });

  it("内容不是压缩包（如登录页）：TIDU-CUDA-005，删掉它，原来的目录不动", async () => {
    const [part] = parts(root, mirror, linux);
    mkdirSync(part!.folder);
    writeFileSync(join(part!.folder, "old"), "旧");
    replies = [(_, response) => void response.end("<html>请登录</html>")];
    await assert.rejects(fetchFirst(), withId("TIDU-CUDA-005"));
    assert.deepEqual(readdirSync(join(root, ".download")), []);
    assert.ok(statSync(join(part!.folder, "old")).isFile());
  });

  it("压缩包里没有要的文件：TIDU-CUDA-005", async () => {
    archives.set("libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz", archive(root, "lib/别的"));
    await assert.rejects(fetchFirst(), withId("TIDU-CUDA-005"));
  });

  it("跟随重定向", async () => {
    replies = [
      (request, response) => void response.writeHead(302, { location: `${request.url}?again` }).end(),
      (_, response) => void response.end(archives.get("libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz")),
    ];
    await fetchFirst();
    assert.ok(existsSync(proof(parts(root, mirror, linux)[0]!)));
  });
});

/** 只含一个文件的 tar.gz。 */
function archive(root: string, path: string): Buffer {
  const tar = createRequire(join(root, "package.json"))("tar");
  const folder = mkdtempSync(join(root, "pack-"));
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, Array.from({ length: 20_000 }, (_, i) => String(i % 7).repeat(10)).join(""));
  const output = join(root, "packed.tgz");
  tar.c({ file: output, cwd: folder, gzip: true, sync: true }, [path.split("/")[0]]);
  const bytes = readFileSync(output);
  rmSync(folder, { recursive: true });
  rmSync(output);
  return bytes;
}
