import {
  abs,
  add,
  attention,
  conv2d,
  lessEqual,
  matmul,
  mean,
  mul,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tripletLoss,
  where,
} from "@tidu/kernel-lib";
import type { Jax, JaxArray } from "./autodiff-jaxjs.js";
import type { Workload } from "./autodiff-workload.js";

// 每个函数按各家自己的写法写一遍；jax-js 的数组用过一次就交出去，还要用的先取 ref。

export function attentionOf(tokens: number): Workload {
  const shape = [tokens, 64];
  return {
    name: "attention",
    title: `注意力的梯度，${tokens}×64`,
    args: [{ shape }, { shape }, { shape }],
    active: 3,
    tidu: (q, k, v) => sum(square(attention(q!, k!, v!))),
    jaxjs: ({ numpy: np, nn }, q, k, v) => {
      const scores = np.matmul(q!, np.transpose(k!)).mul(1 / 8);
      return np.sum(np.square(np.matmul(nn.softmax(scores, -1), v!)));
    },
    tfjs: (tf, q, k, v) => {
      const scores = tf.mul(tf.matMul(q! as never, k! as never, false, true), 1 / 8);
      return tf.sum(tf.square(tf.matMul(tf.softmax(scores) as never, v! as never)));
    },
  };
}

export function huberOf(size: number): Workload {
  return {
    name: "huber",
    title: `Huber 梯度，${size} 个元素`,
    args: [{ shape: [size], amplitude: 3 }],
    active: 1,
    tidu: (e) => {
      const a = abs(e!);
      return sum(where(lessEqual(a, 1), mul(0.5, square(e!)), sub(a, 0.5)));
    },
    jaxjs: ({ numpy: np }, e) => {
      const a = np.abs(e!.ref);
      return np.sum(np.where(np.lessEqual(a.ref, 1), np.square(e!).mul(0.5), a.sub(0.5)));
    },
    // tfjs 的 where 写法求不了导（比较运算没有登记梯度），用它自己的 huberLoss。
    tfjs: (tf, e) => tf.losses.huberLoss(tf.zerosLike(e!), e!, undefined, 1, tf.Reduction.SUM),
  };
}

export function tripletOf(count: number): Workload {
  const shape = [count, 128];
  const jaxDistance = ({ numpy: np }: Jax, x: JaxArray, y: JaxArray): JaxArray =>
    np.sqrt(np.sum(np.square(x.sub(y)), -1));
  return {
    name: "triplet",
    title: `三元组损失的梯度，${count}×128`,
    args: [{ shape }, { shape, amplitude: 0.9 }, { shape, amplitude: 0.8 }],
    active: 3,
    tidu: (a, p, n) => tripletLoss(a!, p!, n!, { margin: 1 }),
    jaxjs: (jax, a, p, n) => {
      const near = jaxDistance(jax, a!.ref, p!);
      return jax.numpy.mean(jax.nn.relu(near.sub(jaxDistance(jax, a!, n!)).add(1)));
    },
    tfjs: (tf, a, p, n) => {
      const distance = (x: typeof a, y: typeof a) => tf.sqrt(tf.sum(tf.square(tf.sub(x!, y!)), -1));
      return tf.mean(tf.relu(tf.add(tf.sub(distance(a, p), distance(a, n)), 1)));
    },
  };
}

export function convNetOf(batch: number): Workload {
  const same = { padding: 1 };
  return {
    name: "convnet",
    title: `小卷积网的梯度，${batch}×1×28×28，3×3 卷积 8 与 16 个通道`,
    args: [
      { shape: [8, 1, 3, 3], amplitude: 0.4 },
      { shape: [16, 8, 3, 3], amplitude: 0.2 },
      { shape: [16, 10], amplitude: 0.5 },
      { shape: [batch, 1, 28, 28] },
      { shape: [batch, 10] },
    ],
    active: 3,
    tidu: (w1, w2, w3, x, y) => {
      const h = relu(conv2d(x!, w1!, same));
      const pooled = mean(reshape(h, [batch, 8, 14, 2, 14, 2]), [3, 5]);
      const z = matmul(mean(relu(conv2d(pooled, w2!, same)), [2, 3]), w3!);
      return mean(square(sub(z, y!)));
    },
    jaxjs: ({ numpy: np, nn, lax }, w1, w2, w3, x, y) => {
      const conv = (a: JaxArray, w: JaxArray): JaxArray => lax.conv(a, w, [1, 1], "SAME");
      const h = nn.relu(conv(x!, w1!));
      const pooled = np.mean(h.reshape([batch, 8, 14, 2, 14, 2]), [3, 5]);
      const z = np.matmul(np.mean(nn.relu(conv(pooled, w2!)), [2, 3]), w3!);
      return np.mean(np.square(z.sub(y!)));
    },
    // tfjs 的 wasm 后端没有卷积核梯度的核（Conv2DBackpropFilter）。
  };
}

export function oscillatorOf(count: number): Workload {
  return {
    name: "oscillator",
    title: `五十步振子的反向传播，${count} 个初值`,
    args: [{ shape: [2] }, { shape: [count] }],
    active: 1,
    tidu: (p, x0) => {
      const [k, c] = [slice(p!, [0], [1]), slice(p!, [1], [1])];
      let [x, v] = [x0!, mul(x0!, 0)];
      for (let i = 0; i < 50; i++) {
        v = sub(v, mul(0.1, add(mul(k, x), mul(c, v))));
        x = add(x, mul(0.1, v));
      }
      return sum(square(sub(x, 1)));
    },
    jaxjs: ({ numpy: np }, p, x0) => {
      const k = p!.ref.slice([0, 1]);
      const c = p!.slice([1, 2]);
      let v = x0!.ref.mul(0);
      let x = x0!;
      for (let i = 0; i < 50; i++) {
        v = v.ref.sub(k.ref.mul(x.ref).add(c.ref.mul(v)).mul(0.1));
        x = x.add(v.ref.mul(0.1));
      }
      for (const unused of [k, c, v]) unused.dispose();
      return np.sum(np.square(x.sub(1)));
    },
    tfjs: (tf, p, x0) => {
      const [k, c] = [tf.slice(p!, [0], [1]), tf.slice(p!, [1], [1])];
      let x = x0!;
      let v: typeof x = tf.zerosLike(x);
      for (let i = 0; i < 50; i++) {
        v = tf.sub(v, tf.mul(0.1, tf.add(tf.mul(k, x), tf.mul(c, v))));
        x = tf.add(x, tf.mul(0.1, v));
      }
      return tf.sum(tf.square(tf.sub(x, 1)));
    },
  };
}

export function hessianOf(rows: number): Workload {
  return {
    name: "perceptron",
    title: `50 个参数的感知机的黑塞矩阵，${rows} 个样本`,
    args: [{ shape: [50], amplitude: 0.7 }, { shape: [rows, 5] }, { shape: [rows, 1] }],
    active: 1,
    order: "hessian",
    tidu: (p, x, y) => {
      const part = (from: number, ...shape: number[]): Tensor =>
        reshape(slice(p!, [from], [shape.reduce((n, d) => n * d, 1)]), shape);
      const h = tanh(add(matmul(x!, part(0, 5, 7)), part(35, 7)));
      return mean(square(sub(add(matmul(h, part(42, 7, 1)), part(49, 1)), y!)));
    },
    jaxjs: ({ numpy: np }, p, x, y) => {
      const part = (from: number, to: number, ...shape: number[]): JaxArray =>
        p!.ref.slice([from, to]).reshape(shape);
      const h = np.tanh(np.matmul(x!, part(0, 35, 5, 7)).add(part(35, 42, 7)));
      const z = np.matmul(h, part(42, 49, 7, 1)).add(part(49, 50, 1));
      p!.dispose();
      return np.mean(np.square(z.sub(y!)));
    },
  };
}
