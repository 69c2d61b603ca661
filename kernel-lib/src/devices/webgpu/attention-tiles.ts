// 注意力的三个核（前向、∂q、∂k 与 ∂v）共用的两步小矩阵乘法。一个工作组 128 个线程（8 列 × 16 行）：
//
//   product：T = A Bᵀ，A 取 64 行、B 取 32 行，内侧每次 16 个数经共享内存，每个线程在寄存器里算 4×4 个；
//   accumulate：acc += T C，T（64×32）放在共享内存，C 取 32 行、width 列，每个线程累加 4 × width/8 个。
//
// 线程 (tx, ty) 管第 ty+16i 行、第 tx+8j 列（i, j < 4），四行或四列拼成一个 vec4：内循环每读两个 vec4 做 16 次乘加，
// 共享内存的读不会成为瓶颈。各块的行距是奇数个 vec4，相邻线程不争同一个存储体。
// 共享内存共 15 360 字节，在 16 KB 的缺省限额之内；S×S 的矩阵从不落显存。

export const rowTile = 64;
export const colTile = 32;
export const groupSize = 128;
const inner = 16;
const four = [0, 1, 2, 3] as const;

/** 工作组的共享内存；块 tb 空闲时兼作逐行归并的场地。 */
export const sharedTiles = `var<workgroup> ta: array<vec4<f32>, 272>;
var<workgroup> tb: array<vec4<f32>, 144>;
var<workgroup> tp: array<vec4<f32>, 544>;`;

export const threadPlace = `let tx = i32(lid) % 8i;
  let ty = i32(lid) / 8i;`;

/** 一块矩阵：缓冲区、本批的起点、起始行、行数与列数（都是 WGSL 表达式）。 */
export interface Operand {
  readonly name: string;
  readonly base: string;
  readonly row: string;
  readonly rows: string;
  readonly cols: string;
}

function element({ name, base, rows, cols }: Operand, row: string, col: string): string {
  return `select(0.0, ${name}[${base} + min(${row}, ${rows} - 1i) * ${cols} + min(${col}, ${cols} - 1i)], ${row} < ${rows} && ${col} < ${cols})`;
}

/** 算出 ${t}0…${t}3（各 4 列的 vec4）：A 的第 ty+16i 行与 B 的四行的内积。 */
export function product(t: string, a: Operand, b: Operand): string {
  const pack = (x: Operand, step: number): string =>
    four.map((i) => element(x, `${x.row} + r + ${step * i}i`, "k0 + k")).join(", ");
  return `${four.map((i) => `var ${t}${i} = vec4<f32>(0.0);`).join(" ")}
  for (var k0 = 0i; k0 < ${a.cols}; k0 += ${inner}i) {
    for (var slot = i32(lid); slot < 256i; slot += ${groupSize}i) {
      let k = slot % ${inner}i;
      let r = slot / ${inner}i;
      ta[k * 17i + r] = vec4<f32>(${pack(a, 16)});
    }
    {
      let k = i32(lid) % ${inner}i;
      let r = i32(lid) / ${inner}i;
      tb[k * 9i + r] = vec4<f32>(${pack(b, 8)});
    }
    workgroupBarrier();
    for (var k = 0i; k < ${inner}i; k++) {
      let a = ta[k * 17i + ty];
      let b = tb[k * 9i + tx];
      ${four.map((i) => `${t}${i} += a[${i}] * b;`).join(" ")}
    }
    workgroupBarrier();
  }`;
}

/** 把 ${t}0…${t}3 放进共享内存，供 accumulate 用；要在别的线程不再读旧的一块之后。 */
export function publish(t: string): string {
  const lines = four.map(
    (j) => `tp[(tx + ${8 * j}i) * 17i + ty] = vec4<f32>(${four.map((i) => `${t}${i}[${j}]`).join(", ")});`,
  );
  return `${lines.join("\n  ")}\n  workgroupBarrier();`;
}

/** 累加器的列数：32、64 或 128。 */
export function accumulatorWidth(cols: number, most: number): number {
  return cols <= 32 ? 32 : cols <= 64 || most === 64 ? 64 : 128;
}

/** 每个线程的累加器：4 行，每行 width/32 个 vec4。 */
export function accumulators(t: string, width: number): string[] {
  return four.flatMap((i) => [...Array(width / 32).keys()].map((j) => `${t}${i}_${j}`));
}

/** acc += T C：T 已由 publish 放好，C 从第 c.row 行起取 32 行，从第 col0 列起取 width 列。 */
export function accumulate(t: string, c: Operand, col0: string, width: number): string {
  const quads = width / 4;
  const depth = 256 / quads;
  const blocks = [...Array(width / 32).keys()];
  const values = four.map((i) => element(c, `${c.row} + c0 + r`, `${col0} + 4i * q + ${i}i`));
  return `for (var c0 = 0i; c0 < ${colTile}i; c0 += ${depth}i) {
    for (var slot = i32(lid); slot < 256i; slot += ${groupSize}i) {
      let q = slot % ${quads}i;
      let r = slot / ${quads}i;
      ta[slot] = vec4<f32>(${values.join(", ")});
    }
    workgroupBarrier();
    for (var r = 0i; r < ${depth}i; r++) {
      let p = tp[(c0 + r) * 17i + ty];
      ${blocks.map((j) => `let v${j} = ta[r * ${quads}i + tx + ${8 * j}i];`).join(" ")}
      ${four.map((i) => blocks.map((j) => `${t}${i}_${j} += p[${i}] * v${j};`).join(" ")).join("\n      ")}
    }
    workgroupBarrier();
  }`;
}

/** 把累加器写到输出：第 x.row+ty+16i 行、第 col0 列起的各列，value 把一个 vec4 变成要写的值。 */
export function store(
  t: string,
  width: number,
  x: Operand,
  col0: string,
  value: (acc: string, i: number) => string,
): string {
  const blocks = [...Array(width / 32).keys()];
  return four
    .map(
      (i) => `{
    let row = ${x.row} + ty + ${16 * i}i;
    if (row < ${x.rows}) {
      ${blocks
        .map(
          (
            j,
          ) => `{ let col = ${col0} + 4i * tx + ${32 * j}i; let y = ${value(`${t}${i}_${j}`, i)}; let at = ${x.base} + row * ${x.cols} + col;
      ${four.map((m) => `if (col + ${m}i < ${x.cols}) { ${x.name}[at + ${m}i] = y[${m}]; }`).join(" ")} }`,
        )
        .join("\n      ")}
    }
  }`,
    )
    .join("\n  ");
}

/** 对每行 i 展开一段语句。 */
export function eachRow(f: (i: number) => string): string {
  return four.map(f).join("\n  ");
}

/** 沿行（8 个 tx）归并四个量 ${t}0…${t}3，结果写回；用 tb 作场地，前后都同步。 */
export function reduceRow(t: string, op: (a: string, b: string) => string): string {
  const terms = [...Array(8).keys()].map((x) => `tb[${x}i * 16i + ty]`);
  return `tb[tx * 16i + ty] = vec4<f32>(${four.map((i) => `${t}${i}`).join(", ")});
  workgroupBarrier();
  {
    let all = ${terms.reduce(op)};
    ${four.map((i) => `${t}${i} = all[${i}];`).join(" ")}
  }
  workgroupBarrier();`;
}
