import type { Answer, Ask } from "../answer.js";
import { decode } from "../answer.js";
import { messages } from "../messages.js";
import type { Question } from "../problem.js";
import { random } from "../random.js";
import { numbers, type Value } from "../value.js";
import { close } from "./tolerance.js";
import { closedTruth } from "./truth.js";

/** 计时用的钟，毫秒；测试里换成假的，免得机器忙闲影响结果。 */
export type Clock = () => number;

/** 真的钟。 */
export const wallClock: Clock = () => performance.now();

export type SpeedVerdict =
  | { kind: "right"; message: string }
  | { kind: "wrong" | "undecided" | "error"; message: string };

/** 参考的这么多倍以内算快：好的算法也有写得啰嗦的，但慢一个量级的算法远在此外。 */
const MULTIPLE = 30;
/** 传递数据和调度要花的时间，毫秒；参考再快也容许这么多。 */
const ALLOWANCE = 100;
/** 超过上限又不到这么多倍：可能是机器忙，不下结论。 */
const GREY = 3;
/** 快一次就够；每次换一份输入，记住答案没有用。三次都远超上限就不必再试，否则试满八次，等机器闲下来。 */
const [ENOUGH, ATTEMPTS] = [3, 8];

/**
 * 大的输入：先看结果对不对，再看时间。时间由裁判在外面量，学习者改不了钟；
 * 参考在裁判这边紧挨着量（它不能进学习者的进程）。取几次里最快的一次，所以偶尔的停顿不要紧。
 */
export async function judgeSpeed(
  question: Question,
  ask: Ask,
  seed: number,
  now: Clock,
): Promise<SpeedVerdict> {
  const speed = question.speed!;
  let best = Number.POSITIVE_INFINITY;
  let reference = Number.POSITIVE_INFINITY;
  let limit = ALLOWANCE;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { args, truth, time } =
      attempt === 0 ? first(question, seed, now) : large(question, seed, attempt, now);
    reference = Math.min(reference, time);
    const given = structuredClone(args);
    const start = now();
    const answer = await ask(question.fn, given);
    const elapsed = now() - start;
    const failed = failure(question, answer);
    if (failed !== null) return failed;
    const decoded = decode((answer as { value: unknown }).value, truth.value);
    if ("problem" in decoded)
      return { kind: "wrong", message: messages.shape(question.fn, speed.title, decoded.problem) };
    const got = numbers(decoded.value);
    const at = numbers(truth.value).findIndex((x, i) => !close(got[i]!, x, truth.scale, truth.tolerance));
    if (at >= 0) {
      const expected = numbers(truth.value)[at]!;
      return { kind: "wrong", message: messages.largeWrong(speed.title, at, got[at]!, expected) };
    }
    best = Math.min(best, elapsed);
    limit = Math.max(ALLOWANCE, MULTIPLE * reference);
    if (best <= limit) return { kind: "right", message: messages.fast(speed.title) };
    if (attempt + 1 >= ENOUGH && best > GREY * limit) break;
  }
  return best > GREY * limit
    ? { kind: "wrong", message: messages.tooSlow(question.fn, speed.title, best, limit) }
    : { kind: "undecided", message: messages.slowish(question.fn, speed.title, best, limit) };
}

/** 一份大的输入：参数、真值、参考用的时间（取最快的一次：参考若恰好被打断，上限就虚高了）。 */
interface Large {
  args: Value[];
  truth: ReturnType<typeof closedTruth>;
  time: number;
}

function large(question: Question, seed: number, attempt: number, now: Clock): Large {
  const args = question.speed!.args(random(seed, `${question.id}/speed/${attempt}`));
  let time = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const before = now();
    question.reference(...args);
    time = Math.min(time, now() - before);
  }
  return { args, truth: closedTruth(question, args), time };
}

const firsts = new WeakMap<Question, { seed: number; now: Clock; large: Large }>();

/** 判一个班时人人都要用的第一份输入：同一个种子只准备一次。多数人一次就过，再试的另外准备。 */
function first(question: Question, seed: number, now: Clock): Large {
  const known = firsts.get(question);
  if (known?.seed === seed && known.now === now) return known.large;
  const made = large(question, seed, 0, now);
  firsts.set(question, { seed, now, large: made });
  return made;
}

function failure({ fn, speed }: Question, answer: Answer): SpeedVerdict | null {
  switch (answer.kind) {
    case "value":
      return null;
    case "timeout":
      return { kind: "wrong", message: messages.tooSlow(fn, speed!.title, answer.seconds * 1000) };
    case "crash":
      return { kind: "wrong", message: messages.largeCrash(fn, speed!.title, answer.reason) };
    case "throw":
      return { kind: "error", message: messages.thrown(fn, speed!.title, answer.name, answer.message) };
    default:
      return { kind: "error", message: messages.missing(fn) };
  }
}
