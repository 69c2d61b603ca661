/**
 * 沙箱里的进程：运行学习者的单元格，回答“对这组参数，函数 F 返回什么”。
 *
 * 它不知道题目、标准答案、种子，也不知道自己答得对不对；学习者在这里做什么都骗不了外面的裁判。
 */
import { Socket } from "node:net";
import { join } from "node:path";
import { constants, Script } from "node:vm";
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

const socket = new Socket({ fd: CHANNEL, readable: true, writable: true });
const send = (response: Response) => socket.write(`${JSON.stringify(response)}\n`);

// 从笔记本的目录解析引用，与在 Jupyter 里一样。
const load = new Script("(specifier, options) => import(specifier, options)", {
  filename: join(process.cwd(), "notebook.js"),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext() as (specifier: string, options?: unknown) => Promise<Record<string, unknown>>;

// display() 找到这个宿主就不再去找别的；显示什么都与得分无关。
Reflect.set(globalThis, Symbol.for("tidu.host"), new Proxy({}, { get: () => () => undefined }));

const runner = createRunner(load);
process.on("uncaughtException", (error) => runner.uncaught(error));
process.on("unhandledRejection", (reason, promise) => runner.rejected(promise, reason));
process.on("rejectionHandled", (promise) => runner.handled(promise));

async function serve(request: Request): Promise<void> {
  const { id } = request;
  if (request.op === "run") {
    const { error } = await runner.run(request.source, request.label);
    send(error === undefined ? { id, op: "ran" } : { id, op: "ran", error: brief(error) });
    return;
  }
  const box = runner.variables.box(request.fn);
  const reply = box.live ? await call(box.v, request.args, request.form) : ({ kind: "missing" } as const);
  send({ id, op: "answer", reply });
}

function brief({ ename, evalue, line }: CellFailure): CellFailure {
  const short = { ename: String(ename).slice(0, 80), evalue: String(evalue).slice(0, 300) };
  return line === undefined ? short : { ...short, line };
}

let buffered = "";
socket.setEncoding("utf8");
socket.on("data", (chunk) => {
  buffered += chunk;
  for (let end = buffered.indexOf("\n"); end >= 0; end = buffered.indexOf("\n")) {
    const request = JSON.parse(buffered.slice(0, end)) as Request;
    buffered = buffered.slice(end + 1);
    serve(request).catch((error: unknown) => {
      const { name, message } = describe(error);
      send({ id: request.id, op: "ran", error: { ename: name, evalue: message } });
    });
  }
});
socket.on("close", () => process.exit(0));
socket.on("error", () => process.exit(0));
send({ id: 0, op: "ready" });
