import type { Gradebook } from "../gradebook/gradebook.js";
import type { Outcome, Run } from "../gradebook/records.js";
import { messages } from "../messages.js";
import { SubmissionError } from "../submission/error.js";
import type { Graded } from "../submission.js";
import { assignmentOf, contentOf, type Inbox, type Incoming, isTypo } from "./incoming.js";

/** 判一份提交。真的那个把学习者放进沙箱；测试里可以换一个快的。 */
export type GradeOne = (
  path: string,
  content: Uint8Array,
  options: { seed: number; student: string; question?: string },
) => Promise<Graded>;

/** 一份提交最后怎样：有结局，或者这台机器没能判（不记进成绩册，下次再判）。 */
export type Settled = Outcome | { kind: "failed"; path: string; id: string; message: string };

/** 谁的哪一份，最后怎样。 */
export interface Placed {
  student: string;
  path: string;
  settled: Settled;
}

/** 判到哪里了。 */
export interface Step {
  path: string;
  /** 成绩册里已经有了，没有再判。 */
  skipped: boolean;
}

export interface ClassOptions {
  grade: GradeOne;
  seed: number;
  jobs: number;
  question?: string | undefined;
  onStep?: (step: Step) => void;
}

/** 判一批，不用成绩册；结果按给的次序，与谁先判完无关。 */
export async function gradeClass(inbox: Inbox, options: ClassOptions): Promise<Placed[]> {
  const placed: Placed[] = [];
  await pool(inbox, options.jobs, async (incoming, index) => {
    const { student, path } = incoming;
    placed[index] = { student, path, settled: await settle(incoming, options) };
    options.onStep?.({ path, skipped: false });
  });
  return placed;
}

/** 登记过的一份：编号，以及没有进成绩册时的结局。 */
export interface Registered {
  student: string;
  path: string;
  id: string | null;
  settled: Settled | null;
}

/**
 * 判一批，结果来一个记一个。已经记过的跳过，所以被杀以后再运行一次就接着判。
 *
 * 返回每一份现在的结局，按给的次序。
 */
export async function gradeIntoGradebook(
  inbox: Inbox,
  gradebook: Gradebook,
  run: Run,
  options: Omit<ClassOptions, "seed" | "question">,
): Promise<Placed[]> {
  const request = { grade: options.grade, seed: run.seed, question: run.question ?? undefined };
  const done = await gradebook.done(run);
  const registered: Registered[] = [];
  await pool(inbox, options.jobs, async (incoming, index) => {
    const one = (registered[index] = await register(incoming, gradebook));
    const skipped = one.id !== null && done.has(one.id);
    if (one.id !== null && !skipped) {
      done.add(one.id);
      const settled = await settle(incoming, request);
      if (settled.kind === "failed") one.settled = settled;
      else await gradebook.record(one.id, run, settled);
    }
    options.onStep?.({ path: one.path, skipped });
  });
  return finish(registered, gradebook, run);
}

/** 记进成绩册；路径写错了的不记。 */
export async function register(
  incoming: Incoming,
  gradebook: Gradebook,
  keepContent = false,
): Promise<Registered> {
  const { student, path, received } = incoming;
  if ("reason" in incoming && isTypo(incoming.reason))
    return { student, path, id: null, settled: refused(path, incoming.reason) };
  const item = { student, path, received, assignment: assignmentOf(incoming), content: contentOf(incoming) };
  return { student, path, id: await gradebook.add(item, { keepContent }), settled: null };
}

/** 收尾：每一份现在的结局。同一个人把同样的内容交了两次时，两处是同一个结局。 */
export async function finish(registered: Registered[], gradebook: Gradebook, run: Run): Promise<Placed[]> {
  if (!registered.some(({ settled }) => settled?.kind === "failed")) await gradebook.finish(run);
  const submissions = registered.flatMap(({ id, settled }) => (id === null || settled !== null ? [] : [id]));
  const entries = await gradebook.entries({ submissions });
  const outcomes = new Map(entries.map((entry) => [entry.submission, entry.outcome]));
  return registered.map(({ student, path, id, settled }) => {
    const outcome = settled ?? outcomes.get(id!) ?? failure(path, new Error());
    if (outcome.kind !== "graded") return { student, path, settled: { ...outcome, path } };
    return { student, path, settled: { kind: "graded", graded: { ...outcome.graded, path } } };
  });
}

/** 判一份，把一切异常变成结局。 */
export async function settle(
  incoming: Incoming,
  { grade, seed, question }: Pick<ClassOptions, "grade" | "seed" | "question">,
): Promise<Settled> {
  const { path } = incoming;
  if ("reason" in incoming) return refused(path, incoming.reason);
  try {
    const { student } = incoming;
    const options = question === undefined ? { seed, student } : { seed, student, question };
    return { kind: "graded", graded: await grade(path, incoming.bytes, options) };
  } catch (error) {
    return error instanceof SubmissionError ? refused(path, error) : failure(path, error);
  }
}

function refused(path: string, { id, message }: SubmissionError): Settled {
  return { kind: "refused", path, id, message };
}

function failure(path: string, error: unknown): Settled {
  const { message, id } = error as Error & { id?: string };
  const known = message.startsWith("TIDU-");
  return {
    kind: "failed",
    path,
    id: known && id !== undefined ? id : "TIDU-GRADE-110",
    message: known ? message : messages.sandboxFailed(message),
  };
}

/** 同时做 `jobs` 件；做完一件才去取下一件。 */
async function pool(
  inbox: Inbox,
  jobs: number,
  work: (item: Incoming, index: number) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in inbox ? inbox[Symbol.asyncIterator]() : inbox[Symbol.iterator]();
  let next = 0;
  let turn: Promise<unknown> = Promise.resolve();
  /** 取下一件，连同它的序号；几个人同时来取时排队。 */
  const take = () => {
    const taken = turn.then(async () => ({ ...(await iterator.next()), index: next++ }));
    turn = taken.catch(() => {});
    return taken;
  };
  const worker = async () => {
    for (;;) {
      const { done, value, index } = await take();
      if (done) return;
      await work(value, index);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
