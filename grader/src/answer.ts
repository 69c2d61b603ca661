import { type Form, MAX_NUMBERS, UNANSWERED } from "./learner/wire.js";
import { plainText } from "./plain.js";
import type { Value } from "./value.js";

/** 裁判向学习者的函数提一个问题，得到的回答。除 `value` 外都说明为什么没有答案。 */
export type Answer =
  /** `device`：返回值里有张量时，它在哪个设备上。 */
  | { kind: "value"; value: unknown; device?: string }
  | { kind: "throw"; name: string; message: string }
  /** 占位还在；`fn` 是占位所在的函数，可能是被调用的另一题。 */
  | { kind: "unanswered"; fn?: string }
  /** 没有这个名字的函数；`reason` 说明它的单元格为什么没有定义它。 */
  | { kind: "missing"; reason?: string }
  /** `total`：单次都不慢，一题加起来太慢。 */
  | { kind: "timeout"; seconds: number; total?: boolean }
  | { kind: "crash"; reason: string };

/** 向学习者提问的通道：沙箱里的进程，或者笔记本里的函数本身。 */
export interface Ask {
  (fn: string, args: Value[], form?: Form): Promise<Answer>;
  /** 几组参数一起问，省去来回；有一次没有答复（超时、进程没了），就到它为止。 */
  many?(fn: string, inputs: Value[][], form?: Form): Promise<Answer[]>;
}

/** 一起问时一次至多这么多组：回答要装得进通道的上限。 */
const TOGETHER = 16;

/** 依次用这些参数问，逐个给出回答。第一组单独问：没有作答、一问就死的，不必问其余的。 */
export async function* askEach(
  ask: Ask,
  fn: string,
  inputs: Value[][],
  form: Form,
): AsyncGenerator<Answer, void> {
  for (let at = 0; at < inputs.length; ) {
    const given = inputs.slice(at, at === 0 ? 1 : at + TOGETHER);
    const answers =
      ask.many === undefined || given.length === 1
        ? [await ask(fn, structuredClone(given[0]!), form)]
        : await ask.many(fn, given, form);
    yield* answers;
    at += answers.length;
  }
}

/** 读沙箱送来的一条回答。来路不可信：结构不对的一律当作没有答案。 */
export function readAnswer(raw: unknown): Answer {
  const reply = raw as { [name in "kind" | "value" | "device" | "name" | "message"]?: unknown } | null;
  if (typeof reply !== "object" || reply === null) return { kind: "crash", reason: "回答无法辨认" };
  if (reply.kind === "value") {
    const device = plainText(reply.device, 40);
    return device === ""
      ? { kind: "value", value: reply.value }
      : { kind: "value", value: reply.value, device };
  }
  if (reply.kind === "missing") return { kind: "missing" };
  if (reply.kind !== "throw") return { kind: "crash", reason: "回答无法辨认" };
  const message = plainText(reply.message, 500);
  if (message.startsWith(UNANSWERED)) {
    const fn = /[A-Za-z_$][\w$]*/.exec(message)?.[0];
    return fn === undefined ? { kind: "unanswered" } : { kind: "unanswered", fn };
  }
  return { kind: "throw", name: plainText(reply.name, 80) || "Error", message };
}

/** 回答与标准答案结构相同时给出数值；否则说出第一处不同。 */
export type Decoded = { value: Value } | { problem: string };

const SPECIAL: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

const KINDS: Record<string, string> = {
  "?undefined": "undefined（是不是忘了写 return？）",
  "?null": "null",
  "?string": "字符串",
  "?boolean": "布尔值",
  "?function": "一个函数",
  "?bigint": "bigint（请返回普通的数）",
  "?symbol": "symbol",
  "?过大": `太大的结果（超过 ${MAX_NUMBERS} 个数或嵌套太深）`,
};

/** 按标准答案的结构读取学习者的返回值。多余的字段忽略，缺少的报告。 */
export function decode(raw: unknown, template: Value, path = "返回值"): Decoded {
  if (typeof template === "number") {
    if (typeof raw === "number") return { value: raw };
    if (typeof raw === "string" && Object.hasOwn(SPECIAL, raw)) return { value: SPECIAL[raw]! };
    return { problem: `${path} 应是一个数，得到${kindOf(raw)}` };
  }
  if (Array.isArray(template)) {
    if (!Array.isArray(raw))
      return { problem: `${path} 应是长度 ${template.length} 的数组，得到${kindOf(raw)}` };
    if (raw.length !== template.length) {
      return { problem: `${path} 应有 ${template.length} 个元素，得到 ${raw.length} 个` };
    }
    const items: Value[] = [];
    for (let i = 0; i < template.length; i++) {
      const item = decode(raw[i], template[i]!, `${path}[${i}]`);
      if ("problem" in item) return item;
      items.push(item.value);
    }
    return { value: items };
  }
  const names = Object.keys(template);
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { problem: `${path} 应是带有字段 ${names.join("、")} 的对象，得到${kindOf(raw)}` };
  }
  const record: Record<string, Value> = {};
  for (const name of names) {
    if (!Object.hasOwn(raw, name)) return { problem: `${path} 缺少字段 ${name}` };
    const item = decode((raw as Record<string, unknown>)[name], template[name]!, `${path}.${name}`);
    if ("problem" in item) return item;
    record[name] = item.value;
  }
  return { value: record };
}

function kindOf(raw: unknown): string {
  if (typeof raw === "number") return "一个数";
  if (Array.isArray(raw)) return `长度 ${raw.length} 的数组`;
  if (typeof raw === "string") return Object.hasOwn(KINDS, raw) ? KINDS[raw]! : ` ${plainText(raw, 20)}`;
  if (typeof raw === "object" && raw !== null) return "一个对象";
  return "无法辨认的东西";
}
