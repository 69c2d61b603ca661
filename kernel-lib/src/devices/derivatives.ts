import { isFloat } from "../dtype.js";
import { mul } from "../primitives/arithmetic.js";
import { sum } from "../primitives/reductions.js";
import { astype } from "../primitives/select.js";
import { type Shape, sameShape, showShape } from "../shape.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { overFloats, type Sample, tensorsOf } from "../testing/sample.js";
import { grad } from "../transforms/grad.js";
import { jit } from "../transforms/jit.js";
import { jvp } from "../transforms/jvp.js";
import { cpu } from "./cpu/device.js";
import type { Device } from "./device.js";
import { place } from "./evaluate.js";

// 同一个函数在 cpu（float64）与被测设备上各算一遍：值、编译后的值、一阶梯度、二阶（黑塞矩阵乘向量）。

/** 不整齐的权与方向：对称的错误不会互相抵消。 */
export function pattern(shape: Shape, phase: number): Tensor {
  const size = shape.reduce((n, m) => n * m, 1);
  const data = Float64Array.from({ length: size }, (_, i) => Math.cos(1 + 2.3 * i + phase) + 0.3);
  return new ArrayTensor(cpu, data, shape, "float64");
}

interface Derivatives {
  readonly value: Tensor;
  readonly compiled: Tensor;
  readonly first: readonly Tensor[];
  readonly second: readonly Tensor[];
}

function compute({ f, xs }: { f: Sample["f"]; xs: readonly Tensor[] }, all: Sample, own: readonly Tensor[]) {
  const value = all.f(...own);
  const compiled = jit(all.f)(...own) as Tensor;
  if (!isFloat(value.dtype) || xs.length === 0 || all.flat) return { value, compiled, first: [], second: [] };
  const weights = pattern(value.shape, 0);
  const loss = (...ys: Tensor[]): Tensor => sum(mul(f(...ys), weights));
  const argnums = xs.map((_, i) => i);
  const gradient = grad(loss as any, { argnums }) as unknown as (...ys: readonly Tensor[]) => Tensor[];
  const directions = xs.map((x, i) => mul(pattern(x.shape, i), astype(mul(x, 0).add(1), x.dtype)));
  const [first, second] = jvp(gradient as any, xs as any, directions as any) as unknown as [
    Tensor[],
    Tensor[],
  ];
  return { value, compiled, first, second };
}

/** 一致时返回 null，否则说明哪里不同。容差按结果里最大的数计。 */
export async function checkDerivatives(sample: Sample, device: Device): Promise<string | null> {
  // 两边的输入同是 float32 表示得了的数。
  const inputs = tensorsOf(sample).map((x) =>
    isFloat(x.dtype) ? astype(astype(x, "float32"), "float64") : x,
  );
  const on = (target: Device): Derivatives => {
    const own = inputs.map((x) => (target === cpu ? x : place(x.concrete(), target)));
    const at = inputs.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
    const { f } = overFloats({ ...sample, args: own, indices: [] });
    return compute({ f, xs: at.map((i) => own[i]!) }, sample, own);
  };
  const expected = on(cpu);
  const actual = on(device);
  const pairs: [string, Tensor, Tensor, number][] = [
    ["值", actual.value, expected.value, 1e-4],
    ["jit 的值", actual.compiled, expected.compiled, 1e-4],
    ...expected.first.map((e, i): [string, Tensor, Tensor, number] => [
      `梯度 ${i}`,
      actual.first[i]!,
      e,
      5e-4,
    ]),
    ...expected.second.map((e, i): [string, Tensor, Tensor, number] => [
      `二阶 ${i}`,
      actual.second[i]!,
      e,
      2e-3,
    ]),
  ];
  for (const [what, a, e, tolerance] of pairs) {
    if (a.device !== device.name) return `${what}在 ${a.device} 上`;
    if (!sameShape(a.shape, e.shape))
      return `${what}的形状是 ${showShape(a.shape)}，应为 ${showShape(e.shape)}`;
    const problem = await compare(a, e, tolerance);
    if (problem) return `${what}${problem}`;
  }
  return null;
}

async function compare(actual: Tensor, expected: Tensor, tolerance: number): Promise<string | null> {
  const [a, e] = [await actual.data(), await expected.data()];
  const exact = !isFloat(expected.dtype);
  const largest = Array.from(e).reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1e-2);
  for (let i = 0; i < e.length; i++) {
    const close = exact ? a[i] === e[i] : Math.abs(a[i]! - e[i]!) <= tolerance * largest;
    if (!close && !Object.is(a[i], e[i])) return `的第 ${i} 个是 ${a[i]}，应为 ${e[i]}`;
  }
  return null;
}
