import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { KernelClient, kernelspec, type Message } from "@tidu/jupyter-kernel";
import { type CodeCell, type NotebookOutput, parseNotebook, serializeNotebook } from "@tidu/notebook-runtime";
import { CliError } from "./failure.js";
import { tslabCommand } from "./tslab.js";

export interface RunOptions {
  kernel: string;
  out?: string;
  jobs: number;
  /** 每个单元格的时限，毫秒。 */
  timeout: number;
  log?: (line: string) => void;
}

interface Outcome {
  file: string;
  /** 失败的说明，含代码框；成功时没有。 */
  failure?: string;
}

/** 运行几个笔记本，返回退出码：全部成功 0，有失败 1。每个笔记本一个内核。 */
export async function runNotebooks(files: readonly string[], options: RunOptions): Promise<number> {
  const argv = kernelCommand(options.kernel);
  if (!Number.isInteger(options.jobs) || options.jobs < 1) {
    throw new CliError("TIDU-CLI-003", `--jobs 要是正整数，得到 ${options.jobs}。`);
  }
  if (!(options.timeout > 0)) throw new CliError("TIDU-CLI-004", "--timeout 要是正数（秒）。");
  if (files.length === 0) throw new CliError("TIDU-CLI-005", "这些路径里没有 .ipynb 文件。");
  const log = options.log ?? console.log;
  const queue = [...files];
  const failed: Outcome[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const started = performance.now();
      const outcome = await runOne(file, argv, options).catch((error: Error) => ({
        file,
        failure: error.message,
      }));
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      log(`[${++done}/${files.length}] ${outcome.failure ? "✗" : "✓"} ${show(file)}（${seconds} 秒）`);
      if (outcome.failure) {
        failed.push(outcome);
        // 写进文件或管道时不带颜色
        log(process.stdout.isTTY ? outcome.failure : stripVTControlCharacters(outcome.failure));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, files.length) }, worker));
  log(`${files.length - failed.length} 个成功，${failed.length} 个失败`);
  return failed.length > 0 ? 1 : 0;
}

function kernelCommand(name: string): readonly string[] {
  if (name === "tidu") return kernelspec()["argv"] as string[];
  if (name === "tslab") return tslabCommand();
  throw new CliError("TIDU-CLI-002", `没有内核 “${name}”；可用的是 tidu 和 tslab。`);
}

async function runOne(file: string, argv: readonly string[], options: RunOptions): Promise<Outcome> {
  const notebook = parseNotebook(readFileSync(file, "utf8"));
  const client = await KernelClient.start(argv, { cwd: dirname(resolve(file)) });
  let failure: string | undefined;
  try {
    let count = 0;
    const exited = new Promise<"exited">((resolve) => client.process.once("exit", () => resolve("exited")));
    for (const [index, cell] of notebook.cells.entries()) {
      if (cell.cell_type !== "code" || cell.source.trim() === "") continue;
      failure = await runCell(client, exited, cell, index, ++count, options.timeout);
      if (failure === undefined) continue;
      if (!tagged(cell, "raises-exception")) break;
      failure = undefined;
    }
  } finally {
    await client.close();
  }
  if (options.out !== undefined) {
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, basename(file)), serializeNotebook(notebook));
  }
  return { file, failure };
}

/** 运行一个单元格，把输出写进去；失败时返回说明。 */
async function runCell(
  client: KernelClient,
  exited: Promise<"exited">,
  cell: CodeCell,
  index: number,
  count: number,
  timeout: number,
): Promise<string | undefined> {
  const where = `第 ${index + 1} 个单元格（[${count}]）`;
  const late = Symbol();
  let timer: NodeJS.Timeout | undefined;
  const timed = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), timeout);
  });
  const exchange = await Promise.race([client.execute(cell.source), timed, exited]);
  clearTimeout(timer);
  if (exchange === late)
    return `TIDU-CLI-006：${where}超过 ${timeout / 1000} 秒没有运行完。可以用 --timeout 放宽。`;
  if (exchange === "exited") return `TIDU-CLI-007：运行${where}时内核退出了。`;
  cell.execution_count = count;
  cell.outputs = collect(exchange.iopub, count);
  if (exchange.reply.content["status"] === "ok") return undefined;
  const traceback = (exchange.reply.content["traceback"] as string[] | undefined) ?? [];
  const streamed = cell.outputs.filter((o) => o.output_type === "stream").map((o) => o.text);
  return `${where}出错：\n${(traceback.length > 0 ? traceback : streamed).join("\n")}`;
}

/** iopub 消息 → nbformat 输出；相邻的同名 stream 合并，clear_output 与 update_display_data 就地应用。 */
function collect(messages: readonly Message[], count: number): NotebookOutput[] {
  const outputs: NotebookOutput[] = [];
  const displays = new Map<string, NotebookOutput[]>();
  let clearing = false;
  const push = (output: NotebookOutput): void => {
    if (clearing) outputs.length = 0;
    clearing = false;
    outputs.push(output);
  };
  for (const { header, content } of messages) {
    const data = content["data"] as Record<string, unknown>;
    const metadata = (content["metadata"] ?? {}) as Record<string, unknown>;
    const id = (content["transient"] as { display_id?: string } | undefined)?.display_id;
    switch (header.msg_type) {
      case "stream": {
        const { name, text } = content as { name: "stdout" | "stderr"; text: string };
        const last = outputs.at(-1);
        if (!clearing && last?.output_type === "stream" && last.name === name) last.text += text;
        else push({ output_type: "stream", name, text });
        break;
      }
      case "display_data": {
        const output: NotebookOutput = { output_type: "display_data", data, metadata };
        push(output);
        if (id !== undefined) displays.set(id, [...(displays.get(id) ?? []), output]);
        break;
      }
      case "update_display_data":
        for (const output of displays.get(id ?? "") ?? []) Object.assign(output, { data, metadata });
        break;
      case "execute_result":
        push({ output_type: "execute_result", data, metadata, execution_count: count });
        break;
      case "error": {
        const { ename, evalue, traceback } = content as {
          ename: string;
          evalue: string;
          traceback: string[];
        };
        push({ output_type: "error", ename, evalue, traceback });
        break;
      }
      case "clear_output":
        if (content["wait"] === true) clearing = true;
        else outputs.length = 0;
        break;
    }
  }
  return outputs;
}

function tagged(cell: CodeCell, tag: string): boolean {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) && tags.includes(tag);
}

function show(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
