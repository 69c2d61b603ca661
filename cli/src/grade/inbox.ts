import { statSync } from "node:fs";
import { dirname } from "node:path";
import { type Incoming, submissions } from "@tidu/grader/node";

/** 逐份给出路径下的提交，连同交上来的时刻。 */
export async function* inbox(paths: string[]): AsyncGenerator<Incoming> {
  for await (const submission of submissions(paths))
    yield { ...submission, received: receivedAt(submission.path) };
}

/** 文件的修改时刻；压缩包里的用压缩包的。 */
export function receivedAt(path: string): number {
  for (let at = path; ; at = dirname(at)) {
    try {
      return Math.floor(statSync(at).mtimeMs);
    } catch {
      // 压缩包里的路径在磁盘上不存在：往上一层找到压缩包
      if (dirname(at) === at) return 0;
    }
  }
}
