import { isBriefValue } from "../compiler/brief.js";
import { CellSyntaxError } from "../compiler/errors.js";
import type { BindingKind, CompiledCell, StaticImport } from "../compiler/types.js";
import type { Around, Loop, MagicHandlers } from "../magics/context.js";
import { readMagics } from "../magics/parse.js";
import { runMagics } from "../magics/run.js";
import type { CellError, Output } from "../types.js";
import { Variables } from "./box.js";
import { describeFailure, outermostCell } from "./describe.js";
import { Disposal } from "./disposal.js";
import { interruption } from "./endings.js";
import { cleanMessage, Interrupted, isInterrupted } from "./failure.js";
import { resultBundle } from "./format.js";
import type { CellDisplays } from "./host.js";
import { installDisposal } from "./install-disposal.js";
import type { Owners } from "./owners.js";
import type { CellSources } from "./stack.js";

/** 记住最近多少次执行，给迟到的错误找主人。 */
const RECENT = 64;

/** 执行环境要提供的东西；Node 子进程和浏览器 worker 各有一份。 */
export interface Engine {
  /** 编译一个单元格（`compileCell`）；`known` 是已经有值的名字。不直接引用它，执行环境可以晚些再载入编译器。 */
  compile(
    source: string,
    known: ReadonlyMap<string, BindingKind>,
    options?: { loop?: boolean },
  ): CompiledCell;
  /** 单元格开头的魔法命令由谁来做；没有它，% 开头的行是语法错误。 */
  magics?: () => MagicHandlers | Promise<MagicHandlers>;
  /** 求值一段脚本，得到编译出的函数。file 出现在栈里。 */
  evaluate(code: string, file: string): (api: CellApi) => unknown;
  /** 同步地执行一段单元格代码；能从外面打断的环境在这里加保护。 */
  call<T>(body: () => T): T;
  load(specifier: string, options?: unknown): Promise<Record<string, unknown>>;
  /** import.meta。 */
  meta: unknown;
  inspect(value: unknown): string;
  emit(output: Output): void;
  /** 显示要知道单元格从哪里开始，也要等没算好的；没有显示的环境不给。 */
  displays?: CellDisplays;
  /** 单元格结束之后它的代码才出的错：交给那个单元格。 */
  emitLate?(id: number, text: string): void;
  owners?: Owners<Run>;
  /** 让事件循环走一圈：此间出现的未处理拒绝归这个单元格。 */
  turn(): Promise<void>;
  /** 第 0 项非零：有中断请求；第 1 项：请求中断的是第几次执行。 */
  flag: Int32Array;
  sources: CellSources;
}

/** 编译出的代码能用到的东西；名字短，因为它们在代码里。 */
export interface CellApi {
  box: Variables["box"];
  flag: Int32Array;
  stop(): void;
  w<T>(value: T): T;
  caught(error: unknown): void;
  load(specifier: string, options?: unknown): Promise<unknown>;
  meta: unknown;
  /** using 声明的资源栈。 */
  u(): Disposal;
  /** 反复执行的代码的值存在这里，免得被优化掉。 */
  sink?: unknown;
}

export interface RunResult {
  status: "ok" | "error" | "interrupted";
  error?: CellError;
}

export interface Run {
  id: number;
  label: string;
  source: string;
  cancelled: boolean;
  fail: (error: unknown) => void;
  /** 单元格结束时让没执行到的声明恢复原值。 */
  settle: () => void;
  /** 声明没有执行到的名字；"all" 是还没有开始。 */
  undeclared: string[] | "all";
  /** 未处理的拒绝：Promise → 原因；之后又被处理的会移走。 */
  rejections: Map<unknown, unknown>;
  /** 单元格失败或被中断时触发。 */
  controller: AbortController;
}

/** 一个会话里依次执行单元格；变量在各次执行之间保留。 */
export class Runner {
  readonly variables = new Variables();
  readonly #engine: Engine;
  #current: Run | null = null;
  /** 最近的执行，按单元格的名字找。 */
  readonly #recent = new Map<string, Run>();
  #id = 0;

  constructor(engine: Engine) {
    installDisposal();
    this.#engine = engine;
  }

  get running(): boolean {
    return this.#current !== null;
  }

  async run(source: string, label: string, id = 0): Promise<RunResult> {
    const engine = this.#engine;
    engine.flag[0] = 0;
    engine.displays?.begin();
    this.#id = id;
    const run: Run = {
      id,
      label,
      source,
      cancelled: false,
      fail: () => {},
      settle: () => {},
      undeclared: "all",
      rejections: new Map(),
      controller: new AbortController(),
    };
    const failed = new Promise<never>((_, reject) => {
      run.fail = (error) => {
        run.cancelled = true;
        run.settle();
        run.controller.abort(error);
        reject(error);
      };
    });
    failed.catch(() => {});
    this.#current = run;
    this.#remember(run);
    try {
      const start = () => this.#start(run);
      await Promise.race([engine.owners ? engine.owners.run(run, start) : start(), failed]);
      const later = engine.displays?.settle();
      if (later) await Promise.race([later, failed]);
      await Promise.race([engine.turn(), failed]);
      for (const reason of run.rejections.values()) throw reason;
      return { status: "ok" };
    } catch (thrown) {
      run.cancelled = true;
      const error = { ...this.#describe(thrown, run), undeclared: run.undeclared };
      if (isInterrupted(thrown) || this.#stopping(id)) return { status: "interrupted", error };
      return { status: "error", error };
    } finally {
      if (this.#current === run) this.#current = null;
    }
  }

  /** 要中断的正是第 id 次执行；它等的子进程因此退出时，抛出的是别的错误。 */
  #stopping(id: number): boolean {
    const { flag } = this.#engine;
    return flag[0] !== 0 && flag[1] === id;
  }

  async #start(run: Run): Promise<void> {
    const engine = this.#engine;
    const { magics } = engine;
    const cell = magics && readMagics(run.source);
    if (!magics || !cell) return this.#execute(run, run.source);
    await runMagics(cell, await magics(), {
      variables: this.variables,
      signal: run.controller.signal,
      emit: (output) => {
        if (!run.cancelled) engine.emit(output);
      },
      inspect: (value) => engine.inspect(value),
      load: (specifier) => engine.load(specifier),
      execute: (code, show, around) => this.#execute(run, code, show, around),
      loop: (code) => this.#loop(run, code),
    });
  }

  /** 编译一段代码，登记它声明的变量。code 与单元格等长，报错时显示的仍是单元格的源码。 */
  #prepare(run: Run, code: string, loop = false): { compiled: CompiledCell; file: string } {
    const engine = this.#engine;
    const compiled = { ...engine.compile(code, this.variables.known(), { loop }), source: run.source };
    const file = engine.sources.add(run.label, compiled);
    const boxes = compiled.declarations.map(({ name, kind }) => {
      const box = this.variables.box(name);
      box.begin(kind);
      return box;
    });
    const undeclared = run.undeclared === "all" ? [] : run.undeclared;
    run.undeclared = undeclared;
    run.settle = () => {
      for (const box of boxes) if (box.end()) undeclared.push(box.name);
    };
    return { compiled, file };
  }

  /** %timeit：编译成一个反复执行的函数。 */
  async #loop(run: Run, code: string): Promise<Loop> {
    const engine = this.#engine;
    const { compiled, file } = this.#prepare(run, code, true);
    const done = () => {
      if (!run.cancelled) run.settle();
    };
    let repeat: (n: number) => unknown;
    try {
      for (const item of compiled.imports) await this.#import(item, run);
      const cell = engine.evaluate(compiled.code, file);
      repeat = cell.call(undefined, this.#api(run)) as (n: number) => unknown;
    } catch (error) {
      done();
      throw error;
    }
    return {
      async run(n) {
        const start = performance.now();
        const returned = engine.call(() => repeat(n));
        if (compiled.isAsync) await returned;
        return performance.now() - start;
      },
      done,
    };
  }

  /** 会立刻结束的单元格：中断的保护要起一个线程，比它本身还慢得多。 */
  #isBrief({ brief, declarations }: CompiledCell): boolean {
    if (!brief) return false;
    // 这一格自己用 let、const 声明的名字，值也只来自这样的运算
    const own = new Set(declarations.map(({ name, kind }) => (kind === "var" ? "" : name)));
    return brief.every((name) => own.has(name) || this.variables.holds(name, isBriefValue));
  }

  /** around 包住真正的执行，不含编译与显示。 */
  async #execute(run: Run, code: string, show = true, around?: Around): Promise<void> {
    const engine = this.#engine;
    const { compiled, file } = this.#prepare(run, code);
    try {
      for (const item of compiled.imports) await this.#import(item, run);
      const cell = engine.evaluate(compiled.code, file);
      const body = () => cell.call(undefined, this.#api(run));
      const start = () => (this.#isBrief(compiled) ? body() : engine.call(body));
      const value = around ? await around(start) : compiled.isAsync ? await start() : start();
      if (run.cancelled || !compiled.hasValue || !show) return;
      const [result] = value as [unknown];
      if (result === undefined) return;
      const data = await resultBundle(result);
      if (run.cancelled) return;
      engine.emit({ output_type: "execute_result", data, metadata: {}, execution_count: null });
    } finally {
      if (!run.cancelled) run.settle();
    }
  }

  #api(run: Run): CellApi {
    const engine = this.#engine;
    return {
      box: (name) => this.variables.box(name),
      flag: engine.flag,
      stop: () => {
        // 迟到的请求：要中断的那次执行已经结束。更晚的编号则是后面的单元格在等这里让出线程。
        if (engine.flag[1] < this.#id) engine.flag[0] = 0;
        else throw new Interrupted();
      },
      w: (value) => {
        if (run.cancelled) throw new Interrupted();
        return value;
      },
      caught: (error) => {
        if (isInterrupted(error)) throw error;
        cleanMessage(error);
      },
      load: (specifier, options) => engine.load(String(specifier), options),
      meta: engine.meta,
      u: () => new Disposal(),
    };
  }

  async #import(
    { specifier, bindings, attributes, phase, line, column }: StaticImport,
    run: Run,
  ): Promise<void> {
    let module: Record<string, unknown>;
    try {
      const options = {
        ...(Object.keys(attributes).length > 0 && { with: attributes }),
        ...(phase && { phase }),
      };
      module = await this.#engine.load(specifier, options);
    } catch (cause) {
      if (isInterrupted(cause) || !isMissing(cause)) throw cause;
      throw Object.assign(
        new CellSyntaxError(`找不到模块 "${specifier}"：${(cause as Error).message}`, line, column),
        {
          cause,
        },
      );
    }
    if (run.cancelled) throw new Interrupted();
    for (const { local, imported } of bindings) {
      const box = this.variables.box(local);
      const found = pick(module, imported);
      if (found) box.d = found.value;
      else box.lack(`模块 "${specifier}" 没有导出 ${imported}。若它只是类型，请写 import type。`);
    }
  }

  #describe(thrown: unknown, run: Run): CellError {
    const { inspect, sources } = this.#engine;
    return describeFailure(thrown, sources, inspect, { label: run.label, source: run.source });
  }

  /** 立即结束当前的等待；同步的循环由 flag 停下。 */
  interrupt(id: number): void {
    if (id !== this.#id) return;
    this.#engine.flag[1] = id;
    this.#engine.flag[0] = 1;
    this.#current?.fail(new Interrupted());
  }

  /** 放弃收不了尾的执行：它的代码被从外面终止了。 */
  abandon(): RunResult {
    const run = this.#current;
    this.#current = null;
    run?.fail(new Interrupted());
    return { status: "interrupted", error: interruption() };
  }

  /** 回调里抛出的错误：单元格还在等就算它的，它已经结束就写到它的 stderr。 */
  uncaught(error: unknown): void {
    const owner = this.#ownerOf(error);
    if (owner && owner === this.#current) owner.fail(error);
    else this.report(error, owner);
  }

  rejected(promise: unknown, reason: unknown): void {
    if (isInterrupted(reason)) return;
    const owner = this.#ownerOf(reason);
    if (owner && owner === this.#current) owner.rejections.set(promise, reason);
    else this.report(reason, owner);
  }

  /** 出错的代码属于哪个单元格：执行环境知道就听它的，否则看栈的最外层，再不然算正在执行的。 */
  #ownerOf(error: unknown): Run | null {
    const owner = this.#engine.owners?.current();
    if (owner) return owner;
    const cell = this.#engine.owners && outermostCell(error, this.#engine.sources);
    return (cell ? this.#recent.get(cell) : undefined) ?? this.#current;
  }

  #remember(run: Run): void {
    this.#recent.delete(run.label);
    this.#recent.set(run.label, run);
    for (const old of this.#recent.keys()) {
      if (this.#recent.size <= RECENT) break;
      this.#recent.delete(old);
    }
  }

  handled(promise: unknown): void {
    this.#current?.rejections.delete(promise);
  }

  /** 单元格结束之后的错误，或没有单元格可归的：写到 stderr。 */
  report(error: unknown, owner: Run | null = null): void {
    if (isInterrupted(error)) return;
    const { inspect, sources, emit, emitLate } = this.#engine;
    const { traceback } = describeFailure(error, sources, inspect, { label: owner?.label ?? "", source: "" });
    const when = owner ? `${owner.label} 结束之后，它的代码里有` : "";
    const text = `${when}未处理的错误：${traceback.join("\n")}\n`;
    if (owner && emitLate) emitLate(owner.id, text);
    else emit({ output_type: "stream", name: "stderr", text });
  }
}

function pick(module: Record<string, unknown>, imported: string): { value: unknown } | null {
  if (imported === "*") return { value: module };
  if (imported in module) return { value: module[imported] };
  // CommonJS 里静态分析不到的导出，从 module.exports 上取，与 TypeScript 的 esModuleInterop 相同。
  const { default: whole } = module;
  if (whole !== null && (typeof whole === "object" || typeof whole === "function") && imported in whole) {
    return { value: (whole as Record<string, unknown>)[imported] };
  }
  return imported === "default" ? { value: module } : null;
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED"
  );
}
