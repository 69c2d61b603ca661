import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, KernelClient } from "@tidu/jupyter-kernel/client";
import { type Memory, treeMemory } from "./kernel-memory.js";
import { median } from "./result.js";

/** 一次启动量到的；时间是毫秒，从启动进程算起。 */
export interface Sample {
  /** iopub 接通，并且答了 kernel_info */
  ready: number;
  /** 第一次补全答完（另一次启动） */
  completion: number;
  /** 第一格 1+1 算完 */
  first: number;
  /** 三种单元格的延迟的中位数 */
  trivial: number;
  declare: number;
  checked: number;
  /** 跑完这些单元格，停下一秒之后；不是 Linux 就没有 */
  memory: Memory | null;
}

const warmup = 10;
const cells = 30;

/** 三种单元格：i+1；用到前一格的声明；要看类型推断的。 */
const kinds = {
  trivial: (i: number) => `${i} + 1`,
  declare: (i: number) => `const v${i} = ${i === 0 ? "1" : `v${i - 1} + 1`}`,
  checked: (i: number) => `[${i}, 1].map((x) => ({ x, y: x * 2 })).filter(({ y }) => y > 1).length`,
};

/** 启动两次，量一遍；启动不了返回 null。 */
export async function measure(argv: readonly string[], settle: number): Promise<Sample | null> {
  const completion = await session(argv, settle, async (client, begin) => {
    const { reply } = await client.request("complete_request", { code: "Math.ma", cursor_pos: 7 });
    if (!reply.content["matches"].includes("max")) throw new Error("TIDU-BENCH-012：没有补全出 max");
    return performance.now() - begin;
  });
  if (completion === null) return null;
  return session(argv, settle, async (client, begin) => {
    const ready = client.answered - begin;
    expectOk(await client.execute("1+1"));
    const first = performance.now() - begin;
    const trivial = await latency(client, kinds.trivial);
    const declare = await latency(client, kinds.declare);
    const checked = await latency(client, kinds.checked);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const memory = treeMemory(client.process.pid!);
    return { ready, completion, first, trivial, declare, checked, memory };
  });
}

async function session<T>(
  argv: readonly string[],
  settle: number,
  use: (client: KernelClient, begin: number) => Promise<T>,
): Promise<T | null> {
  const cwd = mkdtempSync(join(tmpdir(), "tidu-bench-"));
  // Node 20 启动时要读完这里的全部证书（几十毫秒），那是这台机器的设置，与内核无关：各家都不带
  const env = { NODE_EXTRA_CA_CERTS: undefined };
  const begin = performance.now();
  let client: KernelClient;
  try {
    client = await KernelClient.start(argv, { cwd, env, settle, timeout: 60_000 });
  } catch (error) {
    console.error((error as Error).message);
    return null;
  }
  try {
    return await use(client, begin);
  } finally {
    await client.close();
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function latency(client: KernelClient, code: (i: number) => string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < warmup + cells; i++) {
    const begin = performance.now();
    const exchange = await client.execute(code(i));
    if (i >= warmup) times.push(performance.now() - begin);
    expectOk(exchange);
  }
  return median(times);
}

/** 没算对的内核，快慢没有意义。 */
function expectOk({ reply }: Exchange): void {
  if (reply.content["status"] !== "ok")
    throw new Error(`TIDU-BENCH-011：内核回复的是 ${JSON.stringify(reply.content).slice(0, 300)}`);
}
