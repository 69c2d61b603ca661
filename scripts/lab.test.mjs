import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { findPython } from "./lab.mjs";

const script = fileURLToPath(new URL("./lab.mjs", import.meta.url));
const run = (...args) =>
  spawnSync(process.execPath, [script, ...args], { encoding: "utf8", timeout: 30_000 });

describe("npm run lab 的报错", () => {
  it("没有 Python：说明去哪里装，以及不装也能学", () => {
    const old = process.env["TIDU_PYTHON"];
    process.env["TIDU_PYTHON"] = "/没有/python";
    try {
      assert.throws(() => findPython(), /^LabError: TIDU-LAB-001：.*没有找到 Python.*npm start/s);
    } finally {
      if (old === undefined) delete process.env["TIDU_PYTHON"];
      else process.env["TIDU_PYTHON"] = old;
    }
  });

  it("端口被占", async () => {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    const { status, stderr } = run("--no-browser", "--port", String(port));
    server.close();
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`^TIDU-LAB-005：端口 ${port} 已被占用`));
  });

  it("端口写错", () => {
    const { status, stderr } = run("--port=abc");
    assert.equal(status, 1);
    assert.match(stderr, /^TIDU-LAB-004/);
  });
});
