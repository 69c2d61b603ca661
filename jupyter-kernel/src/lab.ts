import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { jupyterPython, root } from "./testing.js";

const browserPath = process.env["TIDU_CHROMIUM"] ?? "/usr/bin/chromium";

export interface CellOutputs {
  source: string;
  count: number | null;
  outputs: {
    output_type: string;
    text?: string;
    ename?: string;
    evalue?: string;
    data?: Record<string, unknown>;
  }[];
}

/** 测试共用的一个真实的 JupyterLab 和打开着它的一个真实的浏览器页面。 */
export class Lab {
  readonly #server: ChildProcess;
  readonly #browser: Browser;
  readonly #folder: string;
  readonly page: Page;

  private constructor(server: ChildProcess, browser: Browser, folder: string, page: Page) {
    this.#server = server;
    this.#browser = browser;
    this.#folder = folder;
    this.page = page;
  }

  /** 缺 JupyterLab 或 Chromium 时返回 undefined。notebooks 是放进去的文件：名字到原文件。 */
  static async start(notebooks: Record<string, string>): Promise<Lab | undefined> {
    if (!jupyterPython() || !existsSync(browserPath)) return undefined;
    // 放在仓库里面，笔记本才找得到 @tidu/*；用副本，JupyterLab 的自动保存就不会改动课程
    mkdirSync(join(root, ".cache"), { recursive: true });
    const folder = mkdtempSync(join(root, ".cache", "lab-test-"));
    mkdirSync(join(folder, "notebooks"));
    for (const [name, from] of Object.entries(notebooks)) cpSync(from, join(folder, "notebooks", name));
    const port = await freePort();
    const server = startServer(folder, port);
    const browser = await chromium.launch({
      executablePath: browserPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await visit(page, `http://127.0.0.1:${port}/lab?token=test`, server);
    return new Lab(server, browser, folder, page);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    const exited = new Promise((resolve) => this.#server.once("exit", resolve));
    this.#server.kill("SIGTERM");
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 5000))]);
    this.#server.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  command(id: string, args: Record<string, unknown> = {}): Promise<void> {
    return this.page.evaluate(
      async ({ id, args }) => {
        await (globalThis as any).jupyterapp.commands.execute(id, args);
      },
      { id, args },
    );
  }

  /** 打开一个笔记本，等内核就绪。 */
  async open(path: string): Promise<void> {
    await this.command("docmanager:open", { path, factory: "Notebook" });
    await this.page.waitForFunction((path) => {
      const widget = (globalThis as any).jupyterapp.shell.currentWidget;
      return widget?.context?.path === path && widget.content.widgets.length > 0;
    }, path);
    await this.idle();
  }

  /** 新建一个空的笔记本并打开。 */
  async create(): Promise<void> {
    await this.command("notebook:create-new", { kernelName: "tidu" });
    await this.page.waitForFunction(() =>
      /ntitled|未命名/.test((globalThis as any).jupyterapp.shell.currentWidget?.context?.path ?? ""),
    );
    await this.idle();
  }

  /** 点笔记本工具栏上的按钮：它执行的命令。 */
  async press(command: string): Promise<void> {
    await this.page
      .locator(`.jp-NotebookPanel:not(.lm-mod-hidden) .jp-NotebookPanel-toolbar [data-command="${command}"]`)
      .click();
  }

  /** 按下对话框里的确认按钮。 */
  async confirm(): Promise<void> {
    await this.page.locator(".jp-Dialog button.jp-mod-accept").click();
  }

  /** 在末尾的空格子里（没有就加一格）像学习者那样输入。一次插入整段：逐键输入会触发自动补括号。 */
  async type(code: string): Promise<void> {
    await this.page.evaluate(async () => {
      const app = (globalThis as any).jupyterapp;
      const { content } = app.shell.currentWidget;
      content.activeCellIndex = content.widgets.length - 1;
      if (content.activeCell.model.sharedModel.source !== "")
        await app.commands.execute("notebook:insert-cell-below");
      await app.commands.execute("notebook:enter-edit-mode");
    });
    // 编辑器建好并得到焦点之前，输入会落到别处
    await this.page.waitForFunction(() => {
      const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
      const { activeElement } = document;
      return (
        activeElement?.classList.contains("cm-content") && content.activeCell.node.contains(activeElement)
      );
    });
    await this.page.keyboard.insertText(code);
    await this.page.waitForFunction((text) => {
      const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
      return content.activeCell.model.sharedModel.source === text;
    }, code);
  }

  /** 输入一格并按 Shift+Enter，不等它跑完。 */
  async submit(code: string): Promise<void> {
    await this.type(code);
    await this.page.keyboard.press("Shift+Enter");
  }

  /** 输入并运行一格，等它跑完，返回它的输出，并把它滚到看得见的地方。 */
  async run(code: string): Promise<CellOutputs["outputs"]> {
    await this.submit(code);
    await this.idle();
    await this.show(code);
    return (await this.cells()).findLast(({ source }) => source === code)?.outputs ?? [];
  }

  /** 笔记本是窗口化的，只画看得见的单元格：滚到源码是这段的那一格。 */
  async show(code: string): Promise<void> {
    await this.page.evaluate(async (code) => {
      const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
      const at = content.widgets.findLastIndex((cell: any) => cell.model.sharedModel.source === code);
      await content.scrollToItem(at, "center");
    }, code);
  }

  /** 内核就绪，而且没有单元格在跑。 */
  async idle(): Promise<void> {
    await this.page.waitForFunction(
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

  async busy(): Promise<void> {
    await this.page.waitForFunction(
      () =>
        (globalThis as any).jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === "busy",
    );
  }

  cells(): Promise<CellOutputs[]> {
    return this.page.evaluate(() =>
      [...(globalThis as any).jupyterapp.shell.currentWidget.content.model.cells].map((cell: any) => ({
        source: cell.sharedModel.source,
        count: cell.executionCount ?? null,
        outputs: cell.type === "code" ? cell.outputs.toJSON() : [],
      })),
    );
  }

  /** 截图留在 test-results/，供人看。 */
  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(root, "test-results", `lab-${name}.png`) });
  }
}

/** 就是 `npm run lab -- …`，只是不打开浏览器、不碰用户自己的 Jupyter 设置。 */
function startServer(folder: string, port: number): ChildProcess {
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

async function visit(page: Page, url: string, server: ChildProcess): Promise<void> {
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
  await page.locator(".jp-LauncherCard, .jp-Notebook").first().waitFor({ timeout: 60_000 });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
