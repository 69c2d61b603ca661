import type { Aval } from "../../core/primitive.js";
import type { DType } from "../../dtype.js";
import { type Shape, sizeOf } from "../../shape.js";
import { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { fill, slice } from "./copy.js";
import { module } from "./module.js";
import { argsort } from "./sorting.js";
import { groupsFor, storageType, threadIndex, threads, Uniforms } from "./wgsl.js";

// Threefry-2x32，20 轮，与 cpu 上的逐位相同：同一把密钥在哪个设备上都抽出同样的数（uniform 只差 float32 的舍入）。
const threefry = `fn rotate(y: u32, r: u32) -> u32 { return (y << r) | (y >> (32u - r)); }
fn threefry(key: vec2<u32>, count: vec2<u32>) -> vec2<u32> {
  let keys = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
  var x = count.x + key.x;
  var y = count.y + key.y;
${[0, 1, 2, 3, 4]
  .map((round) => {
    const rotations = round % 2 === 0 ? [13, 15, 26, 6] : [17, 29, 16, 24];
    const mix = rotations.map((r) => `  x += y; y = rotate(y, ${r}u) ^ x;`).join("\n");
    return `${mix}\n  x += keys[${(round + 1) % 3}]; y += keys[${(round + 2) % 3}] + ${round + 1}u;`;
  })
  .join("\n")}
  return vec2<u32>(x, y);
}
fn bits(key: vec2<u32>, i: u32) -> u32 {
  let pair = threefry(key, vec2<u32>(0u, i));
  return pair.x ^ pair.y;
}`;

// 取 23 位再加半格：结果总在 (0, 1) 之内，取对数或反函数不会得到无穷。
const bodies: Readonly<Record<string, string>> = {
  bits: "out0[i] = bitcast<i32>(bits(key, j));",
  uniform: "out0[i] = (f32(threefry(key, vec2<u32>(0u, j)).x >> 9u) + 0.5) * 1.1920928955078125e-7;",
  split: `let pair = threefry(key, vec2<u32>(0u, j / 2u));
  out0[i] = bitcast<i32>(select(pair.x, pair.y, (j & 1u) == 1u));`,
  integers: `let first = bits(threefry(key, vec2<u32>(0u, 0u)), j);
  let second = bits(threefry(key, vec2<u32>(0u, 1u)), j);
  out0[i] = bitcast<i32>(((first % SPAN) * HALF + second % SPAN) % SPAN);`,
};

/** 与 cpu 相同的若干轮：每一轮分出新的密钥，按它抽出的 32 位随机数排序。 */
function permutation(gpu: GpuContext, key: ArrayTensor, n: number): GpuArray {
  const batch = key.size / 2;
  const wrap = (buffer: GpuArray, shape: Shape, dtype: DType = "int32"): ArrayTensor =>
    new ArrayTensor(key.owner, buffer, shape, dtype);
  const rounds = Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1));
  let keys = key;
  let order: GpuArray | null = null;
  const spent: GpuArray[] = [];
  for (let round = 0; round < rounds; round++) {
    const four = { shape: [batch, 2, 2], dtype: "int32" } as const;
    const pairs = random(gpu, [keys], { draw: "split", shape: [2, 2] }, four);
    const child = (which: number): GpuArray => {
      const cut = { start: [0, which, 0], step: [1, 1, 1] };
      return slice(gpu, [wrap(pairs, four.shape)], cut, { shape: [batch, 1, 2], dtype: "int32" });
    };
    keys = wrap(child(0), [batch, 2]);
    const own = child(1);
    const whole = { shape: [batch, n], dtype: "int32" } as const;
    const bits = random(gpu, [wrap(own, [batch, 2])], { draw: "bits", shape: [n] }, whole);
    // 显存里布尔就是 u32，借它按无符号数排序。
    const ranks = argsort(gpu, [wrap(bits, whole.shape, "bool")], { axis: 1 }, whole);
    spent.push(pairs, own, bits, keys.buffer as GpuArray);
    if (order) spent.push(order, ranks);
    order = order ? pick(gpu, order, ranks, batch * n, n) : ranks;
  }
  for (const array of spent) gpu.pool.free(array);
  if (order) return order;
  const first = gpu.pool.allocate(4 * batch * n);
  fill(gpu, first, "int32", batch * n, 0);
  return first;
}

/** 每行各自按下标取。 */
function pick(gpu: GpuContext, x: GpuArray, indices: GpuArray, total: number, n: number): GpuArray {
  const result = gpu.pool.allocate(4 * total);
  const u = new Uniforms();
  const code = module({
    inputs: ["i32", "i32"],
    outputs: ["i32"],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${u.push(total)}) { return; }
  let n = ${u.push(n)};
  out0[i] = in0[i / n * n + in1[i]];`,
  });
  gpu.dispatch({
    code,
    inputs: [x, indices],
    outputs: [result],
    uniforms: u.values,
    groups: groupsFor(total),
  });
  return result;
}

/** 由密钥 [..., 2] 抽样，每把密钥抽 shape 那么多个。 */
export function random(
  gpu: GpuContext,
  [key]: readonly ArrayTensor[],
  { draw, shape, span = 0 }: { draw: string; shape: number[]; span?: number },
  out: Aval,
): GpuArray {
  if (draw === "permutation") return permutation(gpu, key!, shape[0]!);
  const body = bodies[draw]!;
  const n = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * n);
  if (n === 0) return result;
  const u = new Uniforms();
  const [count, each] = [u.push(n), u.push(sizeOf(shape))];
  // 跨度 2³² 时取模什么也不改变，第一组也就用不上。
  const whole = span === 2 ** 32;
  const m = span > 0 ? 2 ** 16 % span : 0;
  const half = span > 0 ? (Math.imul(m, m) >>> 0) % span : 0;
  const text = whole
    ? "out0[i] = bitcast<i32>(bits(threefry(key, vec2<u32>(0u, 1u)), j));"
    : body
        .replaceAll("SPAN", `bitcast<u32>(${u.push(span | 0)})`)
        .replaceAll("HALF", `bitcast<u32>(${u.push(half | 0)})`);
  const code = module({
    inputs: ["i32"],
    outputs: [storageType(out.dtype)],
    declarations: threefry,
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let b = i / ${each};
  let j = u32(i % ${each});
  let key = vec2<u32>(bitcast<u32>(in0[2i * b]), bitcast<u32>(in0[2i * b + 1i]));
  ${text}`,
  });
  gpu.dispatch({
    code,
    inputs: [key!.buffer as GpuArray],
    outputs: [result],
    uniforms: u.values,
    groups: groupsFor(n),
  });
  return result;
}
