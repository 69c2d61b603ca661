import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import {
  add,
  checkpoint,
  customVjp,
  grad,
  hessian,
  hvp,
  jacobian,
  jacrev,
  jit,
  jvp,
  linearize,
  mul,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  valueAndGrad,
  vjp,
  vmap,
} from "./index.js";
import { flatten, flattenTensors, matchLeaves, unflatten } from "./tree.js";

describe("参数树", () => {
  it("展平与还原互逆，保留键的次序、null 与 undefined", () => {
    const tree = { z: [1, 2], a: [{ b: tensor(3) }, null], c: undefined };
    const { leaves, paths, structure } = flatten(tree);
    assert.deepEqual(paths, ["x.z", "x.a[0].b"]);
    assert.deepEqual(unflatten(structure, leaves), tree);
    assert.deepEqual(Object.keys(unflatten(structure, leaves)), ["z", "a", "c"]);
  });

  it("只由数组成的数组是一个叶子，混有张量的是一层", () => {
    assert.equal(
      treeLeaves([
        [1, 2],
        [3, 4],
      ]).length,
      1,
    );
    assert.equal(treeLeaves([1, tensor(2)]).length, 2);
    assert.equal(treeLeaves(new Float32Array(3)).length, 1);
    assert.equal(treeLeaves([[1, 2], { w: 3 }]).length, 2);
  });

  it("别的上下文里的对象字面量也认", () => {
    assert.equal(flatten(runInNewContext("({ w: 1, b: 2 })")).leaves.length, 2);
  });

  it("不是张量的叶子：指出位置", () => {
    assert.throws(() => flatten({ w: ["a"] }, "参数"), /TIDU-TREE-001.*参数\.w\[0\] 处是字符串 "a"/);
    assert.throws(() => flatten({ w: new Map() }), /TIDU-TREE-001.*x\.w 处是Map.*换成普通对象/);
    assert.throws(() => flatten(() => 1), { id: "TIDU-TREE-001" });
  });

  it("结构对不上：指出第一处不同", () => {
    const { structure } = flatten({ w: 1, b: [tensor(1), tensor(2)] });
    assert.throws(() => matchLeaves(structure, { w: 1 }, "g"), /TIDU-TREE-002.*g 处缺了 “b”/);
    assert.throws(() => matchLeaves(structure, { w: 1, b: [1, 2], c: 1 }, "g"), /g 处多了 “c”/);
    assert.throws(() => matchLeaves(structure, { w: 1, b: [tensor(1)] }, "g"), /g\.b 处的结构对不上/);
    assert.throws(() => matchLeaves(structure, { w: { a: 1 }, b: [1, 2] }, "g"), /g\.w 处的结构对不上/);
    assert.throws(() => treeMap((a: Tensor) => a, { w: 1 }, { v: 1 }), { id: "TIDU-TREE-002" });
  });

  it("flattenTensors 只取张量，其余原样留在结构里", () => {
    const f = (): number => 1;
    const { leaves, structure } = flattenTensors({ x: tensor(1), n: 3, f, list: [1, 2] });
    assert.equal(leaves.length, 1);
    assert.deepEqual(unflatten(structure, ["新"]), { x: "新", n: 3, f, list: [1, 2] });
  });
});

// 下面主要是类型测试：能编译就是通过；@ts-expect-error 处若不报错，编译会失败。
describe("变换的类型", () => {
  interface Params {
    w: Tensor;
    b: Tensor;
  }
  const loss = (p: Params, x: Tensor): Tensor => sum(add(mul(p.w, x), p.b));

  it("grad 保留参数树，叶子可以给 TensorLike", () => {
    const g = grad(loss)({ w: [1, 2], b: 0 }, tensor([3, 4]));
    const w: Tensor = g.w;
    assert.deepEqual([w.toArray(), g.b.item()], [[3, 4], 2]);
    const single: Tensor = grad((x) => mul(x, x))(3);
    assert.equal(single.item(), 6);
  });

  it("写错的参数树不能通过编译，运行时也有清楚的错误", () => {
    // @ts-expect-error 少了 b
    assert.throws(() => grad(loss)({ w: 1 }, tensor(1)));
    // @ts-expect-error w 不是张量
    assert.throws(() => grad(loss)({ w: "1", b: 0 }, tensor(1)), { id: "TIDU-TREE-001" });
    // @ts-expect-error 少了第二个参数
    assert.throws(() => grad(loss)({ w: 1, b: 0 }));
    // @ts-expect-error 结果里没有 c
    assert.equal(grad(loss)({ w: 1, b: 0 }, tensor(1)).c, undefined);
    // @ts-expect-error 返回值必须是张量
    assert.throws(() => grad((x: Tensor) => x.item())(1), { id: "TIDU-GRAD-002" });
  });

  it("argnums 决定结果的类型", () => {
    const both = grad(loss, { argnums: [0, 1] })({ w: 2, b: 0 }, 5);
    const first: Params = both[0];
    const second: Tensor = both[1];
    assert.deepEqual([first.w.item(), second.item()], [5, 2]);
    const one: Tensor = grad(loss, { argnums: 1 })({ w: tensor(2), b: tensor(0) }, 5);
    assert.equal(one.item(), 2);
    // @ts-expect-error argnums 为 1 时，第 0 个参数照原样传入，叶子必须是张量
    assert.throws(() => grad(loss, { argnums: 1 })({ w: "2", b: tensor(0) }, 5));
  });

  it("其余变换的类型", () => {
    const [y, g]: [Tensor, Params] = valueAndGrad(loss)({ w: 1, b: 2 }, tensor(3));
    assert.deepEqual([y.item(), g.w.item()], [5, 3]);
    const f = (x: Tensor): { s: Tensor; t: Tensor[] } => ({ s: sum(x), t: [mul(x, 2)] });
    const [out, pullback] = vjp(f, [1, 2]);
    const [dx]: [Tensor] = pullback({ s: 1, t: [[1, 0]] });
    assert.deepEqual([out.s.item(), dx.toArray()], [3, [3, 1]]);
    const [, dy] = jvp(f, [[1, 2]], [[1, 0]]);
    assert.deepEqual(dy.t[0]!.toArray(), [2, 0]);
    const J = jacobian(f)([1, 2]);
    const js: Tensor = J.s;
    assert.deepEqual(js.toArray(), [1, 1]);
    const H = hessian((p: Params) => mul(p.w, mul(p.w, p.b)))({ w: 3, b: 5 });
    const hwb: Tensor = H.w.b;
    assert.equal(hwb.item(), 6);
    const Hx: Tensor = hessian(loss, { argnums: 1 })({ w: tensor(1), b: tensor(2) }, 3);
    assert.equal(Hx.item(), 0);
    const Jb: Tensor = jacobian(loss)({ w: 1, b: 2 }, tensor(3)).b;
    assert.equal(Jb.item(), 1);
    const hv: Params = hvp((p: Params, c: number) => mul(mul(p.w, p.b), c))(
      { w: 1, b: 2 },
      { w: 1, b: 0 },
      10,
    );
    assert.deepEqual([hv.w.item(), hv.b.item()], [0, 10]);
    const moved: { w: number } = treeMap((x) => x.item(), { w: tensor(3) });
    assert.deepEqual(moved, { w: 3 });
    const mapped: { s: Tensor; t: Tensor[] } = vmap(f)([[1, 2]]);
    assert.deepEqual(mapped.s.toArray(), [3]);
    // @ts-expect-error 参数要放进数组
    assert.throws(() => jvp(f, [1, 2], tensor(1)));
  });

  it("求导的函数：选项参数、可选参数、只读数组、元组、可空的叶子", () => {
    interface Optional {
      w: Tensor;
      b?: Tensor;
      readonly layers: readonly { w: Tensor }[];
      pair: [Tensor, Tensor];
      maybe: Tensor | null;
    }
    const net = (p: Optional, x: Tensor, options?: { scale: number }): Tensor =>
      sum(mul(mul(p.w, x), options?.scale ?? 1));
    const x = tensor([1, 2]);
    const pair0: [Tensor, Tensor] = [tensor(1), tensor(2)];
    const at = { w: 3, layers: [{ w: [1, 2] }], pair: pair0, maybe: null };
    const g = grad(net)(at, x);
    const w: Tensor = g.w;
    const b: Tensor | undefined = g.b;
    const layer: Tensor = g.layers[0]!.w;
    const pair: [Tensor, Tensor] = g.pair;
    const maybe: Tensor | null = g.maybe;
    assert.deepEqual([w.item(), b, layer.toArray(), pair.length, maybe], [3, undefined, [0, 0], 2, null]);
    assert.equal(grad(net)(at, x, { scale: 2 }).w.item(), 6);
    // @ts-expect-error 选项里没有 size
    assert.equal(grad(net)(at, x, { size: 2 }).w.item(), 3);
    // @ts-expect-error scale 是数
    assert.throws(() => assert.equal(grad(net)(at, x, { scale: "二" }).w.item(), 6));
    // @ts-expect-error 参数多了一个
    assert.equal(grad(net)(at, x, { scale: 2 }, 5).w.item(), 6);
    // @ts-expect-error 元组只有两项
    assert.deepEqual(g.pair[2], undefined);
    // @ts-expect-error layers 里要有 w
    assert.ok(grad(net)({ ...at, layers: [{}] }, x));
    // @ts-expect-error [1, 2] 是一个向量，不是两个张量
    assert.equal(grad(net)({ ...at, pair: [1, 2] }, x).pair.length, undefined);
    // @ts-expect-error 可能没有 b
    assert.throws(() => g.b.item(), TypeError);
    // @ts-expect-error 不求导的参数照声明的类型：要 Tensor，不是数组
    assert.ok(grad(net)(at, [1, 2]));
  });

  it("写成 any 的参数可以是任何树", () => {
    const any = (p: any): Tensor => mul(p.a, p.b);
    assert.equal(grad(any)({ a: 2, b: 3 }).a.item(), 3);
    assert.equal(valueAndGrad(any)({ a: 2, b: 3 })[1].b.item(), 2);
    assert.equal(hessian(any)({ a: 2, b: 3 }).a.b.item(), 1);
    assert.equal(jacobian(any)({ a: 2, b: 3 }).b.item(), 2);
    assert.equal(hvp(any)({ a: 2, b: 3 }, { a: 1, b: 0 }).b.item(), 1);
  });

  it("argnums 的各种写法", () => {
    const f = (a: Tensor, p: Params, c: Tensor): Tensor => mul(mul(a, p.w), mul(p.b, c));
    const at = { w: tensor(2), b: tensor(3) };
    const [ga, gp, gc]: [Tensor, Params, Tensor] = grad(f, { argnums: [0, 1, 2] })(1, { w: 2, b: 3 }, 5);
    assert.deepEqual([ga.item(), gp.w.item(), gp.b.item(), gc.item()], [30, 15, 10, 6]);
    const [y, [gc2, ga2]]: [Tensor, [Tensor, Tensor]] = valueAndGrad(f, { argnums: [2, 0] })(1, at, 5);
    assert.deepEqual([y.item(), gc2.item(), ga2.item()], [30, 6, 30]);
    const H: { w: Params; b: Params } = hessian(f, { argnums: 1 })(tensor(1), { w: 2, b: 3 }, tensor(5));
    assert.equal(H.w.b.item(), 5);
    const J: Params = jacrev(f, { argnums: 1 })(tensor(1), { w: 2, b: 3 }, tensor(5));
    assert.equal(J.b.item(), 10);
    // @ts-expect-error 结果有三项，没有第四项
    assert.equal(grad(f, { argnums: [0, 1, 2] })(1, at, 5)[3], undefined);
    // @ts-expect-error 第二项是参数树，不是张量
    const wrong: Tensor = gp;
    assert.equal(wrong, gp);
    // @ts-expect-error 没选中的参数照原样：p 的叶子要 Tensor
    assert.throws(() => grad(f, { argnums: 0 })(1, { w: "2", b: tensor(3) }, tensor(5)));
    // @ts-expect-error hessian 只对一个参数求
    assert.throws(() => hessian(f, { argnums: [0, 1] }), { id: "TIDU-GRAD-004" });
    // @ts-expect-error 雅可比也是
    assert.throws(() => jacrev(f, { argnums: [0] }), { id: "TIDU-GRAD-004" });
  });

  it("jvp、vjp、linearize、vmap、jit、checkpoint、customVjp、stopGradient 的类型", () => {
    const at = { w: tensor(2), b: tensor(3) };
    // @ts-expect-error 切向量少了 b
    assert.throws(() => jvp(loss, [at, 1], [{ w: 1 }, 1]), { id: "TIDU-TREE-002" });
    // @ts-expect-error 参数少一个
    assert.throws(() => jvp(loss, [at], [at]));
    // @ts-expect-error 伴随应与输出同结构
    assert.throws(() => vjp((x: Tensor) => ({ y: x }), 1)[1]({ z: 1 }), { id: "TIDU-TREE-002" });
    const [, push] = linearize(loss, at, 5);
    const dy: Tensor = push({ w: 1, b: 0 }, 0);
    assert.equal(dy.item(), 5);
    // @ts-expect-error 切向量是一棵参数树
    assert.throws(() => push(1, 0), { id: "TIDU-TREE-002" });
    const rows: Tensor = vmap(loss, { inAxes: [null, 0] })(at, [1, 2]);
    assert.deepEqual(rows.toArray(), [5, 7]);
    // @ts-expect-error 第二个参数是张量
    assert.throws(() => vmap(loss, { inAxes: [null, 0] })(at, "x"));
    const fast: Tensor = jit(loss)({ w: 2, b: 3 }, 5);
    assert.equal(fast.item(), 13);
    // @ts-expect-error 少了参数
    assert.throws(() => jit(loss)({ w: 2, b: 3 }));
    const kept: (p: Params, x: Tensor) => Tensor = checkpoint(loss);
    assert.equal(kept(at, tensor(5)).item(), 13);
    const bad = customVjp(
      (x: Tensor) => mul(x, 2),
      (x: Tensor) => [mul(x, 2), null] as const,
      // @ts-expect-error backward 的伴随与输出同类型：是张量，没有 w
      (_, ct) => [ct.w],
    );
    assert.equal(grad(bad)(1).item(), 0);
    const stopped: { w: Tensor; b: Tensor } = stopGradient({ w: 1, b: [2] });
    assert.equal(stopped.w.item(), 1);
    // @ts-expect-error 没有 c
    assert.equal(stopped.c, undefined);
  });
});
