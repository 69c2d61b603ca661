/** 成绩册与队列的中文文字。 */
export const gradebookMessages = {
  badScheme: "只认得 SQLite 文件和 postgres://…",
  cannotOpen: (url: string, detail: string) =>
    `TIDU-GRADE-140：打不开成绩册 ${url}：${detail}。--db 后面写一个文件名（SQLite），或 postgres://用户:口令@主机/库。`,
  tooNew: (found: number, known: number) =>
    `TIDU-GRADE-141：成绩册是第 ${found} 版结构，这个程序只认得到第 ${known} 版。换用更新的 tidu。`,
  seedDiffers: (kept: number, given: number) =>
    `TIDU-GRADE-142：成绩册里的分数是用种子 ${kept} 判的，与 --seed ${given} 不同，混在一起不公平。去掉 --seed 接着判，或加 --regrade 用新种子全部重判（旧结果留在历史里）。`,
  seedKept: (kept: number) =>
    `TIDU-GRADE-142：上一次重判（种子 ${kept}）还没有判完，不能换种子。去掉 --seed 接着判完它。`,
  noSuchAssignment: (name: string, known: string[]) =>
    `TIDU-GRADE-143：成绩册里没有作业 ${name}。有：${known.join("、") || "（空）"}。`,
  noSuchStudent: (name: string) => `TIDU-GRADE-144：成绩册里没有学生 ${name} 的提交。`,
  badTime: (text: string) =>
    `TIDU-GRADE-145：看不懂时刻 ${text}。写成 2026-03-01T23:59+08:00；不写时区时按本机时区。`,
  badPercent: (flag: string, text: string) => `TIDU-GRADE-146：${flag} 要一个 0 到 100 的数，得到 ${text}。`,
  badNumber: (flag: string, text: string) => `TIDU-GRADE-146：${flag} 要一个非负的数，得到 ${text}。`,
  badChoice: (flag: string, text: string, known: string[]) =>
    `TIDU-GRADE-147：${flag} 只能是 ${known.join("、")}，得到 ${text}。`,
  queueNeedsDatabase:
    "TIDU-GRADE-150：--queue 与 --worker 要和 --db 一起用：结果由各个工作进程直接写进成绩册。例如 --queue redis://主机 --db postgres://主机/库。",
  workerNeedsQueue: "TIDU-GRADE-151：--worker 要用 --queue 指明从哪个队列取活。",
  cannotConnect: (url: string, detail: string) =>
    `TIDU-GRADE-152：连不上队列 ${url}：${detail}。检查 Redis 是否在运行，网址写成 redis://主机:端口。`,
  jobFailed: (path: string, detail: string) =>
    `TIDU-GRADE-153：${path} 几次都没有判成：${detail}。修好以后再运行一次同样的命令，只会补判没有判成的。`,
  contentMissing: (id: string) => `TIDU-GRADE-154：成绩册里没有提交 ${id} 的内容。`,
  needsDatabase: (flag: string) => `TIDU-GRADE-155：${flag} 要和 --db 一起用：没有成绩册就没有旧结果可比。`,
};
