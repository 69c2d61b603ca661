import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { laptop, launchBrowser, openPage, phone } from "./browser-harness.js";
import { type BuildResult, buildSite } from "./build.js";
import { type Server, serve } from "./serve.js";
import { readCourse } from "./source.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("真的书（真浏览器）", function () {
  this.timeout(600_000);
  this.retries(1); // 驱动别的程序：机器忙时偶有超时，真的缺陷两次都会失败
  let browser: Browser | undefined;
  let server: Server;
  let out: string;
  let built: BuildResult;

  before(async function () {
    browser = await launchBrowser();
    if (!browser || (await readCourse(root)).length === 0) return this.skip();
    out = await mkdtemp(join(tmpdir(), "tidu-course-"));
    built = await buildSite({ root, out });
    server = await serve({ root: out, port: 0 });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    if (out) await rm(out, { recursive: true, force: true });
  });

  it("没有重复的标签、断掉的引用、排不出的公式、报错的单元格", () => {
    assert.deepEqual(built.problems, []);
  });

  for (const view of [laptop, phone]) {
    it(`每一页没有报错、没有外部请求、不横向溢出（${view.phone ? "手机，暗色" : "笔记本电脑，亮色"}）`, async () => {
      for (const path of built.pages) {
        const { page, context, complaints } = await openPage(browser!, server.url, path, view);
        const size = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(size[0]! <= size[1]!, `${path} 横向溢出：${size}`);
        assert.deepEqual(complaints, [], path);
        await context.close();
      }
    });
  }

  it("每一章都能在页内从头运行到尾", async () => {
    for (const path of built.pages.filter((page) => /^\d+-/.test(page))) {
      const { page, context, complaints } = await openPage(browser!, server.url, path);
      // 最后一格的代码也许折着，按钮看不见
      await page
        .locator('.cell [data-action="run"]')
        .last()
        .evaluate((button) => (button as HTMLElement).click());
      await page.waitForFunction(
        () =>
          document.querySelector(".cell:not([data-state=fresh])") &&
          !document.querySelector(".cell:is([data-state=queued], [data-state=running])"),
        undefined,
        { timeout: 120_000 },
      );
      const failed = await page.evaluate(() =>
        [...document.querySelectorAll(".cell:not([data-state=ok])")].map(
          (cell) => `${cell.id} ${cell.querySelector(".cell-outputs")?.textContent?.slice(0, 400)}`,
        ),
      );
      assert.equal(failed[0], undefined, `${path}：${failed.length} 格没有运行成功，第一处 ${failed[0]}`);
      assert.deepEqual(complaints, [], path);
      await context.close();
    }
  });
});
