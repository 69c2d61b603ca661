/** 没能判的提交：文件没了、坏了，或者不是练习。`message` 以编号开头，说清楚是什么、怎么办。 */
export class SubmissionError extends Error {
  readonly id: string;
  constructor(message: string) {
    super(message);
    this.name = "SubmissionError";
    this.id = message.split("：", 1)[0]!;
  }
}
