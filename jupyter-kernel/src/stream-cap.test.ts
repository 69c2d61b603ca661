import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Output } from "@tidu/notebook-runtime";
import { type Exchange, KernelClient } from "./client.js";
import { SHOWN_LIMIT, StreamCap } from "./stream-cap.js";

const text = (outputs: Output[], name: string) =>
  outputs.map((o) => (o.output_type === "stream" && o.name === name ? o.text : "")).join("");

describe("打印的上限", () => {
  it("超过之后写进文件，字符不切半，清空之后重新数；文件也有上限", () => {
    const outputs: Output[] = [];
    const cap = new StreamCap({
      publish: (o) => outputs.push(o),
      count: 3,
      shownLimit: 10,
      fileLimit: 40,
    });
    const print = (line: string) => cap.add({ output_type: "stream", name: "stdout", text: line });
    print("12345");
    print("6789😀后面");
    assert.equal(text(outputs, "stdout"), "123456789");
    const path = /其余在 (.*cell-3\.txt)/.exec(text(outputs, "stderr"))![1]!;
    cap.add({ output_type: "clear_output", wait: false });
    print("又");
    print("x".repeat(20));
    print("y".repeat(30));
    cap.end();
    assert.equal(text(outputs, "stdout"), `123456789又${"x".repeat(9)}`);
    assert.equal(readFileSync(path, "utf8"), `😀后面${"x".repeat(11)}`);
    assert.match(text(outputs, "stderr"), /没有保留/);
    rmSync(dirname(path), { recursive: true });
  });
});

describe("大量输出（真实的 ZeroMQ 客户端）", function () {
  this.timeout(120_000);
  let kernel: KernelClient;
  const argv = [process.execPath, fileURLToPath(new URL("./main.cjs", import.meta.url)), "{connection_file}"];

  before(async () => {
    kernel = await KernelClient.start(argv);
  });
  after(() => kernel?.close());

  const stream = ({ iopub }: Exchange, name: string) =>
    iopub
      .filter(({ header, content }) => header.msg_type === "stream" && content["name"] === name)
      .map(({ content }) => content["text"] as string)
      .join("");
  const saved = (result: Exchange) => {
    const path = /其余 .* 在 (.*\.txt)/.exec(stream(result, "stderr"))![1]!;
    const { size } = statSync(path);
    rmSync(dirname(path), { recursive: true });
    return size;
  };
  /** 内核进程（不含会话子进程）用过的最多的内存，MB。 */
  const peak = () => {
    if (process.platform !== "linux") return 0;
    const status = readFileSync(`/proc/${kernel.process.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
  };

  it("同步循环里的十万行，加上 stderr 与进度条的回车，字节不差", async () => {
    const result = await kernel.execute(
      `for (let i = 0; i < 100_000; i++) console.log("第 " + i + " 行 \\x1b[32m好\\x1b[0m");
for (let i = 0; i <= 100; i++) process.stdout.write("\\r" + i + "%");
for (const byte of Buffer.from("梯度😀")) process.stdout.write(Buffer.of(byte));`,
    );
    const lines = Array.from({ length: 100_000 }, (_, i) => `第 ${i} 行 \x1b[32m好\x1b[0m\n`).join("");
    const bar = Array.from({ length: 101 }, (_, i) => `\r${i}%`).join("");
    assert.ok(stream(result, "stdout") === `${lines}${bar}梯度😀`);
  });

  it("200 MB：界面里是前 4 MB，其余在文件里，内核的内存有界", async () => {
    const before = peak();
    const result = await kernel.execute(
      "const piece = 'x'.repeat((1 << 20) - 1) + '\\n'; for (let i = 0; i < 200; i++) process.stdout.write(piece);\n'完'",
    );
    assert.equal(result.reply.content["status"], "ok");
    const shown = stream(result, "stdout");
    assert.equal(shown.length, SHOWN_LIMIT);
    assert.equal(shown.length + saved(result), 200 * (1 << 20));
    // 4 MB 的显示部分和它的 JSON；与 200 MB 无关
    assert.ok(peak() - before < 400, `内核多用了 ${peak() - before} MB`);
    assert.ok(result.iopub.length < 300, `${result.iopub.length} 条消息`);
  });

  it("子进程继承的标准输出同样：一字不少，在单元格结束之前到", async function () {
    if (process.platform === "win32") this.skip();
    const result = await kernel.execute(
      "import { execSync } from 'node:child_process';\nexecSync('head -c 30000000 /dev/zero | tr \"\\\\0\" a; echo 末', { stdio: ['ignore', 'inherit', 'inherit'] });",
    );
    assert.equal(stream(result, "stdout").length + saved(result), 30_000_000 + 4);
    assert.equal(stream(await kernel.execute("console.log('下一格')"), "stdout"), "下一格\n");
  });
});
