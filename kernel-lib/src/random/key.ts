import { cpu } from "../devices/cpu/device.js";
import { TiduError } from "../errors.js";
import { gather } from "../primitives/indexing.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { draw } from "./primitive.js";

/**
 * 由种子造随机数密钥（int32，形状 [2]，总在 cpu 上）。同一把密钥永远抽出同样的数：
 * 要不同的数，用 split 分出新的密钥。算法是 Threefry-2x32，与 JAX 的数相同。种子不是非负安全整数时抛 TIDU-RANDOM-002。
 *
 * @example
 * key(42).toArray() // => [0, 42]
 */
export function key(seed: number): Tensor {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new TiduError("TIDU-RANDOM-002", `key：种子要是非负整数，得到的是 ${seed}。`);
  }
  const data = new Int32Array(2);
  data[0] = Math.floor(seed / 2 ** 32);
  data[1] = seed;
  return new ArrayTensor(cpu, data, [2], "int32");
}

/**
 * 把一把密钥分成 count 把互相独立的新密钥。旧密钥不要再用来抽样。
 *
 * @example
 * const [a, b] = split(key(0));
 * a.toArray() // => [1797259609, -1715843330]
 */
export function split(k: Tensor, count = 2): Tensor[] {
  const all = draw("split", k, "split", [count, 2]);
  return Array.from({ length: count }, (_, i) => gather(all, i));
}

/**
 * 由密钥与一个整数得到新密钥：循环里 foldIn(k, step) 比一次分出许多把省事。
 *
 * @example
 * foldIn(key(0), 1).toArray() // => [928981903, -841280227]
 */
export function foldIn(k: Tensor, data: number): Tensor {
  if (!Number.isInteger(data) || data < 0) {
    throw new TiduError("TIDU-RANDOM-003", `foldIn：第二个参数要是非负整数，得到的是 ${data}。`);
  }
  return gather(draw("foldIn", k, "split", [data + 1, 2]), data);
}
