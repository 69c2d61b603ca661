import type { Content } from "./handler.js";

/** 消息的内容不合协议；前端会收到状态为 error 的回复，evalue 以编号开头。 */
export class RequestError extends Error {
  override name = "RequestError";
  readonly id: string;
  constructor(id: string, message: string) {
    super(`${id}：${message}`);
    this.id = id;
  }
}

type Kind = "string" | "boolean" | "integer" | "object";

const kinds: Record<Kind, { name: string; fits: (value: unknown) => boolean }> = {
  string: { name: "字符串", fits: (value) => typeof value === "string" },
  boolean: { name: "true 或 false", fits: (value) => typeof value === "boolean" },
  integer: { name: "整数", fits: Number.isSafeInteger },
  object: {
    name: "对象",
    fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  },
};

type Shape = Record<string, Kind | `${Kind}?`>;

const position: Shape = { code: "string", cursor_pos: "integer?" };
const comm: Shape = { comm_id: "string", data: "object?" };

/** 各种消息必须有的字段与类型；带问号的可以没有或是 null。没有列出的消息不检查。 */
const shapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries<Shape>({
    execute_request: {
      code: "string",
      silent: "boolean?",
      store_history: "boolean?",
      user_expressions: "object?",
      allow_stdin: "boolean?",
      stop_on_error: "boolean?",
    },
    complete_request: position,
    inspect_request: { ...position, detail_level: "integer?" },
    is_complete_request: { code: "string" },
    history_request: {
      hist_access_type: "string?",
      output: "boolean?",
      raw: "boolean?",
      session: "integer?",
      start: "integer?",
      stop: "integer?",
      n: "integer?",
      pattern: "string?",
      unique: "boolean?",
    },
    comm_info_request: { target_name: "string?" },
    comm_open: { ...comm, target_name: "string" },
    comm_msg: comm,
    comm_close: comm,
  }),
);

/**
 * 检查一条消息的内容。处理函数因此可以相信字段的类型。
 *
 * @throws RequestError 少了字段，或字段的类型不对（TIDU-JUP-025）
 */
export function checkShape(type: string, content: Content): void {
  for (const [field, wanted] of Object.entries(shapes.get(type) ?? {})) {
    const value: unknown = Object.hasOwn(content, field) ? content[field] : undefined;
    const absent = value === undefined || value === null;
    if (absent && wanted.endsWith("?")) continue;
    const kind = kinds[wanted.replace("?", "") as Kind];
    if (kind.fits(value)) continue;
    const given = value === undefined ? "没有这个字段" : `收到的是 ${brief(value)}`;
    throw new RequestError("TIDU-JUP-025", `${type} 的 ${field} 应是${kind.name}，${given}`);
  }
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
