import { allocate } from "../../../dtype.js";
import { sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32，20 轮（Salmon 等，2011）：把计数器 (c0, c1) 用密钥 (k0, k1) 加密，得 64 个随机位。
 * 结果写进 out（两个无符号 32 位数）。
 */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const keys = [k0 | 0, k1 | 0, k0 ^ k1 ^ 0x1bd11bda];
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 4; i++) {
      const r = rotations[(round % 2) * 4 + i]!;
      x = (x + y) | 0;
      y = ((y << r) | (y >>> (32 - r))) ^ x;
    }
    x = (x + keys[(round + 1) % 3]!) | 0;
    y = (y + keys[(round + 2) % 3]! + round + 1) | 0;
  }
  out[0] = x;
  out[1] = y;
}

const pair = new Uint32Array(2);
const two32 = 2 ** 32;

type Draw = (k0: number, k1: number, n: number, put: (i: number, value: number) => void, params: any) => void;

const bits: Draw = (k0, k1, n, put) => {
  for (let i = 0; i < n; i++) {
    threefry(k0, k1, Math.floor(i / two32), i, pair);
    put(i, (pair[0]! ^ pair[1]!) >>> 0);
  }
};

const draws: Record<string, Draw> = {
  bits,
  // 64 个随机位里取高 52 位作尾数：[0, 1) 上等距的 2⁵² 个数。
  uniform: (k0, k1, n, put) => {
    for (let i = 0; i < n; i++) {
      threefry(k0, k1, Math.floor(i / two32), i, pair);
      put(i, (pair[0]! * 2 ** 20 + (pair[1]! >>> 12)) * 2 ** -52);
    }
  },
  split: (k0, k1, n, put) => {
    for (let i = 0; i < n / 2; i++) {
      threefry(k0, k1, 0, i, pair);
      put(2 * i, pair[0]! | 0);
      put(2 * i + 1, pair[1]! | 0);
    }
  },
  // 两组 32 位合成 64 位再取模，跨度不是 2 的幂时偏差可以忽略。
  integers: (k0, k1, n, put, { span }) => {
    const [a0, a1, b0, b1] = children(k0, k1);
    const half = two16(span);
    const high = new Float64Array(n);
    bits(
      a0,
      a1,
      n,
      (i, v) => {
        high[i] = v % span;
      },
      null,
    );
    bits(
      b0,
      b1,
      n,
      (i, v) => {
        const mixed = (Math.imul(high[i]!, half) >>> 0) + (v % span);
        put(i, (mixed >>> 0) % span);
      },
      null,
    );
  },
  // 按随机数排序若干轮：一轮可能撞数，轮数使撞数的影响可以忽略。
  permutation: (k0, k1, n, put) => {
    let order = Int32Array.from({ length: n }, (_, i) => i);
    const rounds = Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(two32 - 1));
    let key: [number, number] = [k0, k1];
    const weights = new Float64Array(n);
    for (let round = 0; round < rounds; round++) {
      const [a0, a1, b0, b1] = children(...key);
      key = [a0, a1];
      bits(
        b0,
        b1,
        n,
        (i, v) => {
          weights[i] = v;
        },
        null,
      );
      const ranks = Int32Array.from({ length: n }, (_, i) => i).sort(
        (i, j) => weights[i]! - weights[j]! || i - j,
      );
      order = ranks.map((r) => order[r]!);
    }
    for (let i = 0; i < n; i++) put(i, order[i]!);
  },
};

/** 一把密钥分出的两把。 */
function children(k0: number, k1: number): [number, number, number, number] {
  threefry(k0, k1, 0, 0, pair);
  const a0 = pair[0]!;
  const a1 = pair[1]!;
  threefry(k0, k1, 0, 1, pair);
  return [a0, a1, pair[0]!, pair[1]!];
}

function two16(span: number): number {
  const m = 2 ** 16 % span;
  return (Math.imul(m, m) >>> 0) % span;
}

const random: CpuKernel = ([key], params, out) => {
  const keys = dataOf(key!);
  const n = sizeOf(params.shape);
  const result = allocate(out.dtype, sizeOf(out.shape));
  for (let b = 0; b < keys.length / 2; b++) {
    draws[params.draw]!(
      keys[2 * b]!,
      keys[2 * b + 1]!,
      n,
      (i, value) => {
        result[b * n + i] = value;
      },
      params,
    );
  }
  return result;
};

export const randomKernels = { random };
