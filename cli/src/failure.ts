/** 带编号的错误只印一行消息；其余是我们的缺陷，印出完整的栈。返回退出码。 */
export function reportFailure(error: unknown): number {
  const known = error instanceof Error && typeof (error as { id?: unknown }).id === "string";
  console.error(known ? (error as Error).message : error);
  return 1;
}
