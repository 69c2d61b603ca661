import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { ExecuteResult } from "../types.js";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);
const ARGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const { buildSync } = createRequire(import.meta.url)("esbuild") as {
  buildSync(options: object): { outputFiles: { path: string; text: string }[] };
};

function bundle(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return outputFiles[0].text;
}

/** 页面里的 run(code)：执行一个单元格；interruptAfter 毫秒后中断。 */
const PAGE = `<!doctype html><script type="module">
  import { createBrowserSession } from "/session.js";
  window.session = await createBrowserSession({ workerUrl: "/worker.js", modules: { "my-lib": "/lib.js" } });
  window.run = (code, interruptAfter, options) => {
    // 单元格真的开始了（打印了一个点）才开始计时：换新 worker 要花时间。
    const onOutput = (output) => output.text === ".\\n" && setTimeout(() => window.session.interrupt(), interruptAfter);
    if (interruptAfter) return window.session.execute("console.log('.');" + code, { ...options, onOutput });
    return window.session.execute(code, options);
  };
  window.ready = true;
</script>`;

for (const isolated of [true, false]) {
  describe(`浏览器会话（${isolated ? "跨源隔离，有共享内存" : "没有共享内存"}）`, () => {
    let server: Server;
    let browser: Browser;
    let page: Page;

    const run = (code: string, interruptAfter = 0, options: object = {}): Promise<ExecuteResult> =>
      page.evaluate(([c, i, o]) => (globalThis as unknown as { run: Function }).run(c, i, o), [
        code,
        interruptAfter,
        options,
      ] as const);
    const text = ({ outputs }: ExecuteResult): string =>
      outputs
        .map((o) => (o.output_type === "stream" ? o.text : "data" in o ? String(o.data["text/plain"]) : ""))
        .join("");

    before(async function () {
      if (!CHROMIUM) this.skip();
      const files: Record<string, [string, string]> = {
        "/": ["text/html", PAGE],
        "/session.js": ["text/javascript", bundle("../browser.js")],
        "/worker.js": ["text/javascript", bundle("./worker.js")],
        "/lib.js": [
          "text/javascript",
          "export const answer = 42; export default function twice(x) { return 2 * x }",
        ],
      };
      server = createServer((request, response) => {
        const file = files[request.url ?? ""];
        const headers: Record<string, string> = { "Content-Type": file?.[0] ?? "text/plain" };
        if (isolated) {
          headers["Cross-Origin-Opener-Policy"] = "same-origin";
          headers["Cross-Origin-Embedder-Policy"] = "require-corp";
        }
        response.writeHead(file ? 200 : 404, headers).end(file?.[1]);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { chromium } = await import("playwright-core");
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS.split(" ") });
      page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction("window.ready === true");
    });
    after(async () => {
      await browser?.close();
      server?.close();
    });

    it("变量跨单元格保留，值与打印按次序到来", async () => {
      await run("const x: number = 20; function f() { return x + 1 }");
      const result = await run("console.log('甲', { x }); console.error('乙'); f() * 2");
      assert.equal(result.status, "ok");
      assert.deepEqual(
        result.outputs.map((o) =>
          o.output_type === "stream" ? `${o.name}:${o.text}` : "data" in o ? o.data["text/plain"] : "",
        ),
        ["stdout:甲 { x: 20 }\n", "stderr:乙\n", "42"],
      );
    });

    it("导入登记的模块、显示函数与 tslab", async () => {
      const result = await run(
        "import twice, { answer } from 'my-lib';\nimport { html } from '@tidu/notebook-runtime/display';\nimport { display } from 'tslab';\nhtml('<b>粗</b>'); display.markdown('**强**');\nconst again = await import('my-lib'); twice(answer) + again.answer",
      );
      assert.equal(result.status, "ok", JSON.stringify(result.error));
      const [html, markdown, value] = result.outputs.map((o) => ("data" in o ? o.data : {}));
      assert.equal(html["text/html"], "<b>粗</b>");
      assert.equal(markdown["text/markdown"], "**强**");
      assert.equal(value["text/plain"], "126");
    });

    it("对象折叠、记录成表、数成图，异步的显示先占位再改写：与 Node 里一样", async () => {
      const result = await run(`
        import { display } from "@tidu/notebook-runtime/display";
        display({ async [Symbol.for("Jupyter.display")]() { return { "text/plain": "慢" }; } });
        display([{ a: 1, 名字: "甲".repeat(40) }, { a: 2 }]);
        display(Float64Array.from({ length: 50 }, (_, i) => Math.sin(i)));
        display({ [Symbol.for("Jupyter.display")]() { throw new Error("画不出"); } });
        ({ 层: { 甲: { 乙: { 丙: 1 } } }, 网址: new URL("https://a.b/c"), 代理: new Proxy({}, {}) })`);
      assert.equal(result.status, "ok", JSON.stringify(result.error));
      const shown = result.outputs.map((o) => ("data" in o ? o.data : {}));
      assert.equal(shown[0]["text/plain"], "慢");
      for (const [i, pattern] of [
        [1, /<table>.*<th[^>]*>名字/],
        [2, /Float64Array\(50\)[\s\S]*<img alt=/],
        [3, /出错：Error: 画不出/],
        [4, /<details open><summary[^>]*>.*层: \{…\}[\s\S]*URL \{ href: &#39;https:\/\/a\.b\/c&#39; \}/],
      ] as const)
        assert.match(String(shown[i]["text/html"]), pattern);
    });

    it("没有的模块：说明网页里有什么", async () => {
      const result = await run("import fs from 'node:fs'");
      assert.equal(result.status, "error");
      assert.match(result.error?.evalue ?? "", /找不到模块 "node:fs".*my-lib/);
      assert.equal(result.error?.line, 1);
    });

    it("错误带单元格、行列与代码框，没有内部的栈帧", async () => {
      const result = await run("const o: any = {};\nfunction g() {\n  return o.a.b;\n}\ng()", 0, {
        cell: "单元格 [7]",
      });
      assert.equal(result.status, "error");
      const { cell, line, column, traceback, ename } = result.error!;
      assert.deepEqual([ename, cell, line, column], ["TypeError", "单元格 [7]", 3, 14]);
      assert.match(traceback.join("\n"), /> 3 \| {3}return o\.a\.b;/);
      assert.doesNotMatch(traceback.join("\n"), /worker\.js|tidu-cell/);
    });

    it("不是函数：消息里是学习者写的名字", async () => {
      const result = await run("const notFn: any = 3; notFn()");
      assert.equal(result.error?.evalue, "notFn is not a function");
      assert.equal(result.error?.column, 23);
    });

    it("未处理的拒绝算这个单元格的", async () => {
      const result = await run("Promise.reject(new RangeError('漏了')); 1");
      assert.equal(result.status, "error");
      assert.equal(result.error?.ename, "RangeError");
    });

    it("一个循环里的一万行都在，次序不乱", async () => {
      const result = await run("for (let i = 0; i < 10000; i++) console.log(i)");
      assert.equal(text(result), Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(""));
    });

    it("中断等待：变量保留", async () => {
      await run("var kept = 7");
      const result = await run("await new Promise(() => {})", 100);
      assert.equal(result.status, "interrupted");
      assert.equal(result.stateLost, undefined);
      assert.equal(text(await run("kept")), "7");
    });

    it(isolated ? "中断死循环：变量保留" : "中断死循环：worker 换新，说明变量丢了", async () => {
      await run("var kept2 = 8");
      for (const code of [
        "for (;;) {}",
        "await 1; while (true);",
        "function r(n) { return n ? r(n - 1) + r(n - 1) : 0 } r(60)",
      ]) {
        const result = await run(code, 100);
        assert.equal(result.status, "interrupted");
        assert.equal(result.stateLost, isolated ? undefined : true);
        if (!isolated) assert.match(result.error?.evalue ?? "", /之前的变量都不在了/);
      }
      const left = await run("typeof kept2");
      assert.equal(text(left), isolated ? "'number'" : "'undefined'");
    });

    it("超时", async () => {
      const result = await run("for (;;) {}", 0, { timeout: 150 });
      assert.equal(result.status, "timeout");
      assert.match(result.error?.evalue ?? "", /TIDU-RT-003/);
    });

    it("worker 的地址不对：启动失败，说明原因", async () => {
      const message = await page.evaluate(async () => {
        const path = "/session.js";
        const { createBrowserSession } = await import(path);
        return createBrowserSession({ workerUrl: "/nowhere.js" }).catch((error: Error) => error.message);
      });
      assert.match(message, /TIDU-RT-001.*nowhere\.js/);
    });
  });
}
