import type { Question } from "./problem.js";
import { random } from "./random.js";

/** 变体的常数：由学习者的名字（学号、邮箱，什么字符串都行）与题名决定，同一个名字总得到同一组。 */
export function constantsFor(question: Question, student?: string): Record<string, number> {
  const { variants } = question;
  if (variants === undefined) return {};
  const rng = random(0, `${student ?? ""}/${question.id}`);
  return Object.fromEntries(
    Object.entries(variants.constants).map(([name, choices]) => [
      name,
      student === undefined ? choices[0]! : rng.pick(choices),
    ]),
  );
}

const made = new WeakMap<Question, Map<string, Question>>();

/** 某个学习者的那一份题；没有变体的题，或者没有指名时，就是题目本身。 */
export function forStudent(question: Question, student?: string): Question {
  if (question.variants === undefined || student === undefined) return question;
  const constants = constantsFor(question, student);
  const key = JSON.stringify(constants);
  const known = made.get(question) ?? new Map<string, Question>();
  made.set(question, known);
  // 常数相同的学习者用同一个对象，测试点的真值只算一次。
  let variant = known.get(key);
  if (variant === undefined) known.set(key, (variant = question.variants.make(constants)));
  return variant;
}

/** 笔记本元数据里自称的学习者（`tidu exercise build --student` 写入）；它在学习者手里，可以改。 */
export function claimedStudent(metadata: { [name: string]: unknown }): string | undefined {
  const { student } = (metadata["tidu"] ?? {}) as { student?: unknown };
  return typeof student === "string" && student !== "" ? student.slice(0, 200) : undefined;
}

/** 按谁的那一份判；`mismatch`：笔记本自称是别人。 */
export interface VariantOwner {
  name: string | undefined;
  mismatch: boolean;
}

/**
 * 按谁的那一份判。交卷的是谁，由文件夹或成绩册说了算：自称的名字要出现在交卷人的名字里
 * （“20260001”与“张三_20260001”），否则按交卷人的判，所以挑不了别人的那一份。
 *
 * @param student 交卷的是谁；不知道（文件名只是练习的名字）时只好信自称的。
 * @param personal 人人都发了自己的一份：不看自称的。
 */
export function variantOwner(
  claimed: string | undefined,
  student: string | undefined,
  personal: boolean,
): VariantOwner {
  if (student === undefined) return { name: claimed, mismatch: false };
  const agrees = claimed !== undefined && within(claimed, student);
  if (agrees) return { name: claimed, mismatch: false };
  if (personal) return { name: student, mismatch: claimed !== undefined };
  return { name: claimed === undefined ? undefined : student, mismatch: claimed !== undefined };
}

/** `part` 是 `whole` 里完整的一节：前后不是字母、数字或汉字。 */
function within(part: string, whole: string): boolean {
  const [inner, outer] = [part.normalize("NFC").toLowerCase(), whole.normalize("NFC").toLowerCase()];
  for (let at = outer.indexOf(inner); at >= 0; at = outer.indexOf(inner, at + 1)) {
    const around = [outer.slice(0, at).at(-1), outer[at + inner.length]];
    if (around.every((char) => char === undefined || !/[\p{L}\p{N}]/u.test(char))) return true;
  }
  return false;
}
