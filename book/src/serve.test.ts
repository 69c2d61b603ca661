import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPort, type Server, serve } from "./serve.js";

describe("站点服务", () => {
  let root: string;
  let server: Server;
  before(async () => {
    const parent = await mkdtemp(join(tmpdir(), "tidu-serve-"));
    root = join(parent, "site");
    await mkdir(join(root, "第一部"), { recursive: true });
    await writeFile(join(parent, "secret.txt"), "不该看到");
    await writeFile(join(root, "index.html"), `<p>${"首页".repeat(1000)}</p>`);
    await writeFile(join(root, "第一部", "章.html"), "章");
    await writeFile(join(root, "a.js"), "1");
    await symlink(join(parent, "nowhere"), join(root, "broken.html"));
    server = await serve({ root, port: 0 });
  });
  after(async () => {
    await server.close();
    await rm(join(root, ".."), { recursive: true });
  });

  /** 原样发出路径：fetch 会自己化简 `..`。 */
  function raw(path: string, method = "GET"): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: server.port, path, method }, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode!, body }));
      });
      sent.on("error", reject);
      sent.end();
    });
  }

  it("给出页面、类型与跨源隔离的头", async () => {
    const response = await fetch(server.url);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /首页/);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(response.headers.get("cross-origin-embedder-policy"), "require-corp");
    assert.match(response.headers.get("content-security-policy")!, /connect-src 'self'/);
    assert.equal(
      (await fetch(`${server.url}a.js`)).headers.get("content-type"),
      "text/javascript; charset=utf-8",
    );
    assert.equal(await (await fetch(`${server.url}第一部/章.html`)).text(), "章");
  });

  it("没变的文件回答 304", async () => {
    const etag = (await fetch(server.url)).headers.get("etag")!;
    const again = await fetch(server.url, { headers: { "If-None-Match": etag } });
    assert.equal(again.status, 304);
  });

  it("走不出站点目录", async () => {
    const paths = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/%5c..%5csecret.txt",
      "/a/../../secret.txt",
      "/%00",
      "/%",
    ];
    for (const path of paths) {
      const { status, body } = await raw(path);
      assert.ok(status === 400 || status === 404, `${path} → ${status}`);
      assert.doesNotMatch(body, /不该看到/);
    }
  });

  it("没有的页、目录、断掉的链接是 404，别的方法是 405", async () => {
    for (const path of ["/none.html", "/%E7%AC%AC%E4%B8%80%E9%83%A8", "/broken.html"])
      assert.equal((await raw(path)).status, 404);
    assert.equal((await raw("/", "POST")).status, 405);
    assert.deepEqual(await raw("/", "HEAD"), { status: 200, body: "" });
  });

  it("端口被占用、端口不对、站点没生成：各有编号与办法", async () => {
    await assert.rejects(serve({ root, port: server.port }), {
      id: "TIDU-BOOK-001",
      message: new RegExp(
        `^TIDU-BOOK-001：端口 ${server.port} 已被别的程序占用；换一个，例如 npm start -- --port ${server.port + 1}$`,
      ),
    });
    await assert.rejects(checkPort(server.port), { id: "TIDU-BOOK-001" });
    await checkPort(0);
    await assert.rejects(serve({ root, port: 70000 }), {
      id: "TIDU-BOOK-002",
      message: /70000.*--port 4300/,
    });
    await assert.rejects(serve({ root: join(root, "没有"), port: 0 }), {
      id: "TIDU-BOOK-005",
      message: /npm start/,
    });
  });
});
