import { askClosed, askFunction, judgeQuestion, messages, problems, selfTest } from "@tidu/grader";

/** 自检一个题族或全部题族：有毛病时退出码 1。`speed` 为真时再看快慢：慢的写法要得不到分。 */
export async function testFamilies(name: string | undefined, count: number, speed = false): Promise<number> {
  const chosen = name === undefined ? problems : problems.filter(({ id }) => id === name);
  if (chosen.length === 0) {
    console.error(
      messages.unknownFamily(
        name!,
        problems.map(({ id }) => id),
      ),
    );
    return 2;
  }
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  let failed = 0;
  for (const problem of chosen) {
    const flaws = await selfTest(problem, seeds);
    const mutants = problem.questions.flatMap((question) =>
      question.mutants.map((mutant) => ({ question, mutant })),
    );
    let named = 0;
    for (const { question, mutant } of mutants) {
      const { diagnosis } = await judgeQuestion(question, askClosed(question, mutant.fn), {
        seed: 7,
        speed: false,
      });
      if (diagnosis === mutant.id) named++;
    }
    console.log(
      `${flaws.length === 0 ? "✓" : "✗"} ${problem.title}：${problem.questions.length} 题，${mutants.length} 种错法（认得出 ${named} 种），${count} 个种子`,
    );
    for (const { question, mutant, detail } of flaws)
      console.error(`  ${question} ${mutant ?? "标准答案"}：${detail}`);
    failed += flaws.length;
    for (const question of problem.questions) {
      if (!speed || question.speed === undefined) continue;
      const slow = await judgeQuestion(question, askFunction(question.speed.naive), { seed: 1 });
      const fast = await judgeQuestion(question, askFunction(question.reference), { seed: 1 });
      console.log(`  ${question.id}：标准答案 ${fast.verdict}，慢的写法 ${slow.verdict}`);
      if (slow.verdict === "right" || fast.verdict !== "right") failed++;
    }
  }
  return failed === 0 ? 0 : 1;
}
