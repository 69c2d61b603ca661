/** 命令行自己的错误：用法不对、文件不在。 */
export class CliError extends Error {
  readonly id: string;

  constructor(id: string, message: string) {
    super(`${id}：${message}`);
    this.name = "CliError";
    this.id = id;
  }
}

/** 带编号的错误只印一行消息；其余是我们的缺陷，印出完整的栈。返回退出码。 */
export function reportFailure(error: unknown): number {
  const known = error instanceof Error && typeof (error as { id?: unknown }).id === "string";
  console.error(known ? (error as Error).message : error);
  return 1;
}
