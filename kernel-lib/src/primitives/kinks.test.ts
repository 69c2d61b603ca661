import assert from "node:assert/strict";
import {
  abs,
  clip,
  elu,
  grad,
  leakyRelu,
  max,
  maximum,
  min,
  minimum,
  norm,
  pow,
  prod,
  relu,
  sign,
  sqrt,
  std,
  sum,
  type Tensor,
} from "../index.js";

const at = (f: (x: Tensor) => Tensor, x: number): number => grad(f)(x).item();

describe("拐点处的约定", () => {
  it("relu′(0) = 0", () => assert.equal(at(relu, 0), 0));
  it("|x|′(0) = 0", () => assert.equal(at(abs, 0), 0));
  it("sign′ = 0", () => assert.equal(at(sign, 0), 0));
  it("ELU 取右导数 1", () => {
    assert.equal(
      at((x) => elu(x, 0.3), 0),
      1,
    );
    assert.equal(
      at((x) => sum(elu(x, [0.3])), 0),
      1,
    );
  });
  it("leakyRelu 取左导数 α", () =>
    assert.equal(
      at((x) => leakyRelu(x, 0.2), 0),
      0.2,
    ));
  it("clip 是闭的：端点处为 1", () => {
    for (const x of [-1, 1])
      assert.equal(
        at((v) => clip(v, -1, 1), x),
        1,
      );
    for (const x of [-1, 1])
      assert.equal(
        at((v) => sum(clip(v, [-1], [1])), x),
        1,
      );
    assert.equal(
      at((v) => clip(v, -1, 1), 1.0000001),
      0,
    );
  });
  it("maximum、minimum 并列时各一半", () => {
    for (const f of [maximum, minimum]) {
      const [a, b] = grad((x: Tensor, y: Tensor) => f(x, y), { argnums: [0, 1] })(2, 2);
      assert.deepEqual([a.item(), b.item()], [0.5, 0.5]);
    }
  });
  it("max、min 并列时均分", () => {
    assert.deepEqual(grad((x: Tensor) => max(x))([3, 1, 3, 3]).toArray(), [1 / 3, 0, 1 / 3, 1 / 3]);
    assert.deepEqual(
      grad((x: Tensor) => sum(min(x, 1)))([
        [1, 1],
        [0, 5],
      ]).toArray(),
      [
        [0.5, 0.5],
        [1, 0],
      ],
    );
  });
  it("范数在零向量处梯度为 0，标准差在方差为 0 处梯度为 0", () => {
    assert.deepEqual(grad((x: Tensor) => norm(x))([0, 0]).toArray(), [0, 0]);
    assert.deepEqual(grad((x: Tensor) => std(x))([2, 2]).toArray(), [0, 0]);
    assert.deepEqual(
      grad((x: Tensor) => sum(norm(x, 1)))([
        [3, 4],
        [0, 0],
      ]).toArray(),
      [
        [0.6000000000000001, 0.8],
        [0, 0],
      ],
    );
  });
  it("√x 在 0 处导数是 ∞", () => assert.equal(at(sqrt, 0), Infinity));
  it("prod 含一个或两个零时的梯度", () => {
    const g = grad((x: Tensor) => prod(x));
    assert.deepEqual(g([2, 0, 3]).toArray(), [0, 6, 0]);
    assert.deepEqual(g([0, 0, 3]).toArray(), [0, 0, 0]);
    assert.deepEqual(g([2, 3, 5, 7, 11]).toArray(), [1155, 770, 462, 330, 210]);
  });
  it("pow 在底数 0 处：x³ 的一、二、三阶导数是 0、0、6", () => {
    const f = (x: Tensor): Tensor => pow(x, 3);
    assert.deepEqual([at(f, 0), at(grad(f), 0), at(grad(grad(f)), 0)], [0, 0, 6]);
    assert.equal(
      at((b) => pow(0, b), 2),
      0,
    );
    assert.equal(
      at((x) => pow(x, 0), 0),
      0,
    );
  });
});
