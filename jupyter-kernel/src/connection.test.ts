import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, readConnection } from "./connection.js";

describe("connection", () => {
  const file = join(mkdtempSync(join(tmpdir(), "tidu-connection-")), "c.json");
  const good = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5, key: "k" };

  it("缺省是 tcp、本机、hmac-sha256", () => {
    writeFileSync(file, JSON.stringify(good));
    const connection = readConnection(file);
    assert.equal(connection.signature_scheme, "hmac-sha256");
    assert.equal(address(connection, 9), "tcp://127.0.0.1:9");
    assert.equal(address({ ...connection, transport: "ipc", ip: "/tmp/k" }, 9), "ipc:///tmp/k-9");
    assert.equal(address({ ...connection, ip: "::1" }, 9), "tcp://[::1]:9");
  });

  it("读不了、缺端口、不支持的传输都说清楚", () => {
    assert.throws(() => readConnection(`${file}.没有`), /TIDU-JUP-010：读不了连接文件/);
    const wrong: [unknown, RegExp][] = [
      [null, /不是一个 JSON 对象/],
      [[1], /不是一个 JSON 对象/],
      [{ ...good, hb_port: undefined }, /缺少 hb_port/],
      [{ ...good, hb_port: "5" }, /hb_port 是 "5"，应是端口号/],
      [{ ...good, shell_port: 70_000 }, /shell_port 是 70000，应是端口号/],
      [{ ...good, transport: "udp" }, /只支持 tcp 与 ipc/],
      [{ ...good, key: 7 }, /key 应是字符串/],
      [{ ...good, ip: {} }, /ip 应是字符串/],
    ];
    for (const [content, message] of wrong) {
      writeFileSync(file, JSON.stringify(content));
      assert.throws(() => readConnection(file), message);
    }
  });
});
