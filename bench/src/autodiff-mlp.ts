import {
  add,
  div,
  grad,
  jit,
  matmul,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "@tidu/kernel-lib";
import type { Checked, Jax, JaxArray } from "./autodiff-jaxjs.js";
import { openBackend, type Tf } from "./autodiff-tfjs.js";

// 小网络的一步训练：x[8×4] → tanh(xW₁+b₁)[8×16] → 线性[8×1]，均方误差，四个参数的梯度，再走一步 SGD。

const rows = 8;
const inputs = 4;
const hidden = 16;
const rate = 0.1;

/** 四个参数，行优先展平。 */
export interface Flat {
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
}

/** 可重现的均匀随机数，[−0.5, 0.5)。 */
function series(length: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  });
}

const start: Flat = {
  w1: series(inputs * hidden, 1),
  b1: series(hidden, 2),
  w2: series(hidden, 3),
  b2: series(1, 4),
};
const x = series(rows * inputs, 5);
const y = series(rows, 6);

/** 照公式手写的一步：没有任何库，float64。 */
function byHand(p: Flat): Flat {
  const h = new Float64Array(rows * hidden);
  const dy = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let out = p.b2[0]!;
    for (let j = 0; j < hidden; j++) {
      let z = p.b1[j]!;
      for (let k = 0; k < inputs; k++) z += x[i * inputs + k]! * p.w1[k * hidden + j]!;
      const t = Math.tanh(z);
      h[i * hidden + j] = t;
      out += t * p.w2[j]!;
    }
    dy[i] = (2 / rows) * (out - y[i]!);
  }
  const w1 = p.w1.slice();
  const b1 = p.b1.slice();
  const w2 = p.w2.slice();
  const b2 = p.b2.slice();
  for (let i = 0; i < rows; i++) {
    const d = dy[i]!;
    b2[0]! -= rate * d;
    for (let j = 0; j < hidden; j++) {
      const t = h[i * hidden + j]!;
      w2[j]! -= rate * d * t;
      const dz = d * p.w2[j]! * (1 - t * t);
      b1[j]! -= rate * dz;
      for (let k = 0; k < inputs; k++) w1[k * hidden + j]! -= rate * dz * x[i * inputs + k]!;
    }
  }
  return { w1, b1, w2, b2 };
}

interface Params {
  readonly w1: Tensor;
  readonly b1: Tensor;
  readonly w2: Tensor;
  readonly b2: Tensor;
}

function loss(p: Params, xs: Tensor, ys: Tensor): Tensor {
  const h = tanh(add(matmul(xs, p.w1), p.b1));
  return div(sum(square(sub(add(matmul(h, p.w2), p.b2), ys))), rows);
}

const gradient = grad(loss);

function step(p: Params, xs: Tensor, ys: Tensor): Params {
  const g = gradient(p, xs, ys) as Params;
  const next = (v: Tensor, d: Tensor): Tensor => sub(v, mul(rate, d));
  return { w1: next(p.w1, g.w1), b1: next(p.b1, g.b1), w2: next(p.w2, g.w2), b2: next(p.b2, g.b2) };
}

const order = ["w1", "b1", "w2", "b2"] as const;

export function handContender(): Checked {
  return {
    run: () => byHand(start),
    check: async () => {
      let p = start;
      for (let i = 0; i < 3; i++) p = byHand(p);
      return order.flatMap((k) => [...p[k]]);
    },
  };
}

export function tiduContender(compiled: boolean): Checked {
  const shape = (data: Float64Array, ...dims: number[]): Tensor => tensor(data).reshape(dims);
  const p: Params = {
    w1: shape(start.w1, inputs, hidden),
    b1: shape(start.b1, hidden),
    w2: shape(start.w2, hidden, 1),
    b2: shape(start.b2, 1),
  };
  const xs = shape(x, rows, inputs);
  const ys = shape(y, rows, 1);
  const go = compiled ? jit(step) : step;
  return {
    run: () => go(p, xs, ys),
    check: async () => {
      let q = p;
      for (let i = 0; i < 3; i++) q = go(q, xs, ys);
      const flat = await Promise.all(order.map((k) => q[k].data()));
      return flat.flatMap((d) => [...d]);
    },
  };
}

/** tfjs 自己的磁带与核，float32。 */
export async function tfjsContender(tf: Tf, backend: "cpu" | "wasm"): Promise<Checked | null> {
  if (!(await openBackend(tf, backend))) return null;
  type T = import("@tensorflow/tfjs-core").Tensor;
  const begin = (): T[] => [
    tf.tensor(Float32Array.from(start.w1), [inputs, hidden]),
    tf.tensor(Float32Array.from(start.b1), [hidden]),
    tf.tensor(Float32Array.from(start.w2), [hidden, 1]),
    tf.tensor(Float32Array.from(start.b2), [1]),
  ];
  const xs = tf.tensor(Float32Array.from(x), [rows, inputs]);
  const ys = tf.tensor(Float32Array.from(y), [rows, 1]);
  const lossOf = (w1: T, b1: T, w2: T, b2: T) => {
    const h = tf.tanh(tf.add(tf.matMul(xs as never, w1 as never), b1));
    const error = tf.sub(tf.add(tf.matMul(h as never, w2 as never), b2), ys);
    return tf.div(tf.sum(tf.square(error)), rows) as import("@tensorflow/tfjs-core").Scalar;
  };
  const gradients = tf.grads(lossOf as never);
  const go = (p: T[]): T[] =>
    tf.tidy(() => {
      const g = gradients(p);
      return p.map((v, i) => tf.sub(v, tf.mul(rate, g[i]!)) as T);
    });
  const fixed = begin();
  return {
    before: () => openBackend(tf, backend),
    run: () => tf.dispose(go(fixed)),
    check: async () => {
      let p = begin();
      for (let i = 0; i < 3; i++) p = go(p);
      return p.flatMap((t) => [...t.dataSync()]);
    },
  };
}

/** jax-js，wasm 后端，单精度。 */
export function jaxJsMlp(jax: Jax): Checked {
  const np = jax.numpy;
  const array = (data: Float64Array, ...dims: number[]): JaxArray =>
    np.array(Float32Array.from(data)).reshape(dims);
  const begin = (): JaxArray[] => [
    array(start.w1, inputs, hidden),
    array(start.b1, hidden),
    array(start.w2, hidden, 1),
    array(start.b2, 1),
  ];
  const [xs, ys] = [array(x, rows, inputs), array(y, rows, 1)];
  const lossOf = (
    w1: JaxArray,
    b1: JaxArray,
    w2: JaxArray,
    b2: JaxArray,
    x: JaxArray,
    y: JaxArray,
  ): JaxArray => {
    const h = np.tanh(np.matmul(x, w1).add(b1));
    return np.sum(np.square(np.matmul(h, w2).add(b2).sub(y))).div(rows);
  };
  const gradients = jax.grad(lossOf as any, { argnums: [0, 1, 2, 3] } as any) as any;
  const go = jax.jit((...args: JaxArray[]) => {
    const g = gradients(...args.map((a) => a.ref)) as JaxArray[];
    const next = g.map((d, i) => args[i]!.sub(d.mul(rate)));
    for (const unused of args.slice(4)) unused.dispose();
    return next;
  }) as unknown as (...args: JaxArray[]) => JaxArray[];
  const fixed = begin();
  const call = (p: JaxArray[]): JaxArray[] => go(...p, xs.ref, ys.ref);
  return {
    run: async () => {
      const out = call(fixed.map((a) => a.ref));
      for (const a of out) await a.blockUntilReady();
      for (const a of out) a.dispose();
    },
    check: async () => {
      let p = begin();
      for (let i = 0; i < 3; i++) p = call(p);
      const data = await Promise.all(p.map((a) => a.data()));
      return data.flatMap((d: ArrayLike<number>) => Array.from(d));
    },
  };
}

/** 交给 autodiff-jax.py 的同一个问题，双精度。 */
export const jaxArguments = {
  name: "mlp",
  title: "小网络的一步",
  args: [
    { data: [...start.w1], shape: [inputs, hidden] },
    { data: [...start.b1], shape: [hidden] },
    { data: [...start.w2], shape: [hidden, 1] },
    { data: [...start.b2], shape: [1] },
    { data: [...x], shape: [rows, inputs] },
    { data: [...y], shape: [rows, 1] },
  ],
  active: 4,
  order: "step",
} as const;
