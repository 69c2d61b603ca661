import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { jupyterPython } from "./testing.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const chapter = join(root, "notebooks", "3-architectures", "02-losses.ipynb");
const browserPath = process.env["TIDU_CHROMIUM"] ?? "/usr/bin/chromium";

interface CellOutputs {
  source: string;
  outputs: { output_type: string; ename?: string; evalue?: string; data?: Record<string, unknown> }[];
}

/** 真实的 JupyterLab，真实的浏览器：学习者打开一章会看到什么，就检查什么。 */
describe("JupyterLab（Chromium）", function () {
  this.timeout(300_000);
  this.retries(1);
  let server: ChildProcess | undefined;
  let browser: Browser | undefined;
  let page: Page;
  let folder: string;

  before(async function () {
    if (!jupyterPython() || !existsSync(browserPath) || !existsSync(chapter)) return this.skip();
    mkdirSync(join(root, ".cache"), { recursive: true });
    // 放在仓库里面，笔记本才找得到 @tidu/*；用副本，JupyterLab 的自动保存就不会改动课程
    folder = mkdtempSync(join(root, ".cache", "lab-test-"));
    mkdirSync(join(folder, "notebooks"));
    copyFileSync(chapter, join(folder, "notebooks", "chapter.ipynb"));
    const port = await freePort();
    server = startLab(folder, port);
    browser = await chromium.launch({
      executablePath: browserPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await open(page, `http://127.0.0.1:${port}/lab/tree/chapter.ipynb?token=test`, server);
  });

  // 失败时留下现场
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await shot(page, "lab-failure.png");
  });
  after(async () => {
    await browser?.close();
    if (server) {
      const exited = new Promise((resolve) => server!.once("exit", resolve));
      server.kill("SIGTERM");
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 5000))]);
      server.kill("SIGKILL");
    }
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it("运行整章没有一个错误，界面是中文", async () => {
    await page.evaluate(() => (globalThis as any).jupyterapp.commands.execute("notebook:run-all-cells"));
    await idle(page);
    const errors = (await outputs(page)).flatMap(({ source, outputs }) =>
      outputs
        .filter((output) => output.output_type === "error")
        .map((output) => `${output.ename}: ${output.evalue}\n${source}`),
    );
    assert.deepEqual(errors, []);
    await shot(page, "lab-chapter.png");
    assert.match((await page.locator(".lm-MenuBar").textContent()) ?? "", /文件[\s\S]*编辑/);
  });

  it("图由 plotly 画出来", async () => {
    const index = (await outputs(page)).findIndex(({ outputs }) =>
      outputs.some(({ data }) => data && "application/vnd.plotly.v1+json" in data),
    );
    assert.ok(index >= 0, "这一章没有一张 plotly 图");
    await page.evaluate(async (at) => {
      const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
      content.activeCellIndex = at;
      await content.scrollToItem(at, "center");
    }, index);
    const svg = page.locator(".js-plotly-plot svg.main-svg").first();
    await svg.waitFor({ state: "visible", timeout: 30_000 });
    assert.ok((await svg.locator("path").count()) > 0);
    await svg.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await shot(page, "lab-plot.png");
  });

  it("新单元格里的类型错误当场指出，什么也没有运行", async () => {
    await typeCell(page, 'console.log("跑了");\nconst step: number = "0.1";');
    await page.keyboard.press("Shift+Enter");
    await page.waitForFunction(
      () =>
        [...(globalThis as any).jupyterapp.shell.currentWidget.content.model.cells].some(
          (cell: any) => cell.type === "code" && JSON.stringify(cell.outputs.toJSON()).includes("TS2322"),
        ),
      undefined,
      { timeout: 30_000, polling: 100 },
    );
    await idle(page);
    const cell = (await outputs(page)).findLast(({ source }) => source.includes('console.log("跑了")'))!;
    assert.deepEqual(
      cell.outputs.map((output) => output.output_type),
      ["error"],
    );
    assert.equal(cell.outputs[0]!.ename, "TypeScriptError");
    assert.match(cell.outputs[0]!.evalue!, /:2:7 TS2322 类型是 string 的值不能放进类型是 number 的地方/);
    // 窗口化的笔记本只画看得见的单元格：运行后焦点在下一格，先滚回出错的这一格
    await page.evaluate(async () => {
      const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
      await content.scrollToItem(content.widgets.length - 2, "center");
    });
    await page.locator(".jp-OutputArea-output", { hasText: "TS2322" }).waitFor({ timeout: 30_000 });
    await shot(page, "lab-type-error.png");
  });

  it("按 Tab 补全", async () => {
    await typeCell(page, "Math.hyp");
    await page.keyboard.press("Tab");
    await page.locator(".jp-Completer-item", { hasText: "hypot" }).waitFor({ timeout: 10_000 });
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => {
      const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
      return content.activeCell.model.sharedModel.source === "Math.hypot";
    });
  });

  it("中断死循环，变量还在；重启之后变量和类型都没有了", async () => {
    const command = (name: string) =>
      page.evaluate((id) => (globalThis as any).jupyterapp.commands.execute(id), name);
    await typeCell(page, "let turns = 0;\nwhile (true) turns++;");
    await page.keyboard.press("Shift+Enter");
    await page.waitForFunction(() => {
      const { sessionContext } = (globalThis as any).jupyterapp.shell.currentWidget;
      return sessionContext.session.kernel.status === "busy";
    });
    await command("notebook:interrupt-kernel");
    await idle(page);
    await typeCell(page, "turns > 0");
    await page.keyboard.press("Shift+Enter");
    await idle(page);
    const shown = async (source: string) =>
      (await outputs(page)).find((cell) => cell.source === source)?.outputs[0];
    assert.equal((await shown("turns > 0"))?.data?.["text/plain"], "true");
    const restarted = command("notebook:restart-kernel");
    await page.locator(".jp-Dialog button.jp-mod-warn").click();
    await restarted;
    await idle(page);
    await typeCell(page, "turns + 1");
    await page.keyboard.press("Shift+Enter");
    await idle(page);
    assert.match((await shown("turns + 1"))?.evalue ?? "", /TS2304 没有叫 turns 的名字/);
  });
});

/** 在末尾加一格，像学习者那样输入。一次插入整段：逐键输入会触发自动补括号。 */
async function typeCell(page: Page, code: string): Promise<void> {
  await page.evaluate(async () => {
    const app = (globalThis as any).jupyterapp;
    const { content } = app.shell.currentWidget;
    content.activeCellIndex = content.widgets.length - 1;
    await app.commands.execute("notebook:insert-cell-below");
    await app.commands.execute("notebook:enter-edit-mode");
  });
  // 编辑器建好并得到焦点之前，输入会落到别处
  await page.waitForFunction(() => {
    const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
    const { activeElement } = document;
    return activeElement?.classList.contains("cm-content") && content.activeCell.node.contains(activeElement);
  });
  await page.keyboard.insertText(code);
  await page.waitForFunction((text) => {
    const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
    return content.activeCell.model.sharedModel.source === text;
  }, code);
}

/** 就是 `npm run lab -- …`，只是不打开浏览器、不碰用户自己的 Jupyter 设置。 */
function startLab(folder: string, port: number): ChildProcess {
  const data = join(folder, "jupyter");
  return spawn(
    process.execPath,
    [
      join(root, "scripts", "lab.mjs"),
      "--no-browser",
      `--port=${port}`,
      "--IdentityProvider.token=test",
      `--ServerApp.root_dir=${join(folder, "notebooks")}`,
      "--LabApp.expose_app_in_browser=True",
    ],
    {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...process.env,
        JUPYTER_CONFIG_DIR: join(data, "config"),
        JUPYTER_DATA_DIR: join(data, "data"),
        JUPYTER_RUNTIME_DIR: join(data, "runtime"),
        JUPYTERLAB_SETTINGS_DIR: join(data, "settings"),
        JUPYTERLAB_WORKSPACES_DIR: join(data, "workspaces"),
      },
    },
  );
}

async function open(page: Page, url: string, server: ChildProcess): Promise<void> {
  let log = "";
  server.stderr?.on("data", (chunk) => {
    log = (log + chunk).slice(-4000);
  });
  for (let attempt = 0; ; attempt++) {
    try {
      await page.goto(url, { timeout: 30_000 });
      break;
    } catch (error) {
      if (attempt >= 120 || server.exitCode !== null)
        throw new Error(`JupyterLab 没有打开：${log}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 60_000 });
  await idle(page);
}

/** 内核就绪，而且没有单元格在跑。 */
async function idle(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const widget = (globalThis as any).jupyterapp?.shell.currentWidget;
      const kernel = widget?.sessionContext?.session?.kernel;
      const waiting = widget?.content?.widgets?.some(
        (cell: any) => cell.model.type === "code" && cell.model.executionState === "running",
      );
      return kernel?.status === "idle" && !waiting;
    },
    undefined,
    { timeout: 120_000, polling: 100 },
  );
}

function outputs(page: Page): Promise<CellOutputs[]> {
  return page.evaluate(() =>
    [...(globalThis as any).jupyterapp.shell.currentWidget.content.model.cells].map((cell: any) => ({
      source: cell.sharedModel.source,
      outputs: cell.type === "code" ? cell.outputs.toJSON() : [],
    })),
  );
}

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(root, "test-results", name) });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
