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

/** 笔记本元数据里写的学习者（`tidu exercise build --student` 写入）。 */
export function studentOf(metadata: { [name: string]: unknown }): string | undefined {
  const { student } = (metadata["tidu"] ?? {}) as { student?: unknown };
  return typeof student === "string" && student !== "" ? student.slice(0, 200) : undefined;
}
