import assert from "node:assert/strict";
import { Channel } from "./channel.js";

/** 收一行答一行的进程；`late` 以后不再回答。 */
const echo = (answers: number) => `
  let left = ${answers};
  const socket = new (require("node:net").Socket)({ fd: 3 });
  socket.on("data", (chunk) => {
    for (const line of String(chunk).trim().split("\\n"))
      if (left-- > 0) socket.write(JSON.stringify({ id: JSON.parse(line).id, n: JSON.parse(line).n }) + "\\n");
  });
  socket.write('{"id":0}\\n');`;

describe("通道", () => {
  const opened: Channel[] = [];
  const open = async (answers: number) => {
    const channel = new Channel([process.execPath, "-e", echo(answers)], process.cwd());
    opened.push(channel);
    assert.equal((await channel.ready(30_000)).kind, "reply");
    return channel;
  };
  afterEach(() => {
    for (const channel of opened.splice(0)) channel.kill("");
  });

  it("一连几问：逐个有答复；没有答复的那一个为止", async () => {
    const channel = await open(5);
    const ask = [1, 2, 3].map((n) => ({ n }));
    const all = await channel.requests(ask, { each: 30_000 });
    assert.deepEqual(
      all.map((outcome) => outcome.kind === "reply" && outcome.message.n),
      [1, 2, 3],
    );
    const some = await channel.requests(ask, { each: 2_000 });
    assert.deepEqual(
      some.map(({ kind }) => kind),
      ["reply", "reply", "timeout"],
    );
  }).timeout(60_000);

  it("到了总的期限，与这一次太久分得开", async () => {
    const channel = await open(0);
    const until = performance.now() + 50;
    assert.deepEqual(await channel.requests([{ n: 1 }], { each: 60_000, until }), [
      { kind: "timeout", late: true },
    ]);
  }).timeout(60_000);

  it("裁判自己卡住，答复已经送到：不算超时", async () => {
    const channel = await open(1);
    const outcome = channel.request({ n: 7 }, 300);
    // 先让问题送出去，再停住事件循环，直到早过了时限。
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
    assert.equal((await outcome).kind, "reply");
  }).timeout(60_000);
});
