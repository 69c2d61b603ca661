import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { Codec, type Message, MessageError } from "./message.js";

const frame = (value: unknown) => Buffer.from(JSON.stringify(value));

/** 不经过 Codec，照协议手写一条消息。 */
function handmade(key: string, content: unknown, identities = [Buffer.from("客户")]): Buffer[] {
  const parts = [frame({ msg_id: "1", msg_type: "x_request" }), frame({}), frame({}), frame(content)];
  const signature = createHmac("sha256", key).update(Buffer.concat(parts)).digest("hex");
  return [...identities, Buffer.from("<IDS|MSG>"), Buffer.from(signature), ...parts];
}

function message(codec: Codec, content: Record<string, unknown>, buffers: Buffer[] = []): Message {
  return { identities: [], header: codec.header("x"), parent: {}, metadata: {}, content, buffers };
}

describe("message", () => {
  it("签名与 RFC 4231 的测试向量一致", () => {
    const key = "Jefe";
    assert.equal(
      new Codec(key).sign([Buffer.from("what do ya want "), Buffer.from("for nothing?")]),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  it("收下手写的、签名正确的消息，路由前缀原样保留", () => {
    const decoded = new Codec("密钥").decode(
      handmade("密钥", { a: 1 }, [Buffer.from([0, 1]), Buffer.from("b")]),
    );
    assert.deepEqual(decoded.content, { a: 1 });
    assert.deepEqual(decoded.identities, [Buffer.from([0, 1]), Buffer.from("b")]);
  });

  it("编码之后解码得到同样的内容与缓冲区", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.uint8Array(), (content, bytes) => {
        const plain = JSON.parse(JSON.stringify(content));
        const decoded = new Codec("k").decode(
          new Codec("k").encode(message(new Codec("k"), plain, [Buffer.from(bytes)])),
        );
        assert.deepEqual(decoded.content, plain);
        assert.deepEqual(decoded.buffers, [Buffer.from(bytes)]);
      }),
      { numRuns: 50 },
    );
  });

  it("内容或签名改动一个字节就拒收", () => {
    const good = handmade("k", { code: "1+1" });
    for (const index of [2, 3, 4, 5, 6]) {
      const bad = good.map((part) => Buffer.from(part));
      bad[index]![0]! ^= 1;
      assert.throws(() => new Codec("k").decode(bad), MessageError);
    }
    assert.throws(() => new Codec("另一把").decode(good), { id: "TIDU-JUP-003" });
  });

  it("签名里不是 ASCII 的字节、长度碰巧相同，也只是拒收", () => {
    const bad = handmade("k", {});
    const at = bad.findIndex((part) => part.length === 64);
    for (const signature of [
      Buffer.alloc(64, 0xe9),
      Buffer.alloc(0),
      Buffer.alloc(63, 0x61),
      Buffer.from("梯".repeat(32)),
    ])
      assert.throws(() => new Codec("k").decode(bad.with(at, signature)), { id: "TIDU-JUP-003" });
  });

  it("嵌套太深的拒收，字符串里的括号不算", () => {
    const codec = new Codec("");
    const deep = handmade("", {});
    deep[6] = Buffer.from(`{"a":${"[".repeat(300)}${"]".repeat(300)}}`);
    assert.throws(() => codec.decode(deep), { id: "TIDU-JUP-007" });
    assert.equal(codec.decode(handmade("", { a: '["{'.repeat(300) })).content["a"].length, 900);
  });

  it("同一条消息第二次到来算重放", () => {
    const codec = new Codec("k");
    codec.decode(handmade("k", {}));
    assert.throws(() => codec.decode(handmade("k", {})), { id: "TIDU-JUP-005" });
  });

  it("没有分隔帧、帧数不够、内容不是 JSON 对象，各有各的编号", () => {
    const codec = new Codec("");
    assert.throws(() => codec.decode([Buffer.from("x")]), { id: "TIDU-JUP-002" });
    const broken = handmade("", {});
    broken[6] = Buffer.from("{");
    assert.throws(() => codec.decode(broken), { id: "TIDU-JUP-004" });
    assert.throws(() => new Codec("k", "rsa"), { id: "TIDU-JUP-001" });
  });
});
