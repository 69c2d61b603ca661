/** MIME 束：内容类型 → 内容。文本是字符串，JSON 类是对象，二进制是 base64 字符串。 */
export type MimeBundle = Record<string, unknown>;

export interface StreamOutput {
  output_type: "stream";
  name: "stdout" | "stderr";
  text: string;
}

export interface DisplayDataOutput {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  /** 有 display_id 时，之后可以用 update_display_data 改写它。 */
  transient?: { display_id?: string };
}

export interface UpdateDisplayDataOutput {
  output_type: "update_display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  transient: { display_id: string };
}

export interface ExecuteResultOutput {
  output_type: "execute_result";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  /** 会话不编号，由内核或 executeNotebook 填写。 */
  execution_count: number | null;
}

export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

/** 清空此前的输出；wait 为真时等下一个输出到来再清。 */
export interface ClearOutput {
  output_type: "clear_output";
  wait: boolean;
}

/** 执行过程中按次序出现的一个输出。前四种之外的两种不写进笔记本文件。 */
export type Output =
  | StreamOutput
  | DisplayDataOutput
  | ExecuteResultOutput
  | ErrorOutput
  | UpdateDisplayDataOutput
  | ClearOutput;

/** 单元格失败的原因；行和列从 1 起数，指向学习者写的代码。 */
export interface CellError {
  ename: string;
  evalue: string;
  /** 可直接逐行显示：消息、代码框、调用栈（不含内部帧，不含颜色）。 */
  traceback: string[];
  cell?: string;
  line?: number;
  column?: number;
  /** 声明还没有执行到、因而没有换上新值的名字；"all" 是一句也没有运行。 */
  undeclared?: string[] | "all";
}

/** 与前端之间的一条 comm 消息，两个方向相同；二进制是 base64。 */
export interface CommMessage {
  type: "comm_open" | "comm_msg" | "comm_close";
  comm_id: string;
  /** 只有 comm_open 有。 */
  target_name?: string;
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: string[];
}

/** 执行中（或 comm 回调中）发生的事往哪里送。 */
export interface Sinks {
  /** 每个输出到来时调用；返回 Promise 则等它完成再读下一个（背压）。 */
  onOutput?: (output: Output) => void | Promise<void>;
  /** 代码经 comm 发给前端的消息；没有它就丢弃。 */
  onComm?: (message: CommMessage) => void;
}

export type ExecuteStatus = "ok" | "error" | "interrupted" | "timeout" | "died";

export interface ExecuteResult {
  status: ExecuteStatus;
  /** 相邻的同名 stream 已合并；clear_output 与 update_display_data 已经应用，不在其中。 */
  outputs: Output[];
  error?: CellError;
  /** 真：进程（或 worker）已经换新，之前的变量都不在了。 */
  stateLost?: boolean;
}

export interface ExecuteOptions extends Sinks {
  signal?: AbortSignal;
  /** 毫秒，从执行环境备好算起；到时先中断（状态保留），中断不了再结束进程。 */
  timeout?: number;
  /** 错误里用的名字，例如「单元格 [3]」。 */
  cell?: string;
  /** outputs 里最多收集多少个字符，之后丢弃并留一行说明；默认 64 Mi。onOutput 不受影响。 */
  outputLimit?: number;
  /** 回答 prompt() 之类的输入请求，null 是没有回答；没有它时，请求输入是一个错误（TIDU-RT-010）。 */
  onInput?: (prompt: string, password: boolean) => Promise<string | null>;
}

/** 一个会话 = 一个进程（Node）或一个 worker（浏览器）。execute 按调用次序排队。 */
export interface Session {
  execute(code: string, options?: ExecuteOptions): Promise<ExecuteResult>;
  /**
   * 把前端的一条 comm 消息交给代码里的回调；回调的同步部分做完后返回。
   * 单元格在等待（await）时也会处理，在同步的循环里则等它让出线程。假：执行环境不在，没有送到。
   */
  comm(message: CommMessage, sinks?: Sinks): Promise<boolean>;
  /** 中断正在执行的单元格，变量保留；单元格结束后返回。没有单元格在执行时，停下定时器里的循环。 */
  interrupt(): Promise<void>;
  /** 换一个新的进程或 worker，变量全部清空。 */
  restart(): Promise<void>;
  close(): Promise<void>;
}
