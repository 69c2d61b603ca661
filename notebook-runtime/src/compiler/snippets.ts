// biome-ignore-all lint/suspicious/noTemplateCurlyInString: 例子本身是代码
/** 差分测试的例子：每段把看到的东西放进 out。写给测试用，涵盖 TypeScript 的每一种可抹语法。 */
export const snippets: Record<string, string> = {
  注解: "const a: number = 1; let b: string | null = null; var c: Array<{ x: number }> = [{ x: 2 }]; out.push(a, b, c);",
  注解之后没有分号: "let a: number = 1\nlet b: string\n;[a, b].forEach((v) => out.push(v))",
  "as 之后换行接括号":
    "const a = 5 as any\n;(function () { out.push(a) })()\nconst b = out as any\n;[1].forEach((v) => b.push(v))",
  "as 之后无分号换行接标识符": "let a = out as number[]\na.push(1)\nlet b = a as any\nb.push(2)",
  类型别名后接括号:
    "let n = 1\ntype T = number\n;(() => out.push(n))()\ninterface I { x: T }\n;[1, 2].map((x) => out.push(x))",
  satisfies: "const config = { a: 1, b: [2] } satisfies Record<string, unknown>; out.push(config);",
  "as const": "const t = [1, 'x'] as const; out.push(t);",
  非空: "const o: { a?: { b: number } } = { a: { b: 1 } }; out.push(o.a!.b, o!.a!['b']); let z: number; z! = 3; out.push(z!);",
  可选链非空: "const o: any = null; out.push(o?.a!.b, o?.a!.b!(1), o?.[0]!.c);",
  尖括号断言: "const x = <any>{ a: 1 }; out.push((<any>x).a, <number>x.a + 1);",
  "return 后的断言换行": "function f(v: unknown) { return <any>\n  v }\nout.push(f(3));",
  箭头返回类型跨行:
    "const f = (a: number):\n  number | string => a + 1; const g = async (a: number): Promise<\n  number\n> => a; out.push(f(1), await g(2));",
  异步泛型箭头跨行: "const f = async <\n  T,\n>(x: T) => x; out.push(await f(7));",
  泛型: "function id<T extends object = {}>(x: T): T { return x } const a = id<{ q: number }>({ q: 1 }); const m = new Map<string, number>([['a', 1]]); out.push(a, [...m]);",
  实例化表达式:
    "function id<T>(x: T) { return x } const f = id<number>; const M = Map<string, number>; out.push(f(1), new M([['a', 2]]).get('a'));",
  标签模板泛型:
    "function tag<T>(s: TemplateStringsArray, ...v: T[]) { return s.raw.join('|') + v.join() } out.push(tag<number>`a${1}b${2}c`);",
  "this 参数":
    "function f(this: { v: number }, a: number) { return this.v + a } function g(this: { v: number }) { return this.v } out.push(f.call({ v: 1 }, 2), g.call({ v: 9 }));",
  可选参数:
    "function f(a: number, b?: string, { c, d = 4 }: { c?: number; d?: number } = {}, ...rest: number[]) { return [a, b, c, d, rest] } out.push(f(1), f(1, 'b', { c: 3 }, 5, 6));",
  重载: "function f(a: string): string;\nfunction f(a: number): number;\nfunction f(a: any) { return a }\nout.push(f(1), f('x'));",
  类型谓词:
    "function isS(x: unknown): x is string { return typeof x === 'string' } function must(x: unknown): asserts x is string { if (typeof x !== 'string') throw new Error('no') } out.push(isS(1), isS('a')); must('s');",
  类修饰:
    "abstract class A<T> { abstract foo(): void; abstract x: number; protected readonly y: number = 1; private static z?: string; declare w: string; public toString(): string { return 'A' } static s: number = 2; [key: string]: any }\nclass B extends A<number> implements Iterable<number> { override foo() {} x = 3; *[Symbol.iterator](): Generator<number> { yield 1 } }\nconst b = new B(); out.push(b.x, b['y'], A.s, [...b], Object.keys(b), String(b));",
  字段后的计算键:
    "class A { a = 1 as number\n ['b'] = 2\n private ['c']: number = 3\n declare d: string\n *gen() { yield 4 } }\nconst x = new A() as any; out.push(x.a, x.b, x.c, [...x.gen()]);",
  字段: "class A { x!: number; y?: string; z: number = 1; #p: number = 2; get p(): number { return this.#p } set p(v: number) { this.#p = v } static { out.push('static') } }\nconst a = new A(); a.p = 5; out.push(Object.keys(a), a.p);",
  参数属性:
    "class A { constructor(public a: number, private b = 2, protected readonly c?: string) { out.push(this.a) } sum() { return this.a + this.b } }\nclass B extends A { constructor(readonly d: number) { super(d, 4); out.push(this.d) } }\nout.push(new A(1).sum(), new B(5).sum(), Object.keys(new B(6)));",
  方法重载:
    "class A { f(a: string): void; f(a: number): void; f(a: any) { out.push(a) } g?(): void }\nnew A().f(1);",
  "extends 与 implements":
    "interface I {} interface J<T> { t?: T }\nconst mix = (x: any) => x;\nclass A {} class B extends mix(A) implements I, J<string> { v = 1 }\nclass C implements I { w = 2 }\nout.push(new B().v, new C().w);",
  枚举: "enum E { A, B, C = 10, D, F = C << 1, G = 'g', H = `h`, I = E.A + 5, 'j k' = 7, L }\nout.push(E, E.A, E[0], E.D, E.G, E.L);",
  常量枚举: "const enum E { X = 1, Y = X * 2 + 1, Z = -Y }\nout.push(E.X, E.Y, E.Z);",
  枚举合并: "enum E { A = 1 }\nenum E { B = 2 }\nout.push(E);",
  计算枚举: "const n = () => 5;\nenum E { A = n(), B = (3), C = 'x'.length }\nout.push(E);",
  枚举跨行:
    "enum Color {\n  Red = 'red', // 红\n  Green = 'green',\n  /* 蓝 */ Blue = 'blue',\n}\nout.push(Object.entries(Color));",
  函数里的枚举: "function f() { enum E { A, B } return E.B } out.push(f());",
  命名空间:
    "namespace N { export const x = 1; export let y = x + 1; const hidden = 3; export function f() { return x + y + hidden } export class C { v = y } export enum E { A = 1 } export const { p, q: [r] } = { p: 4, q: [5] }; y = 10 }\nout.push(N.x, N.y, N.f(), new N.C().v, N.E.A, N.p, N.r);",
  嵌套命名空间:
    "namespace A.B { export const x = 1 }\nnamespace A { export namespace C { export const y = B.x + 1 } }\nout.push(A.B.x, A.C.y);",
  类型命名空间:
    "namespace T { export interface I { x: number } export type U = string }\nconst v: T.I = { x: 1 }; out.push(v);",
  命名空间合并类:
    "class K { static a = 1 }\nnamespace K { export const b = 2 }\nout.push(K.a, (K as any).b);",
  导入别名: "namespace N { export const deep = { v: 3 } }\nimport D = N.deep;\nout.push(D.v);",
  声明: "declare const g: number; declare function h(): void; declare module 'x' { export const y: number }\ndeclare global { interface Window { z: number } }\nout.push(typeof g);",
  类型导入:
    "import type { A } from 'nowhere'; import { type B } from 'nowhere2'; export type { A }; type U = A | B; out.push(1);",
  导出: "export const a = 1; export function f() { return a } export class C {} export type T = number; const b = 2; export { b, a as c }; out.push(f(), new C() instanceof C, b);",
  默认导出: "export default { a: 1 }; out.push(2);",
  解构: "const { a, b: { c = 3, ...d }, ...rest }: any = { a: 1, b: { e: 5 }, f: 6 }; let [x, , y = 2, ...z]: any[] = [1, 2, undefined, 4, 5]; ({ a: x, b: y = 9 } = { a: 10 } as any); [z[0], x] = [x, z[0]]; out.push(a, c, d, rest, x, y, z);",
  赋值目标里的断言:
    "let o: any = { v: 1 }; (o as any).v = 2; (o.v as number) += 3; (<any>o).v++; let k = 1; (k as any) = 4; (k as number)++; [(o.v as any), k!] = [7, 8]; for ((k as any) of [1, 2]); out.push(o, k);",
  简写: "const x = 1, y = 2; const o = { x, y, f() { return x } }; out.push(o.x + o.y, o.f());",
  闭包: "let n = 0; const inc = () => ++n; function dec() { return --n } inc(); inc(); dec(); out.push(n);",
  遮蔽: "const x = 1; function f(x: number) { { const x = 5; out.push(x) } return x } const g = ({ x }: { x: number }) => x; try { throw 3 } catch (x) { out.push(x) } for (const x of [7]) out.push(x); for (let x = 8; x < 9; x++) out.push(x); const h = function x() { return typeof x }; class Q { x = 2; m() { return x + this.x } } out.push(f(2), g({ x: 4 }), h(), new Q().m(), x);",
  块里的函数:
    "{ function f() { return 1 } out.push(f()) } switch (1 as number) { case 1: let q = 2; function g() { return q } out.push(g()) }",
  "var 提升":
    "out.push(v); if (true) { var v = 1 } for (var i = 0; i < 2; i++) { var w = i } for (var k in { a: 1 }) ; for (var [p, q] of [[1, 2]]) ; for (var { r } of [{ r: 3 }]) ; try { var t = 1 } finally {} if (v) var u = 5; else var u = 6; out.push(v, i, w, k, p, q, r, t, u); var v = 9; var noinit; out.push(v, noinit);",
  函数提升: "out.push(f()); function f(): number { return g() } function g() { return 4 }",
  函数名:
    "const f = () => 1; let g = function () {}; const C = class {}; const h = (function () {}) as any; let k: any; k = () => 2; const { d = () => 3 } = {} as any; const [e = class {}] = []; class D {} async function ag() {} out.push(f.name, g.name, C.name, h.name, k.name, d.name, e.name, D.name, ag.name);",
  "调用的 this":
    "'use strict'; function f(this: any) { return this === undefined } const o = { f }; out.push(f(), (f)(), f!(), (f as any)(), o.f(), (0, f)(), f?.());",
  标签模板: "const t = (s: any) => s.join('-'); out.push(t`a`, `x${t`b${1}c`}y`);",
  typeof: "out.push(typeof nowhere, typeof out); let later = 1; out.push(typeof later);",
  标签与跳转:
    "outer: for (let i = 0; i < 3; i++) { for (;;) { if (i === 1) continue outer; if (i === 2) break outer; break } out.push(i) } blk: { out.push('b'); break blk }",
  循环体:
    "let n = 0; while (n < 3) n++; do n--; while (n > 0); for (;;) if (n++ > 2) break; else continue; for (const k in { a: 1, b: 2 }) out.push(k); for (const v of [1]) { out.push(v) } for (;n < 5;) { n++ } lbl: while (true) break lbl; out.push(n);",
  无大括号:
    "let a = 1; if (a) out.push(1); else out.push(2); if (!a) out.push(3)\nelse if (a) out.push(4)\nelse out.push(5)",
  生成器:
    "function* g(n: number): Generator<number, void, unknown> { for (let i = 0; i < n; i++) yield i } async function* ag() { yield* g(2) } out.push([...g(3)]); for await (const v of ag()) out.push(v);",
  顶层等待:
    "const v = await (Promise.resolve(1)); const w = await [1, 2][0]; const [a, b] = await Promise.all([2, 3]); for await (const x of [Promise.resolve(4)]) out.push(x); out.push(v, w, a, b); if (await true) out.push(5);",
  访问器:
    "const o = { get v(): number { return 1 }, set v(x: number) { out.push(x) }, async m<T>(x: T): Promise<T> { return x }, *g() { yield 1 }, ['c' + 1]: 2 }; o.v = 3; out.push(o.v, await o.m(4), [...o.g()], o.c1);",
  逗号与运算:
    "let a = 1, b = 2; a += b, b -= a; a ||= 3; b &&= 4; let c: any = null; c ??= 5; a **= 2; out.push(a, b, c, a++ + ++b, -a, !b, void 0);",
  正则与模板: "const r = /a\\/b[/]/g; const s = `x${`y${1 + 1}`}z`; out.push(r.source, s);",
  类表达式:
    "const make = <T,>(v: T) => class Named<U> { v: T = v; static who() { return Named.name } }; const K = make(1); out.push(new K().v, K.who());",
  私有名:
    "class A { #x = 1; static has(o: object): boolean { return #x in o } #m(): number { return this.#x } get y() { return this.#m() } } out.push(A.has(new A()), A.has({}), new A().y);",
  "new 与成员":
    "class P { constructor(public v: number = 0) {} } const ns = { P }; out.push(new P(1).v, new ns.P(2).v, new (P as any)(3).v, new P().v, new (class { z = 5 })().z, new P);",
  注释里的类型样子: "const a /* : number */ = 1 // as any\nconst b = 'as string' /* ! */\nout.push(a, b)",
  泛型默认与约束:
    "type Fn<T extends readonly unknown[] = []> = (...a: T) => void; const f: Fn<[a: number, b?: string]> = (a, b) => { out.push(a, b) }; f(1);",
  条件与映射类型:
    "type M<T> = { readonly [K in keyof T]?: T[K] extends infer U ? U : never }; const m: M<{ a: 1 }> = { a: 1 }; out.push(m);",
  "唯一符号与 keyof":
    "const s: unique symbol = Symbol('s'); const k: keyof typeof out = 'length'; out.push(typeof s, out[k]);",
  函数类型参数:
    "function apply(f: (x: number) => number, g?: { (x: number): void; new (): object }): number { return f(2) } out.push(apply((x): number => x * 3));",
  对象字面量结尾: "out.push(1);\n({ a: 1, b: 2 })",
  块与对象: "const a = 1\n{ out.push(a) }\n[1].length",
  自增歧义: "let a = 1, b = 2\na\n++b\nout.push(a, b)",
  严格模式: "out.push((function (this: any) { return this })() === undefined);",
  "catch 无参数":
    "try { throw 1 } catch { out.push('c') } finally { out.push('f') } try { null!.x } catch ({ name }: any) { out.push(name) }",
  中文名:
    "const 学习率: number = 0.1, 梯度 = { 学习率 }; function 更新(x: number) { return x - 学习率 } out.push(梯度, 更新(1));",
  美元与下划线: "const $ = 1, _ = 2, $$a = 3, _$ = { $ }; out.push($ + _ + $$a, _$);",
  "Unicode 换行": "const a = 'x\u2028y'; const b: number = 1; out.push(a, b);",
  "Windows 换行": "const a: number = 1\r\nlet b = a as any\r\n;[b].forEach((x) => out.push(x))\r\n",
  "async 箭头参数":
    "const f = async (x: number) => x, g = async x => x, h = async ({ a }: { a: number }) => a; out.push(await f(1), await g(2), await h({ a: 3 }));",
  默认参数引用:
    "const base = 2; function f(a = base, b = () => a + base) { return b() } out.push(f(), f(1));",
  立即调用: "out.push((() => 1)(), (function () { return 2 })(), (async () => 3)() instanceof Promise);",
  点号开头: "const r = [3, 1, 2]\n  .sort()\n  .map((x: number) => x * 2) as number[]\nout.push(r)",
  尾随类型的三元:
    "const t = true ? (1 as number) : ('x' as string); const u = (x: boolean) => x ? (y: number): number => y : null; out.push(t, u(true)!(4));",
  "using：相反的次序释放，在返回值算出之后":
    "const res = (n: string) => ({ n, [Symbol.dispose]() { out.push('-' + n) } });\nfunction f() { using a = res('a'), b = res('b'); out.push(a.n + b.n); return out.length }\nout.push(f());\n{ using c = res('c'); out.push('body') }\n{ using n = null; using u = undefined; out.push(n, u) }",
  "using：释放时的错误":
    "const bad = (n: string) => ({ [Symbol.dispose]() { throw new Error(n) } });\ntry { using a = bad('a'); using b = bad('b'); throw new Error('c') } catch (e: any) { out.push(e.name, e.error.message, e.suppressed.name, e.suppressed.error.message, e.suppressed.suppressed.message) }\ntry { using a = bad('只有一个') } catch (e: any) { out.push(e.name, e.message) }\ntry { using x = 1 as any } catch (e: any) { out.push(e.constructor.name) }",
  "using：跳转也释放":
    "const res = (n: number) => ({ n, [Symbol.dispose]() { out.push(-n) } });\nouter: for (const i of [1, 2, 3, 4]) { using a = res(i); if (i === 1) continue; if (i === 3) break outer; out.push(i) }\nfor (using x of [res(5), res(6)]) out.push(x.n)\nfor (using y of [res(7)]) { const y2 = y.n; out.push(y2) }\nconst arrow = () => { using z = res(8); return z.n }; out.push(arrow())",
  "await using":
    "const res = (n: string) => ({ async [Symbol.asyncDispose]() { out.push('等' + n); await null; out.push('-' + n) } });\nasync function f() { await using a = res('a'); using b = { [Symbol.dispose]() { out.push('同步') } }; out.push('体'); return 1 }\nout.push(await f());\n{ await using c = res('c'); await using d = { [Symbol.dispose]() { out.push('d') } }; await using e = null; out.push('块') }\nfor (await using g of [res('g')]) out.push('g')\nfor await (using h of [Promise.resolve({ [Symbol.dispose]() { out.push('h') } })]) out.push('hh')\nclass K { static { using s = { [Symbol.dispose]() { out.push('s') } }; out.push('静态块') } }",
  "using 与块里的声明":
    "{ out.push(typeof f); function f() { return v } const v = 3; using a = { [Symbol.dispose]() { out.push(f()) } }; class C { v = v } out.push(new C().v) }\nconst using = 5; out.push(using)",
  accessor:
    "class A { accessor x = 1; static accessor y: string = 's'; accessor z!: number; accessor 'q r' = 2; accessor #p = 3; get p() { return this.#p++ } inc() { return this.#p } }\nconst a = new A(); a.x += 4; A.y += '!'; a.z = 6; out.push(a.x, A.y, a.z, a['q r'], a.p, a.inc(), Object.keys(a));\nclass B extends A { override accessor x = 10 }\nout.push(new B().x);",
  "枚举：引用别的枚举、同名合并后的成员":
    "enum A { X = 1, Y = X << 2, Z = Y | X }\nenum B { P = A.Y, Q, R = `${'r'}` , S = 'a' + 'b' }\nenum A { W = 9 }\nconst enum C { U = A.Z, V }\nout.push(A, B, C.U, C.V, B[4], A[A.Z]);",
  命名空间合并函数与枚举:
    "function f() { return f.count++ } namespace f { export let count = 5 }\nenum E { A = 1 } namespace E { export const all = () => [E.A] }\nnamespace N { export let live = 1; export const read = () => live; export namespace M { export const up = () => ++live } }\nnamespace N { export const again = () => live * 10 }\nf(); N.live = 7; N.M.up(); out.push(f(), E.all(), N.read(), N.again(), N.live);",
  块里同名的枚举互不相干:
    "{ enum E { A } out.push(E) }\n{ enum E { B = 5 } enum E { C = 6 } out.push(E) }\nfunction f() { enum E { D = 7 } return E } out.push(f(), f() === f());",
};
