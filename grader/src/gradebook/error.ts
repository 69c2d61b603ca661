/** 成绩册的错误：打不开，或者要做的事与已记下的矛盾。 */
export class GradebookError extends Error {
  readonly id: string;
  constructor(message: string) {
    super(message);
    this.name = "GradebookError";
    this.id = message.split("：", 1)[0]!;
  }
}
