/**
 * 沙箱里的进程：运行学习者的单元格，回答“对这组参数，函数 F 返回什么”。
 *
 * 它不知道题目、标准答案、种子，也不知道自己答得对不对；学习者在这里做什么都骗不了外面的裁判。
 */
import { Socket } from "node:net";
import { join } from "node:path";
import { constants, Script } from "node:vm";
import type { Runner } from "@tidu/notebook-runtime/runner";
import { disarm } from "./disarm.js";
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
  | { id: number; op: "run"; label: string; source: string }
  | { id: number; op: "ask"; fn: string; args: unknown[]; form?: Form };

/** 学习者 → 裁判。 */
export type Response =
  | { id: 0; op: "ready" }
  | { id: number; op: "ran"; error?: CellFailure }
  | { id: number; op: "answer"; reply: Reply };

/** 双向通道的文件描述符，由裁判那边打开。 */
const CHANNEL = 3;

/** 打开通道，开始应答。 */
export function start(): void {
  disarm();
  const socket = new Socket({ fd: CHANNEL, readable: true, writable: true });
  const send = (response: Response) => socket.write(`${JSON.stringify(response)}\n`);
  // display() 找到这个宿主就不再去找别的；显示什么都与得分无关。
  Reflect.set(globalThis, Symbol.for("tidu.host"), new Proxy({}, { get: () => () => undefined }));

  const runner = createRunner(loader());
  process.on("uncaughtException", (error) => runner.uncaught(error));
  process.on("unhandledRejection", (reason, promise) => runner.rejected(promise, reason));
  process.on("rejectionHandled", (promise) => runner.handled(promise));

  let buffered = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    buffered += chunk;
    for (let end = buffered.indexOf("\n"); end >= 0; end = buffered.indexOf("\n")) {
      const request = JSON.parse(buffered.slice(0, end)) as Request;
      buffered = buffered.slice(end + 1);
      serve(request, runner).then(send, (error: unknown) => {
        const { name, message } = describe(error);
        send({ id: request.id, op: "ran", error: { ename: name, evalue: message } });
      });
    }
  });
  socket.on("close", () => process.exit(0));
  socket.on("error", () => process.exit(0));
  send({ id: 0, op: "ready" });
}

async function serve(request: Request, runner: Runner): Promise<Response> {
  const { id } = request;
  if (request.op === "run") {
    const { error } = await runner.run(request.source, request.label);
    return error === undefined ? { id, op: "ran" } : { id, op: "ran", error: brief(error) };
  }
  const box = runner.variables.box(request.fn);
  const reply = box.live ? await call(box.v, request.args, request.form) : ({ kind: "missing" } as const);
  return { id, op: "answer", reply };
}

/** 从笔记本的目录解析引用，与在 Jupyter 里一样。 */
function loader(): (specifier: string, options?: unknown) => Promise<Record<string, unknown>> {
  return new Script("(specifier, options) => import(specifier, options)", {
    filename: join(process.cwd(), "notebook.js"),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext();
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

/** 造编译缓存之前，把常用的函数都跑一次。 */
export async function warm(): Promise<void> {
  const runner = createRunner(loader());
  for (const source of SAMPLES) {
    const { error } = await runner.run(source, "预热");
    if (error !== undefined) throw new Error(String(error.evalue));
  }
  await call(runner.variables.box("f").v, [[1, 2, 3], 1]);
}
