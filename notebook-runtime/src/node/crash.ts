// 执行进程怎么没的：从退出码、信号和它临终写在 2 号描述符上的话，说给学习者听。

/** Node 与 V8 临终的报告从这里开始：回收记录、致命错误、断言、原生栈。 */
const LAST_WORDS =
  /<--- Last few GCs --->|^FATAL ERROR: |^\s*#\s+Fatal |^\s*#\s+.*\[\d+\]: |^-{5} Native stack trace -{5}/m;

/** 报告之后进程还活着，就不是临终的话；等这么多毫秒。 */
const PATIENCE = 1000;

/** 看守 2 号描述符：临终的报告扣下来认原因，不给学习者看一屏原生栈；进程没死就还给它。 */
export class LastWords {
  readonly #show: (text: string) => void;
  #held = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  push(text: string): void {
    if (this.#held === "") {
      const at = text.search(LAST_WORDS);
      if (at < 0) {
        this.#show(text);
        return;
      }
      if (text.slice(0, at).trim() !== "") this.#show(text.slice(0, at));
      text = text.slice(at);
      this.#timer = setTimeout(() => this.#release(), PATIENCE);
      this.#timer.unref();
    }
    this.#held += text;
  }

  #release(): void {
    const text = this.#held;
    this.#held = "";
    this.#show(text);
  }

  /** 进程退出了：扣下的就是临终的报告。 */
  end(): string {
    clearTimeout(this.#timer);
    return this.#held;
  }
}

export interface Death {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** 临终的报告。 */
  words: string;
  /** JavaScript 堆的上限，字节；不知道是 0。 */
  heapLimit: number;
}

/** 一句话，没有句号。 */
export function describeDeath({ code, signal, words, heapLimit }: Death): string {
  if (/heap out of memory|Allocation failed|out of memory/i.test(words)) {
    const limit = heapLimit > 0 ? `，JavaScript 堆的上限是 ${Math.round(heapLimit / 2 ** 20)} MB` : "";
    return `执行进程的内存用完了${limit}；要更多可以设环境变量 TIDU_MEMORY（Jupyter 内核，例如 2G）或 NODE_OPTIONS=--max-old-space-size=兆数`;
  }
  const fatal = /^(?:FATAL ERROR: |\s*#\s+(?:Assertion failed: )?)(.*\S)\s*$/m.exec(words)?.[1];
  if (signal === "SIGABRT" || code === 134)
    return `执行进程异常中止（SIGABRT）${fatal ? `：${fatal}` : "，多半是 process.abort() 或原生代码里的错误"}`;
  if (signal === "SIGSEGV" || signal === "SIGBUS" || code === 139)
    return `执行进程崩溃了（${signal ?? "SIGSEGV"}，访问了不该访问的内存），多半是某个包的原生代码出错`;
  if (signal === "SIGKILL" || code === 137)
    return "执行进程被强行结束（SIGKILL），常见的原因是整台机器的内存不够，或别的程序结束了它";
  if (signal) return `执行进程被信号 ${signal} 结束`;
  return code === null ? "执行进程无法启动" : `执行进程退出（退出码 ${code}）`;
}
