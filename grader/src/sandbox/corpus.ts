import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `grader/attacks/` 里的一份攻击：开头几行注释说明企图与预期，余下是提交的内容。 */
export interface Attack {
  name: string;
  aim: string;
  /** 应得的分，下限与上限；诚实的那一题值一分。 */
  score: [number, number];
  /** huber.grad 的报告里应有的话。 */
  says?: RegExp;
  /** 挡不住它的机制，照文件里写的。 */
  unstopped: string;
  /** 换一种机制结果可能不同，测试里每种机制都跑。 */
  focus: boolean;
  code: string;
}

const folder = fileURLToPath(new URL("../../attacks/", import.meta.url));

export function readAttacks(): Attack[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => parse(name.slice(0, -3), readFileSync(join(folder, name), "utf8")));
}

function parse(name: string, code: string): Attack {
  const field = (key: string) => new RegExp(`^// ${key}：(.*)$`, "m").exec(code)?.[1];
  const [least, most = least] = field("得分")!.split("-").map(Number);
  const says = field("消息");
  return {
    name,
    aim: field("企图")!,
    score: [least!, most!],
    ...(says === undefined ? {} : { says: new RegExp(says) }),
    unstopped: field("挡不住") ?? "",
    focus: field("看机制") !== undefined,
    code,
  };
}

const honest = `function huberValue(e: number, delta: number): number {
  const size = e < 0 ? -e : e;
  return size <= delta ? (e * e) / 2 : delta * (size - delta / 2);
}`;
const wrong = "function huberGrad(e: number, delta: number): any {\n  return 0.5 * e;\n}";

/** 攻击做成的提交：诚实的一格在前，攻击在后；攻击自己没有写 huberGrad 的，补一个错的。 */
export function submissionOf({ code }: Attack, values: Record<string, string>): string {
  const filled = code.replace(/__([A-Z]+)__/g, (all, key: string) => values[key] ?? all);
  const cells = [honest, ...(/\bhuberGrad\s*\(/.test(code) ? [] : [wrong]), filled];
  return cells.join("\n// %%\n");
}
