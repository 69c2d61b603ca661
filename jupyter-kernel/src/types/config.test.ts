import assert from "node:assert/strict";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NativeTypeService } from "./native.js";
import { project } from "./testing.js";

/** 在一个文件夹里打开类型服务，用完关掉。 */
function within<T>(files: Record<string, string>, use: (types: NativeTypeService, folder: string) => T): T {
  const folder = project(files);
  const types = new NativeTypeService(folder);
  try {
    return use(types, folder);
  } finally {
    types.close();
  }
}

const codes = (types: NativeTypeService, code: string) => types.check(code).map((item) => item.code);

describe("types/config", () => {
  it("项目的 tsconfig.json：放宽与收紧、paths、继承都照办，只对写文件有意义的不管", () => {
    const files = {
      "base.json": '{ "compilerOptions": { "noUncheckedIndexedAccess": true } }',
      "tsconfig.json": `{
  // 注释也行
  "extends": "./base.json",
  "compilerOptions": {
    "strict": false, "noUnusedLocals": true, "isolatedModules": true, "erasableSyntaxOnly": true,
    "composite": true, "outDir": "out", "rootDir": "src", "module": "commonjs",
    "paths": { "#lib/*": ["./src/*"] }
  },
  "include": ["src"],
}`,
      "src/x.ts": "export const x = 1;",
    };
    within(files, (types) => {
      assert.deepEqual(types.notes(), []);
      assert.deepEqual(codes(types, "const g = (v) => v; enum E { A }; await g(1)"), []);
      assert.deepEqual(codes(types, "import { x } from '#lib/x'; x.toFixed()"), []);
      types.commit("const xs: number[] = []");
      assert.deepEqual(codes(types, "xs[0].toFixed()"), []);
    });
    const strict = { "tsconfig.json": '{ "extends": "./base.json" }', "base.json": files["base.json"] };
    within(strict, (types) => {
      assert.deepEqual(codes(types, "const g = (v) => v"), [7006]);
      assert.deepEqual(codes(types, "const xs: number[] = []; xs[0].toFixed()"), [2532]);
    });
  });

  it("lib 由项目定；没有定时没有 dom", () => {
    within({}, (types) => {
      assert.deepEqual(codes(types, "document.title"), [2584]);
      assert.deepEqual(codes(types, "typeof document === 'undefined'"), []);
      assert.deepEqual(codes(types, "new WebAssembly.Memory({ initial: 1 }).buffer.byteLength"), []);
      assert.deepEqual(codes(types, "/a(?<n>.)/v.exec('ab')?.groups?.['n']"), []);
    });
    within({ "tsconfig.json": '{ "compilerOptions": { "lib": ["es2023", "dom"] } }' }, (types) =>
      assert.deepEqual(codes(types, "document.title; process.version"), []),
    );
  });

  it("运行时提供的 Worker 与 .wasm 有声明；加了 dom 也不冲突", () => {
    const code =
      "const w = new Worker(new URL('./w.ts', import.meta.url)); w.onmessage = (e) => void e.data; w.terminate(); import { add } from './add.wasm'; add(1)";
    within({}, (types) => assert.deepEqual(codes(types, code), []));
    within({ "tsconfig.json": '{ "compilerOptions": { "lib": ["es2023", "dom"] } }' }, (types) =>
      assert.deepEqual(codes(types, code), []),
    );
  });

  it("坏的 tsconfig.json 说一次，照默认的检查", () => {
    for (const text of [
      '{ "compilerOptions": { "strict": "maybe" } }',
      '{ "extends": "./nowhere.json" }',
      "{ 乱写",
    ])
      within({ "tsconfig.json": text }, (types) => {
        types.check("[1].length");
        const [note, ...rest] = types.notes();
        assert.match(note ?? "没有提示", /TIDU-JUP-024.*tsconfig\.json 有问题/, text);
        assert.deepEqual(rest, []);
        assert.deepEqual(codes(types, "const g = (v) => v"), [7006]);
        assert.deepEqual(types.notes(), []);
      });
  });

  it("包的各种形态：没有类型的当 any 并提示一次，exports、typesVersions、@types、JSON 都认得", () => {
    const pack = (name: string, more: object) => JSON.stringify({ name, version: "1.0.0", ...more });
    const files = {
      "node_modules/untyped/package.json": pack("untyped", { main: "index.js" }),
      "node_modules/untyped/index.js": "module.exports = { a: 1 };",
      "node_modules/only/package.json": pack("only", {
        exports: { ".": { types: "./o.d.ts", default: "./o.js" } },
      }),
      "node_modules/only/o.d.ts": "export const only: 1;",
      "node_modules/ver/package.json": pack("ver", {
        types: "a.d.ts",
        typesVersions: { "*": { "a.d.ts": ["b.d.ts"] } },
      }),
      "node_modules/ver/b.d.ts": "export const ver: 2;",
      "node_modules/plain/package.json": pack("plain", { main: "p.js" }),
      "node_modules/@types/plain/package.json": pack("@types/plain", { types: "i.d.ts" }),
      "node_modules/@types/plain/i.d.ts": "declare const plain: { p: 3 }; export = plain;",
      "data.json": '{ "rows": [1] }',
    };
    within(files, (types) => {
      assert.deepEqual(codes(types, "import u from 'untyped'; u.whatever.more"), []);
      assert.match(types.notes().join(), /^untyped 没有类型声明.*npm install -D @types\/untyped$/);
      types.check("import u from 'untyped'");
      assert.deepEqual(types.notes(), []);
      const cell =
        "import { only } from 'only'; import { ver } from 'ver'; import plain from 'plain'; import data from './data.json' with { type: 'json' };" +
        "const all: [1, 2, 3, number] = [only, ver, plain.p, data.rows[0]!]; import same = require('plain'); same.p";
      assert.deepEqual(types.check(cell), []);
    });
  });

  it("旁边的文件改了、新建了、刚装上的包，下一格就看得见", () => {
    within({ "h.ts": "export const h = 1;" }, (types, folder) => {
      assert.deepEqual(codes(types, "import { h } from './h.ts'; h.toFixed()"), []);
      writeFileSync(join(folder, "h.ts"), "export const h = 'a';");
      utimesSync(join(folder, "h.ts"), new Date(), new Date(Date.now() + 5000));
      assert.deepEqual(codes(types, "import { h } from './h.ts'; h.toFixed()"), [2551]);
      assert.deepEqual(codes(types, "import { n } from './new.ts'"), [2307]);
      writeFileSync(join(folder, "new.ts"), "export const n = 1;");
      assert.deepEqual(codes(types, "import { n } from './new.ts'; n"), []);
    });
  });
});
