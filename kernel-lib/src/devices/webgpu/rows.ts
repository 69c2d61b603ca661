import type { Uniforms } from "./wgsl.js";

// 逐行的核（softmax、层归一化、三元组）共用的骨架：一行由 lanes 个相邻的线程分担，读进寄存器，归并，再写出去，
// 所以每个元素只读一遍、写一遍。短行几行合用一个工作组，长行独占一个；行长是 4 的倍数时一次读写 16 字节。

const size = 256;
/** 每个线程至多把这么多个数留在寄存器里；更长的行分几趟重读（多半命中缓存）。 */
const mostFloats = 32;

export interface Rows {
  /** 工作组里的线程数。 */
  readonly size: number;
  readonly groups: number;
  /** 缓冲区的元素类型。 */
  readonly type: "f32" | "vec4<f32>";
  /** 整行留在寄存器里；否则各趟要重读。 */
  readonly kept: boolean;
  /** 一个工作组同时管几行。 */
  readonly together: number;
  /** 定义 lane、row、live 与 base（第 block 批里本线程的那一行，与它第一个单元的下标）；unbounded 时行数不设上限。 */
  readonly head: (block?: string, unbounded?: boolean) => string;
  /** 在外层声明跨几批行保留的 `名字@`（整行留在寄存器里时）。 */
  readonly declare: (names: readonly string[]) => string;
  /**
   * 对本线程分到的每个单元执行 body：i 是它在缓冲区里的下标，col 是它在行内的下标；留在寄存器里的量写成 `名字@`，
   * 在 keep 里列出，会先声明好（缺省 0），后几趟还能用。不在行内的单元跳过。
   */
  readonly each: (body: string, keep?: readonly string[]) => string;
  /** 把本行各线程的 name（f32）归并成一个数，覆盖 name；which 是第几块共享内存（相邻两次要轮换）。 */
  readonly combine: (name: string, which: number, op: (a: string, b: string) => string) => string;
  /** 要用到的共享内存，count 块。 */
  readonly shared: (count: number) => string;
  /** 一个单元的各分量之和。 */
  readonly total: (x: string) => string;
}

/** 为 rows 行、每行 width 个 float32 的数组定下分工。 */
export function planRows(rows: number, width: number, u: Uniforms, most = mostFloats): Rows {
  const wide = width % 4 === 0 ? 4 : 1;
  const units = width / wide;
  const lanes = Math.min(size, 2 ** Math.ceil(Math.log2(Math.max(1, units / 4))));
  const steps = Math.ceil(units / lanes);
  const kept = steps * wide <= most;
  const together = size / lanes;
  const type = wide === 4 ? "vec4<f32>" : "f32";
  const [B, D] = [u.push(rows), u.push(units)];
  const head = (block = "group", unbounded = false): string => `let lane = i32(lid) % ${lanes}i;
  let row = ${block} * ${together}i + i32(lid) / ${lanes}i;
  let live = ${unbounded ? "true" : `row < ${B}`};
  let base = row * ${D};`;
  const declare = (names: readonly string[]): string =>
    names.flatMap((n) => [...Array(steps).keys()].map((k) => `var ${n}_${k} = ${type}(0.0);`)).join(" ");
  const each = (body: string, keep: readonly string[] = []): string => {
    if (!kept) {
      return `if (live) { for (var col = lane; col < ${D}; col += ${lanes}i) {
    let i = base + col;
    ${keep.map((name) => `var ${name}: ${type};`).join(" ")}
    ${body.replaceAll("@", "")}
  } }`;
    }
    return [...Array(steps).keys()]
      .map((k) => {
        const declared = keep.map((name) => `var ${name}_${k} = ${type}(0.0);`).join(" ");
        // 除了最后一步，其余各步整个在行内。
        const test = (k + 1) * lanes <= units ? "live" : `live && lane + ${k * lanes}i < ${D}`;
        return `${declared}
  if (${test}) { let col = lane + ${k * lanes}i; let i = base + col; ${body.replaceAll("@", `_${k}`)} }`;
      })
      .join("\n  ");
  };
  const combine = (name: string, which: number, op: (a: string, b: string) => string): string => {
    if (lanes === 1) return "";
    const p = `part${which}`;
    const lines = [`${p}[lid] = ${name};`, "workgroupBarrier();"];
    // 一次并四份，同步的次数少一半。
    for (let rest = lanes; rest > 1; ) {
      const ways = rest % 4 === 0 ? 4 : 2;
      rest /= ways;
      const terms = [...Array(ways).keys()].map((k) => `${p}[lid + ${k * rest}u]`);
      lines.push(`if (lane < ${rest}i) { ${p}[lid] = ${terms.reduce(op)}; }`, "workgroupBarrier();");
    }
    return [...lines, `${name} = ${p}[i32(lid) - lane];`].join("\n  ");
  };
  return {
    size,
    groups: Math.ceil(rows / together),
    type,
    kept,
    together,
    head,
    declare,
    each,
    combine,
    shared: (count) =>
      [...Array(count).keys()].map((k) => `var<workgroup> part${k}: array<f32, ${size}>;`).join("\n"),
    total: (x) => (wide === 4 ? `dot(${x}, vec4<f32>(1.0))` : x),
  };
}
