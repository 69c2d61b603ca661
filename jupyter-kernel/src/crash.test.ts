import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Exchange, KernelClient } from "./client.js";

const argv = [process.execPath, fileURLToPath(new URL("./main.cjs", import.meta.url)), "{connection_file}"];

const stream = ({ iopub }: Exchange, name: string) =>
  iopub
    .filter(({ header, content }) => header.msg_type === "stream" && content["name"] === name)
    .map(({ content }) => content["text"] as string)
    .join("");
const value = ({ iopub }: Exchange) =>
  iopub.find(({ header }) => header.msg_type === "execute_result")?.content["data"]["text/plain"];

describe("单元格弄垮执行进程（真实的 ZeroMQ 客户端）", function () {
  this.timeout(120_000);
  let kernel: KernelClient;

  before(async () => {
    kernel = await KernelClient.start(argv, { env: { NODE_OPTIONS: "--max-old-space-size=150" } });
  });
  after(() => kernel?.close());

  const cases: Record<string, [code: string, expected: RegExp]> = {
    "process.exit": ["console.log('临终'); process.exit(3)", /退出码 3/],
    "process.abort": ["process.abort()", /SIGABRT/],
    段错误: ["process.kill(process.pid, 'SIGSEGV'); for (;;) {}", /SIGSEGV.*原生代码/],
    被强行结束: ["process.kill(process.pid, 'SIGKILL'); for (;;) {}", /SIGKILL/],
    堆内存用完: [
      "const hog: unknown[] = []; for (;;) hog.push(new Array(10_000).fill(1.5))",
      /内存用完了，JavaScript 堆的上限是 \d+ MB/,
    ],
    "await 之后、定时器里的退出": [
      "setTimeout(() => process.exit(4), 5); await new Promise(() => {})",
      /退出码 4/,
    ],
  };
  for (const [name, [code, expected]] of Object.entries(cases)) {
    it(`${name}：说明原因，作废排着的，下一格在新会话里`, async () => {
      await kernel.execute("let before = 1");
      const crashing = kernel.execute(code);
      const queued = kernel.execute("'不该执行'");
      const { reply, iopub } = await crashing;
      assert.deepEqual(
        [reply.content["status"], reply.content["ename"]],
        ["error", "ProcessDied"],
        JSON.stringify(reply.content),
      );
      assert.match(reply.content["evalue"], /^TIDU-RT-004：/);
      assert.match(reply.content["evalue"], expected);
      assert.equal(iopub.filter(({ header }) => header.msg_type === "error").length, 1);
      // 原生栈与回收记录不给学习者看
      assert.doesNotMatch(stream({ iopub } as Exchange, "stderr"), /Native stack trace|Last few GCs/);
      assert.equal((await queued).reply.content["status"], "aborted");
      // 变量没了，类型也跟着没了：可以换个类型重新声明
      assert.equal(value(await kernel.execute("const before: string = 'x'; typeof before")), "'string'");
    });
  }

  it("临终前的输出都在；前端在 iopub 上得知 restarting，之后是 idle", async () => {
    kernel.orphans.length = 0;
    const result = await kernel.execute("console.log('临终'); process.exit(3)");
    assert.equal(stream(result, "stdout"), "临终\n");
    const states = () => kernel.orphans.map(({ content }) => content["execution_state"]);
    while (states().length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(states(), ["restarting", "idle"]);
  });

  it("空闲时垮的：下一格开头说明，在新会话里运行", async () => {
    kernel.orphans.length = 0;
    await kernel.execute("let idle = 1; setTimeout(() => process.exit(5), 20)");
    while (kernel.orphans.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const next = await kernel.execute("const idle = 'x'; idle");
    assert.match(stream(next, "stderr"), /上一个单元格结束之后，执行进程退出（退出码 5）/);
    assert.equal(value(next), "'x'");
    assert.equal(stream(await kernel.execute("1"), "stderr"), "");
  });

  it("退出处理函数里的死循环：可以中断，之后照常", async () => {
    let over = false;
    const stuck = kernel.execute("process.on('exit', () => { for (;;) {} }); process.exit(6)").finally(() => {
      over = true;
    });
    // 不知道它何时进到死循环里：一直按到停为止。
    while (!over) {
      await kernel.request("interrupt_request", {}, "control");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal((await stuck).reply.content["status"], "error");
    assert.equal(value(await kernel.execute("1 + 1")), "2");
  });
});
