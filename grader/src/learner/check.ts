/**
 * 沙箱里 `@tidu/grader/check` 的替身：什么也不做。
 * 沙箱里没有题目、标准答案和种子，学习者的 `await check(…)` 照常运行，但与得分无关。
 */
export async function check(): Promise<void> {}
