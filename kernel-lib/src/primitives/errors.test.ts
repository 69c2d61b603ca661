import assert from "node:assert/strict";
import * as t from "../index.js";

const cases: [string, string, () => unknown, RegExp][] = [
  ["广播失败", "TIDU-SHAPE-001", () => t.add([1, 2], [1, 2, 3]), /\[2\] 与 \[3\].*请先用 reshape/],
  ["轴越界", "TIDU-SHAPE-002", () => t.sum([1, 2], 1), /轴 1 超出范围.*可用 -1 到 0/],
  ["轴重复", "TIDU-SHAPE-003", () => t.sum([[1]], [0, 0]), /重复/],
  ["改形状个数不对", "TIDU-SHAPE-004", () => t.reshape([1, 2, 3], [2, -1]), /3 个元素/],
  ["不是排列", "TIDU-SHAPE-005", () => t.transpose([[1]], [0, 0]), /每个轴要恰好出现一次/],
  ["广播目标不对", "TIDU-SHAPE-006", () => t.broadcastTo([1, 2], [2, 3]), /不能广播成/],
  ["拼接形状不对", "TIDU-SHAPE-007", () => t.concat([[[1, 2]], [[1]]]), /第 1 个张量的形状 \[1, 1\]/],
  ["切片越界", "TIDU-SHAPE-008", () => t.slice([1, 2, 3], [2], [2]), /第 0 轴/],
  ["空的最大值", "TIDU-SHAPE-009", () => t.max([]), /没有元素/],
  ["空的平均", "TIDU-SHAPE-009", () => t.mean([]), /至少要 1 个/],
  ["样本方差只有一个样本", "TIDU-SHAPE-009", () => t.variance([1], 0, { ddof: 1 }), /至少要 2 个/],
  ["更新值形状不对", "TIDU-SHAPE-010", () => t.scatterAdd([0, 1], [1, 2, 3], 2), /应与下标的形状/],
  ["矩阵内侧不等", "TIDU-SHAPE-011", () => t.matmul([[1, 2]], [[1, 2]]), /左边的列数 2 应等于右边的行数 1/],
  ["向量内积长度不等", "TIDU-SHAPE-011", () => t.dot([1, 2], [1, 2, 3]), /应等于/],
  ["标量不能矩阵乘", "TIDU-SHAPE-012", () => t.matmul(1, [[1]]), /数乘请用 mul/],
  ["挤掉长轴", "TIDU-SHAPE-013", () => t.squeeze([[1, 2]], 1), /只有长度为 1/],
  ["叠不同形状", "TIDU-SHAPE-014", () => t.stack([[1], [1, 2]]), /第 1 个/],
  ["切不整", "TIDU-SHAPE-015", () => t.chunk([1, 2, 3], 2), /不能切成/],
  ["逐行内积形状不同", "TIDU-SHAPE-016", () => t.vecdot([1], [1, 2]), /应相同/],
  ["非方阵取对角", "TIDU-SHAPE-017", () => t.diag([[1, 2]]), /等长/],
  ["向量没有三角", "TIDU-SHAPE-018", () => t.tril([1]), /至少要两个轴/],
  ["下标形状不对", "TIDU-SHAPE-019", () => t.takeAlongAxis([[1], [2]], [[0]], 1), /应与/],
  ["界反了", "TIDU-ARG-001", () => t.clip(1, 2, 1), /下界 2 应不大于上界 1/],
  ["界是 NaN", "TIDU-ARG-001", () => t.clip(1, NaN, 1), /下界 NaN/],
  ["空拼接", "TIDU-ARG-002", () => t.concat([]), /空数组/],
  ["补边为负", "TIDU-ARG-003", () => t.pad([1], [[-1, 0]]), /非负整数/],
  ["形状含小数", "TIDU-ARG-005", () => t.zeros([1.5]), /非负整数/],
  ["步长为零", "TIDU-ARG-006", () => t.arange(0, 1, 0), /不能是 0/],
  ["范数的阶", "TIDU-ARG-007", () => t.norm([1], 0, { ord: 3 as any }), /1、2 或 Infinity/],
  ["元素类型名", "TIDU-DTYPE-001", () => t.astype([1], "float16" as any), /可用的有/],
  ["浮点下标张量", "TIDU-INDEX-001", () => t.gather([1, 2], t.tensor([0])), /astype\("int32"\)/],
  ["小数下标", "TIDU-INDEX-002", () => t.gather([1, 2], [0.5]), /要是整数，得到了 0\.5/],
  ["NaN 下标", "TIDU-INDEX-002", () => t.gather([1, 2], [NaN]), /得到了 NaN/],
  ["下标越界", "TIDU-INDEX-003", () => t.gather([1, 2], [2]), /下标 2 越界；这个轴长 2，可用 0 到 1/],
  ["负下标超出", "TIDU-INDEX-003", () => t.gather([1, 2], [-3]), /下标 -3 越界/],
  ["下标张量里有负数", "TIDU-INDEX-003", () => t.gather([1, 2], t.tensor([-1], "int32")), /越界/],
  ["散布越界", "TIDU-INDEX-003", () => t.scatterAdd([3], [1], 2), /scatterAdd/],
  ["einsum 写错", "TIDU-EINSUM-001", () => t.einsum("ij->k", [[1]]), /没有的字母 k/],
  ["einsum 轴数", "TIDU-EINSUM-001", () => t.einsum("ijk->", [[1]]), /轴数不符/],
  [
    "einsum 形状",
    "TIDU-EINSUM-002",
    () => t.einsum("i,i->", [1, 2], [1, 2, 3]),
    /字母 i 的长度既是 2 又是 3/,
  ],
  ["参差数组", "TIDU-TENSOR-003", () => t.tensor([[1, 2], [3]]), /x\[1\]/],
  ["数组里有张量", "TIDU-TENSOR-001", () => t.tensor([t.tensor(1)] as any), /stack/],
  ["数组里有字符串", "TIDU-TENSOR-002", () => t.tensor(["1"] as any), /不是数/],
  ["undefined", "TIDU-TENSOR-004", () => t.add(undefined as any, 1), /undefined/],
];

describe("错误：每个都有编号，说清错在哪、怎么改", () => {
  for (const [name, id, run, text] of cases) {
    it(`${name}（${id}）`, () => {
      assert.throws(run, (error: unknown) => {
        assert.ok(error instanceof t.TiduError, `抛出的不是 TiduError：${error}`);
        assert.equal(error.id, id);
        assert.match(error.message, text);
        return true;
      });
    });
  }

  it("vmap 里两边都成批的 gather 越界也报错，不会取到邻近的样本", () => {
    const pick = t.vmap((x: t.Tensor, i: t.Tensor) => t.gather(x, i));
    const x = t.tensor([
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(pick(x, t.tensor([1, 0], "int32")).toArray(), [2, 3]);
    assert.throws(() => pick(x, t.tensor([2, 0], "int32")), /TIDU-INDEX-003/);
  });
});
