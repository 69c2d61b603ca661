/** 生成练习或骨架时发现的毛病。 */
export class AuthoringError extends Error {
  readonly id: string;
  constructor(message: string) {
    super(message);
    this.name = "AuthoringError";
    this.id = message.split("：", 1)[0]!;
  }
}
