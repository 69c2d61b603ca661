import { type Argument, dataOf, sample, type Workload } from "./autodiff-workload.js";
import type { Contender } from "./rounds.js";

export type Jax = typeof import("@jax-js/jax");
export type JaxArray = import("@jax-js/jax").Array;

/** jax-js 的 wasm 后端；没有安装或起不来时是 null。 */
export async function loadJaxJs(): Promise<Jax | null> {
  try {
    const jax = await import("@jax-js/jax");
    const devices = await jax.init("wasm");
    if (!devices.includes("wasm")) return null;
    jax.defaultDevice("wasm");
    return jax;
  } catch {
    return null;
  }
}

export function arrayOf(jax: Jax, arg: Argument, seed: number): JaxArray {
  return jax.numpy.array(Float32Array.from(dataOf(arg, seed))).reshape([...arg.shape]);
}

/** jax-js 的 jit(grad(f))，单精度；每次等结果算完再释放。 */
export function jaxJsContender(jax: Jax, { args, active, order, jaxjs }: Workload): Checked {
  const inputs = args.map((a, i) => arrayOf(jax, a, i + 1));
  // jax-js 的 hessian 只传求导的参数，其余由闭包带进去。
  const rest = order === "hessian" ? inputs.slice(active) : [];
  const f = (...xs: JaxArray[]): JaxArray => jaxjs(jax, ...xs, ...rest.map((x) => x.ref));
  const given = inputs.slice(0, inputs.length - rest.length);
  const argnums = Array.from({ length: active }, (_, i) => i);
  const derivative: any = order === "hessian" ? jax.hessian(f) : jax.grad(f as any, { argnums } as any);
  const go = jax.jit(derivative) as (...xs: JaxArray[]) => any;
  const call = (): JaxArray[] => jax.tree.leaves(go(...given.map((x) => x.ref))) as JaxArray[];
  return {
    run: async () => {
      const out = call();
      for (const x of out) await x.blockUntilReady();
      for (const x of out) x.dispose();
    },
    check: async () => {
      const all = await Promise.all(call().map((x) => x.data()));
      return all.flatMap((data: ArrayLike<number>) => sample(data));
    },
  };
}

export type Checked = Contender & { readonly check: () => Promise<ArrayLike<number>> };
