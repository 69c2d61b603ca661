import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Exchange, KernelClient } from "../client.js";
import { kernelspec } from "../kernelspec.js";
import { memoryArguments, notebookFolder, parseDuration } from "../settings.js";
import { magicCompletions, magicInspection } from "./completion.js";

const argv = kernelspec()["argv"] as string[];
const contents = ({ iopub }: Exchange, type: string) =>
  iopub.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
const stdout = (exchange: Exchange) =>
  contents(exchange, "stream")
    .map((content) => content["text"])
    .join("");

describe("内核里的魔法命令", function () {
  this.timeout(60_000);
  let kernel: KernelClient;
  let folder: string;
  before(async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "tidu-magic-")));
    folder = join(root, "书");
    mkdirSync(folder);
    mkdirSync(join(root, "pkg"));
    writeFileSync(
      join(root, "pkg", "package.json"),
      '{"name":"typed-demo","version":"1.0.0","type":"module","exports":{"types":"./i.d.ts","default":"./i.js"}}',
    );
    writeFileSync(join(root, "pkg", "i.js"), "export const answer = 42;");
    writeFileSync(join(root, "pkg", "i.d.ts"), "export declare const answer: number;");
    kernel = await KernelClient.start(argv, {
      cwd: root,
      env: { JPY_SESSION_NAME: join(folder, "a.ipynb"), TIDU_MEMORY: "300M", npm_config_offline: "true" },
    });
  });
  after(async () => {
    await kernel?.close();
    rmSync(join(folder, ".."), { recursive: true });
  });
  const ok = async (code: string) => {
    const result = await kernel.execute(code);
    assert.equal(result.reply.content["status"], "ok", JSON.stringify(result.reply.content));
    return result;
  };
  const value = async (code: string) => contents(await ok(code), "execute_result")[0]?.["data"]["text/plain"];
  const failure = async (code: string) => {
    const { reply } = await kernel.execute(code);
    assert.equal(reply.content["status"], "error");
    return String(reply.content["evalue"]);
  };

  it("内核在别处启动时，会话仍在笔记本所在的目录里", async () => {
    assert.equal(await value("process.cwd()"), `'${folder}'`);
    assert.equal(
      await value("[import.meta.dirname === process.cwd(), process.env.TIDU_MEMORY]"),
      "[ true, '300M' ]",
    );
  });

  it("执行的回复带时间、引擎与状态，键与 ipykernel 相同", async () => {
    const { reply } = await ok("1");
    const { started, ...rest } = reply.metadata as Record<string, string>;
    assert.ok(!Number.isNaN(Date.parse(started!)));
    assert.deepEqual(
      { ...rest, engine: typeof rest["engine"] },
      { dependencies_met: true, engine: "string", status: "ok" },
    );
    assert.equal((await kernel.execute("throw 1")).reply.metadata["status"], "error");
  });

  it("命令里的代码照样查类型，行列不动；声明的类型后面看得见", async () => {
    assert.match(await failure("// 注\n%time const n: number = 'x'"), /单元格 \[\d+\]:2:13 TS2322/);
    assert.match(await failure("%%time\n'x' * 2"), /:2:1 TS236[23]/);
    await ok("%time const typed = { a: 1 }\nconst more = typed.a");
    assert.match(await failure("typed.b"), /TS2339/);
    await ok("%%html\n<b>这不是 TypeScript");
  });

  it("写在代码后面的魔法命令：报错里说要写在最前面", async () => {
    const { reply } = await kernel.execute("let before = 1\n%time before + 1");
    assert.match(reply.content["traceback"].join("\n"), /%time 要写在单元格的最前面/);
  });

  it("%timing 每格报时；%types 与 %timeout 看现状，用法不对各有编号", async () => {
    assert.match(stdout(await ok("%timing on")), /报告用时/);
    assert.match(stdout(await ok("1 + 1")), /^用时 [\d.]+ \S+\n$/);
    await ok("%timing off");
    assert.equal(stdout(await ok("1 + 1")), "");
    assert.match(stdout(await ok("%types")), /打开/);
    assert.match(stdout(await ok("%timeout")), /没有时限/);
    assert.match(await failure("%timeout 很久"), /TIDU-JUP-042/);
    assert.match(await failure("%types 也许"), /TIDU-JUP-041/);
    assert.match(await failure("%tipes off"), /TIDU-RT-030.*%types？/);
  });

  it("%%timeout 管一格，%timeout 管整个笔记本；超时的单元格被中断，变量还在", async () => {
    await ok("let kept = 7");
    assert.match(await failure("%%timeout 100ms\nfor (;;) {}"), /TIDU-RT-003.*100 毫秒/);
    assert.equal(await value("kept"), "7");
    assert.match(stdout(await ok("%timeout 200ms")), /时限是 200 毫秒/);
    assert.match(await failure("await new Promise(() => {})"), /TIDU-RT-003/);
    assert.equal(await value("%%timeout off\nawait new Promise((r) => setTimeout(r, 300)); kept"), "7");
    await ok("%timeout off");
  });

  it("%reset 清掉变量与类型，同一格后面的代码从头开始", async () => {
    await ok("const gone: number = 1");
    assert.match(stdout(await ok("%reset\nconst gone: string = 'x'")), /已清除/);
    assert.equal(await value("gone.length"), "1");
    await ok("%reset");
    assert.match(await failure("gone"), /TS2304/);
  });

  it("%memory：会话、类型服务、内核；TIDU_MEMORY 是堆的上限", async () => {
    const [shown] = contents(await ok("1\n"), "display_data");
    assert.equal(shown, undefined);
    const data = contents(await ok("%memory"), "display_data")[0]!["data"];
    assert.match(data["text/plain"], /会话：堆 .*\/ [345]\d\d\.\d MiB/);
    assert.match(data["text/plain"], /类型服务：RSS .*\n内核：RSS .*MiB/);
    assert.match(data["text/html"], /<meter[\s\S]*内核：RSS/);
  });

  it("%npm install 之后，同一格与下一格都有包的类型", async function () {
    const { reply } = await kernel.execute("%npm --version");
    assert.match(String(reply.content["evalue"]), /TIDU-RT-031/);
    const installed = await kernel.execute(
      "%npm install ../pkg\nimport { answer } from 'typed-demo'; answer.toFixed(1)",
    );
    if (/找不到 npm/.test(String(installed.reply.content["evalue"])) && process.env["TIDU_REQUIRE"] !== "all")
      this.skip();
    assert.equal(
      contents(installed, "execute_result")[0]?.["data"]["text/plain"],
      "'42.0'",
      JSON.stringify(installed.reply.content),
    );
    assert.match(await failure("answer.nope"), /TS2339/);
  });

  it("%device：列出设备与原因，设缺省", async () => {
    assert.match(stdout(await ok("%device")), /● cpu +可用[\s\S]*webgpu/);
    assert.match(stdout(await ok("%device cpu")), /缺省设备改为 cpu/);
    assert.match(await failure("%device 没有"), /TIDU-DEV-003/);
  });

  it("补全与说明经由协议；命令后面的代码照常补全", async () => {
    const complete = async (code: string) =>
      (await kernel.request("complete_request", { code, cursor_pos: code.length })).reply.content;
    assert.deepEqual((await complete("%ti"))["matches"], [
      "%time",
      "%%time",
      "%timeit",
      "%%timeit",
      "%timeout",
      "%%timeout",
      "%timing",
    ]);
    assert.deepEqual(
      [(await complete("%types o"))["matches"], (await complete("%types o"))["cursor_start"]],
      [["on", "off"], 7],
    );
    assert.deepEqual((await complete("%time Math.hyp"))["matches"], ["hypot"]);
    const inspected = await kernel.request("inspect_request", {
      code: "%timeit f()",
      cursor_pos: 3,
      detail_level: 0,
    });
    assert.match(inspected.reply.content["data"]["text/markdown"], /-r 轮数/);
    assert.match(stdout(await ok("%timeit?")), /标准差/);
    const asked = await kernel.request("is_complete_request", { code: "%%html\n<b>" });
    assert.equal(asked.reply.content["status"], "complete");
  });
});

describe("魔法命令的补全与设置", () => {
  it("只在单元格开头；%% 只给格命令", () => {
    const texts = (code: string) => magicCompletions(code, code.length)?.items.map(({ text }) => text);
    assert.deepEqual(texts("%%htm"), ["%%html"]);
    assert.deepEqual(texts("// 注\n%pwd\n%lsm"), ["%lsmagic"]);
    assert.equal(texts("let a = 1\n%ti"), undefined);
    assert.equal(texts("a %b"), undefined);
    assert.deepEqual(magicCompletions("  %hel", 6)?.start, 2);
    assert.equal(magicInspection("%time f()", 8), null);
    assert.match(magicInspection("\n%npm install", 3)!.plain, /npm 包/);
  });

  it("时长、内存上限、笔记本的目录", () => {
    assert.deepEqual(["5s", "500ms", "2m", "1.5", "off", "-1", "0"].map(parseDuration), [
      5000,
      500,
      120_000,
      1500,
      undefined,
      undefined,
      undefined,
    ]);
    const memory = (text?: string) => memoryArguments(text === undefined ? {} : { TIDU_MEMORY: text });
    assert.deepEqual(
      [memory("2G"), memory("512"), memory("256MiB"), memory("坏"), memory()],
      [["--max-old-space-size=2048"], ["--max-old-space-size=512"], ["--max-old-space-size=256"], [], []],
    );
    assert.equal(notebookFolder({}, "/x"), "/x");
    const here = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
    assert.equal(notebookFolder({ JPY_SESSION_NAME: join(here, "a.ipynb") }, "/"), here);
    assert.equal(notebookFolder({ JPY_SESSION_NAME: "/没有/a.ipynb" }, "/x"), "/x");
    assert.equal(notebookFolder({ JPY_SESSION_NAME: "会话的名字" }, "/x"), "/x");
  });
});
