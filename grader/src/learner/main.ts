/**
 * 沙箱里的进程：运行学习者的单元格，回答“对这组参数，函数 F 返回什么”。
 *
 * 它不知道题目、标准答案、种子，也不知道自己答得对不对；学习者在这里做什么都骗不了外面的裁判。
 */
import { join } from "node:path";
import { constants, Script } from "node:vm";
import type { Engine, Runner } from "@tidu/notebook-runtime/runner";
import * as check from "./check.js";
import { disarm } from "./disarm.js";
import { listen } from "./listen.js";
import { type Compile, type Precompiled, reuse } from "./precompiled.js";
import { createRunner } from "./runtime.js";
import { call, describe, type Form, type Reply } from "./wire.js";

/** 单元格为什么没能运行。 */
export interface CellFailure {
  ename: string;
  evalue: string;
  line?: number;
}

/** 裁判 → 学习者。 */
export type Request =
  | { id: number; op: "run"; label: string; source: string; compiled?: Precompiled | null }
  | { id: number; op: "ask"; fn: string; args: unknown[]; form?: Form };

/** 学习者 → 裁判。 */
export type Response =
  | { id: 0; op: "ready" }
  | { id: number; op: "ran"; error?: CellFailure }
  | { id: number; op: "answer"; reply: Reply };

const CHECK = "@tidu/grader/check";

/** 开始应答。`compiler` 载入编译器：多半用不着，单元格在别处编译好了。 */
export function start(compiler: () => Compile): void {
  disarm();
  // display() 找到这个宿主就不再去找别的；显示什么都与得分无关。
  Reflect.set(globalThis, Symbol.for("tidu.host"), new Proxy({}, { get: () => () => undefined }));

  const learner = createLearner(compiler);
  process.on("uncaughtException", (error) => learner.runner.uncaught(error));
  process.on("unhandledRejection", (reason, promise) => learner.runner.rejected(promise, reason));
  process.on("rejectionHandled", (promise) => learner.runner.handled(promise));
  listen(async (request: Request) => {
    try {
      return await learner.serve(request);
    } catch (error) {
      const { name, message } = describe(error);
      return { id: request.id, op: "ran", error: { ename: name, evalue: message } };
    }
  });
}

interface Learner {
  runner: Runner;
  serve(request: Request): Promise<Response>;
}

function createLearner(compiler: () => Compile): Learner {
  let cell: Precompiled | null = null;
  const runner = createRunner((source, known) => reuse(cell, source, known, compiler), loader());
  const serve = async (request: Request): Promise<Response> => {
    const { id } = request;
    if (request.op === "run") {
      cell = request.compiled ?? null;
      const { error } = await runner.run(request.source, request.label);
      return error === undefined ? { id, op: "ran" } : { id, op: "ran", error: brief(error) };
    }
    const box = runner.variables.box(request.fn);
    const reply = box.live ? await call(box.v, request.args, request.form) : ({ kind: "missing" } as const);
    return { id, op: "answer", reply };
  };
  return { runner, serve };
}

/** 从笔记本的目录解析引用，与在 Jupyter 里一样；替身就在手边，不必去找。 */
function loader(): Engine["load"] {
  const load = new Script("(specifier, options) => import(specifier, options)", {
    filename: join(process.cwd(), "notebook.js"),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext();
  return async (specifier, options) => (specifier === CHECK ? check : load(specifier, options));
}

function brief({ ename, evalue, line }: CellFailure): CellFailure {
  const short = { ename: String(ename).slice(0, 80), evalue: String(evalue).slice(0, 300) };
  return line === undefined ? short : { ...short, line };
}

/** 预热用的单元格：把编译器常走的路走一遍，编译缓存里才有它们。 */
const SAMPLES = [
  "interface P { x: number[] }\nconst k: number = 2;\nlet total = 0, seen: string | undefined;\n/** 说明 */\nfunction f(x: number[], d = 1): { a: number[]; b: number } {\n  const { length } = x; // 行注释\n  for (let i = 0; i < length; i++) total += x[i]! * k;\n  for (const v of x) if (v <= 0 || v > 9) total -= v; else total = Math.max(v, -d);\n  const rows = [x, x.map((v, i) => v / (i + 1))].map((r) => [...r]);\n  return { a: rows[0]!.filter((v) => v !== 0).slice(), b: total === 0 ? 0 : x.reduce((s, v) => s + v * v, 0) };\n}",
  "class C<T> { #v: T; constructor(v: T) { this.#v = v; } get v(): T { return this.#v; } }\nconst g = async (c: C<number>): Promise<number> => (await c).v as number;\ntry { await g(new C(3)); } catch (e) { throw new Error(`坏了` + e); }\nwhile (total > 1e9) total /= 2;\nf([1, 2, k])",
];

/** 造编译缓存之前，把常用的函数都跑一次；给编译好的单元格，也给没编译的。 */
export async function warm(compile: Compile, precompile: (sources: string[]) => (Precompiled | null)[]) {
  for (const compiled of [precompile(SAMPLES), []]) {
    const { serve } = createLearner(() => compile);
    for (const [i, source] of SAMPLES.entries()) {
      const ran = await serve({ id: 1, op: "run", label: "预热", source, compiled: compiled[i] ?? null });
      if ("error" in ran) throw new Error(String(ran.error?.evalue));
    }
    await serve({ id: 1, op: "ask", fn: "f", args: [[1, 2, 3], 1] });
  }
}
