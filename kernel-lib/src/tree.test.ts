import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import {
  add,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  mul,
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
});
