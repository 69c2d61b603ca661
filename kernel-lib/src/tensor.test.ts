import assert from "node:assert/strict";
import { grad, sum, type Tensor, tensor, vmap } from "./index.js";

const id = (expected: string) => (e: any) => e.id === expected;

describe("张量", () => {
  it("数、嵌套数组、布尔、类型化数组", () => {
    assert.equal(tensor(2).dtype, "float64");
    assert.deepEqual(tensor(2).shape, []);
    assert.equal(tensor([[true], [false]]).dtype, "bool");
    assert.equal(tensor(new Float32Array(3)).dtype, "float32");
    assert.equal(tensor([1.7, -1.7], "int32").toArray()?.toString(), "1,-1");
    assert.deepEqual(tensor([[], []]).shape, [2, 0]);
    assert.deepEqual(tensor([]).shape, [0]);
  });

  it("造好之后与原来的数组无关", async () => {
    const data = new Float64Array([1, 2]);
    const x = tensor(data);
    data[0] = 9;
    assert.deepEqual(x.toArray(), [1, 2]);
    const copy = await x.data();
    copy[0] = 9;
    assert.deepEqual(x.toArray(), [1, 2]);
  });

  it("item 只读一个元素；在 grad 里可以读，在 vmap 里不行", () => {
    assert.equal(tensor([[5]]).item(), 5);
    assert.throws(() => tensor([1, 2]).item(), id("TIDU-READ-001"));
    let seen = 0;
    grad((x: Tensor) => {
      seen = x.item();
      return x;
    })(3);
    assert.equal(seen, 3);
    assert.throws(() => vmap((x: Tensor) => tensor(x.item()))([1, 2]), id("TIDU-TRACE-003"));
  });

  it("运算符报错而不是悄悄变成字符串或数；模板字符串可以", () => {
    const x: any = tensor(2);
    for (const f of [() => x + x, () => x * 2, () => x < 3, () => -x, () => x + 1]) {
      assert.throws(f, id("TIDU-TENSOR-005"));
    }
    assert.equal(`损失 ${x}`, "损失 2");
    assert.equal(String(x), "2");
    assert.equal(x == null, false);
  });

  it("JSON 是嵌套数组", () => assert.equal(JSON.stringify({ x: tensor([[1, 2]]) }), '{"x":[[1,2]]}'));

  it("梯度里 sum 的结果与 toArray 都是普通的数", () => {
    assert.equal(typeof sum([1, 2]).toArray(), "number");
  });
});
