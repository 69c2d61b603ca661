import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { add, block, mul, named, square, type Tensor, tanh, trace } from "@tidu/kernel-lib";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "./browser-harness.js";
import { shared } from "./bundle.js";

// 与 serve.ts 同样严：输出里的脚本、事件属性都不会运行。
const policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'";
const base = "http://players.test/";

const small = (x: Tensor): Tensor => {
  const u = named(square(x), "u");
  return named(mul(u, named(add(u, 1), "v")), "f");
};
const tall = (x: Tensor): Tensor => {
  let y = x;
  for (let i = 0; i < 16; i++) y = tanh(mul(y, 1.1));
  return y;
};
const inner = block("里层", (x: Tensor) => tanh(square(x)));
const outer = block("外层", (x: Tensor) => add(inner(x), 1));

const pages: Record<string, string> = {
  small: trace(small, { grad: true })(2).animate().html,
  tall: trace(tall, { grad: true })(0.5).animate().html,
  blocks: trace((x: Tensor) => mul(outer(x), 2), { grad: true })(0.5).toHtml(),
};

describe("逐步演示与可打开的段（真浏览器，输出里没有脚本）", function () {
  this.timeout(60_000);
  this.retries(1); // 驱动别的程序：机器忙时偶有超时，真的缺陷两次都会失败
  let browser: Browser | undefined;
  let script: string;
  let css: string;

  before(async function () {
    browser = await launchBrowser();
    if (!browser) return this.skip();
    css = await readFile(new URL("../style/cells.css", import.meta.url), "utf8");
    const entry = fileURLToPath(new URL("client/players.js", import.meta.url));
    const { outputFiles } = await build({
      ...shared,
      stdin: {
        contents: `import { startPlayers } from ${JSON.stringify(entry)}; startPlayers();`,
        resolveDir: fileURLToPath(new URL(".", import.meta.url)),
      },
      write: false,
    });
    script = outputFiles[0]!.text;
  });
  after(async () => browser?.close());

  async function open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser!.newContext({ viewport: { width: 390, height: 700 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.route("**/*", (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === "/players.js") return route.fulfill({ contentType: "text/javascript", body: script });
      const body = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${name}</title><style>${css}</style><div class="output output-html">${pages[name]}</div><p style="height:900px">后文</p><script src="/players.js"></script>`;
      return route.fulfill({
        contentType: "text/html; charset=utf-8",
        headers: { "Content-Security-Policy": policy },
        body,
      });
    });
    await page.goto(base);
    return page;
  }

  const caption = (page: Page): Promise<string | null> => page.locator(".tidu-say:visible").textContent();
  const go = (page: Page, text: string): Promise<void> =>
    page.locator(".tidu-go:visible", { hasText: text }).click();
  /** 眼下看得见的数值与伴随。 */
  const seen = (page: Page): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll(".tidu-player .tidu-value, .tidu-player .tidu-adjoint")]
        .filter((t) => {
          let shown = 1;
          for (let n: Element | null = t; n; n = n.parentElement)
            shown *= Number(getComputedStyle(n).opacity);
          return shown > 0.2;
        })
        .map((t) => t.textContent!),
    );

  it("没有脚本：按钮前进后退，方向键也行，画面跟着变", async () => {
    const page = await open("small", { javaScriptEnabled: false, reducedMotion: "reduce" });
    assert.equal(await caption(page), "输入：x = 2");
    await go(page, "下一步");
    assert.equal(await caption(page), "前向：u = x² = 2² = 4");
    await page.locator(".tidu-track input:checked").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await caption(page), "前向：v = u + 1 = 4 + 1 = 5");
    await go(page, "上一步");
    assert.equal(await page.locator(".tidu-count:visible").textContent(), "2 / 8");
    await page.context().close();
  });

  it("每一帧看得见的数值与伴随：没算到的是问号，伴随先 5 后 9", async () => {
    const page = await open("small", { reducedMotion: "reduce" });
    const at = async (step: number): Promise<string> => {
      await page.locator(".tidu-track input").nth(step).check();
      return (await seen(page)).join(" ");
    };
    assert.equal(await at(0), "2 ? ? ?");
    assert.equal(await at(2), "2 4 5 ?");
    assert.equal(await at(5), "2 4 伴随 5 5 伴随 4 20 伴随 1");
    assert.equal(await at(6), "2 4 伴随 9 5 伴随 4 20 伴随 1");
    assert.equal(await at(7), "2 伴随 36 4 伴随 9 5 伴随 4 20 伴随 1");
    await page.context().close();
  });

  it("拖动滑轨；要求减少动效时没有过渡", async () => {
    const page = await open("small", { reducedMotion: "reduce" });
    const box = (await page.locator(".tidu-track").boundingBox())!;
    await page.mouse.move(box.x + 4, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + 40, { steps: 6 });
    await page.mouse.up();
    assert.equal(await page.locator(".tidu-count:visible").textContent(), "8 / 8");
    const transition = () =>
      page.evaluate(() => getComputedStyle(document.querySelector(".tidu-step")!).transitionDuration);
    assert.equal(await transition(), "0s");
    await page.emulateMedia({ reducedMotion: "no-preference" });
    assert.notEqual(await transition(), "0s");
    await page.context().close();
  });

  it("图高过一屏：控制条在屏幕里，正在算的一步滚到眼前；字不缩得看不清", async () => {
    const page = await open("tall", { reducedMotion: "reduce" });
    const inside = (selector: string) =>
      page.evaluate((s) => {
        const r = document.querySelector(s)!.getBoundingClientRect();
        return r.top >= 0 && r.bottom <= innerHeight;
      }, selector);
    assert.ok(await inside(".tidu-track"));
    await page.locator(".tidu-track input").nth(30).check();
    assert.ok(await inside(".tidu-track"));
    const active = await page.evaluate(() => {
      const ring = [...document.querySelectorAll<SVGElement>(".tidu-ring")].find(
        (r) => getComputedStyle(r.parentElement!).opacity === "1",
      )!;
      const { top, bottom } = ring.getBoundingClientRect();
      return top >= 0 && bottom <= document.querySelector(".tidu-foot")!.getBoundingClientRect().top;
    });
    assert.ok(active);
    const size = await page.evaluate(() => {
      const svg = document.querySelector<SVGSVGElement>(".tidu-graph")!;
      return 12 * svg.getScreenCTM()!.a;
    });
    assert.ok(size >= 9.5, `字高 ${size}`);
    await page.context().close();
  });

  it("打印：没有控制条，列出全部步骤，画出最后的样子", async () => {
    const page = await open("small");
    await page.emulateMedia({ media: "print", reducedMotion: "reduce" });
    assert.equal(await page.locator(".tidu-say:visible").count(), 8);
    assert.equal(await page.locator(".tidu-track input:visible, .tidu-go:visible").count(), 0);
    assert.equal((await seen(page)).join(" "), "2 伴随 36 4 伴随 9 5 伴随 4 20 伴随 1");
    await page.context().close();
  });

  it("打开一段：没有脚本时点标题，有脚本时点图上的框也行；打印时收着", async () => {
    const still = await open("blocks", { javaScriptEnabled: false });
    await still.locator(".tidu-blocks > .tidu-open > summary").first().click();
    await still.locator(".tidu-open[open]").waitFor();
    await still.context().close();

    const page = await open("blocks");
    const opened = page.locator(".tidu-open[open] > summary");
    assert.equal(await opened.count(), 0);
    await page.locator(".tidu-blocks > .tidu-inside [data-opens]").click();
    assert.deepEqual(await opened.allTextContents(), ["打开“外层”（标量）"]);
    await page.locator(".tidu-open[open] > .tidu-inside [data-opens]").click();
    await page.locator(".tidu-open .tidu-open[open]").waitFor();
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".tidu-open:visible").count(), 0);
    await page.context().close();
  });

  it("读屏软件：图有名字与按次序的说明，单选钮读出每一步", async () => {
    const page = await open("small");
    const svg = page.getByRole("img", { name: "计算图（逐步）" });
    const id = await svg.getAttribute("aria-describedby");
    assert.equal(
      await page.locator(`#${id}`).textContent(),
      "输入 x：2，伴随 36。u，由 x 算出（(·)²）：4，伴随 9。v，由 u 算出（+ 1）：5，伴随 4。f，由 u、v 算出（×）：20，伴随 1",
    );
    assert.equal(await page.getByRole("radio").count(), 8);
    assert.equal(
      await page.getByRole("radio").nth(1).getAttribute("aria-label"),
      "第 2 步，共 8 步。前向：u = x² = 2² = 4",
    );
    await page.context().close();
  });
});
