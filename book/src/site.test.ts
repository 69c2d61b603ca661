import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { laptop, launchBrowser, openPage, phone } from "./browser-harness.js";
import { type BuildResult, buildSite } from "./build.js";
import { type Server, serve } from "./serve.js";

const fixture = fileURLToPath(new URL("../test/fixtures/course", import.meta.url));
const chapterUrl = "1-foundations/01-background.html";
const exerciseUrl = "exercises/3-architectures/02-losses.html";

const cell = (page: Page, number: number) => page.locator(`#cell-${number}`);
const outputs = (page: Page, number: number) => cell(page, number).locator(".cell-outputs");
const run = (page: Page, number: number) => cell(page, number).locator('[data-action="run"]').click();

const text = async (locator: Locator) => (await locator.textContent()) ?? "";

async function finished(page: Page, number: number, state = "ok"): Promise<void> {
  await page.waitForSelector(`#cell-${number}[data-state="${state}"]`, { timeout: 30_000 });
}

/** 换掉一格的代码：点开、全选、打字。 */
async function rewrite(page: Page, number: number, code: string): Promise<void> {
  const content = cell(page, number).locator(".cm-content");
  if ((await content.count()) === 0) await cell(page, number).locator("pre.code").click();
  await content.waitFor();
  await content.press("ControlOrMeta+a");
  await page.keyboard.insertText(code);
}

describe("站点（真浏览器）", function () {
  this.timeout(120_000);
  this.retries(1); // 驱动别的程序：机器忙时偶有超时，真的缺陷两次都会失败
  let browser: Browser | undefined;
  let server: Server;
  let out: string;
  let built: BuildResult;

  before(async function () {
    browser = await launchBrowser();
    if (!browser) return this.skip();
    out = await mkdtemp(join(tmpdir(), "tidu-site-"));
    built = await buildSite({ root: fixture, out });
    server = await serve({ root: out, port: 0 });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    if (out) await rm(out, { recursive: true, force: true });
  });

  const open = (path: string, view = laptop) => openPage(browser!, server.url, path, view);

  it("样章没有问题，输出来自真的执行", async () => {
    assert.deepEqual(built.problems, []);
    const html = await readFile(join(out, chapterUrl), "utf8");
    assert.match(html, /L = 1\.5，斜率 = 1\.000000/);
    assert.match(html, /application\/json">\{"data":\[\{"x":\[-3,/);
    assert.match(html, /故意出错：1\.5/);
  });

  for (const view of [laptop, phone]) {
    const name = view.phone ? "手机，暗色" : "笔记本电脑，亮色";
    it(`每一页都没有报错、没有外部请求、不横向溢出（${name}）`, async () => {
      for (const path of built.pages) {
        const { page, context, complaints } = await open(path, view);
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        if (await page.locator(".plot").count()) await page.waitForSelector(".plot .main-svg");
        const size = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(size[0]! <= size[1]!, `${path} 横向溢出：${size}`);
        assert.equal(await page.locator(".math-error, .katex-error").count(), 0);
        assert.equal(
          await page.evaluate(() => document.documentElement.dataset["theme"]),
          view.dark ? "dark" : "light",
        );
        const broken = await page.evaluate(() =>
          [...document.images]
            .filter((image) => image.complete && image.naturalWidth === 0)
            .map((image) => image.src),
        );
        assert.deepEqual(broken, []);
        assert.deepEqual(complaints, [], path);
        await context.close();
      }
    });
  }

  it("没有脚本也能读：公式、代码、输出都在", async () => {
    const context = await browser!.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(server.url + chapterUrl);
    assert.ok(await page.locator(".katex").first().isVisible());
    assert.ok(await page.getByText("L = 1.5，斜率 = 1.000000").isVisible());
    await context.close();
  });

  it("运行一格：前面没运行的先运行，输出换成新的", async () => {
    const { page, context, complaints } = await open(chapterUrl);
    await outputs(page, 2).evaluate((node) => node.replaceChildren());
    await run(page, 2);
    await finished(page, 2);
    assert.match(await text(outputs(page, 2)), /L = 1\.5，斜率 = 1\.000000/);
    assert.equal(await cell(page, 1).getAttribute("data-state"), "ok");
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("改了再运行，看到新的值；还原回书里的代码", async () => {
    const { page, context } = await open(chapterUrl);
    await rewrite(
      page,
      1,
      "const huberValue = (e: number, delta: number): number => 7 * e + delta;\nhuberValue(2, 1)",
    );
    await page.keyboard.press("Shift+Enter");
    await finished(page, 1);
    assert.equal((await text(outputs(page, 1))).trim(), "15");
    await cell(page, 2).locator(".cm-content").waitFor({ state: "visible" }); // Shift+Enter 之后移到下一格
    await cell(page, 1).locator('[data-action="reset"]').click();
    assert.equal(await cell(page, 1).getAttribute("data-state"), "dirty");
    await run(page, 1);
    await finished(page, 1);
    assert.match(await text(outputs(page, 1)), /1\.5$/);
    await context.close();
  });

  it("编辑：按语法缩进、注释、Tab 与撤销；撤销找回还原掉的代码", async () => {
    const { page, context } = await open(chapterUrl);
    const lines = async () => (await cell(page, 1).locator(".cm-line").allTextContents()).join("\n");
    await rewrite(page, 1, "function f() {}");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    assert.equal(await lines(), "function f() {\n  \n}");
    await page.keyboard.type("g(1");
    assert.equal(await lines(), "function f() {\n  g(1)\n}");
    await page.keyboard.press("ControlOrMeta+/");
    assert.equal(await lines(), "function f() {\n  // g(1)\n}");
    await page.keyboard.press("ControlOrMeta+/");
    await page.keyboard.press("Tab");
    assert.equal(await lines(), "function f() {\n    g(1)\n}");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await lines(), "function f() {\n  g(1)\n}");
    await cell(page, 1).locator('[data-action="reset"]').click();
    assert.match(await lines(), /huberValue/);
    await cell(page, 1).locator(".cm-content").press("ControlOrMeta+z");
    assert.equal(await lines(), "function f() {\n  g(1)\n}");
    await context.close();
  });

  it("改过的代码留到下次来，还原之后不再留", async () => {
    const { page, context } = await open(exerciseUrl);
    await rewrite(page, 1, "const huberValue = (e: number) => e;");
    await page.reload();
    assert.equal(await text(cell(page, 1).locator("pre.code")), "const huberValue = (e: number) => e;");
    await cell(page, 1).locator('[data-action="reset"]').click();
    assert.match(await text(cell(page, 1).locator("pre.code")), /还没有作答/);
    await page.reload();
    assert.match(await text(cell(page, 1).locator("pre.code")), /还没有作答/);
    assert.ok(await cell(page, 1).locator('[data-action="reset"]').isHidden());
    await context.close();
  });

  it("有 WebGPU 时，页内的单元格能用上，结果与 cpu 一致", async function () {
    const gpu = await launchBrowser(true);
    try {
      const { page } = await openPage(gpu!, server.url, chapterUrl);
      const adapter = await page.evaluate(async () => {
        const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
        return (await gpu?.requestAdapter()) != null;
      });
      if (!adapter) return this.skip();
      await rewrite(
        page,
        1,
        `import { device, grad, huber, mean, Tensor, tensor } from "@tidu/kernel-lib";
await device("webgpu");
const f = (e: Tensor) => mean(huber(e, 1));
const e = tensor([-3, -0.5, 0, 0.25, 2]);
console.log(Array.from(await grad(f)(e.to("webgpu")).data(), (g) => Number((5 * g).toFixed(5))).join(" "));`,
      );
      await run(page, 1);
      await finished(page, 1);
      assert.equal((await text(outputs(page, 1))).trim(), "-1 -0.5 0 0.25 1");
    } finally {
      await gpu?.close();
    }
  });

  it("出错时指出单元格与行，后面的不运行并说明原因", async () => {
    const { page, context } = await open(chapterUrl);
    await rewrite(page, 1, "const x: number = 1;\nnull.f;");
    await run(page, 2);
    await finished(page, 1, "failed");
    assert.match(await text(outputs(page, 1)), /TypeError[\s\S]*单元格 \[1\][\s\S]*2/);
    assert.match(await text(outputs(page, 2)), /单元格 1 出错了/);
    await rewrite(page, 1, 'import { tensor } from "@tidu/kernel-lib";\ntensor([1, 2]).reshape([3]);');
    await run(page, 1);
    await page.waitForFunction(() =>
      /TIDU-/.test(document.querySelector("#cell-1 .cell-outputs")?.textContent ?? ""),
    );
    assert.doesNotMatch(await text(outputs(page, 1)), /assets\/lab/, "打包后的库的调用帧不显示");
    await context.close();
  });

  it("停下死循环，之后还能运行", async () => {
    const { page, context } = await open(chapterUrl);
    await run(page, 1);
    await finished(page, 1);
    await rewrite(page, 2, "while (true) {}");
    await run(page, 2);
    await page.waitForSelector('#cell-2[data-state="running"]');
    await cell(page, 2).locator('[data-action="stop"]').click();
    await finished(page, 2, "failed");
    await rewrite(page, 2, "console.log(huberValue(2, 1) + 1)");
    await run(page, 2);
    await finished(page, 2);
    assert.equal((await text(outputs(page, 2))).trim(), "2.5");
    await context.close();
  });

  it("图只在快到眼前时才取 plotly；页内运行也能画图", async () => {
    const { page, context, complaints, requested } = await open(chapterUrl);
    await page.waitForTimeout(300);
    assert.ok(!requested.includes("assets/plotly.js"));
    await page.locator(".plot").scrollIntoViewIfNeeded();
    await page.waitForSelector(".plot .main-svg");
    await run(page, 3);
    await finished(page, 3);
    await page.waitForSelector("#cell-3 .plot .main-svg");
    assert.equal(await page.locator("#cell-3 .plot .scatterlayer .trace").count(), 3);
    await page.locator('[data-action="theme"]').click();
    await page.waitForTimeout(200);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("单元格能导入 tfjs，运行到那一格才下载", async () => {
    const { page, context, complaints, requested } = await open(chapterUrl);
    await run(page, 1);
    await finished(page, 1);
    assert.ok(!requested.includes("assets/lab/tfjs.js"));
    await rewrite(
      page,
      1,
      `import * as tf from "@tensorflow/tfjs";
const slope = tf.grad((x: tf.Tensor) => tf.mul(x, tf.exp(x)));
slope(tf.scalar(0.5)).dataSync()[0].toFixed(4) // 1.5·√e`,
    );
    await page.keyboard.press("Shift+Enter");
    await finished(page, 1);
    assert.match(await text(outputs(page, 1)), /2\.4731/);
    assert.ok(requested.includes("assets/lab/tfjs.js"));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("练习页：没作答、答错、答对都有话说，进度记下来", async () => {
    const { page, context, complaints } = await open(exerciseUrl);
    await run(page, 2);
    await finished(page, 2);
    assert.match(await text(outputs(page, 2)), /还没有作答/);
    const write = (tail: string) =>
      rewrite(
        page,
        1,
        `function huberValue(e: number, delta: number): number {\n  const size = Math.abs(e);\n  return size <= delta ? e * e / 2 : ${tail};\n}`,
      );
    await write("delta * size");
    await run(page, 2);
    await page.waitForFunction(() =>
      /不对/.test(document.querySelector("#cell-2 .cell-outputs")?.textContent ?? ""),
    );
    await finished(page, 2);
    await write("delta * (size - delta / 2)");
    await run(page, 2);
    // 答错时的图例里也有“正确答案”，要等的是裁决那一句
    await page.waitForFunction(() =>
      /正确：问了/.test(document.querySelector("#cell-2 .cell-outputs")?.textContent ?? ""),
    );
    await finished(page, 2);
    const saved = await page.evaluate(() => JSON.parse(localStorage.getItem("tidu:progress") ?? "{}"));
    assert.deepEqual(Object.keys(saved.passed["3-architectures/02-losses"]), ["huber.value"]);
    assert.ok(await page.locator("#cell-1.passed").count());
    assert.deepEqual(complaints, []);
    await page.goto(`${server.url}index.html`);
    assert.match(await text(page.locator(".practice")), /1 题已过/);
    assert.match(await text(page.locator('[data-slot="progress-summary"]')), /通过 1 道小题/);
    await context.close();
  });

  it("页内输出里的公式、Markdown、更新与清除", async () => {
    const { page, context, complaints } = await open(chapterUrl);
    await rewrite(
      page,
      1,
      `import { clearOutput, display, latex, markdown, updateDisplay } from "@tidu/notebook-runtime/display";
console.log("要被清掉");
clearOutput();
markdown("**粗体** $y^2$");
latex("\\\\frac{a}{b}");
display("旧的", { id: "line" });
updateDisplay("line", "新的");`,
    );
    await run(page, 1);
    await finished(page, 1);
    const shown = outputs(page, 1);
    assert.equal(await shown.locator("strong").count(), 1);
    assert.equal(await shown.locator(".katex").count(), 2);
    assert.match(await text(shown), /新的/);
    assert.doesNotMatch(await text(shown), /旧的|要被清掉/);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("读到页尾算读完；进度能导出、清空、再导入", async () => {
    const { page, context } = await open(chapterUrl);
    await page.locator(".pager").scrollIntoViewIfNeeded();
    await page.waitForSelector("#nav a.done");
    await page.goto(`${server.url}index.html`);
    assert.match(await text(page.locator('[data-slot="progress-summary"]')), /读完 1 章/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator('[data-action="progress-export"]').click(),
    ]);
    const file = await download.path();
    page.once("dialog", (dialog) => void dialog.accept());
    await page.locator('[data-action="progress-reset"]').click();
    assert.match(await text(page.locator('[data-slot="progress-summary"]')), /读完 0 章/);
    await page.locator('[data-action="progress-import"]').setInputFiles(file);
    await page.waitForFunction(() =>
      /读完 1 章/.test(document.querySelector("#progress")?.textContent ?? ""),
    );
    await context.close();
  });

  it("搜索任意汉字子串，用键盘打开结果", async () => {
    const { page, context, requested } = await open("index.html");
    assert.ok(!requested.includes("search.json"), "用到时才取");
    await page.keyboard.press("/");
    await page.keyboard.insertText("群点再远");
    await page.waitForSelector(".search li");
    assert.match(await text(page.locator(".search li").first()), /离群点再远/);
    await page.keyboard.press("Escape");
    assert.ok(await page.locator(".search").isHidden(), "一次 Esc 就关");
    await page.keyboard.press("ControlOrMeta+k");
    await page.waitForSelector(".search li");
    await page.keyboard.press("Enter");
    await page.waitForURL(/01-background\.html#/);
    await context.close();
  });

  it("只用键盘：跳到正文、术语卡、编辑与离开", async () => {
    const { page, context } = await open(chapterUrl);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "content");

    await page.locator("a.term").first().focus();
    const card = page.locator("#term-card");
    assert.match(await text(card), /链式法则[\s\S]*chain rule/);
    await page.keyboard.press("Escape");
    assert.ok(await card.isHidden());

    await cell(page, 1).locator("pre.code").focus();
    await page.keyboard.press("Enter");
    await cell(page, 1).locator(".cm-content").waitFor();
    await page.keyboard.insertText("// 键盘\n");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["action"]), "run");
    await page.keyboard.press("Enter");
    await finished(page, 1);
    await context.close();
  });

  it("手机：目录抽屉、点按术语、用按钮编辑", async () => {
    const { page, context } = await open(chapterUrl, phone);
    assert.ok(await page.locator("#nav").isHidden());
    await page.locator('[data-action="nav"]').tap();
    await page.locator("#nav a[aria-current]").waitFor({ state: "visible" });
    await page.keyboard.press("Escape");
    await page.locator("#nav").waitFor({ state: "hidden" });
    await page.locator("a.term").first().tap();
    await page.locator("#term-card").waitFor({ state: "visible" });
    const box = (await page.locator("#term-card").boundingBox())!;
    assert.ok(box.x >= 0 && box.x + box.width <= 390);
    await cell(page, 1).locator("pre.code").tap();
    await page.waitForTimeout(300);
    assert.equal(await page.locator(".cm-content").count(), 0, "碰一下代码不弹键盘");
    await cell(page, 1).locator('[data-action="edit"]').tap();
    await cell(page, 1).locator(".cm-content").waitFor();
    await context.close();
  });

  it("手动换亮暗记得住；打印时只剩正文", async () => {
    const { page, context } = await open(chapterUrl);
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.locator('[data-action="theme"]').click();
    assert.equal(await theme(), "dark");
    await page.reload();
    assert.equal(await theme(), "dark");
    await page.emulateMedia({ media: "print" });
    for (const hidden of [".bar", "#nav", ".toc", ".pager"]) assert.ok(await page.locator(hidden).isHidden());
    assert.ok(await page.locator("article h1").isVisible());
    await context.close();
  });
});
