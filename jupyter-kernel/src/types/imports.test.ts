import assert from "node:assert/strict";
import { fits, ImportIndex, usage } from "./imports.js";
import type { Place } from "./place.js";
import { project } from "./testing.js";

const folder = project({
  "package.json":
    '{ "dependencies": { "modern": "1", "old": "1", "untyped": "1", "@scope/typed": "1", "gone": "1" } }',
  "node_modules/modern/package.json":
    '{ "name": "modern", "exports": { ".": { "import": { "types": "./d/m.d.mts", "default": "./m.mjs" } }, "./sub": "./sub.js", "./x/*": "./x/*.js", "./package.json": "./package.json" } }',
  "node_modules/modern/d/m.d.mts":
    "export declare function modernOne(): void; export interface ModernType {}",
  "node_modules/modern/sub.d.ts":
    "export declare const modernSub: 1; export declare function modernOne(): void;",
  "node_modules/old/package.json": '{ "name": "old", "main": "lib/main.js" }',
  "node_modules/old/lib/main.d.ts": "declare const old: { x: 1 }; export = old;",
  "node_modules/untyped/package.json": '{ "name": "untyped", "main": "index.js" }',
  "node_modules/@scope/typed/package.json": '{ "name": "@scope/typed" }',
  "node_modules/@types/scope__typed/package.json": '{ "name": "@types/scope__typed", "types": "index.d.ts" }',
  "node_modules/@types/scope__typed/index.d.ts": "export class Scoped {}",
  "node_modules/indirect/package.json": '{ "name": "indirect", "types": "i.d.ts" }',
  "node_modules/indirect/i.d.ts": "export declare const indirectOne: 1;",
});

const place = (more: Partial<Place> = {}): Place => ({
  wants: "value",
  startsStatement: false,
  awaits: true,
  string: undefined,
  ...more,
});

describe("types/imports", () => {
  const index = new ImportIndex(folder);
  before(() => assert.ok(index.advance(Infinity)));
  after(() => index.close());
  const from = (name: string) => index.named(name).map((item) => item.from);

  it("直接依赖的每个入口、@types、内建模块与课程的包；间接装上的不算", () => {
    assert.deepEqual(from("modernOne"), ["modern"]);
    assert.deepEqual(from("modernSub"), ["modern/sub"]);
    assert.deepEqual(from("Scoped"), ["@scope/typed"]);
    assert.deepEqual(from("readFileSync"), ["node:fs"]);
    assert.deepEqual(from("relu"), ["@tidu/kernel-lib"]);
    assert.deepEqual(from("indirectOne"), []);
    assert.equal(index.named("old")[0]!.isDefault, true);
  });

  it("没有 package.json 时 node_modules 里的都算", () => {
    const bare = project({
      "node_modules/thing/package.json": '{ "name": "thing", "types": "t.d.ts" }',
      "node_modules/thing/t.d.ts": "export declare const thingOne: 1;",
    });
    const other = new ImportIndex(bare);
    other.advance(Infinity);
    assert.equal(other.named("thingOne")[0]?.from, "thing");
  });

  it("首字母的大小写要对上", () => {
    assert.deepEqual(
      index.startingWith("modernt").map((item) => item.name),
      [],
    );
    assert.deepEqual(
      index.startingWith("Modernt").map((item) => item.name),
      ["ModernType"],
    );
  });

  it("每种位置插入的写法", () => {
    const [one] = index.named("modernOne");
    const [type] = index.named("ModernType");
    const [old] = index.named("old");
    assert.equal(
      usage(one!, place({ startsStatement: true })),
      'import { modernOne } from "modern";\nmodernOne',
    );
    assert.equal(usage(one!, place()), '(await import("modern")).modernOne');
    assert.equal(usage(one!, place({ awaits: false })), 'require("modern").modernOne');
    assert.equal(usage(type!, place({ wants: "type" })), 'import("modern").ModernType');
    assert.equal(usage(old!, place({ startsStatement: true })), 'import old from "old";\nold');
    assert.equal(usage(old!, place()), '(await import("old")).default');
    assert.equal(fits(type!, place()), false);
    assert.equal(fits(one!, place({ wants: "type" })), false);
  });

  it("建索引可以分成许多小步", () => {
    const slow = new ImportIndex(folder);
    let steps = 0;
    while (!slow.advance(0.01)) steps++;
    assert.ok(steps > 1);
    assert.deepEqual(slow.named("modernOne").length, 1);
  });
});
