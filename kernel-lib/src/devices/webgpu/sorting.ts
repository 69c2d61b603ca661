import type { Aval } from "../../core/primitive.js";
import { sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { groupsFor, storageType, threadIndex, threads, Uniforms } from "./wgsl.js";

/**
 * 共享内存里一次排这么多个（键与下标各 4 字节，共 8 KiB；WebGPU 保证有 16 KiB）。
 * 再大一倍，软件实现编译这个核就要几秒：它把清零展开成一个个的写。
 */
const block = 1024;

// 保序地映到 u32：浮点的位模式按符号翻转；−0 与 0 相等；NaN 比什么都大。
const keys: Readonly<Record<string, string>> = {
  f32: `var b = in0[at];
    if ((b & 0x7fffffffu) > 0x7f800000u) { key = 0xffffffffu; }
    else {
      if (b == 0x80000000u) { b = 0u; }
      key = select(b | 0x80000000u, ~b, b >= 0x80000000u);
    }`,
  i32: "key = in0[at] ^ 0x80000000u;",
  u32: "key = in0[at];",
};

// 键相同时比下标，次序就是唯一的：双调网络本身不稳定，这样排出来却是稳定的。
const exchange = (at: (i: string) => string): string => `
    let a = ${at("x")};
    let b = ${at("y")};
    let above = a.x > b.x || (a.x == b.x && a.y > b.y);
    if (above == up) {
      ${at("x")} = b;
      ${at("y")} = a;
    }`;

/**
 * 沿一条轴排序，返回下标。双调排序：每条线补到 2 的幂，补的键最大、下标也最大，排在最后。
 * 距离小于 1024 的比较在共享内存里连做，更远的每步一次派发。
 */
export function argsort(
  gpu: GpuContext,
  [x]: readonly ArrayTensor[],
  { axis }: { axis: number },
  out: Aval,
): GpuArray {
  const { shape } = x!;
  const total = sizeOf(shape);
  const result = gpu.pool.allocate(4 * total);
  if (total === 0) return result;
  const n = shape[axis]!;
  const span = Math.max(2, 2 ** Math.ceil(Math.log2(n)));
  const lines = total / n;
  const pairs = gpu.pool.allocate(8 * lines * span);
  const run = (
    sizes: readonly number[],
    parts: (u: string[]) => { inputs?: GpuArray[]; types?: string[]; declarations?: string; body: string },
    target: { array: GpuArray; type: string },
    groups: number,
  ): void => {
    const u = new Uniforms();
    const { inputs = [], types = [], declarations, body } = parts(sizes.map((k) => u.push(k)));
    const code = module({ inputs: types, outputs: [target.type], declarations, size: threads, body });
    gpu.dispatch({ code, inputs, outputs: [target.array], uniforms: u.values, groups });
  };
  const work = { array: pairs, type: "vec2<u32>" };
  const post = sizeOf(shape.slice(axis + 1));
  run(
    [lines * span, n, span, post],
    ([count, length, width, tail]) => ({
      inputs: [x!.buffer as GpuArray],
      types: ["u32"],
      body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let line = i / ${width};
  let k = i % ${width};
  var key = 0xffffffffu;
  if (k < ${length}) {
    let at = ((line / ${tail}) * ${length} + k) * ${tail} + line % ${tail};
    ${keys[storageType(x!.dtype)]!}
  }
  out0[i] = vec2<u32>(key, u32(k));`,
    }),
    work,
    groupsFor(lines * span),
  );
  const tile = Math.min(block, span);
  /** 共享内存里：从 size 起把子序列排到 last 那么长，每级从 tile 以内的距离开始。 */
  const inside = (size: number, last: number): void =>
    run(
      [lines * span, span, size, last],
      ([count, width, from, to]) => ({
        declarations: `var<workgroup> part: array<vec2<u32>, ${tile}>;`,
        body: `  let first = group * ${tile}i;
  if (first >= ${count}) { return; }
  for (var e = i32(lid); e < ${tile}i; e += ${threads}i) { part[e] = out0[first + e]; }
  workgroupBarrier();
  for (var size = ${from}; size <= ${to}; size *= 2i) {
    for (var d = min(size, ${tile}i) / 2i; d > 0i; d /= 2i) {
      for (var e = i32(lid); e < ${tile / 2}i; e += ${threads}i) {
        let x = (e / d) * 2i * d + e % d;
        let y = x + d;
        let up = (((first + x) % ${width}) & size) == 0i;${exchange((i) => `part[${i}]`)}
      }
      workgroupBarrier();
    }
  }
  for (var e = i32(lid); e < ${tile}i; e += ${threads}i) { out0[first + e] = part[e]; }`,
      }),
      work,
      (lines * span) / tile,
    );
  inside(2, tile);
  for (let size = 2 * tile; size <= span; size *= 2) {
    for (let d = size / 2; d >= tile; d /= 2) {
      run(
        [(lines * span) / 2, span, size, d],
        ([count, width, from, distance]) => ({
          body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let x = (i / ${distance}) * 2i * ${distance} + i % ${distance};
  let y = x + ${distance};
  let up = ((x % ${width}) & ${from}) == 0i;${exchange((k) => `out0[${k}]`)}`,
        }),
        work,
        groupsFor((lines * span) / 2),
      );
    }
    inside(size, size);
  }
  run(
    [total, n, span, post],
    ([count, length, width, tail]) => ({
      inputs: [pairs],
      types: ["vec2<u32>"],
      body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let k = (i / ${tail}) % ${length};
  let line = (i / (${tail} * ${length})) * ${tail} + i % ${tail};
  out0[i] = i32(in0[line * ${width} + k].y);`,
    }),
    { array: result, type: storageType(out.dtype) },
    groupsFor(total),
  );
  gpu.pool.free(pairs);
  return result;
}
