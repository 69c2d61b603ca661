import { type ClassOptions, finish, type Placed, type Registered, register } from "../class/class.js";
import type { Inbox } from "../class/incoming.js";
import type { Gradebook } from "../gradebook/gradebook.js";
import { gradebookMessages as messages } from "../gradebook/messages.js";
import type { Run } from "../gradebook/records.js";
import { connect, type Job, jobId, queueName } from "./connection.js";

export interface DispatchOptions extends Pick<ClassOptions, "onStep"> {
  queue: string;
  /** 多久看一次成绩册，毫秒。 */
  poll?: number;
}

/** 一件活失败几次以后不再派。 */
const ATTEMPTS = 3;
/** 一次往 Redis 里放多少件。 */
const BULK = 200;

/**
 * 把一批提交登记进成绩册，派给各处的工作进程，等它们判完。
 *
 * 以成绩册为准，不以队列为准：派活的进程死了、Redis 清空了，再运行一次就把没判的补派出去。
 */
export async function dispatch(
  inbox: Inbox,
  gradebook: Gradebook,
  run: Run,
  { queue: url, poll = 300, onStep }: DispatchOptions,
): Promise<Placed[]> {
  const connection = await connect(url);
  const { Queue } = await import("bullmq");
  const queue = new Queue<Job>(queueName(await gradebook.name()), { connection: connection as never });
  queue.on("error", () => {});
  try {
    const registered: Registered[] = [];
    /** 编号 → 交了这一份的各处；判完一个去掉一个。 */
    const waiting = new Map<string, Registered[]>();
    const settle = (id: string, skipped: boolean, failure: string | null = null) => {
      for (const one of waiting.get(id) ?? []) {
        const { path } = one;
        if (failure !== null)
          one.settled = {
            kind: "failed",
            path,
            id: "TIDU-GRADE-153",
            message: messages.jobFailed(path, failure),
          };
        onStep?.({ path, skipped });
      }
      waiting.delete(id);
    };
    for await (const incoming of inbox) {
      const one = await register(incoming, gradebook, true);
      registered.push(one);
      const { id, path } = one;
      if (id === null) onStep?.({ path, skipped: false });
      else if ("reason" in incoming) {
        const { reason } = incoming;
        await gradebook.record(id, run, { kind: "refused", path, id: reason.id, message: reason.message });
        onStep?.({ path, skipped: false });
      } else waiting.set(id, [...(waiting.get(id) ?? []), one]);
    }
    for (const id of await gradebook.done(run)) settle(id, true);
    await send(queue, run, [...waiting.keys()]);
    for (let idle = 0; waiting.size > 0; ) {
      await new Promise((resolve) => setTimeout(resolve, poll));
      for (const id of await gradebook.done(run)) settle(id, false);
      const counts = await queue.getJobCounts("wait", "active", "delayed", "prioritized");
      idle = Object.values(counts).some((count) => count > 0) ? 0 : idle + 1;
      if (waiting.size === 0 || idle < 3) continue;
      // 队列空了而成绩册里还没有：要么几次都失败，要么 Redis 丢了它。
      idle = 0;
      for (const id of [...waiting.keys()]) {
        const job = await queue.getJob(jobId({ submission: id, run: run.id }));
        if (job === undefined) await send(queue, run, [id]);
        else if (await job.isFailed()) settle(id, false, job.failedReason ?? "");
      }
    }
    return await finish(registered, gradebook, run);
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

/** 派活；上次失败了的重新派，已经在队列里的不动。 */
async function send(queue: import("bullmq").Queue<Job>, run: Run, submissions: string[]): Promise<void> {
  const wanted = new Set(submissions.map((submission) => jobId({ submission, run: run.id })));
  for (const job of await queue.getFailed()) if (wanted.has(job.id ?? "")) await job.remove();
  for (let i = 0; i < submissions.length; i += BULK) {
    await queue.addBulk(
      submissions.slice(i, i + BULK).map((submission) => {
        const data: Job = { submission, run: run.id };
        return {
          name: "grade",
          data,
          opts: {
            jobId: jobId(data),
            attempts: ATTEMPTS,
            backoff: { type: "fixed", delay: 500 },
            removeOnComplete: true,
          },
        };
      }),
    );
  }
}
