import { conventions } from "@tidu/kernel-lib";
import type { Worst } from "./judge/worst.js";
import { plainText } from "./plain.js";
import { show, showNumber, type Value } from "./value.js";

/** 判分的全部中文文字都在这里（错法的说明在 mistakes/，一个题族一个文件）。 */

interface Named {
  fn: string;
  params: string[];
}

export const messages = {
  right: (asked: number, branches: number, edges: number) =>
    `正确：问了 ${asked} 个点，${branches} 个分支全部走到，含 ${edges} 个边界点。`,
  notes: (
    branches: { id: string; title: string }[],
    verdict: { coverage: Record<string, number>; failed: Record<string, number>; tolerance: string },
  ) => {
    const counts = branches.flatMap(({ id, title }) => {
      const [asked = 0, failed = 0] = [verdict.coverage[id], verdict.failed[id]];
      return asked === 0 ? [] : [failed === 0 ? `${title} ${asked}` : `${title} ${asked}（错 ${failed}）`];
    });
    return counts.length === 0 ? "" : `各分支的点数：${counts.join("，")}。${verdict.tolerance}。`;
  },
  ranOn: (device: string) =>
    device === "webgpu"
      ? "在 webgpu 上算的。"
      : `这台机器上没有可用的 webgpu，改在 ${device} 上用 float32 算的。`,
  notTensor: (fn: string) =>
    `${fn} 应返回张量：参数是张量，请用 kernel-lib 的运算得出结果，不要中途取成普通的数。`,
  fast: (title: string) => `大的输入（${title}）也对，而且够快。`,
  largeWrong: (title: string, index: number, got: number, expected: number) =>
    `小的输入都对，大的输入（${title}）不对：第 ${index + 1} 个数得到 ${showPair(got, expected)[0]}，应为 ${showPair(got, expected)[1]}。检查累加的次序与下标。`,
  tooSlow: (fn: string, title: string, best: number, limit?: number) =>
    `结果都对，但 ${fn} 太慢：大的输入（${title}）最快一次也要 ${Math.round(best)} 毫秒以上${limit === undefined ? "" : `，上限是 ${Math.round(limit)} 毫秒`}。想一想哪一步的次数随输入的平方增长，看提示。`,
  slowish: (fn: string, title: string, best: number, limit: number) =>
    `没有把握：${fn} 的结果都对，大的输入（${title}）最快一次 ${Math.round(best)} 毫秒，略超过上限 ${Math.round(limit)} 毫秒，可能只是机器忙。再判一次。`,
  largeCrash: (fn: string, title: string, reason: string) =>
    `小的输入都对，大的输入（${title}）把 ${fn} 所在的进程撑垮了：${reason}。不要把平方那么多的中间结果存下来。`,
  undecided: (branches: string[]) =>
    `没有把握：分支「${branches.join("」「")}」上没有抽到离拐点足够远的点，换一个种子再判。`,
  unanswered: (fn: string, placeholder = fn) =>
    placeholder === fn
      ? `还没有作答：${fn} 还是占位的样子。先看这一题的提示，写完再判。`
      : `${fn} 调用了 ${placeholder}，而 ${placeholder} 还没有作答。先写完那一题。`,
  missing: (fn: string, reason?: string) =>
    `还没有作答：没有找到函数 ${fn}${reason === undefined ? "（单元格被删掉，或者函数改了名）" : `：${reason}`}。`,
  thrown: (fn: string, call: string, name: string, message: string) =>
    `${fn} 抛出了异常，在 ${call} 处：${name}: ${message}`,
  timeout: (fn: string, call: string, seconds: number) =>
    `${fn} 超过 ${seconds} 秒没有返回，在 ${call} 处，像是死循环。检查循环的结束条件。`,
  slow: (fn: string, seconds: number) =>
    `${fn} 太慢：一题的提问加起来超过 ${seconds} 秒还没有答完。检查有没有多余的循环。`,
  crash: (fn: string, reason: string) => `问 ${fn} 时运行它的进程没了：${reason}。`,
  shape: (fn: string, call: string, problem: string) => `${fn} 的返回值形状不对，在 ${call} 处：${problem}。`,
  problemFault: (id: string, detail: string) =>
    `TIDU-GRADE-001：题目 ${id} 自己的两个判据不一致，这一题不能判（${detail}）。这不是你的错，请把这句话报告给课程维护者。`,
  diagnosed: (mistake: string, where: string) => `${mistake}（${where}）`,
  ratio: (ratio: number, where: string) =>
    `${
      ratio === -1
        ? "各处的结果都与正确答案差一个负号"
        : ratio === 0
          ? "各处的结果都是 0，而正确答案不是"
          : `各处的结果都是正确答案的 ${showNumber(ratio)} 倍`
    }（${where}）`,
  worst: (question: Named, worst: Worst) => {
    const at = worst.path === "" ? "" : ` 的 ${worst.path}`;
    const result = showPair(worst.got, worst.expected);
    const ratio =
      Number.isFinite(worst.ratio) && worst.ratio !== 0 ? `，比值 ${showNumber(worst.ratio)}` : "";
    const rule = conventions.find(({ id }) => id === worst.convention);
    const why = rule === undefined ? "" : `。约定：${rule.name} 在 ${rule.point} 处，${rule.explanation}`;
    return `${worst.place}：${messages.call(question, worst.args)}${at} 得到 ${result[0]}，应为 ${result[1]}${ratio}${why}`;
  },
  call: (question: Named, args: Value[]) =>
    `${question.fn}(${args.map((arg, i) => `${question.params[i]}=${show(arg)}`).join(", ")})`,
  hintsLeft: "还想不出？展开这一题下面的三级提示。",

  unknownQuestion: (id: string, known: string[]) =>
    `TIDU-CHECK-001：没有叫 ${id} 的题。可用的题：${known.join("、")}。`,
  notFunction: (fn: string) => `TIDU-CHECK-002：第二个参数应是你写的函数，例如 await check("…", ${fn})。`,

  cellTimeout: (label: string, seconds: number) =>
    `${label}运行超过 ${seconds} 秒，被停下并跳过（像是死循环）`,
  cellCrash: (label: string, reason: string) => `${label}让进程退出了（${reason}），已跳过`,
  cellThrown: (label: string, text: string) => `${label}没能运行：${text}`,
  tooManyRestarts: "重启次数太多，不再重试",
  submissionSlow: (seconds: number) => `整份提交运行超过 ${seconds} 秒，余下的题不再问`,
  outputTooLarge: "输出太大",
  startTimeout: (seconds: number) => `沙箱里的进程 ${seconds} 秒没有起来`,
  /** bubblewrap 把信号写成 128 + 编号的退出码。 */
  exited: (code: number | null, signal: string | null) => {
    if (signal === "SIGABRT" || signal === "SIGKILL" || code === 134 || code === 137)
      return "进程被结束，多半是内存用完了";
    if (signal === "SIGXCPU" || code === 152) return "处理器时间用完了";
    return signal === null ? `进程自己退出了（退出码 ${code}）` : `进程被信号 ${signal} 结束`;
  },

  fileMissing: (path: string) => `TIDU-GRADE-101：找不到 ${path}。检查路径，或改成放提交的文件夹。`,
  noNotebooks: (path: string) => `TIDU-GRADE-102：${path} 里没有 .ipynb 文件。`,
  corrupt: (path: string, detail: string) =>
    `TIDU-GRADE-103：${path} 不是完好的笔记本：${detail}。请学习者重新导出，或从版本记录里恢复。`,
  notExercise: (path: string) =>
    `TIDU-GRADE-104：${path} 里没有判分题：元数据里没有 tidu.exercise，也没有任何一题的函数。`,
  unreadable: (path: string, detail: string) => `TIDU-GRADE-105：读不了 ${path}：${detail}。`,
  badSeed: (text: string) => `TIDU-GRADE-106：--seed 要一个非负整数，得到 ${text}。`,
  badJobs: (text: string) =>
    `TIDU-GRADE-107：--jobs 要一个正整数（有 --queue 时也可以是 0：只派不判），得到 ${text}。`,
  noPath: "TIDU-GRADE-108：没有说判什么：在 tidu grade 后面写笔记本或放提交的文件夹。",
  unwritable: (path: string, detail: string) => `TIDU-GRADE-109：写不了 ${path}：${detail}。`,
  sandboxFailed: (detail: string) => `TIDU-GRADE-110：沙箱起不来：${detail}。运行 tidu doctor 看看沙箱一栏。`,
  emptyFile: (path: string) => `TIDU-GRADE-121：${path} 是空的。请学习者重新导出笔记本再交。`,
  notText: (path: string) =>
    `TIDU-GRADE-122：${path} 不是文字，认不出编码。请学习者交 .ipynb 文件本身，不要交截图或别的格式。`,
  conflict: (path: string) =>
    `TIDU-GRADE-123：${path} 里有 Git 合并冲突的标记（<<<<<<<）。请学习者解决冲突后再交。`,
  truncated: (path: string, length: number) =>
    `TIDU-GRADE-124：${path} 不完整，在第 ${length} 个字符处断了，多半是上传中断。请学习者重新上传。`,
  webPage: (path: string) =>
    `TIDU-GRADE-125：${path} 是一个网页，不是笔记本，多半是下载时没有登录。请学习者交 .ipynb 文件本身。`,
  notNotebook: (path: string) =>
    `TIDU-GRADE-126：${path} 是 JSON，但不是笔记本：没有 cells。请学习者从 Jupyter 或 VS Code 重新导出。`,
  wrongKernel: (path: string, language: string) =>
    `TIDU-GRADE-127：${path} 是用 ${plainText(language, 40)} 写的，也没有任何一题的 TypeScript 函数。请用 TypeScript 内核作答。`,
  tooLarge: (path: string, mebibytes: number) =>
    `TIDU-GRADE-128：${path} 超过 ${mebibytes} MiB，不读。多半是输出失控，请清除全部输出后再交。`,
  tangled: (path: string) =>
    `TIDU-GRADE-128：${path} 里的数组与对象多得不像笔记本，不读。多半是输出失控，请清除全部输出后再交。`,
  zipBroken: (path: string) =>
    `TIDU-GRADE-129：${path} 不是完好的压缩包。请学习者重新打包，或直接交 .ipynb。`,
  zipEncrypted: (path: string) => `TIDU-GRADE-130：${path} 加了密码，读不了。请学习者不加密码重新打包。`,
  zipMethod: (path: string) =>
    `TIDU-GRADE-130：${path} 用的压缩方法读不了。请学习者用系统自带的压缩功能重新打包成 zip。`,
  zipTooMany: (path: string, most: number) =>
    `TIDU-GRADE-131：${path} 里的文件超过 ${most} 个，不展开。请只打包笔记本。`,
  zipTooLarge: (path: string) => `TIDU-GRADE-131：${path} 所在的压缩包解开后太大，不再展开。请只打包笔记本。`,
  zipTooDeep: (path: string) => `TIDU-GRADE-131：${path} 套了太多层压缩包，不再展开。请只打包一层。`,
  foreign: (path: string) =>
    `TIDU-GRADE-132：${path} 不是能判的格式。请交 .ipynb（或 .ts），要打包就用 .zip。`,
  notRegular: (path: string) => `TIDU-GRADE-133：${path} 是符号链接或特殊文件，不跟随。请交文件本身。`,
  nothingHanded: (path: string, names: string[]) =>
    `TIDU-GRADE-134：${path} 里没有笔记本${names.length === 0 ? "，是空的" : `，只有 ${plainText(names.slice(0, 3).join("、"), 80)}${names.length > 3 ? ` 等 ${names.length} 个文件` : ""}`}。请学习者交 .ipynb。`,
  several: (path: string) => `TIDU-GRADE-135：${path} 里不止一份提交，不能当作一份来判。`,

  readAs: (encoding: string) => `文件不是 UTF-8，按 ${encoding} 读出`,
  badBytes: "文件里有坏掉的字节，换成了替换符",
  oldFormat: "文件是 nbformat 3 的旧格式，按旧格式读出",
  badCell: (number: number) => `单元格 [${number}] 坏了，跳过`,
  guessedExercise: (exercise: string) => `元数据里没有写明是哪份练习，按函数名认出是 ${exercise}`,
  matchedByName: (names: string[]) => `单元格没有题目的编号，按函数名配对：${names.join("、")}`,
  ignoredKernel: (language: string) => `元数据写的内核是 ${plainText(language, 40)}，仍按 TypeScript 判`,
  skippedBlank: (fn: string) => `${fn} 既有写好的也有占位的单元格，占位的不算`,
  definedTwice: (fn: string, count: number) => `${fn} 写了 ${count} 次，以最后一次为准`,

  noSolution: (path: string) => `TIDU-EXERCISE-001：${path} 里没有笔记本，无从生成练习。`,
  unbalanced: (path: string, cell: number) =>
    `TIDU-EXERCISE-002：${path} 的单元格 [${cell}] 里 BEGIN SOLUTION 与 END SOLUTION 不成对。`,
  noMarker: (path: string, cell: number, id: string) =>
    `TIDU-EXERCISE-003：${path} 的单元格 [${cell}]（${id}）是作答单元格，却没有 BEGIN SOLUTION。`,
  stale: (path: string) =>
    `TIDU-EXERCISE-004：${path} 与 solutions/ 不一致。运行 npx tidu exercise build 重新生成。`,
  variantOf: (student: string) => `按 ${student} 的那一份判（有的题的常数因人而异）`,
  claimedOther: (claimed: string) => `笔记本自称是 ${claimed} 的一份，与交卷的人对不上`,
  badVariant: (path: string, cell: number, detail: string) =>
    `TIDU-EXERCISE-006：${path} 的单元格 [${cell}] 的变体记号不对：${detail}。`,
  badSlug: (slug: string) =>
    `TIDU-EXERCISE-007：练习的路径要写成 <部>/<两位章号>-<slug>，如 3-architectures/05-normalizing-flows，得到 ${slug}。`,
  badFamily: (name: string) =>
    `TIDU-EXERCISE-008：题族的名字要以小写字母开头、只有字母和数字，如 flows，得到 ${name}。`,
  familyExists: (name: string) => `TIDU-EXERCISE-009：已经有叫 ${name} 的题族，换一个名字。`,
  unknownFamily: (name: string, known: string[]) =>
    `TIDU-EXERCISE-010：没有叫 ${name} 的题族。可用的有 ${known.join("、")}。`,
  fileExists: (path: string) => `TIDU-EXERCISE-011：${path} 已经存在，不覆盖。先移开它，或换一个名字。`,
  needsOut: () => "TIDU-EXERCISE-012：--student 要与 --out 一起用：某个学习者的练习不写进 exercises/。",
  scaffolded: (name: string, notebook: string, existing: boolean) =>
    [
      "骨架里是一道能通过自检的小题，接下来：",
      `1. 在 grader/src/problems/${name}.ts 里写题：闭式、前向、分支、边界点、提示、错法（至少八种）。`,
      `2. 在 grader/src/mistakes/${name}.ts 里给每种错法写一句话。`,
      `3. 在 grader/src/oracles/${name}.ts 里写梯度库的答案、另一种写法的正确答案、手算的例子。`,
      existing
        ? `4. ${notebook} 已经有了：在里面给每题加题面、三级提示、作答单元格和一格 check。`
        : `4. 在 ${notebook} 里写题面、三级提示（与 hints 一字不差）和解答。`,
      "5. 运行：",
      "   node node_modules/typescript/bin/tsc -b",
      "   npx tidu exercise build",
      `   npx tidu exercise test ${name}`,
      `   npx tidu grade ${notebook}`,
    ].join("\n"),
  badMetadata: (path: string, cell: number, detail: string) =>
    `TIDU-EXERCISE-005：${path} 的单元格 [${cell}] 的判分元数据不对：${detail}。`,
};

/** 六位有效数字分不出两个数时，照全精度写。 */
function showPair(got: number, expected: number): [string, string] {
  const short: [string, string] = [showNumber(got), showNumber(expected)];
  return short[0] === short[1] ? [String(got), String(expected)] : short;
}
