import { log } from "../log.js";
import { type Change, type Entry, HistoryDatabase } from "./database.js";
import { glob } from "./glob.js";

type Request = Record<string, any>;

/** 停下来这么久才写文件；一直有新的，最多也只等 LATEST。毫秒。 */
const QUIET = 1000;
const LATEST = 10_000;
/** 文件一直被锁着：试这么多次之后不再写。 */
const ATTEMPTS = 20;
/** 本次会话在内存里最多留这么多条。 */
const KEPT = 10_000;
/** 一条结果最多存这么多字符。 */
const OUTPUT = 10_000;

/**
 * 输入历史：本次会话的在内存里，各次会话的在 SQLite 文件里（与 IPython 相同）。
 * 文件在停下来之后才打开、成批地写，不拖慢单元格；它坏了、锁着、只读，历史就只在内存里，并说一次。
 */
export class History {
  readonly #file: string;
  readonly #entries: Omit<Entry, "session">[] = [];
  readonly #busy: () => boolean;
  #changes: Change[] = [];
  #database: HistoryDatabase | undefined;
  #given = false;
  #attempts = 0;
  #oldest = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param file 文件的路径；":memory:" 是不写文件
   * @param busy 真：正在运行单元格，这时不写
   */
  constructor(file = ":memory:", busy: () => boolean = () => false) {
    this.#file = file;
    this.#busy = busy;
  }

  add(line: number, input: string): void {
    this.#entries.push({ line, input, output: null });
    if (this.#entries.length > KEPT) this.#entries.shift();
    this.#later({ line, input });
  }

  /** 最近一格的末尾表达式的值。 */
  setOutput(output: string): void {
    const last = this.#entries.at(-1);
    if (!last) return;
    last.output = output.slice(0, OUTPUT);
    this.#later({ line: last.line, output: last.output });
  }

  /** 答 history_request：[会话号, 编号, 输入]，要结果时是 [会话号, 编号, [输入, 结果]]。 */
  async answer(request: Request): Promise<unknown[]> {
    await this.flush();
    const found = this.#find(request);
    return found.map(({ session, line, input, output }) => [
      session,
      line,
      request["output"] === true ? [input, output] : input,
    ]);
  }

  /** 把还没写的写进文件。锁着就留到下次，别的错误从此只用内存。 */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#off) return;
    try {
      this.#database ??= await HistoryDatabase.open(this.#file);
      const changes = this.#changes;
      if (changes.length > 0) this.#database.write(changes);
      this.#changes = this.#changes.slice(changes.length);
      this.#attempts = 0;
    } catch (error) {
      if (isLocked(error) && ++this.#attempts < ATTEMPTS) this.#schedule();
      else this.#giveUp(error as Error);
    }
  }

  async close(): Promise<void> {
    if (this.#changes.length > 0) await this.flush();
    try {
      this.#database?.finish(this.#entries.at(-1)?.line ?? 0);
      this.#database?.close();
    } catch {
      // 关机时不再为历史费事
    }
    this.#given = true;
    clearTimeout(this.#timer);
  }

  get #off(): boolean {
    return this.#given || this.#file === ":memory:";
  }

  #later(change: Change): void {
    if (this.#off) return;
    if (this.#changes.length === 0) this.#oldest = Date.now();
    this.#changes.push(change);
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const wait = Date.now() - this.#oldest > LATEST ? 0 : QUIET;
    this.#timer = setTimeout(() => {
      if (this.#busy()) this.#schedule();
      else void this.flush();
    }, wait || 50);
    this.#timer.unref();
  }

  #giveUp(error: Error): void {
    log(`TIDU-JUP-030：历史文件 ${this.#file} 用不了（${error.message}），这次的历史只在内存里`);
    this.#given = true;
    this.#changes = [];
    this.#database = undefined;
  }

  #find(request: Request): Entry[] {
    const { hist_access_type: type, n, pattern, unique } = request;
    if (type === "range") return this.#range(request);
    const limit = Math.max(0, n ?? (type === "tail" ? 10 : Number.POSITIVE_INFINITY));
    if (type === "tail") return this.#latest(() => true, limit);
    if (type !== "search") return [];
    const fits = glob(String(pattern ?? "*"));
    const seen = new Set<string>();
    return this.#latest(({ input }) => {
      if (!fits(input) || (unique === true && seen.has(input))) return false;
      seen.add(input);
      return true;
    }, limit);
  }

  /** 合条件的最后 limit 条，从旧到新：先本次会话的，再文件里的。 */
  #latest(fits: (entry: Entry) => boolean, limit: number): Entry[] {
    const found: Entry[] = [];
    if (limit === 0) return found;
    for (const entry of this.#newestFirst()) if (fits(entry) && found.push(entry) >= limit) break;
    return found.reverse();
  }

  *#newestFirst(): Generator<Entry> {
    const session = this.#database?.session ?? 0;
    for (let at = this.#entries.length - 1; at >= 0; at--) yield { session, ...this.#entries[at]! };
    const first = this.#entries[0]?.line ?? Number.MAX_SAFE_INTEGER;
    for (let page = this.#page(first); page.length > 0; page = this.#page(first, page.at(-1))) yield* page;
  }

  #page(first: number, after?: Entry): Entry[] {
    return this.#read((database) => database.earlier(first, after), []);
  }

  /**
   * 会话 0 是本次，负数从本次往前数，正数是会话号；编号左闭右开，负的从末尾数起。
   * 按 0 问的以 0 答（与 IPython 相同），按号问的以号答。
   */
  #range({ session: asked, start: from, stop: to }: Request): Entry[] {
    const start = from ?? 1;
    const stop = to ?? Number.POSITIVE_INFINITY;
    const own = this.#read((database) => database.session ?? database.last() + 1, 0);
    const session = (asked ?? 0) <= 0 ? own + (asked ?? 0) : asked;
    if (session !== own) return this.#read((database) => database.range(session, start, stop), []);
    const last = (this.#entries.at(-1)?.line ?? 0) + 1;
    const low = start < 0 ? start + last : start;
    const high = stop < 0 ? stop + last : stop;
    return this.#entries
      .filter(({ line }) => line >= low && line < high)
      .map((entry) => ({ session: asked > 0 ? own : 0, ...entry }));
  }

  /** 读文件；读不了就当里面什么也没有。 */
  #read<T>(use: (database: HistoryDatabase) => T, otherwise: T): T {
    try {
      return this.#database && !this.#off ? use(this.#database) : otherwise;
    } catch (error) {
      if (!isLocked(error)) this.#giveUp(error as Error);
      return otherwise;
    }
  }
}

function isLocked(error: unknown): boolean {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  return /BUSY|LOCKED/.test(code) || /database (?:table )?is locked/.test(message);
}
