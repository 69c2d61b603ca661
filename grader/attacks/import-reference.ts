// 企图：引用判分器的题目，直接调用标准答案
// 预期：一分也不多得。
// 得分：1
// 挡不住：process
// 看机制：是
let reference: any = null;
for (const name of ["@tidu/grader", "@tidu/grader/node", "@tidu/grader/dist/problems/huber.js", "file://__GRADER__/problems/huber.js", "file://__GRADER__/index.js"]) {
  try {
    const module: any = await import(name);
    const problem = module.huber ?? module.problems?.find((p: any) => p.id === "huber");
    reference ??= problem?.questions.find((q: any) => q.id === "huber.grad")?.reference;
  } catch {}
}
function huberGrad(e: number, delta: number) { return reference === null ? 0 : reference(e, delta); }
