/**
 * 会被杀的进程：`node killable.js class DB 份数` 判一班；`node killable.js worker DB 队列` 做工作进程。
 * 每判完一份印一行，测试数着行数下手。
 */
import { gradeIntoGradebook } from "../class/class.js";
import { Gradebook } from "../gradebook/gradebook.js";
import { startWorker } from "../queue/worker.js";
import { fakeClass, fakeJudge } from "./fake-class.js";

const [mode, url, last] = process.argv.slice(2);
// 测试进程没了，这里也不留下。
process.stdin.resume().once("close", () => process.exit(1));
const gradebook = await Gradebook.open(url!);
if (mode === "class") {
  const run = await gradebook.run({ seed: 7 });
  await gradeIntoGradebook(fakeClass(Number(last)), gradebook, run, {
    grade: fakeJudge(),
    jobs: 3,
    onStep: ({ skipped }) => skipped || console.log("判完一份"),
  });
  await gradebook.close();
  process.exit(0);
}
await startWorker({
  queue: last!,
  gradebook,
  grade: fakeJudge(20),
  jobs: 2,
  lock: 1_000,
  onJob: () => console.log("判完一份"),
});
console.log("就绪");
