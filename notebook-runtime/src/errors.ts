/** 带稳定编号的错误；消息说明哪里不对、该做什么。 */
export class RuntimeError extends Error {
  readonly id: string;

  constructor(id: string, message: string, options?: ErrorOptions) {
    super(`${id}：${message}`, options);
    this.name = "RuntimeError";
    this.id = id;
  }
}
