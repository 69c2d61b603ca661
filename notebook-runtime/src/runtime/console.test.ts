import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { createConsole } from "./console.js";

type Call = [method: string, ...args: any[]];

/** 同样的调用，Node 的 console 写出什么。 */
function inNode(calls: Call[]): string {
  let text = "";
  const sink = (name: string) =>
    new Writable({
      write(chunk, _encoding, done) {
        for (const line of String(chunk).split(/(?<=\n)/)) text += `${name}|${line}`;
        done();
      },
    });
  const target = new Console({ stdout: sink("stdout"), stderr: sink("stderr") });
  for (const [method, ...args] of calls) (target as any)[method](...args);
  return text;
}

function inOurs(calls: Call[]): string {
  let text = "";
  const target = createConsole((name, chunk) => {
    for (const line of chunk.split(/(?<=\n)/)) text += `${name}|${line}`;
  });
  for (const [method, ...args] of calls) (target as any)[method](...args);
  return text;
}

class Point {
  x = 1;
  y = { z: 2 };
}

const cases: Record<string, Call[]> = {
  打印: [
    ["log", "a", 1, { b: [1, 2] }],
    ["log"],
    ["info", "i"],
    ["debug", "d"],
    ["warn", "w"],
    ["error", new Map([[1, 2]])],
  ],
  格式: [
    ["log", "%s %d %i %f %j %O %c %% %x", "s", 1.5, 2.7, "3.5", { a: 1 }, { b: { c: {} } }, "css", "多"],
    ["log", "%s", { a: { b: 1 } }],
    ["log", "100%", 5],
    ["log", "%s"],
    ["log", "%d %i", 5n, 7n],
    ["log", "%s|%s|%s", -0, Symbol("s"), 12n],
    ["log", "%d|%f|%i", "x", "y", {}],
    ["log", "%s", null, undefined, "尾"],
    ["log", "%s", () => 1],
  ],
  分组: [
    ["group", "外", 1],
    ["log", "两\n行"],
    ["groupCollapsed"],
    ["error", "里"],
    ["dir", { a: { b: { c: { d: 1 } } } }],
    ["groupEnd"],
    ["groupEnd"],
    ["groupEnd"],
    ["log", "外面"],
  ],
  计数: [["count"], ["count"], ["count", "甲"], ["countReset"], ["count"], ["count", "甲"]],
  断言: [
    ["assert", true, "不写"],
    ["assert", false],
    ["assert", 0, "消息 %s", 5],
  ],
  目录: [
    ["dir", { a: { b: { c: { d: 1 } } } }, { depth: 0 }],
    ["dirxml", { a: 1 }, [2]],
    ["dir", "字"],
  ],
  记录的表: [
    [
      "table",
      [
        { a: 1, b: "字" },
        { b: 2, c: null },
      ],
    ],
    ["table", [{ a: 1, b: 2 }], ["b"]],
  ],
  数组的表: [
    [
      "table",
      [
        [1, 2],
        [3, 4, "长的文字"],
      ],
    ],
    ["table", ["a", "b"]],
    ["table", [1, { a: 2 }]],
  ],
  对象的表: [
    ["table", { 行一: { 列: 1 }, 行二: { 列: [1, 2] } }],
    ["table", new Point()],
  ],
  集合的表: [
    [
      "table",
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    ],
    ["table", new Set(["x", "y"])],
    ["table", new Map([["k", { v: 1 }]])],
  ],
  不是表: [
    ["table", 5],
    ["table", null],
    ["table", "字"],
  ],
  空表: [
    ["table", []],
    ["table", [{}, {}]],
  ],
};

describe("浏览器里的 console：与 Node 的写法相同", () => {
  for (const [name, calls] of Object.entries(cases)) {
    it(name, () => assert.equal(inOurs(calls), inNode(calls)));
  }

  it("计时：名字、单位；没有开始的、重复开始的都说明", () => {
    const text = inOurs([["time"], ["timeLog", "default", "附"], ["timeEnd"], ["timeEnd", "没有"]]);
    const [log, end, none] = text.split("\n");
    assert.match(log!, /^stdout\|default: [\d.]+m?s 附$/);
    assert.match(end!, /^stdout\|default: [\d.]+m?s$/);
    assert.match(none!, /没有/);
  });

  it("trace 写到 stderr，带调用的位置", () => {
    assert.match(inOurs([["trace", "到这里 %d", 3]]), /^stderr\|Trace: 到这里 3\n(?:stderr\| {4}at .*\n)+$/);
  });
});
