import { withoutPassword } from "../gradebook/database.js";
import { GradebookError } from "../gradebook/error.js";
import { gradebookMessages as messages } from "../gradebook/messages.js";

/** 队列里的一件活：只有编号。内容在成绩册里，所以工作进程在哪台机器上都行。 */
export interface Job {
  submission: string;
  run: number;
}

/** 队列的名字带着成绩册的名字：几个班共用一个 Redis 也不会串。 */
export function queueName(gradebook: string): string {
  return `tidu-grade-${gradebook}`;
}

/** 同一轮里一份提交只有一件活。 */
export function jobId({ submission, run }: Job): string {
  return `${run}-${submission}`;
}

/** 先连一次，连不上马上说清楚，而不是无限地重试。 */
export async function connect(url: string): Promise<import("ioredis").Redis> {
  const { Redis } = await import("ioredis");
  let ready = false;
  let problem = "";
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 5_000,
    // 连上过以后断了就一直重连：Redis 重启不该弄丢一夜的判分。
    retryStrategy: (times) => (ready ? Math.min(times * 200, 2_000) : null),
  });
  redis.on("error", (error: Error) => {
    problem = error.message || (error as { code?: string }).code || problem;
  });
  try {
    await redis.connect();
    ready = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new GradebookError(
      messages.cannotConnect(withoutPassword(url), problem || (error as Error).message),
    );
  }
}
