/** 一个魔法命令的说明；补全、帮助、文档都由这张表得来，做事的函数在别的文件里，按名字登记。 */
export interface MagicInfo {
  name: string;
  /** 作行命令（%name）时参数是什么：一段代码，还是文字。没有就不能作行命令。 */
  line?: "code" | "text";
  /** 作格命令（%%name）时第一行的参数与下面的正文各是什么。没有就不能作格命令。 */
  cell?: { args: "code" | "text"; body: "code" | "text" };
  /** 用法，一种写法一行。 */
  usage: string[];
  summary: string;
  /** 更多说明。 */
  detail?: string;
  /** 参数的几个选择，供补全。 */
  choices?: string[];
}

export const magics: readonly MagicInfo[] = [
  {
    name: "cd",
    line: "text",
    usage: ["%cd 目录", "%cd"],
    summary: "换当前目录；没有参数则回到笔记本所在的目录",
    detail: "只影响 process.cwd() 与读写文件的相对路径，不影响 import：导入总是相对笔记本。",
  },
  {
    name: "device",
    line: "text",
    usage: ["%device", "%device webgpu"],
    summary: "看 kernel-lib 的各个设备能不能用，或把一个设为缺省",
    choices: ["cpu", "webgpu", "tensorflow"],
    detail: "等于 await useDevice(名字)：此后新建的张量都放在它上面。列出设备会依次打开它们。",
  },
  {
    name: "env",
    line: "text",
    usage: ["%env", "%env 名字", "%env 名字=值"],
    summary: "看或设会话的环境变量",
    detail: "不带参数只列名字，因为值里常有密钥。不会读 .env 文件。",
  },
  { name: "help", line: "text", usage: ["%help", "%help 名字"], summary: "魔法命令的列表，或一个命令的说明" },
  {
    name: "html",
    cell: { args: "text", body: "text" },
    usage: ["%%html"],
    summary: "把下面的正文显示成 HTML",
  },
  {
    name: "javascript",
    cell: { args: "text", body: "text" },
    usage: ["%%javascript"],
    summary: "让前端的页面执行下面的 JavaScript",
    detail:
      "代码在浏览器的页面里执行，不在会话里：看不见笔记本的变量。只有 JupyterLab 在受信任的笔记本里执行它；nbviewer、VS Code 与导出的网页不执行。",
  },
  {
    name: "latex",
    cell: { args: "text", body: "text" },
    usage: ["%%latex"],
    summary: "把下面的正文排成公式",
    detail: "没有写定界符（$、\\[、\\begin）就当作独立成行的公式。",
  },
  { name: "lsmagic", line: "text", usage: ["%lsmagic"], summary: "列出全部魔法命令" },
  {
    name: "markdown",
    cell: { args: "text", body: "text" },
    usage: ["%%markdown"],
    summary: "把下面的正文排成 Markdown",
  },
  {
    name: "memory",
    line: "text",
    usage: ["%memory"],
    summary: "会话、类型服务、内核各占多少内存，变量里的张量有多少",
    detail:
      "堆是 JavaScript 对象，堆外是 ArrayBuffer 等；RSS 是整个进程占的物理内存。堆的上限由环境变量 TIDU_MEMORY 设（例如 2G）。",
  },
  {
    name: "npm",
    line: "text",
    usage: ["%npm install 包名…", "%npm uninstall 包名…", "%npm list"],
    summary: "安装、删除、列出 npm 包，装完立即可以 import",
    choices: ["install", "uninstall", "list"],
    detail:
      "在笔记本往上最近的 package.json 所在的目录里运行；一个都没有，就在笔记本的目录里新建一个（会先说明）。其余参数原样交给 npm。可以中断。已经导入过的包换了版本，要重启内核才会换新。",
  },
  { name: "pwd", line: "text", usage: ["%pwd"], summary: "当前目录" },
  {
    name: "reset",
    line: "text",
    usage: ["%reset"],
    summary: "清除全部变量与类型，不重启进程",
    detail: "定时器、已经导入的模块、打开的文件都还在。",
  },
  { name: "svg", cell: { args: "text", body: "text" }, usage: ["%%svg"], summary: "显示下面的 SVG" },
  {
    name: "time",
    line: "code",
    cell: { args: "text", body: "code" },
    usage: ["%time 语句", "%%time"],
    summary: "运行一次，报告用时",
    detail: "语句可以有 await；它的值照常显示。用时不含编译与类型检查。",
  },
  {
    name: "timeit",
    line: "code",
    cell: { args: "code", body: "code" },
    usage: ["%timeit [-n 次数] [-r 轮数] 语句", "%%timeit [-n 次数] [-r 轮数] [准备语句]"],
    summary: "反复运行，报告每次用时的平均与标准差",
    detail:
      "先热身，再自动选次数，使一轮不短于 0.2 秒；默认 7 轮。每次的值都存下，免得被优化掉。作格命令时第一行的准备语句只运行一次，不计时。",
  },
  {
    name: "timeout",
    line: "text",
    cell: { args: "text", body: "code" },
    usage: ["%timeout 5s", "%timeout off", "%timeout", "%%timeout 500ms"],
    summary: "单元格的时限：行命令管之后的所有单元格，格命令只管这一格",
    choices: ["off"],
    detail: "到时先中断，变量保留；停不下来才结束进程。单位 ms、s、m。初值由环境变量 TIDU_CELL_TIMEOUT 设。",
  },
  {
    name: "timing",
    line: "text",
    usage: ["%timing on", "%timing off"],
    summary: "之后每个单元格结束时报告用时",
    choices: ["on", "off"],
  },
  {
    name: "types",
    line: "text",
    usage: ["%types on", "%types off"],
    summary: "打开或关闭整个笔记本的类型检查",
    choices: ["on", "off"],
    detail: "只想跳过一格，在那一格的首行写 // @ts-nocheck。",
  },
  {
    name: "who",
    line: "text",
    usage: ["%who", "%who number"],
    summary: "变量的名字、类型与短的值；给出类型则只列这种",
  },
  { name: "whos", line: "text", usage: ["%whos"], summary: "变量的表格：名字、声明、类型、大小、值" },
  {
    name: "writefile",
    cell: { args: "text", body: "text" },
    usage: ["%%writefile 文件", "%%writefile -a 文件"],
    summary: "把下面的正文写进文件；-a 接在末尾",
  },
];

export function magicInfo(name: string): MagicInfo | undefined {
  return magics.find((magic) => magic.name === name);
}

/** 写法最近的名字；差得太远则没有。 */
export function nearest(name: string): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const { name: candidate } of magics) {
    const found = distance(name.toLowerCase(), candidate);
    if (!best || found < best.distance) best = { name: candidate, distance: found };
  }
  return best && best.distance <= Math.max(1, Math.floor(name.length / 2)) ? best.name : undefined;
}

/** 编辑距离：增、删、改、相邻对调各算一步。 */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
