import { type GradeOne, settle } from "../class/class.js";
import type { Incoming } from "../class/incoming.js";
import type { Gradebook } from "../gradebook/gradebook.js";
import type { Run } from "../gradebook/records.js";
import { connect, type Job, queueName } from "./connection.js";

export interface WorkerOptions {
  queue: string;
  gradebook: Gradebook;
  grade: GradeOne;
  jobs: number;
  /** 多久没有续约就当作死了，别的进程接手，毫秒。 */
  lock?: number;
  onJob?: (path: string, failure: string | null) => void;
}

export interface RunningWorker {
  /** 判完手上的再停。 */
  close(): Promise<void>;
}

/** 一份提交可以连累几次：判它的进程死了这么多次以后不再派。 */
const MAX_STALLED = 25;

/**
 * 从队列取活来判，结果直接记进成绩册。
 *
 * 进程随时可以死：手上的活过了租期由别的进程接手；记两次与记一次相同。
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { gradebook, grade, jobs, lock = 15_000 } = options;
  const connection = await connect(options.queue);
  const { Worker } = await import("bullmq");
  const worker = new Worker<Job>(
    queueName(await gradebook.name()),
    async ({ data }) => {
      const run = await gradebook.runById(data.run);
      const { student, path, content } = await gradebook.content(data.submission);
      const failure =
        run === null
          ? null
          : await gradeJob(data.submission, run, { student, path, bytes: Buffer.from(content), received: 0 });
      options.onJob?.(path, failure);
      if (failure !== null) throw new Error(failure);
    },
    {
      connection: connection as never,
      concurrency: jobs,
      lockDuration: lock,
      stalledInterval: lock / 2,
      maxStalledCount: MAX_STALLED,
    },
  );
  // 断线由 ioredis 重连；这里只是不让它成为未捕获的异常。
  worker.on("error", () => {});

  const gradeJob = async (id: string, run: Run, incoming: Incoming): Promise<string | null> => {
    if ((await gradebook.done(run, id)).has(id)) return null;
    const settled = await settle(incoming, { grade, seed: run.seed, question: run.question ?? undefined });
    if (settled.kind === "failed") return settled.message;
    await gradebook.record(id, run, settled);
    return null;
  };
  await worker.waitUntilReady();
  return {
    async close() {
      await worker.close();
      connection.disconnect();
    },
  };
}
