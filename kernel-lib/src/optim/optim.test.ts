import assert from "node:assert/strict";
import {
  add,
  assertGradcheck,
  grad,
  jit,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../index.js";
import {
  adam,
  adamW,
  applyUpdates,
  clipByGlobalNorm,
  cosineDecay,
  exponentialDecay,
  globalNorm,
  momentum,
  type Optimizer,
  rmsprop,
  sgd,
  warmup,
} from "./index.js";

// 各优化器四步的轨迹、连同对学习率的一、二阶导数，与 optax 比较（jax.test.ts 的 training 组）；这里查其余的性质。

const target = { w: tensor([1, -2]), b: tensor(0.5) };
const loss = (p: { w: Tensor; b: Tensor }): Tensor =>
  add(sum(square(sub(p.w, target.w))), square(sub(p.b, target.b)));

const all: Record<string, Optimizer<any>> = {
  sgd: sgd(0.1),
  momentum: momentum(0.05),
  nesterov: momentum(0.05, { nesterov: true }),
  adam: adam(0.1),
  adamW: adamW(0.1, { weightDecay: 0 }),
  rmsprop: rmsprop(exponentialDecay(0.1, 0.5, 60)),
};

describe("optim", () => {
  for (const [name, optimizer] of Object.entries(all)) {
    it(`${name} 在 jit 里与直接执行相同，只编译一次，收敛到最小点`, () => {
      const step = (p: any, s: any): any => {
        const [value, g] = valueAndGrad(loss)(p);
        const [updates, next] = optimizer.update(g, s, p);
        return { value, params: applyUpdates(p, updates), state: next };
      };
      let traces = 0;
      const fast = jit((p: any, s: any) => {
        traces++;
        return step(p, s);
      });
      let params: any = { w: tensor([0, 0]), b: tensor(0) };
      let state: any = optimizer.init(params);
      let [slowParams, slowState] = [params, state];
      let value = 0;
      for (let i = 0; i < 300; i++) {
        const out = fast(params, state);
        ({ params, state } = out);
        value = out.value.item();
        if (i < 5) {
          const slow = step(slowParams, slowState);
          [slowParams, slowState] = [slow.params, slow.state];
          const gap = globalNorm({ w: sub(params.w, slowParams.w), b: sub(params.b, slowParams.b) }).item();
          assert.ok(gap < 1e-14, `第 ${i} 步差 ${gap}`);
        }
      }
      assert.equal(traces, 1);
      assert.equal(state.step.item(), 300);
      assert.ok(value < 1e-3, `损失 ${value}`);
    });
  }

  it("超梯度：验证损失对学习率的导数 = −∇L_val(θ′)ᵀ∇L_train(θ)，多步时等于有限差分", () => {
    const validate = (p: Tensor): Tensor => sum(square(sub(p, [2, 1])));
    const train = (p: Tensor): Tensor => sum(mul([1, 3], square(p)));
    const after =
      (steps: number) =>
      (rate: Tensor): Tensor => {
        const optimizer = sgd(rate);
        let p = tensor([1, -1]);
        let state = optimizer.init(p);
        for (let i = 0; i < steps; i++) {
          const [updates, next] = optimizer.update(grad(train)(p), state);
          p = applyUpdates(p, updates);
          state = next as typeof state;
        }
        return validate(p);
      };
    const p = tensor([1, -1]);
    const g = grad(train)(p);
    const expected = -sum(mul(grad(validate)(sub(p, mul(0.1, g))), g)).item();
    assert.ok(Math.abs(grad(after(1))(0.1).item() - expected) < 1e-12);
    assertGradcheck(after(3), [0.1], { order: 2 });
  });

  it("超梯度穿过 Adam 与 RMSProp：对学习率与 β 都对；梯度恒为 0 的坐标不出 NaN", () => {
    const after = (rate: Tensor, beta: Tensor): Tensor => {
      const optimizer = adam(rate, { beta1: beta });
      let p = tensor([1, -1, 3]);
      let state = optimizer.init(p);
      for (let i = 0; i < 3; i++) {
        const [updates, next] = optimizer.update(
          grad((x: Tensor) => sum(mul([1, 3, 0], square(x))))(p),
          state,
        );
        p = applyUpdates(p, updates);
        state = next;
      }
      return sum(square(p));
    };
    assertGradcheck(after, [0.1, 0.8]);
  });

  it("clipByGlobalNorm：超过才缩放，方向不变，结果的范数恰好是上限；全零时没有 NaN", () => {
    const tree = { w: tensor([3, 0]), b: tensor(4) };
    assert.equal(clipByGlobalNorm(tree, 10).b.item(), 4);
    assert.equal(clipByGlobalNorm(tree, 5).b.item(), 4);
    const clipped = clipByGlobalNorm(tree, 1);
    assert.ok(Math.abs(globalNorm(clipped).item() - 1) < 1e-15);
    assert.deepEqual(grad((x: Tensor) => sum(clipByGlobalNorm(x, 1)))([0, 0]).toArray(), [1, 1]);
  });

  it("更新不改动旧的参数，元素类型不变；少给参数、步数不对都说清楚", () => {
    const params = { w: tensor([1, 2], "float32") };
    const optimizer = adam(tensor(0.1));
    const [updates] = optimizer.update({ w: tensor([1, 1], "float32") }, optimizer.init(params));
    assert.equal(applyUpdates(params, updates).w.dtype, "float32");
    assert.deepEqual(params.w.toArray(), [1, 2]);
    assert.throws(() => adamW(0.1).update([1], adamW(0.1).init([1])), /TIDU-OPTIM-002/);
    assert.throws(() => warmup(0, cosineDecay(1, 2)), /TIDU-OPTIM-001/);
    assert.throws(() => applyUpdates({ w: [1] }, { v: [1] }), /TIDU-TREE-002/);
  });
});
