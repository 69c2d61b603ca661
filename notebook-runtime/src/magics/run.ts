import { RuntimeError } from "../errors.js";
import type { Around, MagicContext, MagicHandlers } from "./context.js";
import { magicHelp } from "./help.js";
import { bodyRange, codeRange, keep, type MagicCall, type MagicCell } from "./parse.js";

/** 会话为魔法命令提供的东西。 */
export interface MagicHost extends Pick<MagicContext, "variables" | "signal" | "emit" | "inspect" | "load"> {
  /** 执行一段代码；它与单元格等长，行列不变。 */
  execute(code: string, show: boolean, around?: Around): Promise<void>;
  loop(code: string): ReturnType<MagicContext["loop"]>;
}

/** 依次执行单元格里的行命令，再执行格命令或剩下的代码。 */
export async function runMagics(cell: MagicCell, handlers: MagicHandlers, host: MagicHost): Promise<void> {
  const rest = keep(cell.source, bodyRange(cell));
  const empty = rest.trim() === "" && !cell.cell;
  for (const [i, call] of cell.lines.entries()) {
    await runOne(call, cell, empty && i === cell.lines.length - 1, handlers, host);
    host.signal.throwIfAborted();
  }
  if (cell.cell) await runOne(cell.cell, cell, true, handlers, host);
  else if (!empty) await host.execute(rest, true);
}

async function runOne(
  call: MagicCall,
  cell: MagicCell,
  last: boolean,
  handlers: MagicHandlers,
  host: MagicHost,
): Promise<void> {
  const print = (line: string) => host.emit({ output_type: "stream", name: "stdout", text: `${line}\n` });
  if (call.help) return print(magicHelp(call.info));
  const handler = handlers[call.info.name];
  if (!handler)
    throw new RuntimeError(
      "TIDU-RT-032",
      `%${call.info.name} 在这里不能用：它要有 ${KERNEL.has(call.info.name) ? "Jupyter 内核" : "本机的 Node"}。`,
    );
  const part = (name: "args" | "body") =>
    keep(cell.source, name === "args" ? codeRange(call) : bodyRange(cell));
  await handler({
    variables: host.variables,
    signal: host.signal,
    emit: host.emit,
    inspect: host.inspect,
    load: host.load,
    call,
    body: call.cell ? cell.source.slice(cell.body) : "",
    last,
    print,
    execute: (name, show, around) => host.execute(part(name), show, around),
    loop: (name) => host.loop(part(name)),
  });
}

/** 由内核而不是会话来做的命令。 */
export const KERNEL: ReadonlySet<string> = new Set(["timeout", "timing"]);
