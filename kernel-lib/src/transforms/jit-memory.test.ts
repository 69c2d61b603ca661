import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  add,
  grad,
  jit,
  key,
  matmul,
  mean,
  mul,
  normal,
  square,
  sub,
  type Tensor,
  tanh,
  zeros,
} from "../index.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** 收集之后还占着的字节：堆与类型化数组。 */
async function held(): Promise<number> {
  // 类型化数组的内存在后台线程里归还，多收集两次、让出一次。
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((done) => setImmediate(done));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

type Params = { w1: Tensor; b1: Tensor; w2: Tensor; b2: Tensor };

const x = normal(key(1), [8, 4]);
const y = normal(key(2), [8, 1]);
const start: Params = {
  w1: normal(key(3), [4, 16]),
  b1: zeros([16]),
  w2: normal(key(4), [16, 1]),
  b2: zeros([1]),
};

const loss = (p: Params): Tensor =>
  mean(square(sub(add(matmul(tanh(add(matmul(x, p.w1), p.b1)), p.w2), p.b2), y)));
const step = (p: Params): Params => {
  const g = grad(loss)(p);
  const next = (k: keyof Params): Tensor => sub(p[k], mul(0.05, g[k]));
  return { w1: next("w1"), b1: next("b1"), w2: next("w2"), b2: next("b2") };
};

async function growth(run: (p: Params) => Params, warm: number, steps: number): Promise<number> {
  let p = start;
  for (let i = 0; i < warm; i++) p = run(p);
  const before = await held();
  for (let i = 0; i < steps; i++) p = run(p);
  const after = await held();
  assert.ok(loss(p).item() < loss(start).item(), "确实在训练");
  return after - before;
}

describe("cpu：长时间训练不漏内存", () => {
  it("jit 的小网络走十万步，堆与数组占的内存不涨", async () => {
    const bytes = await growth(jit(step), 5_000, 95_000);
    assert.ok(bytes < 500_000, `涨了 ${bytes} 字节`);
  });

  it("逐个原语执行一千步也不涨；大矩阵的 WASM 内存是固定的一块", async () => {
    const small = await growth(step, 300, 1_000);
    assert.ok(small < 500_000, `涨了 ${small} 字节`);
    const a = normal(key(5), [70, 70]);
    const multiply = jit((m: Tensor) => mul(matmul(m, a), 0.1));
    const before = await held();
    for (let i = 0, m = a; i < 300; i++) m = matmul(multiply(m), a).mul(0.01);
    const big = (await held()) - before;
    assert.ok(big < 500_000, `涨了 ${big} 字节`);
  });
});
