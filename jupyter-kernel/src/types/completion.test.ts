import assert from "node:assert/strict";
import { NativeTypeService } from "./native.js";
import { cursor, project } from "./testing.js";

const folder = project({
  "helper.ts": "export const twice = (x: number) => 2 * x;",
  "package.json": '{ "dependencies": { "two-words": "1" } }',
  "node_modules/two-words/package.json": '{ "name": "two-words", "types": "t.d.ts" }',
  "node_modules/two-words/t.d.ts": "export declare function zebraOne(): void; export interface ZebraType {}",
});

/** 光标处应当有的候选，与不该有的。 */
const rows: [marked: string, has: string[], hasNot?: string[]][] = [
  ["// al|", [], ["alpha"]],
  ["/* al| */", [], ["alpha"]],
  ["'al|'", [], ["alpha"]],
  ["`al|`", [], ["alpha"]],
  ["`$" + "{al|}`", ["alpha"]],
  ["const al|", [], ["alpha"]],
  ["1.|", [], ["alpha"]],
  ["%types o|", [], ["of"]],
  ["%types off\nal|", ["alpha"]],
  ["/* 😀 */ al|", ["alpha"]],
  ["al|pha.beta", ["alpha"]],
  ["alpha.|", ["beta", "gamma"], ["alpha"]],
  ["alpha?.be|", ["beta"]],
  ["alpha\n  .be|", ["beta"]],
  ["run('|')", ["fast-mode", "slow"]],
  ["run('fast-m|')", ["fast-mode"], ["slow"]],
  ["run('slow', { |})", ["size", "deep"]],
  ["run('slow', { de|", ["deep"], ["size"]],
  ["const { | } = alpha", ["beta", "gamma"]],
  ["import { jo| } from 'node:path'", ["join"]],
  ["import x from 'node:f|'", ["node:fs", "node:fs/promises"]],
  ["import x from 'two-w|'", ["two-words"]],
  ["import { | } from './helper.ts'", ["twice"]],
  ["await import('./hel|')", ["helper.ts"]],
  ["require('./hel|')", ["helper.ts"]],
  ["let m: Mo|", ["Mode"]],
  ["function f(config: number) { return con|", ["config", "console", "const"]],
  ["{ const inner1 = 1 }\ninn|", [], ["inner1"]],
  ["for (const item of [1]) { it|", ["item"]],
  ["class A<Item> { x: Ite|", ["Item"]],
  ["try { } catch (problem) { prob|", ["problem"]],
  ["document|", [], ["document"]],
];

describe("types/completion", () => {
  const types = new NativeTypeService(folder);
  before(() =>
    types.commit(
      "const alpha = { beta: 1, gamma: 'x' }; type Mode = 'fast-mode' | 'slow'; function run(mode: Mode, opt: { size: number; deep?: boolean }) {}",
    ),
  );
  after(() => types.close());
  const complete = (marked: string) => {
    const { code, position } = cursor(marked);
    return { code, ...types.complete(code, position) };
  };

  for (const [marked, has, hasNot = []] of rows)
    it(JSON.stringify(marked), () => {
      const found = complete(marked).items.map((item) => item.label ?? item.text);
      for (const name of has) assert.ok(found.includes(name), `${name} 不在 ${found.slice(0, 20).join(" ")}`);
      for (const name of hasNot) assert.ok(!found.includes(name), name);
    });

  it("接受之后的整个单元格：替换的正好是光标下的词", () => {
    for (const [marked, chosen, expected] of [
      ["run('fast-m|')", "fast-mode", "run('fast-mode')"],
      ["import x from 'node:f|'", "node:fs", "import x from 'node:fs'"],
      ["import x from '@tidu/ker|'", "kernel-lib", "import x from '@tidu/kernel-lib'"],
      ["run('slow', { de|", "deep", "run('slow', { deep"],
      ["al|pha.beta", "alpha", "alpha.beta"],
    ] as const) {
      const { code, start, end, items } = complete(marked);
      const item = items.find(({ text }) => text === chosen);
      assert.equal(code.slice(0, start) + item?.text + code.slice(end), expected);
    }
  });

  it("还没导入的名字：标出来处，插入之后没有类型错误", () => {
    // 索引在补全时一点一点地建
    while (!complete("zebraO|").items.some(({ label }) => label === "zebraOne"));
    const cases: [string, RegExp | undefined][] = [
      ["zebraO|", /^import \{ zebraOne \} from "two-words";\nzebraOne$/],
      ["const y = zebraO|", /^const y = \(await import\("two-words"\)\)\.zebraOne$/],
      ["const g = async () => zebraO|", /await import/],
      ["const g = () => zebraO|", /^const g = \(\) => require\("two-words"\)\.zebraOne$/],
      ["let t: ZebraT| | undefined", /^let t: import\("two-words"\)\.ZebraType \| undefined$/],
      ["let t: zebraO|", undefined],
      ["ZebraT|", undefined],
      ["'zebraO|'", undefined],
      ["const zebraO|", undefined],
      ["alpha.zebraO|", undefined],
      ["z|", undefined],
    ];
    for (const [marked, expected] of cases) {
      const { code, start, end, items } = complete(marked);
      const item = items.find(({ label }) => label !== undefined);
      if (!expected) {
        assert.equal(item, undefined, marked);
        continue;
      }
      const accepted = code.slice(0, start) + item?.text + code.slice(end);
      assert.match(accepted, expected);
      assert.equal(item?.type, "import two-words");
      assert.deepEqual(types.check(accepted), [], accepted);
    }
  });

  it("没有这个名字而某个包里有：说出要加的那一行", () => {
    const [found] = types.check("zebraOne()");
    assert.equal(found?.fix, '在前面加一行 import { zebraOne } from "two-words";');
  });

  it("两千行的单元格", () => {
    const big = Array.from(
      { length: 2000 },
      (_, i) => `const v${i} = ${i}; const w${i} = { k${i}: v${i} };`,
    ).join("\n");
    assert.equal(complete(`${big}\nw1999.|`).items[0]?.text, "k1999");
    assert.equal(complete(`${big}\nv199|`).items.length, 11);
  });
});
