import { allocate, type TypedArray } from "../../../dtype.js";
import { TiduError } from "../../../errors.js";
import { broadcastStrides, type Shape, sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

// 一律在双精度里做，最后才舍入到输出类型。

/** 对前面各轴的每一组下标，给出两个操作数里矩阵的编号。 */
function eachPair(lead: Shape, a: Shape, b: Shape, visit: (k: number, ai: number, bi: number) => void): void {
  const as = broadcastStrides(a, lead);
  const bs = broadcastStrides(b, lead);
  const count = sizeOf(lead);
  for (let k = 0; k < count; k++) {
    let rest = k;
    let ai = 0;
    let bi = 0;
    for (let axis = lead.length - 1; axis >= 0; axis--) {
      const i = rest % lead[axis]!;
      rest = (rest - i) / lead[axis]!;
      ai += i * as[axis]!;
      bi += i * bs[axis]!;
    }
    visit(k, ai, bi);
  }
}

/** 列主元 LU：就地分解 m，行交换同时作用在 rhs 上；返回行交换的符号，奇异时为 0。 */
function eliminate(m: Float64Array, n: number, rhs: Float64Array, cols: number): number {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(m[i * n + k]!) > Math.abs(m[p * n + k]!)) p = i;
    const pivot = m[p * n + k]!;
    if (pivot === 0) return 0;
    if (p !== k) {
      swapRows(m, n, k, p);
      swapRows(rhs, cols, k, p);
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      const f = m[i * n + k]! / pivot;
      if (f === 0) continue;
      for (let j = k + 1; j < n; j++) m[i * n + j]! -= f * m[k * n + j]!;
      for (let j = 0; j < cols; j++) rhs[i * cols + j]! -= f * rhs[k * cols + j]!;
    }
  }
  return sign;
}

function swapRows(m: Float64Array, width: number, a: number, b: number): void {
  for (let j = 0; j < width; j++) {
    const v = m[a * width + j]!;
    m[a * width + j] = m[b * width + j]!;
    m[b * width + j] = v;
  }
}

const matrix = (data: TypedArray, index: number, size: number): Float64Array =>
  Float64Array.from(data.subarray(index * size, (index + 1) * size));

function singular(op: string): TiduError {
  return new TiduError(
    "TIDU-LINALG-003",
    `${op}：矩阵奇异（有一个主元是 0），方程没有唯一解。请检查是否有重复或全零的行；最小二乘问题可解 AᵀA + λI。`,
  );
}

const solve: CpuKernel = ([a, b], _, out) => {
  const n = a!.shape.at(-1)!;
  const cols = b!.shape.at(-1)!;
  const result = allocate(out.dtype, sizeOf(out.shape));
  eachPair(out.shape.slice(0, -2), a!.shape.slice(0, -2), b!.shape.slice(0, -2), (k, ai, bi) => {
    const m = matrix(dataOf(a!), ai, n * n);
    const x = matrix(dataOf(b!), bi, n * cols);
    if (eliminate(m, n, x, cols) === 0) throw singular("solve");
    for (let i = n - 1; i >= 0; i--) {
      for (let j = 0; j < cols; j++) {
        let s = x[i * cols + j]!;
        for (let p = i + 1; p < n; p++) s -= m[i * n + p]! * x[p * cols + j]!;
        x[i * cols + j] = s / m[i * n + i]!;
      }
    }
    result.set(x, k * n * cols);
  });
  return result;
};

function determinants(finish: (sign: number, diagonal: number[]) => number): CpuKernel {
  return ([a], _, out) => {
    const n = a!.shape.at(-1)!;
    const result = allocate(out.dtype, sizeOf(out.shape));
    for (let k = 0; k < result.length; k++) {
      const m = matrix(dataOf(a!), k, n * n);
      const sign = eliminate(m, n, new Float64Array(0), 0);
      result[k] = finish(
        sign,
        Array.from({ length: n }, (_, i) => m[i * n + i]!),
      );
    }
    return result;
  };
}

const triangularSolve: CpuKernel = (
  [a, b],
  { lower, transpose }: { lower: boolean; transpose: boolean },
  out,
) => {
  const n = a!.shape.at(-1)!;
  const cols = b!.shape.at(-1)!;
  const result = allocate(out.dtype, sizeOf(out.shape));
  const forward = lower !== transpose;
  eachPair(out.shape.slice(0, -2), a!.shape.slice(0, -2), b!.shape.slice(0, -2), (k, ai, bi) => {
    const t = dataOf(a!);
    const at = (i: number, p: number): number => t[ai * n * n + (transpose ? p * n + i : i * n + p)]!;
    const x = matrix(dataOf(b!), bi, n * cols);
    for (let step = 0; step < n; step++) {
      const i = forward ? step : n - 1 - step;
      const pivot = at(i, i);
      if (pivot === 0) throw singular("triangularSolve");
      for (let j = 0; j < cols; j++) {
        let s = x[i * cols + j]!;
        for (let p = forward ? 0 : i + 1; p < (forward ? i : n); p++) s -= at(i, p) * x[p * cols + j]!;
        x[i * cols + j] = s / pivot;
      }
    }
    result.set(x, k * n * cols);
  });
  return result;
};

const cholesky: CpuKernel = ([a], _, out) => {
  const n = a!.shape.at(-1)!;
  const result = allocate(out.dtype, sizeOf(out.shape));
  for (let k = 0; k < a!.size / Math.max(1, n * n); k++) {
    const m = matrix(dataOf(a!), k, n * n);
    const l = new Float64Array(n * n);
    for (let j = 0; j < n; j++) {
      for (let i = j; i < n; i++) {
        let s = (m[i * n + j]! + m[j * n + i]!) / 2;
        for (let p = 0; p < j; p++) s -= l[i * n + p]! * l[j * n + p]!;
        if (i > j) l[i * n + j] = s / l[j * n + j]!;
        else if (s > 0) l[j * n + j] = Math.sqrt(s);
        else {
          throw new TiduError(
            "TIDU-LINALG-004",
            `cholesky：矩阵不是正定的，第 ${j} 个主元是 ${s}。协方差矩阵可先加上 εI（如 1e-9）。`,
          );
        }
      }
    }
    result.set(l, k * n * n);
  }
  return result;
};

export const linalgKernels = {
  solve,
  triangularSolve,
  cholesky,
  det: determinants((sign, diagonal) => diagonal.reduce((p, d) => p * d, sign)),
  logdet: determinants((sign, diagonal) =>
    sign === 0 ? -Infinity : diagonal.reduce((s, d) => s + Math.log(Math.abs(d)), 0),
  ),
};
