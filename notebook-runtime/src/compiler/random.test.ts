// biome-ignore-all lint/suspicious/noTemplateCurlyInString: 例子本身是代码
import assert from "node:assert/strict";
import fc from "fast-check";
import { compileCell } from "./compile.js";
import { oracle, ours } from "./differential.js";

const type = fc.constantFrom(
  "number",
  "any",
  "Array<number>",
  "{ a: number; b?: string }",
  "(x: number) => void",
  "number[] | null",
  "typeof out",
  "[a: number, b?: string]",
  "Map<string, Set<number>>",
  "`p${string}`",
  "{\n  a: 1\n}",
  "(\n  number\n)",
);

const value = fc.constantFrom(
  "1",
  "'s'",
  "[1, 2]",
  "{ a: 1 }",
  "out",
  "() => 1",
  "function () { return 2 }",
  "null",
  "`t${1}`",
  "/r/g",
  "-1",
  "x0",
  "class { y = 1 }",
);

const member = fc.constantFrom(
  "",
  " = 3",
  " = -1",
  " = P.B",
  " = P.A | 8",
  " = 's'",
  " = `t`",
  " = (5)",
  " = 1 + 2 * 3",
);

/** 一条语句（没有 x++：esbuild 把下一行的括号当成对它的调用，与规范不符）；开头可能是括号、方括号、模板，考验自动分号。 */
const statement = fc.oneof(
  fc.tuple(fc.nat(3), type, value).map(([n, t, v]) => `x${n} = ${v} as ${t}`),
  fc.tuple(fc.nat(3), type, value).map(([n, t, v]) => `x${n} = (${v}) satisfies ${t}`),
  fc.tuple(fc.nat(3), type).map(([n, t]) => `x${n} = <${t}>x0`),
  fc.tuple(type, value).map(([t, v]) => `out.push((${v} as ${t})!)`),
  fc.tuple(type, value).map(([t, v]) => `(function (q: ${t}) { out.push(typeof q) })(${v})`),
  fc.tuple(value).map(([v]) => `[${v}, 0].forEach((v) => out.push(typeof v))`),
  fc.tuple(type).map(([t]) => `type T = ${t}`),
  fc.tuple(type).map(([t]) => `interface I { m: ${t} }`),
  fc.tuple(type).map(([t]) => `declare let zz: ${t}`),
  fc.tuple(type, value).map(([t, v]) => `{ let inner: ${t} = ${v}; out.push(typeof inner) }`),
  fc
    .tuple(type, type, value)
    .map(([t, u, v]) => `out.push((<A extends ${t}>(p: A, o?: ${u}): ${u} => p as any)(${v}))`),
  fc.tuple(type).map(([t]) => `if (x1) x2 = x1 as ${t}\nelse x2 = x0!`),
  fc.tuple(type).map(([t]) => `for (const v of [1, 2] as ${t}) out.push(v)`),
  fc
    .tuple(type, value)
    .map(([t, v]) => `class K { f: ${t} = ${v}\n ['g']: ${t}\n static s?: ${t} }`)
    .map((c) => `{ ${c}\n out.push(Object.keys(new K())) }`),
  fc.array(member, { minLength: 1, maxLength: 5 }).map((list) => {
    // 字符串成员之后不能自动编号：给一个值。
    const body = list
      .map((initial, i) => `M${i}${initial === "" && /['`]/.test(list[i - 1] ?? "") ? " = 7" : initial}`)
      .join(", ");
    return `{ const enum P { A = 2, B = A << 1 }\n enum E { ${body} }\n enum E { Z = 99 }\n out.push(E, P.B) }`;
  }),
  fc
    .tuple(fc.constantFrom("let", "const", "var"), type, value, fc.constantFrom("", "export "))
    .map(
      ([k, t, v, e]) =>
        `{ const r = (() => { ${k} y: ${t} = ${v}; return y })(); out.push(typeof r) }\nnamespace NS { ${e}${k} y: ${t} = ${v}; export function f() { return typeof y } export namespace In { export class C { constructor(readonly q: ${t} = y) {} } } }\nout.push(NS.f(), typeof new NS.In.C().q, Object.keys(NS))`,
    ),
  fc
    .array(fc.constantFrom("using", "await using", "const"), { minLength: 1, maxLength: 4 })
    .chain((kinds) => fc.tuple(fc.constant(kinds), fc.constantFrom("", "throw 1", "return", "throw d(9)")))
    .map(([kinds, end]) => {
      const d = "const d = (n: any) => ({ [Symbol.dispose]() { out.push(n); if (n === 2) throw n } });";
      const body = kinds.map((kind, i) => `${kind} v${i} = d(${i}) as any`).join("\n");
      return `await (async () => { ${d}\n try { ${body}\n out.push('b')\n ${end} } catch (e: any) { out.push(typeof e, e?.name) } })()`;
    }),
  fc.constantFrom(
    "++x3",
    "`tpl${x0}`",
    "+1",
    "-x3",
    "/re/.test('')",
    "void 0",
    ";",
    "x0?.a",
    "x0!",
    "x1 = x0!\n",
    "x2 = x1 as any\n",
  ),
);

/** 同一个程序里的类型名不能重复。 */
function numbered(text: string, i: number): string {
  return text.replace(/\bzz\b|\bNS\b|(?<=^type )T|(?<=^interface )I/, (name) => name + i);
}

const program = fc
  .array(fc.tuple(statement, fc.constantFrom("\n", ";\n", "; ", " // 注释\n", "\n/* 块 */\n")), {
    minLength: 1,
    maxLength: 8,
  })
  .map(
    (parts) =>
      `let x0: any = 0, x1: any = 1, x2: any, x3: number = 3;\n${parts.map(([text, end], i) => numbered(text, i) + end).join("")}\nout.push(...[x0, x1, x2, x3].map((v) => (typeof v === 'function' ? 'f' : v === out ? 'out' : JSON.stringify(v) ?? String(v))))`,
  );

async function outcome(run: () => Promise<string>): Promise<string> {
  try {
    // 函数变成字符串时带着源码，esbuild 会重新排版。
    return (await run()).replace(/[\s;]|\\+n/g, "");
  } catch (error) {
    return error instanceof SyntaxError || (error as { errors?: unknown }).errors
      ? "语法错误"
      : `抛出 ${(error as Error).name}`;
  }
}

describe("单元格编译器：随机程序", () => {
  it("与 esbuild 去类型之后执行的结果相同", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(program, async (source) => {
        const expected = await outcome(() => oracle(source));
        assert.equal(await outcome(() => ours(source, true)), expected);
        if (expected !== "语法错误") compared += 1;
      }),
      { numRuns: Number(process.env.TIDU_RUNS ?? 400) },
    );
    assert.ok(compared > 150, `只有 ${compared} 个程序没有语法错误`);
  });

  it("行数不变，任何位置都换算到源码之内", () => {
    fc.assert(
      fc.property(program, fc.nat(), (source, at) => {
        let cell: ReturnType<typeof compileCell>;
        try {
          cell = compileCell(source);
        } catch {
          return;
        }
        const generated = cell.code.split("\n");
        const lines = source.split("\n");
        assert.equal(generated.length, lines.length + 1);
        const line = at % lines.length;
        for (let column = 1; column <= generated[line].length; column++) {
          const position = cell.original(line + 1, column);
          assert.ok(position.line >= 1 && position.line <= line + 1);
          assert.ok(position.column >= 1 && position.column <= lines[position.line - 1].length + 1);
        }
      }),
      { numRuns: 200 },
    );
  });
});
