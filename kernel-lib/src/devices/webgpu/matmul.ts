import type { Aval } from "../../core/primitive.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { converted, load, offsets, storageType, Uniforms, valueType } from "./wgsl.js";

const side = 16;

/**
 * 分块矩阵乘法 [..., M, K] × [..., K, N]。16×16 个线程算一块 (16R)×(16R) 的输出：每次把 A、B 的一条
 * K 方向 16 宽的带子搬进共享内存，每个线程在寄存器里累加 R×R 个输出，于是每个数从显存只读 1/(16R) 遍。
 * 大矩阵 R = 4，小矩阵 R = 1，免得多数线程空转。前面各轴广播；边缘补零，不要求整除。
 * flipA、flipB：操作数给的是转置前的样子（梯度里的 Aᵀ G 与 G Bᵀ），读的时候换下标，不必先转置一遍；
 * 相邻线程总是读相邻的元素，所以搬运时线程的分工随之对调。
 */
export function matmul(
  gpu: GpuContext,
  [a, b]: readonly ArrayTensor[],
  { flipA = false, flipB = false }: { flipA?: boolean; flipB?: boolean },
  out: Aval,
): GpuArray {
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a!.shape.at(flipA ? -2 : -1)!;
  const lead = out.shape.slice(0, -2);
  const batch = sizeOf(lead);
  const total = batch * m * n;
  const result = gpu.pool.allocate(4 * total);
  if (total === 0) return result;
  const r = (m > 32 && n > 32) || Math.max(m, n) > 65535 * side ? 4 : 1;
  const tile = side * r;
  const u = new Uniforms();
  const [M, N, K, B] = [u.push(m), u.push(n), u.push(k), u.push(batch)];
  const spread = offsets("batch", lead, [leadStrides(a!.shape, lead), leadStrides(b!.shape, lead)], u);
  const type = valueType(out.dtype);
  const element = (x: ArrayTensor, name: string, index: string): string =>
    converted(load(x.dtype, name, index), x.dtype, out.dtype);
  const cells = [...Array(r * r).keys()].map((c) => [Math.floor(c / r), c % r] as const);
  const each = (f: (i: number) => string, separator = "\n      "): string =>
    [...Array(r).keys()].map(f).join(separator);
  const code = module({
    inputs: [storageType(a!.dtype), storageType(b!.dtype)],
    outputs: [storageType(out.dtype)],
    declarations: `var<workgroup> ta: array<${type}, ${tile * side}>;
var<workgroup> tb: array<${type}, ${tile * side}>;`,
    size: [side, side],
    body: `  let tx = i32(lid) % ${side}i;
  let ty = i32(lid) / ${side}i;
  let row0 = i32(wid.y) * ${tile}i;
  let col0 = i32(wid.x) * ${tile}i;
  for (var batch = i32(wid.z); batch < ${B}; batch += i32(nwg.z)) {
    ${spread.lines.join("\n    ")}
    let base_a = ${spread.offsets[0]};
    let base_b = ${spread.offsets[1]};
    ${cells.map(([i, j]) => `var acc${i}_${j}: ${type} = ${type}(0);`).join("\n    ")}
    for (var k0 = 0i; k0 < ${K}; k0 += ${side}i) {
      ${each((s) => {
        const [row, col] = flipA ? [`tx + ${side * s}i`, "ty"] : [`ty + ${side * s}i`, "tx"];
        return `{
        let row = row0 + ${row};
        let k = k0 + ${col};
        var v: ${type} = ${type}(0);
        if (row < ${M} && k < ${K}) { v = ${element(a!, "in0", flipA ? `base_a + k * ${M} + row` : `base_a + row * ${K} + k`)}; }
        ta[(${row}) * ${side}i + ${col}] = v;
      }`;
      })}
      ${each((s) => {
        const [row, col] = flipB ? ["tx", `ty + ${side * s}i`] : ["ty", `tx + ${side * s}i`];
        return `{
        let k = k0 + ${row};
        let col = col0 + ${col};
        var v: ${type} = ${type}(0);
        if (k < ${K} && col < ${N}) { v = ${element(b!, "in1", flipB ? `base_b + col * ${K} + k` : `base_b + k * ${N} + col`)}; }
        tb[(${row}) * ${tile}i + ${col}] = v;
      }`;
      })}
      workgroupBarrier();
      for (var k = 0i; k < ${side}i; k++) {
        ${each((i) => `let a${i} = ta[(ty + ${side * i}i) * ${side}i + k];`, "\n        ")}
        ${each((j) => `let b${j} = tb[k * ${tile}i + tx + ${side * j}i];`, "\n        ")}
        ${cells.map(([i, j]) => `acc${i}_${j} += a${i} * b${j};`).join("\n        ")}
      }
      workgroupBarrier();
    }
    let base = batch * ${M} * ${N};
    ${cells
      .map(
        ([i, j]) => `{
      let row = row0 + ty + ${side * i}i;
      let col = col0 + tx + ${side * j}i;
      if (row < ${M} && col < ${N}) { out0[base + row * ${N} + col] = acc${i}_${j}; }
    }`,
      )
      .join("\n    ")}
  }`,
  });
  gpu.dispatch({
    code,
    inputs: [a!.buffer as GpuArray, b!.buffer as GpuArray],
    outputs: [result],
    uniforms: u.values,
    groups: [Math.ceil(n / tile), Math.ceil(m / tile), Math.min(batch, 65535)],
  });
  return result;
}

/** 一个操作数在输出的各批轴上的步长；被广播的轴是 0。 */
function leadStrides(shape: Shape, lead: Shape): number[] {
  const matrix = shape.at(-1)! * shape.at(-2)!;
  return broadcastStrides(shape.slice(0, -2), lead).map((s) => s * matrix);
}
