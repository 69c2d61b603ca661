import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { receivedAt } from "./inbox.js";

describe("交上来的时刻", () => {
  it("是文件的修改时刻；压缩包里的用压缩包的", () => {
    const folder = mkdtempSync(join(tmpdir(), "tidu-inbox-"));
    try {
      const file = join(folder, "张三.zip");
      writeFileSync(file, "x");
      utimesSync(file, 1_700_000_000, 1_700_000_000);
      assert.equal(receivedAt(file), 1_700_000_000_000);
      assert.equal(receivedAt(join(file, "作业", "hw.ipynb")), 1_700_000_000_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
