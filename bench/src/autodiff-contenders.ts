import {
  astype,
  grad,
  hessian,
  jit,
  reshape,
  scope,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@tidu/kernel-lib";
import type { Checked } from "./autodiff-jaxjs.js";
import { openBackend, type Tf } from "./autodiff-tfjs.js";
import { dataOf, sample, type Workload } from "./autodiff-workload.js";
import type { Contender } from "./rounds.js";

type Precision = "float64" | "float32";

function tensors({ args }: Workload, dtype: Precision): Tensor[] {
  return args.map((a, i) => astype(reshape(tensor(dataOf(a, i + 1)), a.shape), dtype));
}

const positions = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** 本库：jit(grad(f)) 或 jit(hessian(f))。各家都用完就放：tfjs 的 tidy、jax-js 的 dispose，这里是 scope。 */
export function tiduDerivative(work: Workload, dtype: Precision): Checked {
  const inputs = tensors(work, dtype);
  const derivative =
    work.order === "hessian"
      ? hessian(work.tidu as (p: Tensor) => Tensor)
      : grad(work.tidu, { argnums: positions(work.active) });
  const go = jit(derivative as (...xs: Tensor[]) => Tensor | Tensor[]);
  return {
    run: () => scope(() => void go(...inputs)),
    check: async () => {
      const out = await Promise.all([go(...inputs)].flat().map((x) => x.data()));
      return out.flatMap((data) => sample(data));
    },
  };
}

/** 本库：只求值，与连梯度一起求。 */
export function tiduCosts(work: Workload, dtype: Precision): { value: Contender; both: Contender } {
  const inputs = tensors(work, dtype);
  const value = jit(work.tidu);
  const both = jit(valueAndGrad(work.tidu, { argnums: positions(work.active) }));
  return {
    value: { run: () => scope(() => void value(...inputs)) },
    both: { run: () => scope(() => void both(...inputs)) },
  };
}

/** tfjs 自己的磁带与 wasm 核；这个函数它做不了时是 null。 */
export async function tfjsDerivative(tf: Tf, work: Workload): Promise<Checked | null> {
  const { tfjs, args, active } = work;
  if (!tfjs || !(await openBackend(tf, "wasm"))) return null;
  const inputs = args.map((a, i) => tf.tensor(Float32Array.from(dataOf(a, i + 1)), [...a.shape]));
  const rest = inputs.slice(active);
  const gradients = tf.grads((...xs) => tfjs(tf, ...xs, ...rest));
  const go = () => gradients(inputs.slice(0, active));
  return {
    before: () => openBackend(tf, "wasm"),
    run: () => tf.tidy(() => void go()),
    check: async () => {
      const out = go();
      const data = await Promise.all(out.map((x) => x.data()));
      tf.dispose(out);
      return data.flatMap((d) => sample(d as Float32Array));
    },
  };
}
