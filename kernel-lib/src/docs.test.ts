import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import * as library from "./index.js";
import * as nn from "./nn/index.js";
import * as optim from "./optim/index.js";
import { declaration, publicNames, renderApi } from "./testing/api.js";

// 公开函数的文档里每个 @example 都在这里运行：注释 “// => 值” 左边的表达式要等于右边的值
// （相对误差 1e-12，或写成 “// => 值 ± 绝对误差”）；“// 抛 TIDU-…” 表示左边应抛出这个错误。

interface Example {
  readonly file: string;
  readonly line: number;
  /** 文档所属的导出名。 */
  readonly owner: string;
  readonly code: string;
}

const source = fileURLToPath(new URL("../src/", import.meta.url));

function* sources(): Generator<{ path: string; file: string }> {
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<!\.test)\.ts$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    yield { path, file: relative(source, path) };
  }
}

function* inFile(text: string, file: string): Generator<Example> {
  for (const match of text.matchAll(declaration)) {
    const lines = (match[1] ?? "").split("\n").map((l) => l.replace(/^\s*\* ?/, ""));
    const first = text.slice(0, match.index).split("\n").length;
    for (let i = 0; i < lines.length; i++) {
      if (!lines[i]!.startsWith("@example")) continue;
      const code: string[] = [];
      let j = i + 1;
      for (; j < lines.length && !lines[j]!.startsWith("@"); j++) code.push(lines[j]!);
      yield { file, line: first + i, owner: match[3]!, code: code.join("\n").trim() };
    }
  }
}

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (lib: unknown, check: unknown) => Promise<void>;

/** 把例子改写成一段程序：每个 “// =>” 变成一次 check 调用。 */
function compile(code: string, lib: object): string {
  let body = "";
  let checks = 0;
  for (const line of code.split("\n")) {
    const value = /^(.*?);?\s*\/\/ => (.*)$/.exec(line);
    const thrown = /^(.*?);?\s*\/\/ 抛 (TIDU-[A-Z]+-\d+)/.exec(line);
    if (value) {
      const [expected, tolerance] = value[2]!.split(" ± ");
      body += `check.equal(await (${value[1]}), (${expected}), ${tolerance ?? "1e-12"});\n`;
      checks++;
    } else if (thrown) {
      body += `await check.throws(async () => (${thrown[1]}), ${JSON.stringify(thrown[2])});\n`;
      checks++;
    } else body += `${line}\n`;
  }
  assert.ok(checks > 0, "例子里没有 “// =>” 或 “// 抛”");
  const plain = transformSync(`async () => {${body}}`, { loader: "ts", target: "es2022" }).code;
  const names = Object.keys(lib).filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return `const { ${names.join(", ")} } = lib; await (${plain.trim().replace(/;$/, "")})();`;
}

function close(actual: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof actual === "number" && typeof expected === "number") {
    const scale = tolerance === 1e-12 ? Math.max(Math.abs(actual), Math.abs(expected)) : 1;
    const error = Math.abs(actual - expected);
    return Object.is(actual, expected) || error <= tolerance * scale || error <= 1e-15;
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.length === expected.length && actual.every((a, i) => close(a, expected[i], tolerance));
  }
  if (actual && expected && typeof actual === "object" && typeof expected === "object") {
    const keys = Object.keys(expected);
    const other = Object.keys(actual);
    return (
      keys.length === other.length &&
      keys.every((k) => close((actual as any)[k], (expected as any)[k], tolerance))
    );
  }
  return actual === expected;
}

const check = {
  equal(actual: unknown, expected: unknown, tolerance: number): void {
    if (!close(actual, expected, tolerance)) assert.deepEqual(actual, expected);
  },
  async throws(run: () => Promise<unknown>, id: string): Promise<void> {
    await assert.rejects(run, (error: any) => error.id === id);
  },
};

/** 例子里能直接写的名字：核心的全部，加上它自己的入口；同名时入口的优先（如 nn 的 conv2d）。 */
function visible(file: string): object {
  const folder = file.split("/")[0];
  return { ...library, ...(folder === "nn" ? nn : folder === "optim" ? optim : {}) };
}

describe("文档里的例子", () => {
  const all = [...sources()].flatMap(({ path, file }) => [...inFile(readFileSync(path, "utf8"), file)]);
  for (const example of all) {
    it(`${example.owner}（${example.file}:${example.line}）`, async () => {
      const lib = visible(example.file);
      await new AsyncFunction("lib", "check", compile(example.code, lib))(lib, check);
    });
  }

  const names = publicNames(source);

  it("每个公开的名字都有中文文档，函数、类与常量还有例子", () => {
    assert.deepEqual(
      [library, nn, optim]
        .flatMap((entry) => Object.keys(entry))
        .filter((name) => !names.some((n) => n.name === name)),
      [],
      "没有从各入口找到",
    );
    const missing = names.flatMap((n) => {
      if (!/[\u4e00-\u9fff]/.test(n.doc)) return [`${n.file} ${n.name}：没有文档`];
      const value = n.kind !== "interface" && n.kind !== "type";
      return value && n.examples === 0 ? [`${n.file} ${n.name}：没有例子`] : [];
    });
    assert.deepEqual(missing, []);
    // 数过的例子就是上面运行过的。
    const counted = names.reduce((total, n) => total + n.examples, 0);
    assert.ok(all.length >= counted && counted > 150);
  });

  it("API.md 是新的", () => {
    const page = fileURLToPath(new URL("../API.md", import.meta.url));
    if (process.env["TIDU_UPDATE"]) writeFileSync(page, renderApi(source));
    assert.equal(readFileSync(page, "utf8"), renderApi(source), "过期了：请运行 node scripts/features.mjs");
  });

  it("方法的说明就是同名函数文档的第一句", () => {
    const firstSentence = new Map<string, string>();
    for (const { path, file } of sources()) {
      if (!/^(primitives|functions|devices\/transfer)/.test(file)) continue;
      for (const [, doc, , name] of readFileSync(path, "utf8").matchAll(declaration)) {
        if (!doc) continue;
        const text = doc.replace(/^\s*\* ?/gm, "").replaceAll("\n", "");
        firstSentence.set(
          name!,
          text
            .split("@example")[0]!
            .trim()
            .split(/(?<=。)/)[0]!,
        );
      }
    }
    const methods = readFileSync(join(source, "methods.ts"), "utf8");
    const rows = [...methods.matchAll(/\/\*\* (.*) \*\/\n {2}readonly (\w+):/g)];
    assert.ok(rows.length > 80);
    for (const [, doc, name] of rows) assert.equal(doc, firstSentence.get(name!), name);
  });

  it("比较会发现错误的值", () => {
    assert.throws(() => check.equal([1, 2 + 1e-9], [1, 2], 1e-12));
    assert.throws(() => check.equal({ a: 1 }, { a: 1, b: 2 }, 1e-12));
    check.equal([1, [2 + 1e-14]], [1, [2]], 1e-12);
  });
});
