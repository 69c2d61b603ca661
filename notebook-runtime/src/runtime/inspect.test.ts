import assert from "node:assert/strict";
import { inspect as nodeInspect } from "node:util";
import fc from "fast-check";
import { inspect } from "./inspect.js";

class Point {
  x = 1;
  y = { z: [1, { deep: { er: 1 } }] };
}
class Named {
  get [Symbol.toStringTag]() {
    return "标签";
  }
}
const circular: Record<string, unknown> = { a: 1 };
circular.self = circular;
circular.list = [circular];

const values: Record<string, unknown> = {
  数: [0, -0, 1.5, Number.NaN, Infinity, 12n, true, null, undefined],
  串: ["a", "it's", 'say "hi"', `it's "x"`, "多行\n文本", "\u0000\u007f\\", "`$\u007bx}'\""],
  顶层串: "it's",
  空: [{}, [], new Map(), new Set(), new Point(), Object.create(null), () => {}, class {}],
  函数: [function foo() {}, class A {}, class B extends Point {}, async () => {}, function* g() {}],
  嵌套: { a: { b: { c: { d: 1 } } }, l: [[[[1]]]] },
  长对象: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key${i}`, `value ${i}`])),
  长数组: Array.from({ length: 120 }, (_, i) => i * 1.5),
  短数组: [1, 2, 3, 4, 5, 6, 7],
  字串数组: Array.from({ length: 30 }, (_, i) => `n${i}`),
  中文数组: Array.from({ length: 12 }, (_, i) => `梯度${i}`),
  洞: Object.assign(new Array(9), { 0: 1, 3: 4, 8: 2 }),
  类型化: [new Float64Array([1, 2.5]), new Uint8Array(150), new BigInt64Array(2)],
  集合: [
    new Map<unknown, unknown>([
      ["a", { b: 1 }],
      [{ k: 1 }, [1, 2]],
    ]),
    new Set(["x", [1]]),
  ],
  循环: circular,
  实例: [new Point(), new Named(), new Date(0), /re/g, Symbol("s")],
  访问器: {
    get a() {
      return 1;
    },
    set a(_v) {},
    get b() {
      return 1;
    },
    set c(_v: unknown) {},
  },
  键: { "a-b": 1, 中: 2, 1: 4 },
  包装: [new Number(3), new String("ab"), new Boolean(false), Object(Symbol("q")), Object(5n)],
  弱引用: [new WeakMap(), new WeakSet(), {}],
  大集合: [
    new Set(Array.from({ length: 130 }, (_, i) => i)),
    new Map(Array.from({ length: 101 }, (_, i) => [i, i])),
  ],
  生成器: [(function* () {})(), [1][Symbol.iterator](), Math, JSON],
  原型空: Object.assign(Object.create(null), { a: 1 }),
  子类数组: class extends Array {}.from([1, 2]),
  长串对象: {
    text: "x".repeat(100),
    lines: "第一行\n第二行\n第三行很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长",
  },
};

describe("inspect：与 util.inspect 相同", () => {
  for (const [name, value] of Object.entries(values)) {
    it(name, () => assert.equal(inspect(value), nodeInspect(value)));
  }

  it("任意的 JSON 样的值", () => {
    const leaf = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("value"), { maxLength: 12 }),
        fc.dictionary(fc.string({ maxLength: 6 }), tie("value"), { maxKeys: 8 }),
        fc.array(fc.double(), { maxLength: 40 }),
      ),
    }));
    fc.assert(
      fc.property(value, (v) => assert.equal(inspect(v), nodeInspect(v))),
      { numRuns: 300 },
    );
  });

  it("缓冲区（新的 Node 给 byteLength 等加方括号，我们不加）", () => {
    const buffers = [new ArrayBuffer(3), new DataView(new ArrayBuffer(2)), new SharedArrayBuffer(120)];
    assert.equal(inspect(buffers), nodeInspect(buffers).replace(/\[(byte\w+|buffer)\]/g, "$1"));
  });

  it("错误的原因与各个错误", () => {
    const error = new AggregateError([new Error("甲")], "都失败", { cause: "因" });
    const text = inspect(error);
    assert.match(text, /\[cause\]: '因'/);
    assert.match(text, /\[errors\]: \[\s+Error: 甲/);
  });

  it("一千万个元素：不列出全部的键", () => {
    assert.match(
      inspect(new Float32Array(1e7)),
      /^Float32Array\(10000000\) \[\n[\s\S]*9999900 more items\n\]$/,
    );
  });

  it("符号键（Node 各版本写法不同，我们总带方括号）", () => {
    assert.equal(inspect({ [Symbol("k")]: 3 }), "{ [Symbol(k)]: 3 }");
  });

  it("自定义显示", () => {
    const v = { [Symbol.for("nodejs.util.inspect.custom")]: () => "张量([1, 2])" };
    assert.equal(inspect([v]), "[ 张量([1, 2]) ]");
  });
});
