import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import type { NodeSession } from "./options.js";
import { createNodeSession } from "./session.js";

/** (module (import "./env.ts" "base" (func (result i32))) (func (export "add") (param i32) (result i32) …base + x)) */
const wasm = Buffer.from(
  "0061736d01000000010a026000017f60017f017f02110108" +
    Buffer.from("./env.ts").toString("hex") +
    "0462617365000003020101070701036164640001" +
    "0a0901070010002000" +
    "6a0b",
  "hex",
);

const files: Record<string, string | Buffer> = {
  "tsconfig.json":
    '{ // 注释\n "extends": "./base", "compilerOptions": { "paths": { "@lib/*": ["src/*"], "@one": ["src/one.ts"], }, }, }',
  "base.json": '{ "compilerOptions": { "baseUrl": ".", "useDefineForClassFields": false } }',
  "src/one.ts": "import { two } from '@lib/two'; export const one: number = two - 1;",
  "src/two.ts": "import data from '../data.json'; export const two: number = data.two;",
  "src/fields.ts":
    "export class F { a?: number; b = 1; 'c d' = 2; static s = 3; e = this.b + 1; readonly f: number = (() => 4)() }",
  "data.json": '{"two":2}',
  "cycle-a.ts": "import { b } from './cycle-b'; export const a = 1; export const sum = () => a + b;",
  "cycle-b.ts": "import { a } from './cycle-a.js'; export const b = 2; export const look = () => a;",
  "top.ts":
    "import { mid } from './mid'; import { stamp } from './same'; export const top = mid + '!'; export { stamp };",
  "mid.ts": "import { leaf } from './leaf.js'; export const mid = leaf * 10;",
  "leaf.ts": "export const leaf = 1;",
  "same.ts": "export const stamp = {};",
  "broken.ts": "export const x = ;",
  "env.ts": "export const base = () => 40;",
  "add.wasm": wasm,
  "worker.ts":
    "import { parentPort, workerData } from 'node:worker_threads'; import { one } from '@one'; enum K { A = 4 }\nconsole.log('工人', K.A); parentPort!.postMessage(workerData + one);",
  "spin.ts": "import { parentPort } from 'node:worker_threads'; parentPort!.postMessage(1); for (;;) {}",
  "web.ts":
    "self.onmessage = (e: MessageEvent<number>) => { if (e.data < 0) throw new Error('负'); self.postMessage(e.data * 2) };",
  "node_modules/only-require/package.json":
    '{"name":"only-require","exports":{".":{"require":"./r.cjs"},"./data.json":"./d.json"}}',
  "node_modules/only-require/r.cjs": "exports.v = 3;",
  "node_modules/only-require/d.json": '{"d":4}',
};

describe("Node 会话的模块", () => {
  let cwd: string;
  let session: NodeSession;
  const write = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  let clock = Date.now();
  /** 改写文件，修改时间一定不同。 */
  const edit = (path: string, text: string) => {
    write(path, text);
    clock += 5000;
    utimesSync(join(cwd, path), new Date(), new Date(clock));
  };
  const ok = async (code: string) => {
    const { status, outputs, error } = await session.execute(code);
    assert.equal(status, "ok", inspect(error));
    return outputs
      .map((o) => (o.output_type === "stream" ? o.text : "data" in o ? String(o.data["text/plain"]) : ""))
      .join("");
  };

  before(async () => {
    cwd = realpathSync(mkdtempSync(join(tmpdir(), "tidu-modules-")));
    for (const [path, text] of Object.entries(files)) write(path, text);
    session = await createNodeSession({ cwd });
  });
  after(async () => {
    await session.close();
    rmSync(cwd, { recursive: true });
  });

  it("tsconfig 的 paths 与 baseUrl（经 extends），单元格与文件里都算数；JSON 不写 with 也行", async () => {
    assert.equal(
      await ok("import { one } from '@one'; import { two } from 'src/two'; [one, two]"),
      "[ 1, 2 ]",
    );
    assert.equal(await ok("(await import('@lib/one.js')).one"), "1");
    assert.match(await ok("import.meta.resolve('@lib/two')"), /src\/two\.ts'$/);
  });

  it("tsconfig 的 useDefineForClassFields: false：没有初始值的字段不产生属性", async () => {
    const expected = "[ [ 'b', 'c d', 'e', 'f' ], 3, 2, 4 ]";
    assert.equal(
      await ok("import { F } from '@lib/fields'; [Object.keys(new F()), F.s, new F().e, new F().f]"),
      expected,
    );
    assert.equal(
      await ok(
        "class G { a?: number; b = 1; 'c d' = 2; static s = 3; e = this.b + 1; readonly f: number = (() => 4)() }\n[Object.keys(new G()), G.s, new G().e, new G().f]",
      ),
      expected,
    );
    assert.equal(
      await ok(
        "class P { set v(x: number) { console.log('赋值', x) } }\nclass Q extends P { v = 5 }\nvoid new Q()",
      ),
      "赋值 5\n",
    );
  });

  it("循环导入的 TypeScript 文件", async () => {
    assert.equal(
      await ok("import { look } from './cycle-b'; import { sum } from './cycle-a'; [look(), sum()]"),
      "[ 1, 3 ]",
    );
  });

  it("间接导入的文件改过之后，重新导入就是新内容；没有受影响的仍是同一个实例", async () => {
    assert.equal(await ok("import { top, stamp } from './top'; const first = stamp; top"), "'10!'");
    edit("leaf.ts", "export const leaf = 2;");
    assert.equal(await ok("import { top, stamp } from './top'; [top, stamp === first]"), "[ '20!', true ]");
    edit("mid.ts", "import { leaf } from './leaf.js'; export const mid = leaf * 100;");
    assert.equal(await ok("(await import('./top.ts')).top"), "'200!'");
    edit("data.json", '{"two":22}');
    assert.equal(
      await ok("import { two } from 'src/two'; import d from './data.json'; [two, d.two]"),
      "[ 22, 22 ]",
    );
  });

  it("写错的文件改好之后能重新导入", async () => {
    assert.equal((await session.execute("import { x } from './broken'")).status, "error");
    edit("broken.ts", "import { y } from './absent'; export const x = y;");
    assert.equal((await session.execute("import { x } from './broken'")).status, "error");
    write("absent.ts", "export const y = 5;");
    assert.equal(await ok("import { x } from './broken'; x"), "5");
  });

  it("会话开始之后才装的包：import 与 require 先失败，装上就能用", async () => {
    assert.match(
      (await session.execute("import { l } from 'late'")).error!.evalue,
      /没有安装包 late.*%npm install late/,
    );
    await session.execute("require('late')");
    write("node_modules/late/package.json", '{"name":"late","type":"module","exports":"./i.js"}');
    write("node_modules/late/i.js", "export const l = 7");
    assert.equal(await ok("import { l } from 'late'; l"), "7");
    await session.execute("require('late-cjs')");
    write("node_modules/late-cjs/package.json", '{"name":"late-cjs","exports":{"require":"./i.cjs"}}');
    write("node_modules/late-cjs/i.cjs", "exports.l = 8");
    assert.equal(await ok("require('late-cjs').l"), "8");
  });

  it("只有 require 入口的包：import、require、require.resolve、子路径的 JSON", async () => {
    assert.equal(
      await ok(
        "import r, { v } from 'only-require'; [v, r.v, require('only-require').v, require.resolve('only-require').slice(-5), require('only-require/data.json').d]",
      ),
      "[ 3, 3, 3, 'r.cjs', 4 ]",
    );
  });

  it("require 一个 TypeScript 文件：说清楚该怎么写", async () => {
    assert.match((await session.execute("require('./leaf')")).error!.evalue, /TIDU-RT-020.*import/);
  });

  it("WASM：作为模块（可以导入 .ts 的函数）、作为 WebAssembly.Module、经 WebAssembly.instantiate", async () => {
    assert.equal(
      await ok("import { add } from './add.wasm'; import * as all from './add.wasm'; [add(2), all.add(3)]"),
      "[ 42, 43 ]",
    );
    assert.equal(
      await ok(
        "import source add2 from './add.wasm'; const { exports } = await WebAssembly.instantiate(add2, { './env.ts': { base: () => 1 } }); [add2 instanceof WebAssembly.Module, exports.add(5)]",
      ),
      "[ true, 6 ]",
    );
  });

  it("worker_threads：TypeScript 的 worker，它的 console 出现在单元格里", async () => {
    const out = await ok(
      "import { Worker as Thread } from 'node:worker_threads';\nconst thread = new Thread(new URL('./worker.ts', import.meta.url), { workerData: 5, argv: ['x'] });\nconst got = await new Promise((done, fail) => { thread.on('message', done); thread.on('error', fail) });\nawait new Promise((done) => thread.on('exit', done)); got",
    );
    assert.equal(out, "工人 4\n26");
  });

  it("网页式的 Worker：onmessage、postMessage、onerror、terminate", async () => {
    assert.equal(
      await ok(
        "const w = new Worker(new URL('./web.ts', import.meta.url));\nconst ask = (n: number) => new Promise((done) => { w.onmessage = (e) => done(e.data); w.onerror = (e) => done(e.message); w.postMessage(n) });\nconst answers = [await ask(4), await ask(-1)]; w.terminate(); answers",
      ),
      "[ 8, '负' ]",
    );
  });

  it("中断结束这个单元格创建的 worker，前面的还在", async () => {
    const spin = "new Thread(new URL('./spin.ts', import.meta.url))";
    await ok(`const keep = ${spin}; await new Promise((r) => keep.once('message', r))`);
    const controller = new AbortController();
    const running = session.execute(
      `const drop = ${spin}; drop.once('message', () => console.log('转')); await new Promise(() => {})`,
      { onOutput: () => controller.abort(), signal: controller.signal },
    );
    assert.equal((await running).status, "interrupted");
    // 结束之后 threadId 是 -1。
    const gone = (name: string) =>
      `while (${name}.threadId !== -1) await new Promise((r) => setTimeout(r, 5));`;
    assert.equal(await ok(`${gone("drop")} keep.threadId > 0`), "true");
    await session.interrupt();
    await ok(gone("keep"));
  });

  it("child_process：结果与直接写的输出都看得到", async () => {
    assert.equal(
      await ok(
        "import { execFileSync, spawn } from 'node:child_process'; const child = spawn(process.execPath, ['-e', 'console.log(6 * 7)'], { stdio: 'inherit' }); await new Promise((r) => child.on('close', r)); while (false); execFileSync(process.execPath, ['-p', '1 + 1']).toString()",
      ).then((text) => text.replace("42\n", "")),
      "'2\\n'",
    );
  });

  it("using 在单元格结束时释放；.ts 文件里的 using 也能用", async () => {
    write(
      "using.ts",
      "export function f() { using r = { [Symbol.dispose]() { console.log('文件') } }; return r ? 1 : 0 }",
    );
    assert.equal(
      await ok(
        "import { f } from './using'; using r = { n: 1, [Symbol.dispose]() { console.log('释放') } };\nconsole.log('体'); r.n + f()",
      ),
      "体\n文件\n释放\n2",
    );
    assert.equal(await ok("r.n"), "1");
    const { error } = await session.execute(
      "{ await using bad = { async [Symbol.asyncDispose]() { throw new Error('放') } }; throw new Error('体') }",
    );
    assert.equal(error!.ename, "SuppressedError");
  });

  it("DisposableStack、AsyncDisposableStack：各个 Node 版本都有", async () => {
    assert.equal(
      await ok(
        "const log: string[] = []; { using s = new DisposableStack(); s.defer(() => log.push('a')); s.adopt('b', (v) => log.push(v)); s.use({ [Symbol.dispose]() { log.push('c') } }) }\n{ await using t = new AsyncDisposableStack(); t.defer(async () => { await null; log.push('d') }); const moved = t.move(); await moved.disposeAsync(); log.push(String([t.disposed, moved.disposed])) }\nlog",
      ),
      "[ 'c', 'b', 'a', 'd', 'true,true' ]",
    );
    assert.match(
      (
        await session.execute(
          "const s2 = new DisposableStack(); s2.dispose(); s2.dispose(); s2.defer(() => {})",
        )
      ).error!.ename,
      /ReferenceError/,
    );
  });

  it("枚举可以引用前面单元格的枚举", async () => {
    await ok("enum Unit { A = 3, S = 's' }");
    assert.equal(
      await ok(
        "enum Next { X = Unit.A, Y, Z = Unit.S }\n[Next.X, Next.Y, Next[4], Object.keys(Next).length]",
      ),
      "[ 3, 4, 'Y', 5 ]",
    );
  });
});
