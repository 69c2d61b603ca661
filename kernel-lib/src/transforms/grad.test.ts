import assert from "node:assert/strict";
import {
  add,
  div,
  exp,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  mul,
  relu,
  sigmoid,
  silu,
  sin,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  vjp,
  where,
  zeros,
} from "../index.js";

function close(actual: number, expected: number, tolerance = 1e-12): void {
  const size = Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance * size, `${actual} ≠ ${expected}`);
}

describe("grad：二阶导数等于闭式", () => {
  const x = 0.5;
  const s = 1 / (1 + Math.exp(-x));
  const t = Math.tanh(x);
  const cases: readonly [string, (x: Tensor) => Tensor, number][] = [
    ["x·eˣ", (v) => mul(v, exp(v)), (2 + x) * Math.exp(x)],
    ["x·tanh x", (v) => mul(v, tanh(v)), 2 * (1 - t * t) - 2 * x * t * (1 - t * t)],
    ["SiLU", (v) => silu(v), s * (1 - s) * (2 + x * (1 - 2 * s))],
    ["x·σ(x)", (v) => mul(v, sigmoid(v)), s * (1 - s) * (2 + x * (1 - 2 * s))],
  ];
  for (const [name, f, expected] of cases) {
    it(`${name}，五种算法一致`, () => {
      close(hessian(f)(x).item(), expected);
      close(grad(grad(f))(x).item(), expected);
      close(hvp(f)(x, 1).item(), expected);
      close(jacfwd(jacfwd(f))(x).item(), expected);
      close(jacrev(jacfwd(f))(x).item(), expected);
      close(jvp((v: Tensor) => jvp(f, [v], [1])[1], [x], [1])[1].item(), expected);
    });
  }

  it("x·eˣ 在 0.5 处是 4.12180…（tfjs 得 3.297）", () => {
    close(hessian((v: Tensor) => mul(v, exp(v)))(0.5).item(), 4.121803176750321);
  });

  it("softmax 的加权和：H = 三阶累积量的写法", () => {
    const c = [1, -2, 0.5];
    const point = [0.3, -0.1, 0.8];
    const e = point.map(Math.exp);
    const total = e.reduce((a, b) => a + b);
    const p = e.map((v) => v / total);
    const mean = p.reduce((a, v, i) => a + v * c[i]!, 0);
    // f = Σ cᵢpᵢ；∂f/∂xⱼ = pⱼ(cⱼ − f)；∂²f/∂xⱼ∂xₖ = δⱼₖpⱼ(cⱼ−f) − pⱼpₖ(cⱼ−f) − pⱼpₖ(cₖ−f)
    const H = hessian((v: Tensor) => sum(mul(softmax(v), c)))(point).toArray() as number[][];
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 3; k++) {
        const diagonal = j === k ? p[j]! * (c[j]! - mean) : 0;
        close(H[j]![k]!, diagonal - p[j]! * p[k]! * (c[j]! - mean) - p[j]! * p[k]! * (c[k]! - mean));
      }
    }
  });

  it("五阶导数", () => {
    let f = (v: Tensor): Tensor => sin(v);
    for (let k = 0; k < 5; k++) f = grad(f);
    close(f(tensor(0.7)).item(), Math.cos(0.7));
  });
});

describe("grad：扰动不混淆", () => {
  it("内层求导把外层的变量当常数", () => {
    close(grad((x) => mul(x, grad((y) => add(x, y))(1)))(3).item(), 1);
    close(grad((x) => mul(x, grad((y) => mul(x, y))(1)))(3).item(), 6);
    close(jvp((x: Tensor) => mul(x, jvp((y: Tensor) => add(x, y), [1], [1])[1]), [3], [1])[1].item(), 1);
    close(grad((x) => jvp((y: Tensor) => mul(mul(x, x), y), [1], [x])[1])(2).item(), 12);
    close(jvp((x: Tensor) => grad((y) => mul(mul(x, x), mul(y, y)))(x), [2], [1])[1].item(), 24);
  });
});

describe("grad：值的流动", () => {
  it("扇出处梯度相加，别名与原件是同一个量", () => {
    const f = (x: Tensor): Tensor => {
      const alias = x;
      const y = mul(x, alias);
      return add(add(y, y), x);
    };
    close(grad(f)(3).item(), 13);
    close(grad((a: Tensor, b: Tensor) => mul(a, b), { argnums: [0, 1] })(tensor(3), tensor(3))[0].item(), 3);
  });

  it("没用到的参数得到同形状的零", () => {
    const f = (p: { used: Tensor; unused: Tensor }): Tensor => sum(p.used);
    const g = grad(f)({ used: [1, 2], unused: [[1, 2, 3]] });
    assert.deepEqual(g.unused.toArray(), [[0, 0, 0]]);
    assert.deepEqual(g.used.toArray(), [1, 1]);
  });

  it("输出是常数、或就是输入", () => {
    assert.deepEqual(grad((_x: Tensor) => tensor(3))([1, 2]).toArray(), [0, 0]);
    assert.equal(grad((x) => x)(5).item(), 1);
    const [y, dy] = jvp((x: Tensor) => ({ x, c: tensor([1, 2]) }), [5], [7]);
    assert.deepEqual([y.x.item(), dy.x.item(), dy.c.toArray()], [5, 7, [0, 0]]);
  });

  it("item() 读得到原值：依数据分支与循环", () => {
    const f = (x: Tensor): Tensor => {
      let y = x;
      while (y.item() < 100) y = mul(y, y);
      return y.item() > 1000 ? mul(y, 2) : y;
    };
    // 3 → 9 → 81 → 6561，再乘 2：f = 2x⁸
    close(grad(f)(3).item(), 16 * 3 ** 7);
    close(grad((x: Tensor) => (x.item() > 0 ? square(x) : mul(x, -1)))(-2).item(), -1);
  });

  it("一万步的循环不爆栈，前向、反向、二阶都对", () => {
    const f = (x: Tensor): Tensor => {
      let y = x;
      for (let k = 0; k < 10_000; k++) y = add(mul(y, 0.9999), mul(x, 1e-4));
      return mul(y, y);
    };
    // y 收敛到 x 本身：y = c·x，c = 0.9999ⁿ + 1e-4·(1 − 0.9999ⁿ)/1e-4 = 1
    close(grad(f)(3).item(), 6, 1e-9);
    close(jvp(f, [3], [1])[1].item(), 6, 1e-9);
    close(grad(grad(f))(3).item(), 2, 1e-9);
  }).timeout(20_000);

  it("没选中的一支不影响 where 的梯度", () => {
    const f = (x: Tensor): Tensor => sum(where([true, false], mul(x, x), mul(x, 3)));
    assert.deepEqual(grad(f)([2, 5]).toArray(), [4, 3]);
  });

  it("float32 的参数得到 float32 的梯度", () => {
    const g = grad((x: Tensor) => sum(mul(x, 2)))(new Float32Array([1, 2]));
    assert.equal(g.dtype, "float32");
  });

  it("vjp 的 pullback、linearize 的 push 可以多次使用，也可以再求导", () => {
    const [y, pullback] = vjp((x: Tensor) => square(x), [1, 2]);
    assert.deepEqual(y.toArray(), [1, 4]);
    assert.deepEqual(pullback([1, 0])[0].toArray(), [2, 0]);
    assert.deepEqual(pullback([0, 1])[0].toArray(), [0, 4]);
    // ct ↦ pullback(ct) 是线性的，导数就是它自己
    const g = grad((ct: Tensor) => sum(pullback(ct)[0]))([5, 5]);
    assert.deepEqual(g.toArray(), [2, 4]);
    let calls = 0;
    const [, push] = linearize((x: Tensor) => {
      calls++;
      return exp(x);
    }, 1);
    close(push(1).item() + push(2).item(), 3 * Math.E);
    assert.equal(calls, 1);
  });

  it("valueAndGrad 与 value、grad 分开算的一样", () => {
    const f = (x: Tensor): Tensor => sum(div(1, add(1, square(x))));
    const [y, g] = valueAndGrad(f)([1, 2]);
    assert.equal(y.item(), f(tensor([1, 2])).item());
    assert.deepEqual(g.toArray(), grad(f)([1, 2]).toArray());
  });
});

describe("grad：用错时说清楚", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    ["输出不是标量", () => grad((x) => x)([1, 2]), /TIDU-GRAD-001.*形状 \[2\].*sum 或 mean.*jacobian/],
    ["形状 [1] 也不是标量", () => grad((x) => x)([1]), /TIDU-GRAD-001/],
    ["返回对象", () => grad(((x: Tensor) => ({ x, y: x })) as never)(1), /TIDU-GRAD-001.*2 个张量/],
    ["返回数", () => grad((() => 3) as never)(1), /TIDU-GRAD-002.*数 3.*item\(\)/],
    ["忘了 return", () => grad((() => {}) as never)(1), /TIDU-GRAD-002.*return/],
    ["异步函数", () => grad((async () => tensor(1)) as never)(1), /TIDU-GRAD-002.*异步/],
    ["返回字符串", () => grad((() => "x") as never)(1), /TIDU-TREE-001.*返回值/],
    ["整数输入", () => grad((x) => sum(x))(new Int32Array(2)), /TIDU-GRAD-003.*int32/],
    ["布尔输入", () => grad((x) => sum(x))([true]), /TIDU-GRAD-003.*bool/],
    ["比较的结果没有导数", () => grad((x: Tensor) => x.greater(0))(1), /TIDU-GRAD-003.*bool/],
    ["argnums 越界", () => grad((x: Tensor) => x, { argnums: 1 as 0 })(1), /TIDU-GRAD-004.*可用 0 到 0/],
    ["argnums 重复", () => grad((x: Tensor) => x, { argnums: [0, 0] })(1), /TIDU-GRAD-004.*重复/],
    ["没给参数", () => (grad((x) => x) as any)(), /TIDU-GRAD-004/],
    ["参数是 undefined", () => (grad((x) => x) as any)(undefined), /TIDU-GRAD-008/],
    ["传了值而不是函数", () => grad(tensor(1) as never), /TIDU-GRAD-007.*grad\(f\)\(x\)/],
    ["切向量形状不同", () => jvp((x: Tensor) => x, [[1, 2]], [[1]]), /TIDU-GRAD-005.*\[1\].*\[2\]/],
    ["伴随值形状不同", () => vjp((x: Tensor) => x, [1, 2])[1]([1, 2, 3]), /TIDU-GRAD-005.*伴随值/],
    ["伴随值结构不同", () => vjp((x: Tensor) => ({ y: x }), 1)[1]({ z: 1 } as never), /TIDU-TREE-002/],
    ["jvp 的参数没放进数组", () => jvp((x: Tensor) => x, 1 as never, 1 as never), /TIDU-GRAD-006/],
  ];
  for (const [name, run, message] of cases) it(name, () => assert.throws(run, message));

  it("变换结束后再用里面的张量：TIDU-TRACE-001", () => {
    let leaked: Tensor = zeros([]);
    grad((x) => {
      leaked = mul(x, x);
      return leaked;
    })(3);
    assert.throws(() => add(leaked, 1), { id: "TIDU-TRACE-001" });
    assert.throws(() => grad((x) => mul(x, leaked))(1), { id: "TIDU-TRACE-001" });
    jvp((x: Tensor) => (leaked = x), [1], [1]);
    assert.throws(() => add(leaked, 1), { id: "TIDU-TRACE-001" });
  });

  it("函数里抛的错原样传出，之后变换照常可用", () => {
    let leaked: Tensor | null = null;
    const bad = (x: Tensor): Tensor => {
      leaked = x;
      throw new RangeError("自己的错");
    };
    assert.throws(() => grad(bad)(1), RangeError);
    assert.throws(() => add(leaked!, 1), { id: "TIDU-TRACE-001" });
    assert.equal(grad((x) => relu(sub(x, 1)))(3).item(), 1);
  });
});
