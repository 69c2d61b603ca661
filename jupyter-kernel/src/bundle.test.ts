import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleKernel } from "./bundle.js";
import { KernelClient } from "./client.js";
import { kernelspec } from "./kernelspec.js";

describe("打包的内核", function () {
  this.timeout(60_000);
  const [node, entry] = kernelspec()["argv"] as [string, string];

  /** Node 自己列出装了哪些 CommonJS 文件；没给连接文件，所以装完就退出。 */
  const usesBundle = () => {
    const env = { ...process.env, NODE_DEBUG: "module" };
    const { stderr, status } = spawnSync(node, [entry], { env, encoding: "utf8" });
    assert.match(stderr, /TIDU-JUP-011/);
    assert.equal(status, 2);
    return /bundle[\\/]+run\.cjs/.test(stderr);
  };

  before(() => bundleKernel());

  it("清单里是本仓库的文件：装得到的都看，npm 包不看", () => {
    const manifest = fileURLToPath(new URL("./bundle/manifest.json", import.meta.url));
    const { inputs } = JSON.parse(readFileSync(manifest, "utf8")) as { inputs: [string, number, number][] };
    const files = inputs.map(([at]) => at);
    for (const file of ["run.js", join("types", "native.js")]) assert.ok(files.includes(file), file);
    assert.ok(
      files.some((file) => /notebook-runtime[\\/]dist[\\/]node[\\/](?:process|serve)\.js$/.test(file)),
    );
    assert.ok(files.every((file) => !file.includes("node_modules")));
  });

  it("新鲜就用，有一个源文件变了就不用", async () => {
    assert.ok(usesBundle());
    const soon = new Date(Date.now() + 1000);
    utimesSync(fileURLToPath(new URL("./types/native.js", import.meta.url)), soon, soon);
    assert.ok(!usesBundle());
    await bundleKernel();
    assert.ok(usesBundle());
  });

  it("从包里启动：运行、查类型、补全、悬停、关机都照常", async () => {
    const client = await KernelClient.start([node, entry, "{connection_file}"]);
    try {
      const { iopub } = await client.execute("const x: number = 41; x + 1");
      const shown = iopub.find(({ header }) => header.msg_type === "execute_result");
      assert.equal(shown?.content["data"]["text/plain"], "42");
      const failed = await client.execute("const fail = () => { throw new Error('坏') };\nfail()");
      const frames = (failed.reply.content["traceback"] as string[]).join("\n");
      assert.match(frames, /单元格 \[2\]:1:/);
      assert.doesNotMatch(frames, /dist|node:/);
      const wrong = await client.execute("const y: string = x;");
      assert.equal(wrong.reply.content["ename"], "TypeScriptError");
      const { reply } = await client.request("complete_request", { code: "[1].ma", cursor_pos: 6 });
      assert.ok(reply.content["matches"].includes("map"));
      const found = await client.request("inspect_request", { code: "x", cursor_pos: 1, detail_level: 0 });
      assert.match(found.reply.content["data"]["text/plain"], /x: number|x: 41/);
      const exited = new Promise((resolve) => client.process.once("exit", resolve));
      await client.request("shutdown_request", { restart: false }, "control");
      assert.equal(await exited, 0);
    } finally {
      await client.close();
    }
  });
});
