import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { duration } from "../../magics/time.js";
import { report } from "../../magics/timeit.js";
import type { ExecuteResult, Output } from "../../types.js";
import type { NodeSession } from "../options.js";
import { createNodeSession } from "../session.js";
import { explain } from "./npm.js";

describe("会话里的魔法命令", () => {
  let cwd: string;
  let session: NodeSession;
  const text = ({ outputs }: ExecuteResult) =>
    outputs
      .map((o) => (o.output_type === "stream" ? o.text : "data" in o ? String(o.data["text/plain"]) : ""))
      .join("");
  const ok = async (code: string, options = {}) => {
    const result = await session.execute(code, options);
    assert.equal(result.status, "ok", inspect(result.error));
    return text(result);
  };
  const fails = async (code: string) => {
    const { status, error } = await session.execute(code, { cell: "单元格 [7]" });
    assert.equal(status, "error");
    return error!;
  };
  const bundles = ({ outputs }: ExecuteResult) => outputs.flatMap((o) => ("data" in o ? [o.data] : []));

  before(async () => {
    cwd = realpathSync(mkdtempSync(join(tmpdir(), "tidu-magics-")));
    session = await createNodeSession({ cwd });
  });
  after(async () => {
    await session.close();
    rmSync(cwd, { recursive: true });
  });

  it("%time：值照常显示，声明留下；后面还有代码就只报时", async () => {
    assert.match(await ok("%time 1 + 1"), /^用时 [\d.]+ (?:纳|微|毫)?秒（CPU：用户[^\n]*\n2$/);
    assert.match(await ok("%time const late = await Promise.resolve(5)\nlate + 1"), /^用时[^\n]*\n6$/);
    assert.match(await ok("%%time\nconst a = 1;\na + late"), /^用时[^\n]*\n6$/);
  });

  it("%time 里的错误：行列是单元格里的，代码框是原来的源码，用时照报", async () => {
    const error = await fails("// 说明\n%time null!.x");
    assert.deepEqual([error.line, error.column, error.cell], [2, 13, "单元格 [7]"]);
    assert.match(error.traceback.join("\n"), /> 2 \| %time null!\.x/);
  });

  it("%timeit：次数与轮数照给的，每次的值都算了；异步的也行", async () => {
    await ok("let count = 0");
    assert.match(
      await ok("%timeit -n 10 -r 3 ++count"),
      /^每次 .* ± .*（3 轮的平均与标准差，每轮 10 次；最快一轮/,
    );
    assert.equal(await ok("count"), "31", "热身一次，三轮各十次");
    await ok("count = 0");
    await ok(
      "%%timeit -n 4 -r 2 let base = (count = 100)\nawait null\nfunction up() { return base + 1 }\ncount += up() - base",
    );
    assert.equal(await ok("[base, count]"), "[ 100, 109 ]");
    assert.match((await fails("%timeit")).evalue, /TIDU-RT-031/);
    assert.match((await fails("%timeit -n 0 1")).evalue, /正整数/);
  });

  it("%timeit 自动选次数；可以中断，变量还在", async () => {
    assert.match(await ok("%timeit -r 2 count + 1"), /2 轮的平均与标准差，每轮 [\d ]+ 次/);
    const controller = new AbortController();
    const running = session.execute("%%timeit\nif (count++ === 1000) console.log('转')\nawait null", {
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    assert.equal((await running).status, "interrupted");
    assert.equal(await ok("count > 1000"), "true");
  });

  it("用时的单位与报告", () => {
    assert.deepEqual([2e-6, 0.0123, 1.5, 1500, 90_000].map(duration), [
      "2 纳秒",
      "12.3 微秒",
      "1.5 毫秒",
      "1.5 秒",
      "1 分 30.0 秒",
    ]);
    assert.equal(
      report([1, 3], 1000),
      "每次 2 毫秒 ± 1 毫秒（2 轮的平均与标准差，每轮 1 000 次；最快一轮 1 毫秒）",
    );
  });

  it("%who 与 %whos：名字、类型、短的值；%reset 清掉，自带的留下", async () => {
    await session.restart();
    assert.equal(await ok("%who"), "还没有变量。\n");
    await ok(
      "const 数 = 5, list = [1, 2], t = { shape: [2], dtype: 'float32', device: 'cpu', buffer: new Float32Array(2) }; class K {} function f() {} let none: any; import path from 'node:path'",
    );
    const who = await ok("%who");
    assert.match(who, /^数 +number +5$/m);
    assert.match(who, /^list +Array\(2\) +\[ 1, 2 \]$/m);
    assert.match(who, /^t +张量 \[2\] float32/m);
    assert.match(who, /^K +类$/m);
    assert.match(who, /^none +undefined/m);
    assert.doesNotMatch(who, /require|__dirname/);
    assert.equal(await ok("%who number"), "数  number  5\n");
    await ok("const odd = new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } }); undefined");
    assert.match(await ok("%who"), /^odd +object/m);
    const [whos] = bundles(await session.execute("%whos"));
    assert.match(String(whos!["text/html"]), />t<.*const.*8 B/s);
    assert.match(String(whos!["text/html"]), /path.*导入/s);
    assert.equal(await ok("const old = () => 数; (globalThis as any).kept = old; undefined"), "");
    assert.match(await ok("%reset"), /已清除 \d+ 个变量/);
    assert.match((await fails("数")).evalue, /数 没有定义/);
    assert.match((await fails("kept()")).evalue, /数 已被 %reset 清除/);
    assert.equal(
      await ok("[typeof require, typeof f, __dirname === process.cwd()]"),
      "[ 'function', 'undefined', true ]",
    );
    assert.equal(await ok("let 数 = 6; 数"), "6");
  });

  it("%%html、%%markdown、%%latex、%%svg、%%javascript 显示正文", async () => {
    const shown = async (code: string) => bundles(await session.execute(code))[0]!;
    assert.equal((await shown("%%html\n<b>粗</b>\n%time"))["text/html"], "<b>粗</b>\n%time");
    assert.equal((await shown("%%markdown\n# 题"))["text/markdown"], "# 题");
    assert.equal((await shown("%%latex\nx^2"))["text/latex"], "$$x^2$$");
    assert.equal((await shown("%%svg\n<svg></svg>"))["image/svg+xml"], "<svg></svg>");
    assert.equal((await shown("%%javascript\nalert(1)"))["application/javascript"], "alert(1)");
  });

  it("%cd、%pwd、%env、%%writefile", async () => {
    mkdirSync(join(cwd, "子"));
    assert.equal(await ok("%cd 子"), `${join(cwd, "子")}\n`);
    assert.equal(await ok("%%writefile a.txt\n一\n%time\n"), `已写入：${join(cwd, "子", "a.txt")}\n`);
    assert.match(await ok("%%writefile -a a.txt\n二"), /已接在末尾/);
    assert.equal(readFileSync(join(cwd, "子", "a.txt"), "utf8"), "一\n%time\n二\n");
    assert.equal(await ok("%cd\n%pwd"), `${cwd}\n${cwd}\n`);
    assert.match((await fails("%cd 没有")).evalue, /TIDU-RT-033/);
    assert.equal(await ok("%env TIDU_X=1 2\n%env TIDU_X\nprocess.env.TIDU_X"), "TIDU_X 已设。\n1 2\n'1 2'");
    assert.match(await ok("%env"), /^PATH$/m);
  });

  it("%memory：堆有上限，变量里的张量按设备数", async () => {
    await ok(
      "const big = { shape: [1000], dtype: 'float64', device: 'cpu', buffer: new Float64Array(1000) }; const again = [big, { x: big }]",
    );
    const [bundle] = bundles(await session.execute("%memory"));
    const plain = String(bundle!["text/plain"]);
    assert.match(plain, /会话：堆 +[█░]{20} +[\d.]+ MiB \/ [\d.]+ [MG]iB/);
    assert.match(plain, /变量里的张量（cpu）：1 个，7\.8 KiB/);
    assert.match(String(bundle!["text/html"]), /<meter/);
    await ok(
      "%reset\nclass T { shape = [10]; dtype = 'float32'; device = 'cpu'; buffer = new Float32Array(10) }; const one = new T(); const hidden = (() => { const t = new T(); return () => t })(); for (let i = 0; i < 50; i++) new T(); undefined",
    );
    const [again] = bundles(await session.execute("%memory"));
    assert.match(String(again!["text/plain"]), /（cpu）：1 个，40 B\n还活着的张量对象：2 个/);
  });

  it("%lsmagic、%help、%name? 给说明；不认识的、这里没有的各有编号", async () => {
    assert.match(await ok("%lsmagic"), /%time %%time +运行一次/);
    assert.match(await ok("%help %npm"), /%npm install 包名/);
    assert.match(await ok("%timeit?"), /^%timeit \[-n 次数\]/);
    assert.match((await fails("%tmie 1")).evalue, /TIDU-RT-030.*%time？/);
    assert.match((await fails("%timing on")).evalue, /TIDU-RT-032.*Jupyter 内核/);
    assert.equal(await ok("%types off\n1"), "1");
  });

  describe("%npm（本地文件夹，不连网）", () => {
    let project: string;
    let npm: NodeSession;
    before(async function () {
      try {
        execFileSync("npm", ["--version"], { stdio: "ignore" });
      } catch {
        if (process.env.TIDU_REQUIRE === "all") throw new Error("要有 npm");
        this.skip();
      }
      project = realpathSync(mkdtempSync(join(tmpdir(), "tidu-npm-")));
      mkdirSync(join(project, "pkg"));
      mkdirSync(join(project, "book"));
      writeFileSync(
        join(project, "pkg", "package.json"),
        '{"name":"tidu-demo","version":"1.0.0","type":"module","exports":"./i.js"}',
      );
      writeFileSync(join(project, "pkg", "i.js"), "export const answer = 42;");
      // 没有网络也没有缓存：装本地文件夹用不着，装别的就会失败。
      npm = await createNodeSession({
        cwd: join(project, "book"),
        env: {
          ...process.env,
          npm_config_offline: "true",
          npm_config_cache: join(project, "cache"),
          npm_config_registry: "http://127.0.0.1:9",
        },
      });
    });
    after(async () => {
      await npm?.close();
      if (project) rmSync(project, { recursive: true });
    });

    it("没有 package.json 就新建并说明；先导入失败，装完立即能导入", async () => {
      assert.equal((await npm.execute("import { answer } from 'tidu-demo'")).status, "error");
      const events: Output["output_type"][] = [];
      const result = await npm.execute("%npm install ../pkg\nimport { answer } from 'tidu-demo'; answer", {
        onOutput: (output: Output) => void events.push(output.output_type),
      });
      assert.equal(result.status, "ok", inspect(result.error));
      assert.match(text(result), /往上没有 package\.json，在这里新建一个[\s\S]*完成[\s\S]*装好了[\s\S]*42$/);
      assert.ok(events.includes("update_display_data"), "进度");
      assert.match(readFileSync(join(project, "book", "package.json"), "utf8"), /tidu-demo/);
      assert.match(text(await npm.execute("%npm list")), /tidu-demo@/);
    });

    it("装不了：说明原因；卸载", async () => {
      const { error } = await npm.execute("%npm install no-such-package-tidu");
      assert.match(error!.evalue, /TIDU-RT-034[\s\S]*连不上 npm 的服务器/);
      assert.equal((await npm.execute("%npm uninstall tidu-demo")).status, "ok");
      assert.doesNotMatch(readFileSync(join(project, "book", "package.json"), "utf8"), /tidu-demo/);
      assert.match((await npm.execute("%npm publish")).error!.evalue, /TIDU-RT-031/);
    });

    it("连着一直不回答的服务器：可以中断，npm 的进程不留下，变量还在", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const stuck = await createNodeSession({
        cwd: join(project, "book"),
        env: {
          ...process.env,
          npm_config_cache: join(project, "cache2"),
          npm_config_registry: `http://127.0.0.1:${port}`,
        },
      });
      try {
        await stuck.execute("let kept = 1");
        const controller = new AbortController();
        const asked = once(server, "connection").then(([socket]: Socket[]) => {
          controller.abort();
          return once(socket!.resume(), "close");
        });
        const result = await stuck.execute("%npm install never-answers", { signal: controller.signal });
        assert.equal(result.status, "interrupted");
        await asked;
        assert.equal(text(await stuck.execute("kept")), "1");
      } finally {
        await stuck.close();
        server.close();
      }
    });

    it("失败的原因各有说法", () => {
      assert.match(explain("npm error code E404"), /没有这个包/);
      assert.match(explain("npm error code EACCES"), /权限/);
      assert.match(explain("npm error code ERESOLVE"), /冲突/);
    });
  });
});
