import {
  abs,
  astype,
  grad,
  jit,
  lessEqual,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
} from "@tidu/kernel-lib";
import { openBackend, type Tf } from "./autodiff-tfjs.js";
import type { Contender } from "./rounds.js";

// Huber 损失之和对一百万个误差的梯度；真值是把误差夹到 [−1, 1]。

export const size = 1_000_000;
const delta = 1;
const errors = Float64Array.from({ length: size }, (_, i) => 3 * Math.sin(i * 0.7));

export type HuberContender = Contender & { readonly check: () => Promise<ArrayLike<number>> };

function loss(e: Tensor): Tensor {
  const a = abs(e);
  return sum(where(lessEqual(a, delta), mul(0.5, square(e)), mul(delta, sub(a, delta / 2))));
}

export function huberByHand(dtype: "float64" | "float32"): HuberContender {
  const e = dtype === "float64" ? errors : Float32Array.from(errors);
  const make = dtype === "float64" ? Float64Array : Float32Array;
  const run = (): Float64Array | Float32Array => {
    const g = new make(size);
    for (let i = 0; i < size; i++) g[i] = Math.min(Math.max(e[i]!, -delta), delta);
    return g;
  };
  return { run, check: async () => run() };
}

export function huberByTidu(dtype: "float64" | "float32", compiled: boolean): HuberContender {
  const e = astype(tensor(errors), dtype);
  const gradient = grad(loss) as (e: Tensor) => Tensor;
  const go = compiled ? jit(gradient) : gradient;
  return { run: () => go(e), check: () => go(e).data() };
}

export async function huberByTfjs(tf: Tf): Promise<HuberContender | null> {
  if (!(await openBackend(tf, "wasm"))) return null;
  const e = tf.tensor1d(Float32Array.from(errors));
  // 用 tfjs 自己的 huberLoss：它的 where 写法求不了导（比较运算没有登记梯度）。
  const zeros = tf.zeros([size]);
  const gradient = tf.grad((x) => tf.losses.huberLoss(zeros, x, undefined, delta, tf.Reduction.SUM));
  return {
    before: () => openBackend(tf, "wasm"),
    run: () => tf.tidy(() => void gradient(e)),
    check: async () => {
      const g = gradient(e);
      const data = await g.data();
      g.dispose();
      return data;
    },
  };
}
