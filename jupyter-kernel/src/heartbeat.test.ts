import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Request } from "zeromq";
import { Heartbeat } from "./heartbeat.js";

const module = JSON.stringify(new URL("./heartbeat.js", import.meta.url).href);

describe("Heartbeat", () => {
  it("事件循环再也不转了，心跳照答", async () => {
    const busy = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { Heartbeat } from ${module};
import { writeSync } from "node:fs";
import { createServer } from "node:net";
const server = createServer().listen(0, "127.0.0.1", () => {
  const address = "tcp://127.0.0.1:" + server.address().port;
  server.close(async () => {
    await new Heartbeat().bind(address);
    writeSync(1, address + "\\n");
    while (true);
  });
});`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const socket = new Request({ linger: 0 });
    try {
      const [line] = (await once(busy.stdout, "data")) as [Buffer];
      socket.connect(String(line).trim());
      for (const text of ["一", "", "三"]) {
        await socket.send(text);
        assert.equal(String((await socket.receive())[0]), text);
      }
    } finally {
      socket.close();
      busy.kill("SIGKILL");
    }
  });

  it("关得掉，没有绑定过的也关得掉", async () => {
    await new Heartbeat().close();
    const heartbeat = new Heartbeat();
    await heartbeat.bind("tcp://127.0.0.1:*");
    await heartbeat.close();
  });
});
