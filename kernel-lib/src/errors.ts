/**
 * 库里的全部错误都是 TiduError：`id` 稳定（如 `TIDU-SHAPE-001`），`message` 说清哪里错、为什么、怎么改。
 *
 * @example
 * new TiduError("TIDU-SHAPE-001", "形状 [2] 与 [3] 不能广播").id // => "TIDU-SHAPE-001"
 */
export class TiduError extends Error {
  readonly id: string;

  constructor(id: string, message: string, options?: ErrorOptions) {
    super(`${id}：${message}`, options);
    this.name = "TiduError";
    this.id = id;
  }
}
