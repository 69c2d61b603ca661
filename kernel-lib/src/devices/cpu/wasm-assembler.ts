// 一个极小的 WebAssembly 汇编器：只有矩阵乘与逐元素循环用到的几条指令。
// 指令按二进制格式（WebAssembly Core Specification 2.0，第 5 章）直接写成字节，嵌套数组最后摊平。

export type Code = number | readonly Code[];

/** 值类型。 */
export const i32 = 0x7f;
export const v128 = 0x7b;

/** 无符号 LEB128。 */
export function unsigned(n: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = n >>> 7;
    bytes.push((n & 127) | (rest > 0 ? 128 : 0));
    n = rest;
  } while (n > 0);
  return bytes;
}

/** 有符号 LEB128，只用于不大的非负常数。 */
function signed(n: number): number[] {
  const bytes = unsigned(n);
  if (bytes.at(-1)! & 64) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(0);
  }
  return bytes;
}

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const constant = (n: number): Code => [0x41, signed(n)];
export const add = (a: Code, b: Code): Code => [a, b, 0x6a];
export const subtract = (a: Code, b: Code): Code => [a, b, 0x6b];
export const multiply = (a: Code, b: Code): Code => [a, b, 0x6c];
/** local += n。 */
export const advance = (local: number, n: Code): Code => set(local, add(get(local), n));
/** 先做一遍 body，condition 不为零就再来。 */
export const repeat = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
export const call = (index: number, ...args: Code[]): Code => [args, 0x10, unsigned(index)];

/** 128 位向量指令，前缀 0xfd；访存的对齐只是提示，写 0。 */
export const simd = (opcode: number, ...args: Code[]): Code => [args, 0xfd, unsigned(opcode)];
const access = (opcode: number, args: Code, offset: number): Code => [
  simd(opcode, args),
  0,
  unsigned(offset),
];
export const load = (address: Code, offset: number): Code => access(0x00, address, offset);
export const store = (address: Code, offset: number, value: Code): Code =>
  access(0x0b, [address, value], offset);
/** 读一个数，填满各道。 */
export const loadSplat = (bytes: 4 | 8, address: Code, offset: number): Code =>
  access(bytes === 8 ? 0x0a : 0x09, address, offset);

/** 各道都是同一个常数。 */
export function splat(bytes: 4 | 8, value: number): Code {
  const lanes = bytes === 8 ? Float64Array.of(value, value) : Float32Array.of(value, value, value, value);
  return [0xfd, 0x0c, [...new Uint8Array(lanes.buffer)]];
}
/** 把第 from 道起的数依次挪到第 0 道起，后面的道内容不拘。 */
export const lanesFrom = (bytes: 4 | 8, from: number, value: Code): Code => [
  [value, value],
  [0xfd, 0x0d],
  Array.from({ length: 16 }, (_, i) => (i + from * bytes) % 16),
];
/** 只存第 0 道。 */
export const storeFirst = (bytes: 4 | 8, address: Code, offset: number, value: Code): Code => [
  access(bytes === 8 ? 0x5b : 0x5a, [address, value], offset),
  0,
];

export interface Function {
  readonly name?: string;
  /** 参数都是 i32，没有返回值。 */
  readonly params: number;
  /** 参数之外的局部变量：各类型的个数。 */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly body: Code;
}

const vector = (items: readonly Code[]): Code => [unsigned(items.length), items];

function sized(code: Code): Code {
  const bytes = flatten(code);
  return [unsigned(bytes.length), bytes];
}

function flatten(code: Code): number[] {
  return typeof code === "number" ? [code] : code.flatMap(flatten);
}

const text = (s: string): Code => vector([...s].map((c) => c.charCodeAt(0)));

/** 一个模块：固定大小的内存（名为 memory，自己的，或从 env 引入几个模块共用的）与若干函数，有名字的导出。 */
export function assemble(
  pages: number,
  functions: readonly Function[],
  shared = false,
): Uint8Array<ArrayBuffer> {
  const section = (id: number, items: readonly Code[]): Code => [id, sized(vector(items))];
  const types = functions.map((f) => [0x60, vector(new Array<Code>(f.params).fill(i32)), 0]);
  const limits = [1, unsigned(pages), unsigned(pages)];
  const exported = functions.flatMap((f, i) => (f.name ? [[text(f.name), 0, unsigned(i)]] : []));
  const bodies = functions.map((f) =>
    sized([vector(f.locals.map(([count, type]) => [unsigned(count), type])), f.body, 0x0b]),
  );
  return Uint8Array.from(
    flatten([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, types),
      shared ? section(2, [[text("env"), text("memory"), 2, limits]]) : [],
      section(
        3,
        functions.map((_, i) => unsigned(i)),
      ),
      shared ? [] : section(5, [limits]),
      section(7, shared ? exported : [[text("memory"), 2, 0], ...exported]),
      section(10, bodies),
    ]),
  );
}
