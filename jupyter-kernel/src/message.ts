import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** 协议版本：消息头里的 version 与 kernel_info 都报这个。 */
export const protocolVersion = "5.4";
const delimiter = "<IDS|MSG>";

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

export interface Message {
  /** ROUTER 的路由前缀；iopub 上是主题 */
  identities: Buffer[];
  header: Header;
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Record<string, any>;
  buffers: Buffer[];
}

/** 收到的帧不是一条可信的 Jupyter 消息。按协议静默丢弃，只在日志里留一行。 */
export class MessageError extends Error {
  override name = "MessageError";
  readonly id: string;
  constructor(id: string, message: string) {
    super(`${id}：${message}`);
    this.id = id;
  }
}

/**
 * 消息的签名与编解码。四段 JSON 依次做 HMAC-SHA256；密钥为空串表示不签名（协议允许）。
 */
export class Codec {
  readonly #key: string;
  readonly #algorithm: string;
  readonly session = randomUUID();
  readonly #seen = new Set<string>();

  constructor(key: string, scheme = "hmac-sha256") {
    this.#key = key;
    if (!/^hmac-[a-z0-9]+$/.test(scheme))
      throw new MessageError("TIDU-JUP-001", `不认识的签名方案 ${scheme}：连接文件里应是 hmac-sha256`);
    this.#algorithm = scheme.slice("hmac-".length);
  }

  sign(parts: readonly Buffer[]): string {
    if (this.#key === "") return "";
    const hmac = createHmac(this.#algorithm, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  header(type: string): Header {
    return {
      msg_id: randomUUID(),
      session: this.session,
      username: "tidu",
      date: new Date().toISOString(),
      msg_type: type,
      version: protocolVersion,
    };
  }

  encode(message: Message): Buffer[] {
    const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    );
    return [
      ...message.identities,
      Buffer.from(delimiter),
      Buffer.from(this.sign(parts)),
      ...parts,
      ...message.buffers,
    ];
  }

  /** 解出一条消息；签名不对、重放、格式不对时抛 {@link MessageError}。 */
  decode(frames: readonly Buffer[]): Message {
    const at = frames.findIndex((frame) => frame.equals(Buffer.from(delimiter)));
    if (at < 0 || frames.length < at + 6)
      throw new MessageError("TIDU-JUP-002", `消息只有 ${frames.length} 帧，或没有 ${delimiter} 分隔帧`);
    const parts = frames.slice(at + 2, at + 6);
    if (this.#key !== "") this.#verify(frames[at + 1]!, parts);
    const [header, parent, metadata, content] = parts.map(parseObject);
    if (typeof header!["msg_type"] !== "string" || typeof header!["msg_id"] !== "string")
      throw new MessageError("TIDU-JUP-004", "消息头缺少 msg_type 或 msg_id");
    return {
      identities: frames.slice(0, at),
      header: header as unknown as Header,
      parent: parent!,
      metadata: metadata!,
      content: content!,
      buffers: frames.slice(at + 6),
    };
  }

  #verify(frame: Buffer, parts: readonly Buffer[]): void {
    const expected = Buffer.from(this.sign(parts));
    if (frame.length !== expected.length || !timingSafeEqual(frame, expected))
      throw new MessageError("TIDU-JUP-003", "消息签名不对，已丢弃");
    // 同一签名再次出现就是重放：每条消息的 msg_id 不同，签名不可能相同
    const given = frame.toString("latin1");
    if (this.#seen.has(given)) throw new MessageError("TIDU-JUP-005", "收到重复的消息，已丢弃");
    this.#seen.add(given);
    if (this.#seen.size > 65_536) for (const old of this.#seen) if (this.#seen.delete(old)) break;
  }
}

/** 嵌套再深，回复里转述它（JSON.stringify 是递归的）就会用完调用栈。真实的消息不到十层。 */
const DEPTH = 200;

function parseObject(frame: Buffer): Record<string, unknown> {
  if (tooDeep(frame)) throw new MessageError("TIDU-JUP-007", `消息的 JSON 嵌套超过 ${DEPTH} 层`);
  try {
    const value = JSON.parse(frame.toString());
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  } catch {
    // 落到下面统一报错
  }
  throw new MessageError("TIDU-JUP-004", "消息的某一段不是 JSON 对象");
}

function tooDeep(frame: Buffer): boolean {
  if (frame.length < 2 * DEPTH) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < frame.length; at++) {
    const byte = frame[at];
    if (quoted) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEPTH) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}
