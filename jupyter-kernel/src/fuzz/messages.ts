import type { Codec } from "../message.js";
import { Random } from "./random.js";

type Json = Record<string, unknown>;

export interface Mutant {
  channel: "shell" | "control" | "stdin";
  frames: Buffer[];
}

const odd: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  9007199254740992,
  -(2 ** 53),
  "",
  "x",
  "\u0000",
  "\ud800",
  "梯度😀\u202e",
  "constructor",
  "__proto__",
  "../../etc/passwd",
  [],
  [[[]]],
  {},
  { length: 1e9 },
  { toString: 1, valueOf: null },
  { toJSON: "x" },
];

/** 真的会执行的代码都很短：这里考的是协议，不是编译器。 */
const codes = [
  "1",
  "",
  "let q = 1",
  "throw 1",
  "1 +",
  "console.log(1)",
  "%types",
  "prompt('?')",
  "\ud800",
  "/*",
];

/** 各种消息的样子与出现的份数；执行、补全慢，所以少。shutdown_request 只在坏签名里出现。 */
const kinds: readonly [string, number, (random: Random) => Json][] = [
  ["execute_request", 2, (r) => ({ code: r.pick(codes), silent: r.chance(0.3), allow_stdin: r.chance(0.5) })],
  ["complete_request", 1, (r) => ({ code: "Math.a", cursor_pos: r.int(8) })],
  ["inspect_request", 1, (r) => ({ code: "Math", cursor_pos: r.int(5), detail_level: r.int(2) })],
  ["is_complete_request", 1, (r) => ({ code: r.pick(codes) })],
  [
    "history_request",
    3,
    (r) => ({ hist_access_type: r.pick(["tail", "range", "search"]), n: 5, pattern: "*" }),
  ],
  ["comm_open", 14, (r) => ({ comm_id: comm(r), target_name: r.pick(targets), data: {} })],
  [
    "comm_msg",
    16,
    (r) => ({ comm_id: comm(r), data: { method: r.pick(["update", "custom", "x"]), state: {} } }),
  ],
  ["comm_close", 10, (r) => ({ comm_id: comm(r), data: {} })],
  ["comm_info_request", 4, (r) => (r.chance(0.5) ? {} : { target_name: r.pick(targets) })],
  ["kernel_info_request", 8, () => ({})],
  ["connect_request", 2, () => ({})],
  ["debug_request", 3, () => ({ type: "request", seq: 1, command: "attach" })],
  ["input_reply", 10, (r) => ({ status: "ok", value: r.pick(["", "y", "\x04"]) })],
  ["interrupt_request", 2, () => ({})],
  ["没有这种", 3, () => ({})],
  ["__proto__", 2, () => ({})],
  ["hasOwnProperty_request", 2, () => ({})],
];
const bag = kinds.flatMap((kind) => Array.from({ length: kind[1] }, () => kind));
const calm = bag.filter(([type]) => type !== "interrupt_request");
const targets = ["fuzz", "jupyter.widget.control", "jupyter.widget", "没有", "__proto__"];
const comm = (random: Random): string => `c${random.int(6)}`;

/**
 * 从种子生成的一串坏消息：帧、签名、JSON、字段的类型、大小，各处都动过。
 *
 * @param interrupts 里面有没有中断。机器忙时连着中断，会话可能当它停不下来而换新，变量就不在了
 */
export function* mutants(seed: number, count: number, codec: Codec, interrupts: boolean): Generator<Mutant> {
  const random = new Random(seed);
  const sent: Mutant[] = [];
  const ids: string[] = [];
  for (let k = 0; k < count; k++) {
    if (sent.length > 0 && random.chance(0.03)) {
      yield random.pick(sent);
      continue;
    }
    const mutant = make(random, interrupts ? bag : calm, codec, ids, k);
    if (sent.length < 200) sent.push(mutant);
    yield mutant;
  }
}

function make(
  random: Random,
  bag: readonly (typeof kinds)[number][],
  codec: Codec,
  ids: string[],
  k: number,
): Mutant {
  const [type, , content] = random.pick(bag);
  const header = {
    ...codec.header(type),
    msg_id: random.chance(0.05) && ids.length ? random.pick(ids) : `m${k}`,
  };
  if (ids.length < 500) ids.push(header.msg_id);
  const parts: Json[] = [header, random.chance(0.1) ? { msg_id: random.pick(ids) } : {}, {}, content(random)];
  while (random.chance(0.5)) damage(random, parts[random.pick([0, 1, 2, 3, 3, 3])]!);
  // 关机是正当的请求，不能让它碰巧出现
  if (parts[0]!["msg_type"] === "shutdown_request") parts[0]!["msg_type"] = "x";
  let bodies: Buffer[] = parts.map((part) => Buffer.from(JSON.stringify(part)));
  if (random.chance(0.1)) bodies = bodies.map((body) => (random.chance(0.4) ? garble(random, body) : body));
  let frames: Buffer[] = [Buffer.from("<IDS|MSG>"), Buffer.from(codec.sign(bodies)), ...bodies];
  while (random.chance(0.1)) frames.push(random.bytes(random.chance(0.02) ? 100_000 : random.int(40)));
  if (random.chance(0.08)) frames[1] = forge(random, frames[1]!);
  if (random.chance(0.08)) frames = shuffle(random, frames);
  return { channel: type === "input_reply" ? "stdin" : channelOf(random, type), frames };
}

function channelOf(random: Random, type: string): Mutant["channel"] {
  if (random.chance(0.1)) return random.pick(["shell", "control", "stdin"]);
  return type === "interrupt_request" || type === "debug_request" ? "control" : "shell";
}

/** 动一个字段：换成怪值、删掉，或添一个。 */
function damage(random: Random, part: Json): void {
  const keys = Object.keys(part);
  const key =
    keys.length > 0 && random.chance(0.8) ? random.pick(keys) : random.pick(["__proto__", "x", "data"]);
  if (random.chance(0.25)) delete part[key];
  else
    Object.defineProperty(part, key, {
      value: random.chance(0.02) ? "长".repeat(50_000) : random.pick(odd),
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/** 签名正确、内容不是正经 JSON 的一帧。 */
function garble(random: Random, body: Buffer): Buffer {
  const text = body.toString();
  const at = random.int(text.length + 1);
  return random.pick([
    () => Buffer.from(text.slice(0, at)),
    () =>
      Buffer.from(
        text.slice(0, at) + random.pick(["{", "]", ",", '"', "\\u", "1e", "\u0000"]) + text.slice(at),
      ),
    () => Buffer.from(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
    () => Buffer.from(text.replace(/^\{/, `{"deep":${'{"a":'.repeat(150)}1${"}".repeat(150)},`)),
    () => Buffer.from(JSON.stringify(random.pick(odd)) ?? "undefined"),
    () => random.bytes(random.int(60)),
    () => Buffer.alloc(0),
  ])();
}

function forge(random: Random, signature: Buffer): Buffer {
  return random.pick([
    () => Buffer.alloc(0),
    () => Buffer.from(signature.toString().toUpperCase()),
    () => signature.subarray(0, random.int(signature.length + 1)),
    () => random.bytes(64),
    () => Buffer.from("梯".repeat(32)),
  ])();
}

function shuffle(random: Random, frames: Buffer[]): Buffer[] {
  const at = random.int(frames.length);
  return random.pick([
    () => frames.toSpliced(at, 1),
    () => frames.toSpliced(at, 0, frames[at]!),
    () => frames.toSpliced(at, 0, Buffer.from("<IDS|MSG>")),
    () => frames.toReversed(),
    () => frames.slice(0, at + 1),
    () => [random.bytes(5), ...frames],
  ])();
}
