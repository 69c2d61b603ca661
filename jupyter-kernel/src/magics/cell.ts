import type { Output, Session } from "@tidu/notebook-runtime";
import { keep, type MagicCall, readMagics } from "@tidu/notebook-runtime/magics";
import type { Settings } from "../settings.js";
import type { TypeService } from "../types/service.js";
import { kernelMagics } from "./table.js";

/** 先做完内核的那几个命令之后，剩下要做的。 */
export interface Prepared {
  /** 与原来等长；内核做过的命令已经换成空格 */
  code: string;
  /** 这个单元格用的开关 */
  settings: Settings;
}

export interface Surroundings {
  cell: string;
  settings: Settings;
  session: Promise<Session>;
  onOutput: (output: Output) => void;
  types(use: (types: TypeService) => void): void;
}

/**
 * 做单元格开头由内核来做的魔法命令。
 *
 * @throws 用法不对，或某个命令没有成功
 */
export async function prepareCell(source: string, around: Surroundings): Promise<Prepared> {
  const found = readMagics(source);
  if (!found) return { code: source, settings: around.settings };
  const calls = [...found.lines, ...(found.cell ? [found.cell] : [])];
  const mine = calls.filter((call) => kernelMagics.has(call.info.name) && !call.help);
  const own: Partial<Settings> = {};
  for (const call of mine) await runOne(call, source, own, around);
  return { code: erase(source, mine), settings: { ...around.settings, ...own } };
}

async function runOne(
  call: MagicCall,
  source: string,
  own: Partial<Settings>,
  around: Surroundings,
): Promise<void> {
  const { cell, settings, onOutput, types } = around;
  const session = await around.session;
  const inSession = async () => {
    const code = keep(source, [call.start, call.end]);
    const { status, error } = await session.execute(code, { cell, onOutput });
    if (status !== "ok") throw Object.assign(new Error(error?.evalue ?? status), { shown: error });
  };
  const print = (line: string) => onOutput({ output_type: "stream", name: "stdout", text: `${line}\n` });
  await kernelMagics.get(call.info.name)!({ call, settings, own, session, print, inSession, types });
}

/** 这几个命令换成空格，别的不动。 */
function erase(source: string, calls: MagicCall[]): string {
  let at = 0;
  const ranges: [number, number][] = [];
  for (const { start, end } of calls) {
    ranges.push([at, start]);
    at = end;
  }
  return keep(source, ...ranges, [at, source.length]);
}
