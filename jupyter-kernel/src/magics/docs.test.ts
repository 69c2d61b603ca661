import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { magics } from "@tidu/notebook-runtime/magics";
import { kernelMagics } from "./table.js";

describe("魔法命令的文档", () => {
  it("docs/kernel.md 的表格与命令的表一致", () => {
    const text = readFileSync(new URL("../../../docs/kernel.md", import.meta.url), "utf8");
    const rows = text.split("\n").filter((line) => /^\| `%/.test(line));
    assert.deepEqual(
      rows,
      magics.map(
        ({ usage, summary }) => `| ${usage.map((line) => `\`${line}\``).join("<br>")} | ${summary} |`,
      ),
    );
  });

  it("由内核来做的命令都在表里", () => {
    const names = new Set(magics.map(({ name }) => name));
    for (const name of kernelMagics.keys()) assert.ok(names.has(name), name);
  });
});
