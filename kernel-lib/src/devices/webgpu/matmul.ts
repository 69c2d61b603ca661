// 分块矩阵乘法 [..., M, K] × [..., K, N]。
//
// 一个工作组算一块 tile×tile 的输出，K 方向每次 depth 个数经共享内存。每个线程在寄存器里累加 (4R)×(4R) 个输出：
// 内循环读 2R 个 vec4，做 16R² 次乘加，共享内存的读不会成为瓶颈。每个数从显存只读 1/tile 遍，
// 所以访存是 4·MNK·(1/tile + 1/tile) 字节，tile = 128 时每读 1 字节做 16 次乘加，时间都在算上。
//
// 共享内存里按 [k][行或列的四个一组] 存放。操作数在显存里的次序有两种：
//   顺着四个一组的方向连续（没转置的 B、转置过的 A）：一个 vec4 直接搬过去；
//   顺着 k 连续（没转置的 A、转置过的 B）：读四行各一个 vec4，在寄存器里转成 4×4 再写，读到的每个字节都用得上。
// flipA、flipB：操作数给的是转置前的样子（梯度里的 Aᵀ G 与 G Bᵀ），于是不必先在显存里转置一遍。
// 长度不是 4 的倍数时改为逐个读；边缘补零，不要求整除。前面各轴广播，由下标换算，不铺开。
// 输出的块太少而 K 很长时（小权重、大批量的梯度），把 K 切成几段各算一份再相加，GPU 才喂得饱。

import type { Aval } from "../../core/primitive.js";
import type { DType } from "../../dtype.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import type { GpuArray } from "./buffers.js";
import { leaf } from "./chain.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { reductionKernel } from "./reduce.js";
import { converted, load, offsets, storageType, Uniforms, valueType } from "./wgsl.js";

export interface Plan {
  /** 线程排成 side×side。 */
  readonly side: 8 | 16;
  /** 每个线程管几组（每组四行、四列）。 */
  readonly groups: 1 | 2;
  /** K 方向一次搬多少。 */
  readonly depth: 8 | 16;
}

const plans: Readonly<Record<number, Plan>> = {
  32: { side: 8, groups: 1, depth: 16 },
  64: { side: 16, groups: 1, depth: 16 },
  128: { side: 16, groups: 2, depth: 8 },
};

/** 块越大读得越少；但块太少时一半的 GPU 会闲着。 */
function chooseTile(m: number, n: number, batch: number): 32 | 64 | 128 {
  const blocks = (tile: number): number => Math.ceil(m / tile) * Math.ceil(n / tile) * batch;
  if (Math.min(m, n) >= 96 && blocks(128) >= 96) return 128;
  return (Math.min(m, n) > 32 && blocks(64) >= 32) || Math.max(m, n) > 65535 * 32 ? 64 : 32;
}

export interface MatmulParams {
  readonly flipA?: boolean;
  readonly flipB?: boolean;
  /** 块的边长，缺省按大小选。 */
  readonly tile?: 32 | 64 | 128;
}

export function matmul(
  gpu: GpuContext,
  [a, b]: readonly ArrayTensor[],
  { flipA = false, flipB = false, tile }: MatmulParams,
  out: Aval,
): GpuArray {
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a!.shape.at(flipA ? -2 : -1)!;
  const lead = out.shape.slice(0, -2);
  const blocks = planBlocks({ m, n, k, batch: sizeOf(lead) }, tile);
  const { u, plan, names } = blocks;
  const spread = offsets("batch", lead, [leadStrides(a!.shape, lead), leadStrides(b!.shape, lead)], u);
  const left = loader("ta", "in0", a!, out, plan, { direct: flipA, extent: m, depth: k }, [
    names.M,
    names.K,
    "base_a",
  ]);
  const right = loader("tb", "in1", b!, out, plan, { direct: !flipB, extent: n, depth: k }, [
    names.N,
    names.K,
    "base_b",
  ]);
  return multiply(gpu, blocks, out.dtype, {
    inputs: [a!.buffer as GpuArray, b!.buffer as GpuArray],
    types: [left.type, right.type],
    prologue: `${spread.lines.join("\n    ")}
    let base_a = ${spread.offsets[0]};
    let base_b = ${spread.offsets[1]};`,
    left: left.lines,
    right: right.lines,
  });
}

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
}

/** 一次分块乘法怎样切：块的大小、K 方向切几段，与 uniform 里各个大小的名字。 */
export interface Blocks extends Sizes {
  readonly tile: 32 | 64 | 128;
  readonly plan: Plan;
  readonly pieces: number;
  readonly u: Uniforms;
  readonly names: Readonly<Record<"M" | "N" | "K" | "B" | "Z" | "S", string>>;
}

export function planBlocks(sizes: Sizes, given?: 32 | 64 | 128): Blocks {
  const { m, n, k, batch } = sizes;
  const tile = given ?? chooseTile(m, n, batch);
  const plan = plans[tile]!;
  const blocks = Math.ceil(m / tile) * Math.ceil(n / tile) * batch;
  const pieces = blocks <= 16 && k >= 2048 ? Math.min(64, Math.ceil(k / 1024)) : 1;
  const span = Math.ceil(k / pieces / plan.depth) * plan.depth;
  const u = new Uniforms();
  const [M, N, K, B, Z, S] = [m, n, k, batch, batch * pieces, span].map((x) => u.push(x)) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { ...sizes, tile, plan, pieces, u, names: { M, N, K, B, Z, S } };
}

/** 两个操作数的来历：缓冲区，与把一条带子搬进共享内存 ta、tb 的语句（可用 batch、row0、col0、k0、end）。 */
export interface Operands {
  readonly inputs: readonly GpuArray[];
  readonly types: readonly string[];
  readonly declarations?: string;
  /** 每一批开头的语句。 */
  readonly prologue?: string;
  readonly left: string;
  readonly right: string;
}

/** 按 blocks 切块相乘，结果 [batch, m, n]；操作数从哪里来由调用者定（矩阵，或卷积里还没展开的窗口）。 */
export function multiply(gpu: GpuContext, blocks: Blocks, dtype: DType, operands: Operands): GpuArray {
  const { m, n, batch, tile, plan, pieces, u, names } = blocks;
  const { M, N, K, B, Z, S } = names;
  const total = batch * m * n;
  if (total === 0) return gpu.pool.allocate(0);
  const type = valueType(dtype);
  const quad = `vec4<${type}>`;
  const wide = n % 4 === 0;
  const { side, groups, depth } = plan;
  const stride = side * groups + 1;
  const each = [...Array(groups).keys()];
  const cells = each.flatMap((p) => [0, 1, 2, 3].flatMap((i) => each.map((q) => [p, i, q] as const)));
  const body = `  let tx = i32(lid) % ${side}i;
  let ty = i32(lid) / ${side}i;
  let row0 = i32(wid.y) * ${tile}i;
  let col0 = i32(wid.x) * ${tile}i;
  for (var z = i32(wid.z); z < ${Z}; z += i32(nwg.z)) {
    let batch = z % ${B};
    let start = (z / ${B}) * ${S};
    let end = min(${K}, start + ${S});
    ${operands.prologue ?? ""}
    ${cells.map(([p, i, q]) => `var c${p}_${i}_${q} = ${quad}(0);`).join(" ")}
    for (var k0 = start; k0 < end; k0 += ${depth}i) {
      ${operands.left}
      ${operands.right}
      workgroupBarrier();
      for (var k = 0i; k < ${depth}i; k++) {
        ${each.map((p) => `let a${p} = ta[k * ${stride}i + ty + ${side * p}i];`).join(" ")}
        ${each.map((q) => `let b${q} = tb[k * ${stride}i + tx + ${side * q}i];`).join(" ")}
        ${cells.map(([p, i, q]) => `c${p}_${i}_${q} += a${p}[${i}] * b${q};`).join("\n        ")}
      }
      workgroupBarrier();
    }
    let base = z * ${M} * ${N};
    ${cells.map(([p, i, q]) => writeQuad(`c${p}_${i}_${q}`, `4i * (ty + ${side * p}i) + ${i}i`, `4i * (tx + ${side * q}i)`, M, N, wide)).join("\n    ")}
  }`;
  const code = module({
    inputs: operands.types,
    outputs: [wide ? `vec4<${storageType(dtype)}>` : storageType(dtype)],
    declarations: `var<workgroup> ta: array<${quad}, ${depth * stride}>;
var<workgroup> tb: array<${quad}, ${depth * stride}>;
${operands.declarations ?? ""}`,
    size: [side, side],
    body,
  });
  const result = gpu.pool.allocate(4 * total * pieces);
  gpu.dispatch({
    code,
    inputs: operands.inputs,
    outputs: [result],
    uniforms: u.values,
    groups: [Math.ceil(n / tile), Math.ceil(m / tile), Math.min(batch * pieces, 65535)],
  });
  if (pieces === 1) return result;
  const parts = { shape: [pieces, total], dtype };
  const reduction = { name: "sum", chain: leaf(0, parts), shape: parts.shape, axes: [0] };
  const sum = reductionKernel(gpu, reduction, { shape: [total], dtype })([result]);
  gpu.pool.free(result);
  return sum;
}

/**
 * 各线程轮流把 value(p, k)（从 p 起四个的 vec4）搬进共享内存 t。
 * along 表示显存里顺着 p 连续：那就顺着它排线程，相邻线程读相邻的元素。
 */
export function stage(
  t: "ta" | "tb",
  { side, groups, depth }: Plan,
  along: boolean,
  value: (p: string, k: string) => string,
): string {
  const quads = side * groups;
  const [q, r] = along ? [`slot % ${quads}i`, `slot / ${quads}i`] : [`slot / ${depth}i`, `slot % ${depth}i`];
  return `for (var slot = i32(lid); slot < ${quads * depth}i; slot += ${side * side}i) {
        let q = ${q};
        let r = ${r};
        let p = ${origins[t]} + 4i * q;
        let k = k0 + r;
        ${t}[r * ${quads + 1}i + q] = ${value("p", "k")};
      }`;
}

const origins = { ta: "row0", tb: "col0" } as const;

function writeQuad(value: string, row: string, col: string, M: string, N: string, wide: boolean): string {
  const open = `{ let row = row0 + ${row}; let col = col0 + ${col}; if (row < ${M} && col < ${N}) { let at = base + row * ${N} + col;`;
  if (wide) return `${open} out0[at / 4i] = ${value}; } }`;
  const one = (m: number): string => `if (col + ${m}i < ${N}) { out0[at + ${m}i] = ${value}[${m}]; }`;
  return `${open} ${[0, 1, 2, 3].map(one).join(" ")} } }`;
}

/**
 * 把一个操作数的一条带子搬进共享内存 t。extent 是要四个一组的那一轴的长度（A 的行、B 的列），direct 表示显存里顺着它连续。
 * 返回缓冲区的类型与搬运的语句。
 */
function loader(
  t: "ta" | "tb",
  name: string,
  x: ArrayTensor,
  out: Aval,
  plan: Plan,
  layout: { readonly direct: boolean; readonly extent: number; readonly depth: number },
  [P, K, base]: readonly [string, string, string],
): { readonly type: string; readonly lines: string } {
  const { side, groups, depth } = plan;
  const threads = side * side;
  const quads = side * groups;
  const stride = quads + 1;
  const type = valueType(out.dtype);
  const plain = x.dtype === out.dtype && storageType(x.dtype) === type;
  const wide = plain && (layout.direct ? layout.extent : layout.depth) % 4 === 0;
  const at = (p: string, k: string): string =>
    layout.direct ? `${base} + (${k}) * ${P} + ${p}` : `${base} + (${p}) * ${K} + ${k}`;
  const one = (p: string, k: string): string => {
    const value = converted(
      load(x.dtype, name, at(`min(${p}, ${P} - 1i)`, `min(${k}, ${K} - 1i)`)),
      x.dtype,
      out.dtype,
    );
    return `select(${type}(0), ${value}, ${p} < ${P} && ${k} < end)`;
  };
  const four = [0, 1, 2, 3];
  // 两个操作数都要转置时，由不同的线程去搬。
  const first = t === "ta" ? "i32(lid)" : `(i32(lid) + ${threads / 2}i) % ${threads}i`;
  let lines: string;
  if (layout.direct || !wide) {
    const value = wide
      ? `select(vec4<${type}>(0), ${name}[(${at("p", `min(k, ${K} - 1i)`)}) / 4i], p < ${P} && k < end)`
      : `vec4<${type}>(${four.map((i) => one(`(p + ${i}i)`, "k")).join(", ")})`;
    lines = stage(t, plan, layout.direct, () => value);
  } else {
    const rows = four.map(
      (i) =>
        `let r${i} = select(vec4<${type}>(0), ${name}[(${at(`min(p + ${i}i, ${P} - 1i)`, `min(k, ${K} - 4i)`)}) / 4i], p + ${i}i < ${P} && k < end);`,
    );
    const columns = four.map(
      (j) =>
        `${t}[(4i * r + ${j}i) * ${stride}i + q] = vec4<${type}>(${four.map((i) => `r${i}[${j}]`).join(", ")});`,
    );
    lines = `for (var slot = ${first}; slot < ${(quads * depth) / 4}i; slot += ${threads}i) {
        let r = slot % ${depth / 4}i;
        let q = slot / ${depth / 4}i;
        let p = ${origins[t]} + 4i * q;
        let k = k0 + 4i * r;
        ${rows.join("\n        ")}
        ${columns.join("\n        ")}
      }`;
  }
  return { type: wide ? `vec4<${type}>` : storageType(x.dtype), lines };
}

/** 一个操作数在输出的各批轴上的步长；被广播的轴是 0。 */
function leadStrides(shape: Shape, lead: Shape): number[] {
  const matrix = shape.at(-1)! * shape.at(-2)!;
  return broadcastStrides(shape.slice(0, -2), lead).map((s) => s * matrix);
}
