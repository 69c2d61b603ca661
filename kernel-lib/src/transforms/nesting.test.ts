import assert from "node:assert/strict";
import fc from "fast-check";
import { cpu } from "../devices/cpu/device.js";
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
  jacobian,
  jacrev,
  jit,
  jvp,
  linearize,
  mul,
  reshape,
  sin,
  square,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
} from "../index.js";

type Scalar = (x: Tensor) => Tensor;

// 真值是闭式：f = eˣ·sin x 的 n 阶导数是 2^{n/2}·eˣ·sin(x + nπ/4)。
const f: Scalar = (x) => mul(exp(x), sin(x));
const truth = (n: number, x: number): number => 2 ** (n / 2) * Math.exp(x) * Math.sin(x + (n * Math.PI) / 4);

/** 求一次导的各种写法。 */
const derivatives: Readonly<Record<string, (g: Scalar) => Scalar>> = {
  grad: (g) => grad(g),
  valueAndGrad: (g) => (x) => valueAndGrad(g)(x)[1],
  jvp: (g) => (x) => jvp(g, [x], [1])[1],
  vjp: (g) => (x) => vjp(g, x)[1](1)[0],
  linearize: (g) => (x) => linearize(g, x)[1](1),
  jacfwd: (g) => jacfwd(g),
  jacrev: (g) => jacrev(g),
  jacobian: (g) => jacobian(g),
  "jacfwd∘[x]": (g) => (x) =>
    reshape(jacfwd((v: Tensor) => reshape(g(reshape(v, [])), [1]))(reshape(x, [1])), []),
};
/** 求两次导的。 */
const second: Readonly<Record<string, (g: Scalar) => Scalar>> = {
  hessian: (g) => hessian(g),
  hvp: (g) => (x) => hvp(g)(x, 1),
};
/** 不改变函数的变换。 */
const identities: Readonly<Record<string, (g: Scalar) => Scalar>> = {
  jit: (g) => jit(g),
  checkpoint: (g) => checkpoint(g),
  vmap: (g) => (x) => sum(vmap(g)(reshape(x, [1]))),
  "vmap∘vmap": (g) => (x) => sum(vmap(vmap(g))(reshape(x, [1, 1]))),
  "vmap（三份取平均）": (g) => (x) => mul(1 / 3, sum(vmap(g)(add(x, [0, 0, 0])))),
  customVjp: (g) =>
    customVjp(
      g,
      (x) => [g(x), x],
      (x, ct) => [mul(ct, grad(g)(x))],
    ),
};
const operators = { ...derivatives, ...second, ...identities };
const orderOf = (name: string): number => (name in derivatives ? 1 : name in second ? 2 : 0);

function near(actual: number, expected: number, what: string, tolerance = 1e-10): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}：${actual}，应为 ${expected}`,
  );
}

describe("变换套变换：与闭式的高阶导数一致", () => {
  const names = Object.keys(operators);
  const check = (word: readonly string[], x: number): void => {
    const order = word.reduce((n, name) => n + orderOf(name), 0);
    const g = word.reduceRight((h, name) => operators[name as keyof typeof operators](h), f);
    near(g(tensor(x)).item(), truth(order, x), `${word.join("∘")} 在 ${x}`);
  };

  it("任意两个", () => {
    for (const a of names) for (const b of names) check([a, b], 0.7);
  });

  it("任意三个，其中有 grad", () => {
    for (const a of names) {
      for (const b of names) {
        check(["grad", a, b], 0.4);
        check([a, "grad", b], -0.3);
      }
    }
  });

  it("随机的四、五个", () => {
    const words = fc.array(fc.constantFrom(...names), { minLength: 4, maxLength: 5 });
    const point = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(words, point, (word, x) => {
        fc.pre(word.reduce((n, name) => n + orderOf(name), 0) <= 6);
        check(word, x);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

describe("变换套变换：向量与树", () => {
  const M = tensor([
    [0.5, -1, 0.2],
    [0.3, 0.4, -0.6],
  ]);
  const X = [
    [0.2, -0.4, 0.6],
    [1, 0.1, -0.8],
  ];
  // yᵢ = (Σⱼ Mᵢⱼ xⱼ)³
  const cube = (x: Tensor): Tensor => {
    const z = M.matmul(x);
    return mul(z, square(z));
  };
  const z = (x: readonly number[]): number[] =>
    (M.toArray() as number[][]).map((row) => row.reduce((s, m, j) => s + m * x[j]!, 0));

  it("vmap∘jacrev：每个样本的雅可比 3zᵢ²Mᵢⱼ", () => {
    const J = vmap(jacrev(cube))(X).toArray() as number[][][];
    const m = M.toArray() as number[][];
    for (const [b, x] of X.entries()) {
      for (const [i, zi] of z(x).entries()) {
        for (let j = 0; j < 3; j++) near(J[b]![i]![j]!, 3 * zi * zi * m[i]![j]!, `J[${b}][${i}][${j}]`);
      }
    }
  });

  it("jacfwd∘jacrev：二阶张量 6zᵢMᵢⱼMᵢₖ，jacrev∘jacfwd 相同", () => {
    const m = M.toArray() as number[][];
    for (const second of [jacfwd(jacrev(cube)), jacrev(jacfwd(cube)), jit(jacfwd(jacrev(cube)))]) {
      const H = second(tensor(X[0]!)).toArray() as number[][][];
      for (const [i, zi] of z(X[0]!).entries()) {
        for (let j = 0; j < 3; j++) {
          for (let k = 0; k < 3; k++)
            near(H[i]![j]![k]!, 6 * zi * m[i]![j]! * m[i]![k]!, `H[${i}][${j}][${k}]`);
        }
      }
    }
  });

  it("vmap∘hessian∘customVjp，jit 里外都一样", () => {
    const own = customVjp(
      (x: Tensor) => sin(x),
      (x: Tensor) => [sin(x), x],
      (x, ct) => [mul(ct, cos(x))],
    );
    const loss = (x: Tensor): Tensor => sum(mul(x, own(x)));
    for (const H of [vmap(hessian(loss)), jit(vmap(hessian(loss))), vmap(jit(hessian(loss)))]) {
      const rows = H(tensor(X)).toArray() as number[][][];
      for (const [b, x] of X.entries()) {
        for (let j = 0; j < 3; j++) {
          for (let k = 0; k < 3; k++) {
            near(
              rows[b]![j]![k]!,
              j === k ? 2 * Math.cos(x[j]!) - x[j]! * Math.sin(x[j]!) : 0,
              `H[${j}][${k}]`,
            );
          }
        }
      }
    }
  });

  it("树里有 null、undefined、嵌套数组：各变换都原样留着", () => {
    const params = { a: 2, none: null, missing: undefined, list: [tensor(3), null, [tensor([1, 2])]] };
    const loss = (p: any): Tensor => mul(mul(p.a, p.a), add(p.list[0], sum(square(p.list[2][0]))));
    // a²(b + Σc²)：a = 2、b = 3、c = [1, 2]
    const expected = { a: 32, none: null, missing: undefined, list: [4, null, [[8, 16]]] };
    const read = (t: any): unknown =>
      t === null || t === undefined
        ? t
        : Array.isArray(t)
          ? t.map(read)
          : typeof t.toArray === "function"
            ? t.toArray()
            : Object.fromEntries(Object.entries(t).map(([k, v]) => [k, read(v)]));
    const ways: Record<string, (p: any) => unknown> = {
      grad: grad(loss),
      "jit∘grad": jit(grad(loss)),
      "grad∘jit": grad(jit(loss)),
      "grad∘checkpoint": grad(checkpoint(loss)),
      jacrev: jacrev(loss),
      jacfwd: jacfwd(loss),
      vjp: (p) => vjp(loss, p)[1](1)[0],
    };
    for (const [name, g] of Object.entries(ways)) assert.deepEqual(read(g(params)), expected, name);
    assert.equal(hessian(loss)(params).a.list[0].item(), 4);
    assert.deepEqual(hessian(loss)(params).list[2][0].a.toArray(), [8, 16]);
    const direction = { a: 1, none: null, missing: undefined, list: [0, null, [[0, 0]]] };
    assert.equal((jvp(loss, [params], [direction])[1] as Tensor).item(), 32);
    assert.equal((hvp(loss)(params, direction) as any).a.item(), 16);
    assert.equal((linearize(loss, params)[1](direction) as Tensor).item(), 32);
    const batch = vmap((p: any) => ({ y: mul(p.a, 2), none: null }))({ a: [1, 2], none: null } as any) as any;
    assert.deepEqual([batch.y.toArray(), batch.none], [[2, 4], null]);
  });
});

describe("变换里的循环", () => {
  /** 执行 body 期间 cpu 上算了多少次原语。 */
  const count = (body: () => void): number => {
    const { run } = cpu;
    let calls = 0;
    cpu.run = (...args) => {
      calls++;
      return run.apply(cpu, args);
    };
    try {
      body();
    } finally {
      cpu.run = run;
    }
    return calls;
  };
  const step: Scalar = (y) => mul(0.9999, sin(y));
  const loop =
    (n: number, body: Scalar): Scalar =>
    (x) => {
      let y = x;
      for (let k = 0; k < n; k++) y = body(y);
      return y;
    };
  /** dyₙ/dx = Π 0.9999·cos yₖ */
  const slope = (n: number, x: number): number => {
    let [y, d] = [x, 1];
    for (let k = 0; k < n; k++) [y, d] = [0.9999 * Math.sin(y), d * 0.9999 * Math.cos(y)];
    return d;
  };
  const ways: Readonly<Record<string, (n: number) => Scalar>> = {
    grad: (n) => grad(loop(n, step)),
    jvp: (n) => (x) => jvp(loop(n, step), [x], [1])[1],
    linearize: (n) => (x) => linearize(loop(n, step), x)[1](1),
    "grad∘checkpoint（每步一个）": (n) => grad(loop(n, checkpoint(step))),
    "grad∘checkpoint（整个循环）": (n) => grad(checkpoint(loop(n, step))),
    "grad∘checkpoint（百步一段）": (n) => grad(loop(n / 100, checkpoint(loop(100, step)))),
    "jvp∘checkpoint": (n) => (x) => jvp(loop(n, checkpoint(step)), [x], [1])[1],
  };

  for (const [name, way] of Object.entries(ways)) {
    it(`${name}：一万步不爆栈，运算次数随步数成正比`, () => {
      near(way(10_000)(tensor(0.7)).item(), slope(10_000, 0.7), name, 1e-9);
      const [a, b, c] = [200, 400, 800].map((n) => count(() => way(n)(tensor(0.7)))) as [
        number,
        number,
        number,
      ];
      assert.equal(c - b, 2 * (b - a));
    });
  }

  it("十万步", () => {
    near(grad(loop(100_000, step))(0.7).item(), slope(100_000, 0.7), "grad", 1e-9);
    near(jvp(loop(100_000, step), [0.7], [1])[1].item(), slope(100_000, 0.7), "jvp", 1e-9);
  });

  it("jit 展开的长循环不爆栈", () => {
    const n = 2000;
    near(jit(grad(loop(n, step)))(0.7).item(), slope(n, 0.7), "jit∘grad", 1e-9);
    near(grad(jit(loop(n, step)))(0.7).item(), slope(n, 0.7), "grad∘jit", 1e-9);
  });

  it("二阶、三阶穿过循环里的检查点，jit 里外都一样", () => {
    const plain = loop(30, step);
    const kept = loop(30, checkpoint(step));
    for (const order of [2, 3]) {
      let [a, b] = [plain, kept];
      for (let k = 0; k < order; k++) [a, b] = [grad(a), grad(b)];
      const expected = a(tensor(0.7)).item();
      near(b(tensor(0.7)).item(), expected, `${order} 阶`);
      near(jit(b)(0.7).item(), expected, `jit，${order} 阶`);
    }
    near(grad(jit(kept))(0.7).item(), grad(plain)(0.7).item(), "grad∘jit∘checkpoint");
    near(grad(checkpoint(jit(plain)))(0.7).item(), grad(plain)(0.7).item(), "grad∘checkpoint∘jit");
    near(vmap(grad(kept))([0.7]).item(), grad(plain)(0.7).item(), "vmap∘grad∘checkpoint");
  });
});

describe("依数据的分支与循环", () => {
  // 牛顿法开方：迭代到不再改变。导数是 1/(2√x)。
  const root: Scalar = (x) => {
    let y = x;
    while (Math.abs(y.item() ** 2 - x.item()) > 1e-15 * x.item()) y = mul(0.5, add(y, x.div(y)));
    return y;
  };
  const branch: Scalar = (x) => (x.item() > 0 ? square(x) : mul(x, -3));

  it("求导的各变换里照常可用，任意阶", () => {
    near(grad(root)(7).item(), 0.5 / Math.sqrt(7), "grad");
    near(jvp(root, [7], [1])[1].item(), 0.5 / Math.sqrt(7), "jvp");
    near(grad(grad(root))(7).item(), -0.25 * 7 ** -1.5, "二阶");
    near(hessian(root)(7).item(), -0.25 * 7 ** -1.5, "hessian");
    near(grad(checkpoint(root))(7).item(), 0.5 / Math.sqrt(7), "checkpoint");
    for (const [x, d] of [
      [2, 4],
      [-2, -3],
    ] as const)
      near(grad(branch)(x).item(), d, `分支 ${x}`);
  });

  it("jit 与 vmap 里报错，说用什么代替", () => {
    for (const g of [jit(branch), jit(grad(branch)), grad(jit(branch)), jit(root)]) {
      assert.throws(() => g(2), /TIDU-TRACE-002.*where\(条件, a, b\)/s);
    }
    for (const g of [vmap(branch), vmap(grad(branch)), grad((x: Tensor) => sum(vmap(branch)(x)))]) {
      assert.throws(() => g([2, 3]), /TIDU-TRACE-003.*where.*外面/s);
    }
  });
});

describe("不求导的参数原样传给函数", () => {
  it("普通的数仍是数，可作循环次数；树里可以有任何东西", () => {
    const power = (x: Tensor, n: number, options: { name: string }): Tensor => {
      assert.equal(options.name, "幂");
      let y = tensor(1);
      for (let k = 0; k < n; k++) y = mul(y, x);
      return y;
    };
    assert.equal(grad(power)(2, 3, { name: "幂" }).item(), 12);
    assert.equal(hessian(power)(2, 3, { name: "幂" }).item(), 12);
    assert.equal(hvp(power)(2, 1, 3, { name: "幂" }).item(), 12);
  });

  it("把普通的数组当张量用时，说清该写 tensor(…)", () => {
    const loss = (w: Tensor, x: Tensor): Tensor => sum(x.mul(w));
    const wrong = [1, 2] as unknown as Tensor;
    const message = /TIDU-GRAD-012.*第 2 个参数.*原样传给函数.*tensor\(…\)/s;
    assert.throws(() => grad(loss)(2, wrong), message);
    assert.throws(() => valueAndGrad(loss)(2, wrong), message);
    assert.throws(() => jacobian(loss)(2, wrong), message);
    assert.throws(() => hvp(loss)(2, 1, wrong), message);
    assert.throws(() => grad((p: Tensor, d: { x: Tensor }) => d.x.mul(p))(2, { x: 3 as never }), message);
    assert.throws(() => vmap(loss, { inAxes: [0, null] })([1, 2], [1, 2]), message);
    // 与此无关的错误原样传出。
    const own = (w: Tensor, x: any): Tensor => x.foo(w);
    assert.throws(() => grad(own)(2, wrong), TypeError);
    assert.throws(() => grad((w: Tensor) => (null as any).mul(w))(2), TypeError);
    assert.equal(grad(loss)(2, tensor([1, 2])).item(), 3);
  });
});
