import type { Notebook } from "../nbformat/types.js";
import type { CellError, ExecuteResult, Session } from "../types.js";

export interface NodeSessionOptions {
  /** 相对导入与包从这里解析；默认当前目录。 */
  cwd?: string;
  /** 完整的环境变量；默认沿用本进程的。 */
  env?: NodeJS.ProcessEnv;
  /** node 的参数，例如 --max-old-space-size=256。 */
  execArgv?: string[];
  /** 执行进程的入口文件；默认是编译出的 child.js，打好包的换成包。 */
  entry?: string;
  /** 把将要启动的命令行换成另一条（沙箱用）：[node, ...args] → [bwrap, ..., node, ...args]。文件描述符 3–5 须传下去。 */
  wrapCommand?: (argv: string[]) => string[];
  /** 进程意外结束时调用（例如单元格里 process.exit）；下一次 execute 会启动新进程。detail 是给学习者看的一句话。 */
  onExit?: (info: { code: number | null; signal: string | null; detail: string }) => void;
  /** 进程没了就马上启动新的，不等下一次 execute。 */
  respawn?: boolean;
}

export interface NodeSession extends Session {
  /** 当前进程号；进程不在时是 undefined。 */
  readonly pid: number | undefined;
}

export interface ExecuteNotebookOptions extends NodeSessionOptions {
  /** 用现成的会话；没有则开一个，完事关掉。 */
  session?: Session;
  /** 每个单元格的时限，毫秒。 */
  timeout?: number;
  signal?: AbortSignal;
  /** 出错后继续执行后面的单元格（默认停下）。 */
  keepGoing?: boolean;
  onCell?: (event: { index: number; total: number; result: ExecuteResult }) => void;
}

export interface ExecutedNotebook {
  notebook: Notebook;
  /** 第一个失败的单元格。 */
  failed?: { cellIndex: number; status: ExecuteResult["status"]; error: CellError };
}
