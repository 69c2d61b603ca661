import { allocate } from "../../../dtype.js";
import { sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

// 矩阵分解。一个原语只有一个输出，所以几个因子并排装在一个矩阵里，由 linalg/ 里的函数拆开。
// 一律在双精度里做；雅可比旋转简单而精确，矩阵到几百阶都够用。

/** eps 是输入类型的精度：比它还小的奇异值与主元当作 0。 */
type Factor = (a: Float64Array, m: number, n: number, eps: number) => Float64Array;

/** 对每个 m×n 矩阵作用 f。 */
const each =
  (f: Factor): CpuKernel =>
  ([a], _, out) => {
    const [m, n] = a!.shape.slice(-2) as [number, number];
    const result = allocate(out.dtype, sizeOf(out.shape));
    const count = sizeOf(a!.shape.slice(0, -2));
    const width = result.length / Math.max(1, count);
    const data = dataOf(a!);
    const eps = a!.dtype === "float32" ? 2 ** -23 : 2 ** -52;
    for (let k = 0; k < count && width > 0; k++) {
      result.set(f(Float64Array.from(data.subarray(k * m * n, (k + 1) * m * n)), m, n, eps), k * width);
    }
    return result;
  };

const sweeps = 60;

/** 使 [[p, r], [r, q]] 变成对角阵的旋转 [cos, sin]。 */
function rotation(p: number, q: number, r: number): [number, number] {
  const theta = (q - p) / (2 * r);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(1, theta));
  const c = 1 / Math.hypot(1, t);
  return [c, t * c];
}

/** 第 i、j 列换成 c·i − s·j 与 s·i + c·j。 */
function rotateColumns(x: Float64Array, width: number, i: number, j: number, c: number, s: number): void {
  for (let k = 0; k < x.length; k += width) {
    const u = x[k + i]!;
    const v = x[k + j]!;
    x[k + i] = c * u - s * v;
    x[k + j] = s * u + c * v;
  }
}

function identity(n: number): Float64Array {
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  return v;
}

/** 第 j 列里绝对值最大的元素的符号。 */
function leadingSign(x: Float64Array, width: number, j: number): number {
  let best = 0;
  for (let k = j; k < x.length; k += width) if (Math.abs(x[k]!) > Math.abs(best)) best = x[k]!;
  return best < 0 ? -1 : 1;
}

/** 循环雅可比法；结果每行是 [λᵢ, 特征向量矩阵的第 i 行]，λ 从小到大。 */
const eigh: Factor = (a, n) => {
  const v = identity(n);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const square = a[i * n + j]! ** 2;
        all += square;
        if (i !== j) off += square;
      }
    }
    if (!(off > 1e-36 * all)) break;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const r = a[i * n + j]!;
        if (r === 0) continue;
        const [c, s] = rotation(a[i * n + i]!, a[j * n + j]!, r);
        rotateColumns(a, n, i, j, c, s);
        for (let k = 0; k < n; k++) {
          const u = a[i * n + k]!;
          const w = a[j * n + k]!;
          a[i * n + k] = c * u - s * w;
          a[j * n + k] = s * u + c * w;
        }
        rotateColumns(v, n, i, j, c, s);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  const out = new Float64Array(n * (n + 1));
  for (const [to, from] of order.entries()) {
    const sign = leadingSign(v, n, from);
    out[to * (n + 1)] = a[from * n + from]!;
    for (let k = 0; k < n; k++) out[k * (n + 1) + 1 + to] = sign * v[k * n + from]!;
  }
  return out;
};

interface Svd {
  /** m×k、k、n×k，k = min(m, n)；奇异值从大到小。 */
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

/** 单边雅可比法：右乘旋转，使各列两两正交；列的长度就是奇异值。 */
function decompose(a: Float64Array, m: number, n: number): Svd {
  if (m < n) {
    const t = new Float64Array(m * n);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) t[j * m + i] = a[i * n + j]!;
    const { u, s, v } = decompose(t, n, m);
    return { u: v, s, v: u };
  }
  let scale = 0;
  for (const x of a) scale = Math.max(scale, Math.abs(x));
  const w = scale > 0 && scale < Infinity ? a.map((x) => x / scale) : a;
  const v = identity(n);
  const product = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < m * n; k += n) sum += w[k + i]! * w[k + j]!;
    return sum;
  };
  for (let sweep = 0, turned = true; sweep < sweeps && turned; sweep++) {
    turned = false;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [p, q, r] = [product(i, i), product(j, j), product(i, j)];
        if (!(Math.abs(r) > 1e-16 * Math.sqrt(p) * Math.sqrt(q))) continue;
        turned = true;
        const [c, s] = rotation(p, q, r);
        rotateColumns(w, n, i, j, c, s);
        rotateColumns(v, n, i, j, c, s);
      }
    }
  }
  const lengths = Array.from({ length: n }, (_, i) => Math.sqrt(product(i, i)));
  const order = lengths.map((_, i) => i).sort((i, j) => lengths[j]! - lengths[i]!);
  const result = { u: new Float64Array(m * n), s: new Float64Array(n), v: new Float64Array(n * n) };
  for (const [to, from] of order.entries()) {
    const sign = leadingSign(v, n, from);
    const length = lengths[from]!;
    result.s[to] = length * (scale || 1);
    for (let k = 0; k < n; k++) result.v[k * n + to] = sign * v[k * n + from]!;
    if (length > 0) for (let k = 0; k < m; k++) result.u[k * n + to] = (sign * w[k * n + from]!) / length;
    else complete(result.u, m, n, to);
  }
  return result;
}

/** 补上第 j 列：与前面各列都正交的单位向量。 */
function complete(u: Float64Array, m: number, n: number, j: number): void {
  let best: Float64Array | null = null;
  let largest = 0;
  for (let start = 0; start < m; start++) {
    const x = new Float64Array(m);
    x[start] = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) {
        let dot = 0;
        for (let k = 0; k < m; k++) dot += u[k * n + i]! * x[k]!;
        for (let k = 0; k < m; k++) x[k]! -= dot * u[k * n + i]!;
      }
    }
    const length = Math.hypot(...x);
    if (length > largest) {
      largest = length;
      best = x.map((value) => value / length);
    }
    if (largest > 0.5) break;
  }
  for (let k = 0; k < m; k++) u[k * n + j] = best![k]!;
}

/** 从上到下：U（m 行）、奇异值（1 行）、V（n 行）。 */
const svd: Factor = (a, m, n) => {
  const { u, s, v } = decompose(a, m, n);
  const out = new Float64Array((m + n + 1) * s.length);
  out.set(u);
  out.set(s, u.length);
  out.set(v, u.length + s.length);
  return out;
};

const pinv: Factor = (a, m, n, eps) => {
  const { u, s, v } = decompose(a, m, n);
  const k = s.length;
  const cutoff = eps * Math.max(m, n) * s[0]!;
  const out = new Float64Array(n * m);
  for (let p = 0; p < k; p++) {
    if (!(s[p]! > cutoff)) continue;
    for (let i = 0; i < n; i++) {
      const f = v[i * k + p]! / s[p]!;
      for (let j = 0; j < m; j++) out[i * m + j]! += f * u[j * k + p]!;
    }
  }
  return out;
};

/** A = U S Vᵀ 的代数余子式矩阵是 det U·det V·U·diag(其余奇异值之积)·Vᵀ：没有除法，奇异时也对。 */
const cofactor: Factor = (a, n) => {
  const { u, s, v } = decompose(a, n, n);
  const sign = orientation(u, n) * orientation(v, n);
  const out = new Float64Array(n * n);
  for (let p = 0; p < n; p++) {
    let others = sign;
    for (let q = 0; q < n; q++) if (q !== p) others *= s[q]!;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) out[i * n + j]! += others * u[i * n + p]! * v[j * n + p]!;
    }
  }
  return out;
};

/** 正交矩阵的行列式 ±1：化成对角线为正的三角阵要几次反射，就变几次号。 */
function orientation(q: Float64Array, n: number): number {
  let flips = 1;
  reflect(q.slice(), n, n, (sign) => {
    flips *= -sign;
  });
  return flips;
}

/** Householder 反射把 a 就地化成上三角；每一列报告对角元的符号，返回各列的反射向量。 */
function reflect(a: Float64Array, m: number, n: number, onDiagonal?: (sign: number) => void): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let j = 0; j < n; j++) {
    const v = new Float64Array(m);
    for (let i = j; i < m; i++) v[i] = a[i * n + j]!;
    const length = Math.hypot(...v);
    const sign = v[j]! < 0 ? 1 : -1;
    onDiagonal?.(sign);
    v[j]! -= sign * length;
    const norm = Math.hypot(...v);
    for (let i = j; i < m && norm > 0; i++) v[i]! /= norm;
    apply(v, a, m, n);
    vectors.push(v);
  }
  return vectors;
}

/** x ← (I − 2vvᵀ)x。 */
function apply(v: Float64Array, x: Float64Array, m: number, width: number): void {
  for (let j = 0; j < width; j++) {
    let dot = 0;
    for (let i = 0; i < m; i++) dot += v[i]! * x[i * width + j]!;
    for (let i = 0; i < m; i++) x[i * width + j]! -= 2 * dot * v[i]!;
  }
}

/** 上面 m 行是 Q，下面 n 行是 R；R 的对角元取非负，于是分解唯一。 */
const qr: Factor = (a, m, n, eps) => {
  const vectors = reflect(a, m, n);
  const q = new Float64Array(m * n);
  for (let j = 0; j < n; j++) q[j * n + j] = 1;
  for (const v of vectors.reverse()) apply(v, q, m, n);
  const out = new Float64Array((m + n) * n);
  let largest = 0;
  for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(a[j * n + j]!));
  for (let j = 0; j < n; j++) {
    // 只剩舍入误差的主元当作 0：不满秩时，后面的三角方程会报奇异。
    if (Math.abs(a[j * n + j]!) <= eps * m * largest) a[j * n + j] = 0;
    const sign = a[j * n + j]! < 0 ? -1 : 1;
    for (let i = 0; i < m; i++) out[i * n + j] = sign * q[i * n + j]!;
    for (let k = j; k < n; k++) out[(m + j) * n + k] = sign * a[j * n + k]!;
  }
  return out;
};

export const decompositionKernels = {
  eigh: each(eigh),
  svd: each(svd),
  pinv: each(pinv),
  cofactor: each(cofactor),
  qr: each(qr),
};
