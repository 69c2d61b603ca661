import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import * as api from "./index.js";
import { recordHost } from "./testing.js";

// 显示函数文档里的例子：最后一行写着最后显示的内容，“// => 内容类型 值”。

const folder = fileURLToPath(new URL("../../src/display/", import.meta.url));
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (lib: object) => Promise<void>;

describe("显示函数文档里的例子", () => {
  const documented = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name))) {
    const source = readFileSync(folder + file, "utf8");
    for (const [, doc, owner] of source.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*?)\*\/\s*export (?:function|const) (\w+)/g,
    )) {
      documented.add(owner!);
      for (const example of doc!.split("@example").slice(1)) {
        const code = example.replace(/^ *\* ?/gm, "").trim();
        it(`${owner}：${code.split("\n")[0]}`, async () => {
          const [, type, expected] = /\/\/ => (\S+) (.*)$/.exec(code)!;
          const { shown, restore } = recordHost();
          try {
            const { code: plain } = transformSync(`async () => {${code}\n}`, {
              loader: "ts",
              target: "es2022",
            });
            const names = Object.keys(api).join(", ");
            await new AsyncFunction(
              "lib",
              `const { ${names} } = lib; await (${plain.trim().replace(/;$/, "")})();`,
            )(api);
            const value: unknown = new Function(`return (${expected});`)();
            assert.deepEqual(shown.at(-1)?.data[type!], value);
          } finally {
            restore();
          }
        });
      }
    }
  }

  it("每个公开的函数都有例子", () => {
    assert.deepEqual(
      Object.keys(api).filter((name) => !documented.has(name)),
      [],
    );
  });
});
