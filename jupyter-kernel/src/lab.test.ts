import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { Lab } from "./lab.js";
import { root } from "./testing.js";

const chapter = join(root, "notebooks", "3-architectures", "02-losses.ipynb");

/** 真实的 JupyterLab，真实的浏览器：学习者打开一章、自己写几格会看到什么，就检查什么。 */
describe("JupyterLab（Chromium）", function () {
  this.timeout(300_000);
  this.retries(1);
  let lab: Lab;
  let page: Page;

  before(async function () {
    const started = existsSync(chapter) ? await Lab.start({ "chapter.ipynb": chapter }) : undefined;
    if (!started) return this.skip();
    lab = started;
    page = lab.page;
  });
  // 失败时留下现场
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await lab.shot("failure");
  });
  after(() => lab?.close());

  it("启动页上有 tidu 的图标，界面是中文", async () => {
    const card = page.locator(".jp-LauncherCard", { hasText: "TypeScript (tidu)" }).first();
    await card.waitFor();
    await card.locator("img").evaluate((image: HTMLImageElement) => image.decode());
    assert.match((await page.locator(".lm-MenuBar").textContent()) ?? "", /文件[\s\S]*编辑/);
    await lab.shot("launcher");
  });

  describe("一章课程", () => {
    before(() => lab?.open("chapter.ipynb"));

    it("运行整章没有一个错误", async () => {
      await lab.command("notebook:run-all-cells");
      await lab.idle();
      assert.deepEqual(await errors(lab), []);
      await lab.shot("chapter");
    });

    it("图由 plotly 画出来", async () => {
      const cell = (await lab.cells()).find(({ outputs }) =>
        outputs.some(({ data }) => data && "application/vnd.plotly.v1+json" in data),
      );
      assert.ok(cell, "这一章没有一张 plotly 图");
      await lab.show(cell.source);
      const svg = page.locator(".js-plotly-plot svg.main-svg").first();
      await svg.waitFor({ state: "visible", timeout: 30_000 });
      assert.ok((await svg.locator("path").count()) > 0);
      await svg.evaluate((element) => element.scrollIntoView({ block: "center" }));
      await lab.shot("plot");
    });

    it("工具栏的“重启并运行全部”：编号从 1 开始，没有错误", async () => {
      await lab.press("notebook:restart-run-all");
      await lab.confirm();
      await page.waitForFunction(
        () => {
          const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
          const codes = [...content.model.cells].filter((cell: any) => cell.type === "code");
          return codes.every((cell: any, index: number) => cell.executionCount === index + 1);
        },
        undefined,
        { timeout: 120_000, polling: 100 },
      );
      await lab.idle();
      assert.deepEqual(await errors(lab), []);
    });
  });

  describe("自己写的笔记本", () => {
    before(() => lab?.create());

    it("类型错误当场指出，什么也没有运行", async () => {
      const [error, ...rest] = await lab.run('console.log("跑了");\nconst step: number = "0.1";');
      assert.deepEqual(rest, []);
      assert.equal(error?.ename, "TypeScriptError");
      assert.match(error!.evalue!, /:2:7 TS2322 类型是 string 的值不能放进类型是 number 的地方/);
      await page.locator(".jp-OutputArea-output", { hasText: "TS2322" }).waitFor({ timeout: 30_000 });
      await lab.shot("type-error");
    });

    it("运行时错误：代码框指着出错的那一行", async () => {
      const [error] = await lab.run(
        "function area(side: number) {\n  if (side < 0) throw new RangeError('边长不能是负数');\n  return side ** 2;\n}\narea(-1)",
      );
      assert.equal(error?.ename, "RangeError");
      await page.locator(".jp-OutputArea-output", { hasText: "边长不能是负数" }).waitFor();
      await lab.shot("error");
    });

    it("按 Tab 补全", async () => {
      await lab.type("Math.hyp");
      await page.keyboard.press("Tab");
      await page.locator(".jp-Completer-item", { hasText: "hypot" }).waitFor({ timeout: 10_000 });
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => {
        const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
        return content.activeCell.model.sharedModel.source === "Math.hypot";
      });
      await lab.type("const xs = [3, 1, 2];\nxs.");
      await page.keyboard.press("Tab");
      await page.locator(".jp-Completer-item", { hasText: "toSorted" }).waitFor({ timeout: 10_000 });
      await lab.shot("completion");
      await page.keyboard.press("Escape");
    });

    it("Tab 补全还没导入的名字：标着来处，接受之后那一格直接能运行", async () => {
      const source = await offered(lab, "extna", "extname", "node:path");
      assert.equal(source, 'import { extname } from "node:path";\nextname');
      await page.keyboard.insertText("('/a/b.ts')");
      await page.keyboard.press("Shift+Enter");
      await lab.idle();
      const cell = (await lab.cells()).findLast(({ source }) => source.includes("extname"));
      assert.equal(cell?.outputs[0]?.data?.["text/plain"], "'.ts'");
    });

    it("按 Shift+Tab 看文档：签名与说明", async () => {
      await lab.run(
        "/** 边长为 side 的正方形的面积。 */\nfunction square(side: number): number {\n  return side ** 2;\n}",
      );
      await lab.type("square");
      await page.keyboard.press("Shift+Tab");
      const tooltip = page.locator(".jp-Tooltip");
      await tooltip.filter({ hasText: "边长为 side 的正方形的面积" }).waitFor({ timeout: 10_000 });
      assert.match((await tooltip.textContent()) ?? "", /square[\s\S]*side: number/);
      await lab.shot("documentation");
      await page.keyboard.press("Escape");
    });

    it("工具栏的停止按钮停下死循环，变量还在", async () => {
      await lab.submit("let turns = 0;\nwhile (true) turns++;");
      await lab.busy();
      await lab.press("notebook:interrupt-kernel");
      await lab.idle();
      assert.equal((await lab.run("turns > 0"))[0]?.data?.["text/plain"], "true");
    });

    it("重启之后变量和类型都没有了", async () => {
      await lab.press("notebook:restart-kernel");
      await lab.confirm();
      await page.locator(".jp-Dialog").waitFor({ state: "detached" });
      await lab.idle();
      assert.match((await lab.run("turns + 1"))[0]?.evalue ?? "", /TS2304 没有叫 turns 的名字/);
    });

    it("prompt 在单元格里问，答了接着跑", async () => {
      const code = "const name = prompt('你的名字：');\n'你好，' + name";
      await lab.submit(code);
      const input = page.locator(".jp-Stdin-input");
      await input.waitFor();
      await lab.shot("prompt");
      await input.fill("小明");
      await input.press("Enter");
      await lab.idle();
      const [shown] = (await lab.cells()).findLast(({ source }) => source === code)!.outputs.slice(-1);
      assert.equal(shown?.data?.["text/plain"], "'你好，小明'");
    });

    it("口令：输入框里看不见，笔记本里也不留", async () => {
      const code =
        "import { readPassword } from '@tidu/notebook-runtime/input';\nreadPassword('口令：').length";
      await lab.submit(code);
      const input = page.locator(".jp-Stdin-input[type=password]");
      await input.waitFor();
      await input.fill("芝麻开门123");
      await lab.shot("password");
      await input.press("Enter");
      await lab.idle();
      const cell = (await lab.cells()).findLast(({ source }) => source === code)!;
      assert.equal(cell.outputs.at(-1)?.data?.["text/plain"], "7");
      assert.doesNotMatch(JSON.stringify(cell.outputs), /芝麻/);
    });

    it("滑块：页面上拖动，内核里的值跟着变；内核里改，页面跟着动", async () => {
      await lab.run(
        "import { button, interact, output, slider, vbox } from '@tidu/notebook-runtime/widgets';\nconst rate = slider({ label: '学习率', max: 10, value: 3 });\nrate",
      );
      const handle = page.locator(".widget-slider .noUi-handle");
      await handle.waitFor();
      for (let i = 0; i < 3; i++) await handle.press("ArrowRight");
      await page.locator(".widget-readout", { hasText: /^6$/ }).waitFor();
      await lab.idle();
      assert.equal((await lab.run("rate.value"))[0]?.data?.["text/plain"], "6");
      await lab.run("rate.value = 9;");
      await page.locator(".widget-readout", { hasText: /^9$/ }).waitFor();
      await lab.shot("slider");
    });

    it("interact 在原处重画；按钮把话写进输出区", async () => {
      const code =
        "interact({ x: slider({ label: '边长', max: 9, value: 2 }) }, ({ x }) => '面积 ' + x * x);\nconst area = output();\nvbox(button('再来', () => area.print('按了一下')), area)";
      await lab.run(code);
      const cell = page.locator(".jp-CodeCell", { hasText: "interact(" }).last();
      await cell.getByText("面积 4").waitFor();
      await cell.locator(".noUi-handle").press("ArrowRight");
      await cell.getByText("面积 9").waitFor();
      assert.equal(await cell.getByText("面积 4").count(), 0);
      await cell.locator("button.widget-button", { hasText: "再来" }).click();
      await cell.locator(".jp-OutputArea-output").getByText("按了一下").first().waitFor();
      await lab.shot("interact");
    });

    it("更新显示、清除输出", async () => {
      const updated = await lab.run(
        "import { clearOutput, display, html, updateDisplay } from '@tidu/notebook-runtime/display';\nhtml('<b>第一版</b>', { id: 'v' });\nupdateDisplay('v', '第二版');",
      );
      assert.equal(updated.length, 1);
      assert.match(JSON.stringify(updated[0]!.data), /第二版/);
      const cleared = await lab.run("console.log('旧的');\nclearOutput();\nconsole.log('新的');");
      assert.deepEqual(
        cleared.map(({ text }) => text),
        ["新的\n"],
      );
    });

    it("十万行与 200 MB 的输出：页面还能用，下一格照跑", async () => {
      const [output] = await lab.run("for (let i = 0; i < 100_000; i++) console.log('第', i, '行');");
      assert.match(output?.text ?? "", /^第 0 行\n[\s\S]*\n第 99999 行\n$/);
      await lab.shot("big-output");
      await lab.command("notebook:clear-all-cell-outputs");
      const outputs = await lab.run(
        "const line = 'x'.repeat(99);\nfor (let i = 0; i < 2_000_000; i++) console.log(line);",
      );
      assert.match(outputs.at(-1)?.text ?? "", /其余 [\d.]+ MB 在 /);
      await lab.shot("200mb");
      assert.equal((await lab.run("'还在'"))[0]?.data?.["text/plain"], "'还在'");
      await lab.command("notebook:clear-all-cell-outputs");
    });

    it("深色主题下错误、代码框、输出都看得清", async () => {
      await lab.command("apputils:change-theme", { theme: "JupyterLab Dark" });
      await page.waitForFunction(() => document.body.dataset["jpThemeLight"] === "false");
      await lab.run("({ 名字: '小明', 分数: [90, 85.5], 是否通过: true })");
      await lab.run("[{ 轮次: 1, 损失: 0.9 }, { 轮次: 2, 损失: 0.5 }]");
      await lab.run("const bad: number = '深色';");
      await lab.shot("dark");
      await lab.command("apputils:change-theme", { theme: "JupyterLab Light" });
    });
  });
});

async function errors(lab: Lab): Promise<string[]> {
  return (await lab.cells()).flatMap(({ source, outputs }) =>
    outputs
      .filter((output) => output.output_type === "error")
      .map((output) => `${output.ename}: ${output.evalue}\n${source}`),
  );
}

/** 打开补全列表，直到列出这个名字与它的来处（包的索引在空闲时建），接受它，返回单元格的源码。 */
async function offered(lab: Lab, code: string, name: string, from: string): Promise<string> {
  const { page } = lab;
  await lab.type(code);
  const source = new RegExp(`import\\s${from}`);
  const item = page.locator(".jp-Completer-item", { hasText: name }).filter({ hasText: source });
  for (let round = 0; !(await item.count()) && round < 30; round++) {
    await page.keyboard.press("Tab");
    await page.waitForTimeout(200);
  }
  await lab.shot("import");
  await item.first().click();
  await page.waitForFunction((text) => {
    const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
    return content.activeCell.model.sharedModel.source !== text;
  }, code);
  await lab.command("notebook:enter-edit-mode");
  return page.evaluate(
    () => (globalThis as any).jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.source,
  );
}
