import type { Output } from "@tidu/notebook-runtime";
import { type BrowserSession, createBrowserSession } from "@tidu/notebook-runtime/browser";
import { labModules } from "../lab-modules.js";
import { type Cell, codeOf, setState } from "./cell.js";
import { LiveOutputs } from "./live-outputs.js";
import { assetUrl, element } from "./page.js";
import { markPassed } from "./progress.js";

/** 判分结果的内容类型，见 @tidu/grader/check 的 CHECK_MIME。 */
const checkMime = "application/vnd.tidu.check+json";

let opened: Lab | undefined;

/** 一页一个执行环境。 */
export function openLab(cells: Cell[]): Lab {
  opened ??= new Lab(cells);
  return opened;
}

class Lab {
  readonly #cells: Cell[];
  readonly #status: HTMLElement;
  #session: Promise<BrowserSession> | undefined;
  /** 一次只跑一串；后来的排在后面。 */
  #queue: Promise<void> = Promise.resolve();
  /** 每次停止加一，排着队的据此放弃。 */
  #epoch = 0;

  constructor(cells: Cell[]) {
    this.#cells = cells;
    this.#status = element("span", { role: "status" });
    const action = (text: string, run: () => void) => {
      const button = element("button", { type: "button" }, text);
      button.addEventListener("click", run);
      return button;
    };
    document.body.append(
      element(
        "div",
        { class: "lab", role: "toolbar", "aria-label": "页内运行" },
        this.#status,
        action("全部运行", () => void this.runTo(cells.at(-1)!)),
        action("重启", () => void this.restart()),
      ),
    );
    this.#show("就绪");
  }

  /** 运行到这一格：它前面还没运行的、改动过的先依次运行。 */
  runTo(cell: Cell): Promise<void> {
    const epoch = this.#epoch;
    const before = this.#cells.filter(({ number, state }) => number < cell.number && state !== "ok");
    const plan = [...before.filter(({ state }) => state !== "running" && state !== "queued"), cell];
    for (const item of plan) setState(item, "queued");
    if (plan.length > 1) setState(cell, "queued", `先运行前面的 ${plan.length - 1} 格`);
    this.#queue = this.#queue.then(() => this.#run(plan, epoch));
    return this.#queue;
  }

  async #run(plan: Cell[], epoch: number): Promise<void> {
    const giveUp = (from: number) => {
      for (const cell of plan.slice(from)) if (cell.state === "queued") setState(cell, "fresh");
    };
    let session: BrowserSession;
    try {
      session = await this.#start();
    } catch (error) {
      giveUp(0);
      this.#session = undefined;
      this.#show("启动失败");
      notice(plan.at(-1)!, `执行环境启动不了：${(error as Error).message}`);
      return;
    }
    for (const [index, cell] of plan.entries()) {
      if (epoch !== this.#epoch) return giveUp(index);
      const ok = await this.#execute(session, cell);
      if (ok) continue;
      giveUp(index + 1);
      const last = plan.at(-1)!;
      if (cell !== last && epoch === this.#epoch) {
        const link = element("a", { href: `#cell-${cell.number}` }, `单元格 ${cell.number}`);
        notice(last, "没有运行：它前面的", link, " 出错了，先改好那一格。");
      }
      return;
    }
  }

  async #execute(session: BrowserSession, cell: Cell): Promise<boolean> {
    const code = codeOf(cell);
    const live = new LiveOutputs(cell.outputs);
    const details = cell.outputs.closest("details");
    setState(cell, "running");
    this.#show(`正在运行单元格 ${cell.number}`);
    const started = performance.now();
    try {
      const result = await session.execute(code, {
        cell: `单元格 [${cell.number}]`,
        onOutput: (output) => live.add(output),
      });
      await live.finish(result.outputs);
      recordChecks(result.outputs);
      if (result.stateLost) this.#forget(cell);
      const ok = result.status === "ok";
      const edited = codeOf(cell) !== code;
      const words = { ok: "", error: "", interrupted: "已停止", timeout: "超时", died: "执行环境退出了" };
      setState(cell, edited ? "dirty" : ok ? "ok" : "failed", words[result.status] || elapsed(started));
      if (!ok && details) details.open = true;
      this.#show(result.stateLost ? "已重启，变量都清空了" : "就绪");
      return ok;
    } catch (error) {
      await live.finish([]);
      setState(cell, "failed");
      notice(cell, (error as Error).message);
      this.#show("就绪");
      return false;
    }
  }

  /** 停下正在运行的和排着队的。 */
  async stop(): Promise<void> {
    this.#epoch++;
    this.#show("正在停止");
    await (await this.#session)?.interrupt();
  }

  /** 清空变量；输出留着，状态变回未运行。 */
  async restart(): Promise<void> {
    this.#epoch++;
    const session = await this.#session;
    await session?.restart();
    this.#forget();
    this.#show("已重启");
  }

  #forget(except?: Cell): void {
    for (const cell of this.#cells) if (cell !== except && cell.state !== "queued") setState(cell, "fresh");
  }

  #start(): Promise<BrowserSession> {
    if (!this.#session) {
      this.#show("正在启动……");
      const modules = Object.fromEntries(
        Object.entries(labModules).map(([specifier, name]) => [specifier, assetUrl(`lab/${name}.js`)]),
      );
      this.#session = createBrowserSession({ workerUrl: assetUrl("lab/worker.js"), modules });
    }
    return this.#session;
  }

  #show(text: string): void {
    this.#status.textContent = text;
  }
}

function elapsed(started: number): string {
  const time = performance.now() - started;
  return time < 1000 ? `${Math.max(1, Math.round(time))} 毫秒` : `${(time / 1000).toFixed(1)} 秒`;
}

function notice(cell: Cell, ...content: (Node | string)[]): void {
  cell.outputs.querySelector(".notice")?.remove();
  cell.outputs.classList.remove("stale");
  cell.outputs.prepend(element("p", { class: "notice", role: "alert" }, ...content));
}

function recordChecks(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const data = "data" in output ? output.data : {};
    const check = data[checkMime] as { id: string; verdict: string } | undefined;
    if (check?.verdict === "right") markPassed(check.id);
  }
}
