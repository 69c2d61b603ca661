import assert from "node:assert/strict";
import {
  add,
  checkpoint,
  cos,
  customVjp,
  exp,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jit,
  jvp,
  mul,
  sin,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  vmap,
} from "../index.js";

function close(actual: unknown, expected: unknown): void {
  const [a, b] = [actual, expected].map((x) => [x].flat(9) as number[]) as [number[], number[]];
  assert.equal(a.length, b.length);
  for (const [i, v] of a.entries())
    assert.ok(Math.abs(v - b[i]!) < 1e-12 * Math.max(1, Math.abs(b[i]!)), `${a} ≠ ${b}`);
}

describe("customVjp", () => {
  const mySin = customVjp(
    (x: Tensor) => sin(x),
    (x: Tensor) => [sin(x), x],
    (x, ct) => [mul(ct, cos(x))],
  );
  const product = customVjp(
    (a: Tensor, b: Tensor) => mul(a, b),
    (a: Tensor, b: Tensor) => [mul(a, b), { a, b, note: "残差里可以有别的东西" }],
    ({ a, b }, ct) => [mul(ct, b), mul(ct, a)],
  );

  it("前向、反向、一阶、二阶、批处理、jit，都与内置的一样", () => {
    const xs = [0.3, -1.2];
    const total = (x: Tensor): Tensor => sum(mySin(mul(x, x)));
    const plain = (x: Tensor): Tensor => sum(sin(mul(x, x)));
    close(grad(total)(xs).toArray(), grad(plain)(xs).toArray());
    close(hessian(total)(xs).toArray(), hessian(plain)(xs).toArray());
    close(hvp(total)(xs, [1, 2]).toArray(), hvp(plain)(xs, [1, 2]).toArray());
    close(jvp(total, [xs], [[1, 2]])[1].item(), jvp(plain, [xs], [[1, 2]])[1].item());
    const f = (x: Tensor): Tensor => mySin(x);
    close(jacfwd(f)(xs).toArray(), jacrev(f)(xs).toArray());
    close(vmap(grad(mySin))(xs).toArray(), xs.map(Math.cos));
    close(grad((x: Tensor) => sum(vmap(mySin)(x)))(xs).toArray(), xs.map(Math.cos));
    close(jit(grad(total))(xs).toArray(), grad(plain)(xs).toArray());
    close(grad(jit(total))(xs).toArray(), grad(plain)(xs).toArray());
    close(grad(grad(grad(mySin)))(0.4).item(), -Math.cos(0.4));
    close(jvp((x: Tensor) => jvp(mySin, [x], [1])[1], [0.4], [1])[1].item(), -Math.sin(0.4));
  });

  it("没有批轴的参数，梯度沿批求和；双重批处理", () => {
    const f = (c: Tensor): Tensor => sum(vmap((x: Tensor) => product(x, c))(tensor([1, 2, 3])));
    close(grad(f)(2).item(), 6);
    const g = vmap(vmap(grad(product), { inAxes: [0, null] }), { inAxes: [0, 0] });
    close(
      g(
        [
          [1, 2],
          [3, 4],
        ],
        [10, 100],
      ).toArray(),
      [
        [10, 10],
        [100, 100],
      ],
    );
  });

  it("用的确实是自己的规则：直通估计、梯度反转", () => {
    const round = customVjp(
      (x: Tensor) => x.round(),
      (x: Tensor) => [x.round(), null],
      (_, ct) => [ct],
    );
    close(grad((x: Tensor) => mul(round(x), 3))(0.7).item(), 3);
    close(jvp(round, [0.7], [2])[1].item(), 2);
    close(grad((x: Tensor) => sum(vmap(round)(x)))([0.2, 0.7]).toArray(), [1, 1]);
    // 内层求导时，外层也不能绕过规则去导 forward。
    close(grad((x: Tensor) => add(grad((y) => mul(y, 1))(x), round(x)))(0.7).item(), 1);
    const reverse = customVjp(
      (x: Tensor) => mul(x, 1),
      (x: Tensor) => [mul(x, 1), null],
      (_, ct) => [mul(ct, -1)],
    );
    close(grad((x: Tensor) => reverse(mul(x, 5)))(1).item(), -5);
  });

  it("输出是树，参数里有普通的值，不要梯度的写 null", () => {
    const f = customVjp(
      (x: Tensor, n: number, c: Tensor) => ({ y: mul(x, n), z: [add(x, c)] }),
      (x: Tensor, n: number, c: Tensor) => [{ y: mul(x, n), z: [add(x, c)] }, n],
      (n, ct) => [add(mul(ct.y, n), ct.z[0]!), null, null],
    );
    const g = grad((x: Tensor, c: Tensor) => f(x, 3, c).y.add(mul(f(x, 3, c).z[0]!, 10)), {
      argnums: [0, 1],
    });
    const [dx, dc] = g(2, 1);
    close([dx.item(), dc.item()], [13, 0]);
  });

  it("needed 说明哪些参数要梯度", () => {
    const seen: string[] = [];
    const f = customVjp(
      (p: { a: Tensor; b: Tensor }, c: Tensor) => mul(add(p.a, p.b), c),
      (p: { a: Tensor; b: Tensor }, c: Tensor) => [mul(add(p.a, p.b), c), { p, c }],
      ({ p, c }, ct, needed) => {
        seen.push(needed.join());
        return [
          needed[0] ? { a: mul(ct, c), b: mul(ct, c) } : null,
          needed[1] ? mul(ct, add(p.a, p.b)) : null,
        ];
      },
    );
    const [two, three, five] = [tensor(2), tensor(3), tensor(5)];
    close(grad((c: Tensor) => f({ a: two, b: three }, c))(5).item(), 5);
    close(grad((b: Tensor) => f({ a: two, b }, five))(3).item(), 5);
    close(jvp((c: Tensor) => f({ a: two, b: three }, c), [5], [1])[1].item(), 5);
    close(
      grad((x: Tensor) => sum(vmap((v: Tensor) => f({ a: v, b: three }, five))(x)))([1, 2]).toArray(),
      [5, 5],
    );
    assert.deepEqual(seen, ["false,true", "true,false", "false,true", "true,false"]);
  });

  const id = (x: Tensor): Tensor => mul(x, 1);
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "backward 少一项",
      () =>
        grad(
          customVjp(
            id,
            (x: Tensor) => [id(x), 0],
            () => [],
          ),
        )(1),
      /TIDU-CUSTOM-003.*共 1 项/,
    ],
    [
      "梯度形状不对",
      () =>
        grad(
          customVjp(
            id,
            (x: Tensor) => [id(x), 0],
            () => [tensor([1, 2])],
          ),
        )(1),
      /TIDU-CUSTOM-004.*第 1 个参数.*\[2\].*\[\]/,
    ],
    ["forward 没有返回残差", () => grad(customVjp(id, id as never, () => [1]))(1), /TIDU-CUSTOM-002/],
    ["规则不是函数", () => customVjp(id, null as never, () => []), /TIDU-CUSTOM-001.*forward/],
    [
      "闭包里有正在求导的量",
      () =>
        grad((w: Tensor) =>
          customVjp(
            (x: Tensor) => mul(x, w),
            (x: Tensor) => [mul(x, w), 0],
            () => [1],
          )(w),
        )(1),
      /TIDU-CUSTOM-005/,
    ],
  ];
  for (const [name, run, message] of cases) it(name, () => assert.throws(run, message));
});

describe("stopGradient", () => {
  it("各种模式、各阶都当常数", () => {
    const f = (x: Tensor): Tensor => mul(x, stopGradient(mul(x, x)));
    close(grad(f)(3).item(), 9);
    close(grad(grad(f))(3).item(), 0);
    close(jvp(f, [3], [1])[1].item(), 9);
    close(jit(grad(f))(3).item(), 9);
    close(grad(jit(f))(3).item(), 9);
    assert.deepEqual(stopGradient({ a: 1, b: [tensor(2)] }).b[0]!.item(), 2);
  });
});

describe("checkpoint", () => {
  it("反向时重算一遍，值与梯度不变", () => {
    let calls = 0;
    const block = (x: Tensor): Tensor => {
      calls++;
      return exp(sin(x));
    };
    const kept = checkpoint(block);
    const deep = (f: (x: Tensor) => Tensor) => (x: Tensor) => f(f(x));
    close(grad(deep(kept))(0.5).item(), grad(deep(block))(0.5).item());
    assert.equal(calls, 4 + 2);
    close(hessian(deep(kept))(0.5).item(), hessian(deep(block))(0.5).item());
    close(jvp(deep(kept), [0.5], [1])[1].item(), grad(deep(block))(0.5).item());
    close(vmap(grad(deep(kept)))([0.5, 1]).toArray(), vmap(grad(deep(block)))([0.5, 1]).toArray());
    close(jit(grad(deep(kept)))(0.5).item(), grad(deep(block))(0.5).item());
    close(grad((x: Tensor) => sum(vmap(kept)(x)))([0.5, 1]).toArray(), vmap(grad(block))([0.5, 1]).toArray());
  });

  it("闭包里的求导变量也有梯度，包括只在闭包里互相运算的", () => {
    const f = (wrap: <F extends (...a: any[]) => any>(f: F) => F) => (w: Tensor) => {
      const layer = wrap((x: Tensor) => mul(x, sin(mul(w, w))));
      return layer(mul(w, 2));
    };
    const plain = f((g) => g);
    const kept = f(checkpoint);
    close(grad(kept)(3).item(), grad(plain)(3).item());
    close(grad(grad(kept))(3).item(), grad(grad(plain))(3).item());
    close(hessian(kept)(3).item(), hessian(plain)(3).item());
  });

  it("里面用 customVjp 时仍按它的规则", () => {
    const straight = customVjp(
      (x: Tensor) => x.round(),
      (x: Tensor) => [x.round(), null],
      (_, ct) => [ct],
    );
    close(grad((x: Tensor) => checkpoint((y: Tensor) => mul(straight(y), 2))(x))(0.3).item(), 2);
  });

  it("可以套检查点，输入输出可以是树", () => {
    const inner = checkpoint((p: { a: Tensor; n: number }) => ({ y: mul(p.a, p.n) }));
    const outer = checkpoint((x: Tensor) => sin(inner({ a: x, n: 3 }).y));
    close(grad((x: Tensor) => outer(x))(0.2).item(), 3 * Math.cos(0.6));
  });
});
