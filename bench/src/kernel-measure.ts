import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kernelspec } from "@tidu/jupyter-kernel";
import { type Exchange, KernelClient } from "@tidu/jupyter-kernel/client";
import { median } from "./result.js";

export interface Sample {
  /** 毫秒：从启动进程到第一格算完 */
  start: number;
  cell: number;
  declare: number;
}

const require = createRequire(import.meta.url);
const cells = 60;

/** 每个内核的启动命令；null 表示这台机器上没有它。 */
export function kernels(): Record<string, string[] | null> {
  return {
    tidu: kernelspec()["argv"] as string[],
    tslab: tslab(),
    deno: deno(),
  };
}

function tslab(): string[] | null {
  const folder = packageFolder("tslab");
  if (folder === null) return null;
  return [process.execPath, join(folder, "bin", "tslab"), "kernel", "--config-path", "{connection_file}"];
}

/** npm 的 deno 包只是个壳，直接用里面的程序，免得把壳的时间算给它。 */
function deno(): string[] | null {
  const { platform, arch } = process;
  const names =
    platform === "linux"
      ? [`@deno/linux-${arch}-glibc`, `@deno/linux-${arch}`]
      : [`@deno/${platform}-${arch}`];
  for (const name of names) {
    const folder = packageFolder(name);
    const program = folder && join(folder, platform === "win32" ? "deno.exe" : "deno");
    if (program && existsSync(program))
      return [program, "jupyter", "--kernel", "--conn", "{connection_file}"];
  }
  return null;
}

function packageFolder(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

/** 启动一次，量一遍；启动不了返回 null。 */
export async function measure(argv: readonly string[]): Promise<Sample | null> {
  const cwd = mkdtempSync(join(tmpdir(), "tidu-bench-"));
  const begin = performance.now();
  let client: KernelClient;
  try {
    client = await KernelClient.start(argv, { cwd, timeout: 60_000 });
  } catch (error) {
    console.error((error as Error).message);
    return null;
  }
  try {
    expectOk(await client.execute("1+1"));
    const start = performance.now() - begin;
    const cell = await latency(client, (i) => `${i} + 1`);
    const declare = await latency(client, (i) => `const v${i} = ${i === 0 ? "1" : `v${i - 1} + 1`}`);
    return { start, cell, declare };
  } finally {
    await client.close();
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function latency(client: KernelClient, code: (i: number) => string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < cells; i++) {
    const begin = performance.now();
    const exchange = await client.execute(code(i));
    times.push(performance.now() - begin);
    expectOk(exchange);
  }
  return median(times);
}

/** 没算对的内核，快慢没有意义。 */
function expectOk({ reply }: Exchange): void {
  if (reply.content["status"] !== "ok")
    throw new Error(`TIDU-BENCH-011：内核回复的是 ${JSON.stringify(reply.content).slice(0, 300)}`);
}
