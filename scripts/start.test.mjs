import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { root } from "./build.mjs";

const script = join(root, "scripts", "start.mjs");

/** 运行到退出，或印出网址为止；`stop` 结束它并等它退出。 */
function start(...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const ready = new Promise((resolve) => {
    const read = (chunk) => {
      output += chunk;
      const url = /http:\/\/\S+\//.exec(output)?.[0];
      if (url) resolve({ url, output });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    exited.then((code) => resolve({ code, output }));
  });
  const stop = () => {
    child.kill("SIGINT");
    return exited;
  };
  return { ready, stop };
}

describe("npm start", function () {
  this.timeout(120_000);

  it("生成站点、只印一个网址；Ctrl+C 干净退出", async () => {
    const running = start("--no-open", "--port", "0");
    const { url, output } = await running.ready;
    try {
      assert.ok(url, output);
      assert.equal(output.match(/http:/g).length, 1);
      const home = await (await fetch(url)).text();
      assert.match(home, /课程地图/);
    } finally {
      assert.equal(await running.stop(), 0);
    }
  });

  it("端口被占用时马上说明，不等生成", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address();
    const { code, output } = await start("--no-open", "--port", String(port)).ready;
    other.close();
    assert.equal(code, 1);
    assert.match(output, new RegExp(`TIDU-BOOK-001：端口 ${port} 已被别的程序占用`));
    assert.doesNotMatch(output, /排版/);
  });

  it("不对的参数：说明用法，退出码 2", async () => {
    const bad = await start("--port", "八千").ready;
    assert.equal(bad.code, 2);
    assert.match(bad.output, /^TIDU-BOOK-002：端口号 八千 不对/);
    const unknown = await start("--prot").ready;
    assert.equal(unknown.code, 2);
    assert.match(unknown.output, /--prot[\s\S]*--port N/);
  });
});
