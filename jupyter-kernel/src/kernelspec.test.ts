import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { installKernelspec } from "./kernelspec.js";

describe("kernelspec", () => {
  const folder = mkdtempSync(join(tmpdir(), "tidu-spec-"));

  it("写到前缀下，argv 是绝对路径且入口存在", () => {
    const where = installKernelspec({ prefix: folder });
    assert.equal(where, join(folder, "share", "jupyter", "kernels", "tidu"));
    const spec = JSON.parse(readFileSync(join(where, "kernel.json"), "utf8"));
    assert.equal(spec.language, "typescript");
    assert.equal(spec.interrupt_mode, "message");
    assert.equal(spec.argv[2], "{connection_file}");
    for (const path of spec.argv.slice(0, 2)) assert.ok(isAbsolute(path) && existsSync(path), path);
  });

  it("--user 认 JUPYTER_DATA_DIR", () => {
    const old = process.env["JUPYTER_DATA_DIR"];
    process.env["JUPYTER_DATA_DIR"] = join(folder, "data");
    try {
      assert.equal(installKernelspec({ user: true }), join(folder, "data", "kernels", "tidu"));
    } finally {
      if (old === undefined) delete process.env["JUPYTER_DATA_DIR"];
      else process.env["JUPYTER_DATA_DIR"] = old;
    }
  });

  it("写不了时说明位置与办法", () => {
    writeFileSync(join(folder, "file"), "");
    assert.throws(() => installKernelspec({ prefix: join(folder, "file") }), { id: "TIDU-JUP-030" });
  });
});
