import assert from "node:assert/strict";
import { decode, readAnswer } from "./answer.js";
import { call, toWire } from "./learner/wire.js";

describe("返回值", () => {
  it("类型化数组、张量、Promise 都写成普通的数", async () => {
    assert.deepEqual(await toWire(Float64Array.of(1, -0.5)), [1, -0.5]);
    assert.deepEqual(await toWire(Promise.resolve([1, [2]])), [1, [2]]);
    assert.deepEqual(await toWire({ toArray: () => [[1, 2]] }), [[1, 2]]);
    assert.deepEqual(await toWire({ a: { toArray: async () => 3 } }), { a: 3 });
  });

  it("NaN 与无穷明写；不是数的说出是什么", async () => {
    assert.deepEqual(await toWire([Number.NaN, Number.NEGATIVE_INFINITY]), ["NaN", "-Infinity"]);
    assert.deepEqual(await toWire([undefined, null, "1", true, 1n]), [
      "?undefined",
      "?null",
      "?string",
      "?boolean",
      "?bigint",
    ]);
    assert.deepEqual(decode(["NaN", "-Infinity"], [0, 0]), { value: [Number.NaN, Number.NEGATIVE_INFINITY] });
    assert.deepEqual(decode("?undefined", 0), {
      problem: "返回值 应是一个数，得到undefined（是不是忘了写 return？）",
    });
  });

  it("学习者的字符串冒充不了数", async () => {
    assert.deepEqual(decode(await toWire("NaN"), 0), { problem: "返回值 应是一个数，得到字符串" });
    assert.ok("problem" in decode("1", 0));
    assert.ok("problem" in decode("constructor", 0));
  });

  it("环、巨大的数组、深的嵌套有上限", async () => {
    const loop: unknown[] = [];
    loop.push(loop);
    assert.match(JSON.stringify(await toWire(loop)), /过大/);
    const wire = await toWire(new Array(1e6).fill(1));
    assert.ok(JSON.stringify(wire).length < 100_000);
  });

  it("getter 与 Proxy 只是又一段学习者的代码，抛出什么都只是“抛出了异常”", async () => {
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("陷阱");
        },
      },
    );
    assert.deepEqual(await call(() => trap, []), { kind: "throw", name: "Error", message: "陷阱" });
    assert.deepEqual(
      await call(
        () => ({
          get a() {
            return 1;
          },
        }),
        [],
      ),
      { kind: "value", value: { a: 1 } },
    );
    assert.equal(
      (
        await call(() => {
          throw null;
        }, [])
      ).kind,
      "throw",
    );
    const hostile = {
      get message() {
        throw 1;
      },
    };
    assert.deepEqual(
      await call(() => {
        throw hostile;
      }, []),
      { kind: "throw", name: "Error", message: "" },
    );
  });

  it("结构不对的回答一律不算数", () => {
    for (const raw of [null, 1, "right", [], {}, { kind: "right" }, { kind: "score", value: 10 }]) {
      assert.equal(readAnswer(raw).kind, "crash");
    }
    const hostile = JSON.parse('{"kind":"throw","name":{"toString":1},"message":{"toString":1,"valueOf":1}}');
    assert.deepEqual(readAnswer(hostile), { kind: "throw", name: "Error", message: "" });
    assert.deepEqual(decode({ __proto__: { a: [1] } }, { a: [0] }), { problem: "返回值 缺少字段 a" });
    assert.deepEqual(decode([1, 2, 3], [0, 0]), { problem: "返回值 应有 2 个元素，得到 3 个" });
    assert.deepEqual(decode({ length: 2, 0: 1, 1: 2 }, [0, 0]), {
      problem: "返回值 应是长度 2 的数组，得到一个对象",
    });
  });
});
