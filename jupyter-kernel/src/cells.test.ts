import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { KernelClient } from "./client.js";
import { project } from "./types/testing.js";

const argv = [process.execPath, fileURLToPath(new URL("./main.js", import.meta.url)), "{connection_file}"];

/** 结果的文本、错误（evalue）要对上的样子，或者 null：运行成功，没有结果。 */
type Row = [code: string, expected: string | RegExp | null];

/** 一组单元格依次运行；各组用到的名字互不相干。类型检查与真正的运行都要对。 */
const groups: Record<string, Row[]> = {
  与全局同名: [
    ["const name = 1", null],
    ["name + 1", "2"],
    ["const status = 'a'", null],
    ["status.length", "1"],
    ["let event = 3", null],
    ["event = 4; event", "4"],
    ["const window = { x: 1 }", null],
    ["window.x", "1"],
    ["var top = 5", null],
    ["top", "5"],
    ["document.title", /TS2584.*没有叫 document/],
    ["typeof document", "'undefined'"],
  ],
  重新声明导入的名字: [
    ["import { join } from 'node:path'", null],
    ["join('a', 'b')", "'a/b'"],
    ["const join = (x: number) => x", null],
    ["join(3)", "3"],
  ],
  重载: [
    [
      "function over(a: number): number; function over(a: string): string; function over(a: any) { return a }",
      null,
    ],
    ["over(1) + over('x')", "'1x'"],
    ["over(true)", /TS2769/],
  ],
  类继承前面单元格的类: [
    ["class A { x = 1; m() { return this } }", null],
    ["class B extends A { y = 2 }", null],
    ["new B().m().y", "2"],
    ["class A { z = 1 }", null],
    ["new B().x + new A().z", "2"],
    ["abstract class Shape { abstract area(): number }", null],
    [
      "class Square extends Shape { constructor(private s: number) { super() } area() { return this.s ** 2 } }",
      null,
    ],
    ["new Square(3).area()", "9"],
    ["class P { #x = 1; static s = 2; get x() { return this.#x } static { P.s = 3 } }", null],
    ["P.s + new P().x", "4"],
  ],
  互相引用的重新声明: [
    ["const cx = 1", null],
    ["const cy = cx", null],
    ["const cx = cy + 1", null],
    ["cx + cy", "3"],
    ["interface Same { a: number }", null],
    ["interface Same { b: number }", null],
    ["const same: Same = { b: 1 }; same.b", "1"],
  ],
  只有注释与空块: [
    ["// 注释", null],
    ["/* 块 */", null],
    ["{ }", null],
    ["outer: for (let i = 0; i < 3; i++) { for (;;) { continue outer } }", null],
    ["tag: { break tag }", null],
  ],
  导出: [
    ["export const e1 = 1; export default function foo() { return 3 }", null],
    ["e1 + foo()", "4"],
    ["export default 5", "5"],
    ["export { e1 }", null],
  ],
  模块系统: [
    ["typeof require + typeof __dirname", "'functionstring'"],
    ["require('node:path').join('a', 'b')", "'a/b'"],
    ["require('node:path').nope", /TS2339/],
    ["const made = require('node:path')", null],
    ["made.nope", /TS2339/],
    ["require('./d.json').b[0]! + 1", "2"],
    ["require(['node', 'os'].join(':')).EOL", "'\\n'"],
    ["import fs2 = require('node:fs'); typeof fs2.readFileSync", "'function'"],
    ["import d from './d.json' with { type: 'json' }; d.b[0]! + 1", "2"],
    ["import d2 from './d.json'; d2.a", "1"],
    ["import { twice, type T } from './h.ts'; const q: T = { q: 1 }; twice(q.q)", "2"],
    ["import { twice as again } from './h'; again(4)", "8"],
    ["import { Color } from './h.ts'; Color.Green", "1"],
    ["import type { Stats } from 'node:fs'; let st: Stats | undefined; st", null],
    ["import 'node:fs'", null],
    ["import * as p2 from 'node:path'; p2.sep", "'/'"],
    ["await import('node:os').then((os) => os.EOL)", "'\\n'"],
    ["import.meta.url.startsWith('file:')", "true"],
    ["import nothing from 'not-installed-at-all'", /TS2307.*找不到模块/],
  ],
  类型语法: [
    ["enum E1 { A, B = 'x' }", null],
    ["E1.B", "'x'"],
    ["const enum CE { A = 3 }", null],
    ["CE.A", "3"],
    ["namespace NS { export const v = 1; export type T = number }", null],
    ["const nt: NS.T = NS.v; nt", "1"],
    [
      "declare global { interface Array<T> { firstOne(): T } }\nArray.prototype.firstOne = function () { return this[0] }; 0",
      "0",
    ],
    ["[7].firstOne()", "7"],
    ["type Rec = { v: number; next?: Rec }", null],
    ["const rr: Rec = { v: 1, next: { v: 2 } }; rr.next?.v", "2"],
    [
      "const generic = <T extends { id: number }>(xs: T[]) => new Map(xs.map((x) => [x.id, x] as const))",
      null,
    ],
    ["generic([{ id: 1, n: 'a' }]).get(1)?.n", "'a'"],
    ["const ok = { a: 1 } satisfies Record<string, number>; ok.a", "1"],
    ["let def!: number; def = 3; def", "3"],
    ["const frozen = <const T,>(x: T) => x; frozen(['a'])[0]", "'a'"],
    ["<number>3", "3"],
    ["const fnn = function () { return 1 } as () => number; fnn()", "1"],
  ],
  变量的类型: [
    ["let u: string | undefined", null],
    ["u = 'a'", "'a'"],
    ["u.length", /TS18048.*u 可能是 undefined/],
    ["u!.length", "1"],
    ["let un", null],
    ["un = 3", "3"],
    ["un.toFixed()", "'3'"],
    ["const arr = []", null],
    ["arr.push(1)", "1"],
    ["let x1, x2; [x1, x2] = [1, 2]; x1 + x2", "3"],
    ["const { a: pa, ...rest } = { a: 1, b: 2, c: 3 }", null],
    ["rest.b + pa", "3"],
    ["if (true) { var vv = 3 }", null],
    ["vv", "3"],
    ["({ m() { var leak = 1; return leak } }).m()", "1"],
    ["leak", /TS2304/],
    ["var v5 = 1; var v5 = 2; v5", "2"],
  ],
  出错之后: [
    ["const t1 = () => 1; throw new Error('停')", /停/],
    ["t1()", "1"],
    ["const k1: number = 'a'", /TS2322/],
    ["k1", /TS2304/],
    ["const t1 = 'now text'", null],
    ["t1.length", "8"],
    ["const later = 1; let fixed = 2", null],
    ["throw new Error('半途'); const later = 'text'; let fixed = 'text', fresh = 1", /半途/],
    ["later.toFixed() + fixed.toFixed()", "'12'"],
    ["fresh", /TS2304/],
    ["function hoisted() { return 1 }; throw new Error('函数已经提升'); const unused = 1", /提升/],
    ["hoisted() + later", "2"],
    ["import missing from './no-such-file.mjs' // @ts-ignore", /TS2307/],
    ["// @ts-nocheck\nimport missing from './no-such-file.mjs'; const later = 'text'", /no-such-file/],
    ["later.toFixed()", "'1'"],
  ],
  指示注释: [
    ["// @ts-ignore\nconst ig: number = 'a'; ig", "'a'"],
    ["// @ts-expect-error\nconst ig2: number = 'a'; ig2", "'a'"],
    ["// @ts-expect-error\nconst ig3: number = 3; ig3", /:1:1 TS2578.*没有用上/],
    ["// @ts-nocheck\nconst ig4: number = 'a'; ig4", "'a'"],
    ["ig4.toFixed", null],
  ],
  较新的语法: [
    ["/a(?<n>.)/v.exec('ab')?.groups?.['n']", "'b'"],
    ["10n ** 20n", "100000000000000000000n"],
    ["1_000 + 0b11", "1003"],
    ["function* gen() { yield 1; yield 2 }", null],
    ["[...gen()].length", "2"],
    ["async function* agen() { yield 1 }; let seen = 0", null],
    ["for await (const v of agen()) seen += v", null],
    ["seen", "1"],
    ["let 变量 = 1; 变量 += 2; 变量", "3"],
    ["structuredClone({ a: 1 }).a + new Blob(['a']).size", "2"],
    ["const timer: NodeJS.Timeout = setTimeout(() => {}, 1); clearTimeout(timer)", null],
    ["async () => { await 1 }", "[AsyncFunction (anonymous)]"],
    ["function nonasync() { await 1 }", /TS1308/],
    ["with (Math) { max(1) }", /TS1101/],
  ],
};

describe("各种各样的单元格（真实的内核）", function () {
  this.timeout(60_000);
  let kernel: KernelClient;
  const folder = project({
    "d.json": '{ "a": 1, "b": [1, 2] }',
    "h.ts":
      "export const twice = (x: number) => 2 * x; export type T = { q: number }; export enum Color { Red, Green }",
  });

  before(async () => {
    kernel = await KernelClient.start(argv, { cwd: folder });
  });
  after(() => kernel?.close());

  const run = async (code: string) => {
    const { iopub, reply } = await kernel.execute(code, { stop_on_error: false });
    const content = (type: string) => iopub.find(({ header }) => header.msg_type === type)?.content;
    return {
      error: content("error")?.["evalue"] as string | undefined,
      result: content("execute_result")?.["data"]["text/plain"] as string | undefined,
      reply: reply.content,
    };
  };

  for (const [title, rows] of Object.entries(groups))
    it(title, async () => {
      for (const [code, expected] of rows) {
        const { error, result } = await run(code);
        if (expected instanceof RegExp) assert.match(error ?? "没有出错", expected, code);
        else {
          assert.equal(error, undefined, code);
          assert.equal(result, expected ?? undefined, code);
        }
      }
    });

  /** 像 JupyterLab 那样接受一个补全：光标之前的范围换成插入的文字。 */
  const accept = async (marked: string, name: string) => {
    const position = marked.indexOf("|");
    const code = marked.replace("|", "");
    const cursor_pos = [...code.slice(0, position)].length;
    for (;;) {
      const { content } = (await kernel.request("complete_request", { code, cursor_pos })).reply;
      const found = content["metadata"]._jupyter_types_experimental.find((_: unknown, index: number) => {
        return content["matches"][index] === name;
      });
      // 索引在空闲时一点一点地建
      if (!found) continue;
      const chars = [...code];
      const before = chars.slice(0, content["cursor_start"]).join("");
      return { type: found.type, cell: before + found.text + chars.slice(content["cursor_end"]).join("") };
    }
  };

  it("接受一个还没导入的名字，单元格不改别处就能运行；说明也看得到", async () => {
    const cases: [marked: string, name: string, expected: string][] = [
      ["/* 😀 */\nbasen|('/a/b.ts')", "basename", "'b.ts'"],
      ["const b = dirna|('/a/b.ts'); b", "dirname", "'/a'"],
      ["const f = () => extn|('/a/b.ts'); f()", "extname", "'.ts'"],
      ["const g = async () => extn|('/a/b.ts'); await g()", "extname", "'.ts'"],
      ["squar|(3).item()", "square", "9"],
      ["const h = (x: number) => sigmoi|(x).item(); h(0)", "sigmoid", "0.5"],
    ];
    for (const [marked, name, expected] of cases) {
      const { type, cell } = await accept(marked, name);
      assert.match(type, /^import\s(?:node:path|@tidu\/\u2060kernel\u2011lib)$/);
      const { error, result } = await run(cell);
      assert.equal(error, undefined, cell);
      assert.equal(result, expected, cell);
    }
    // 补全列表旁边的说明：JupyterLab 把插入的文字接上去再问，光标给得超出末尾
    const { cell } = await accept("const r = readFileS|", "readFileSync");
    const content = { code: cell, cursor_pos: [...cell].length + 20, detail_level: 0 };
    const { reply } = await kernel.request("inspect_request", content);
    assert.match(reply.content["data"]["text/plain"], /readFileSync/);
  });

  it("三百格的笔记本照样检查得了，也补得全", async () => {
    for (let i = 0; i < 300; i++) {
      const { error } = await run(`const big${i} = ${i === 0 ? "1" : `big${i - 1} + 1`}`);
      assert.equal(error, undefined);
    }
    assert.equal((await run("big299")).result, "300");
    assert.match((await run("big299.length")).error!, /TS2339/);
    const { reply } = await kernel.request("complete_request", { code: "big29", cursor_pos: 5 });
    assert.equal(reply.content["matches"].length, 11);
  });
});
