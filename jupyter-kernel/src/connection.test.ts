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
  });

  it("读不了、缺端口、不支持的传输都说清楚", () => {
    assert.throws(() => readConnection(`${file}.没有`), /TIDU-JUP-010：读不了连接文件/);
    writeFileSync(file, JSON.stringify({ ...good, hb_port: undefined }));
    assert.throws(() => readConnection(file), /缺少 hb_port/);
    writeFileSync(file, JSON.stringify({ ...good, transport: "udp" }));
    assert.throws(() => readConnection(file), /只支持 tcp 与 ipc/);
  });
});
