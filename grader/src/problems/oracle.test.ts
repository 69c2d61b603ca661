import assert from "node:assert/strict";
import { random } from "../random.js";
import { numbers } from "../value.js";
import { findQuestion, problems } from "./index.js";

describe("标准答案与梯度库一致", () => {
  for (const [id, compute] of problems.flatMap(({ oracles }) => Object.entries(oracles.library))) {
    it(id, () => {
      const question = findQuestion(id)!;
      const rng = random(11, id);
      const points = question.branches.flatMap(({ id: branch }) =>
        Array.from({ length: 5 }, () => question.sample(rng, branch)),
      );
      // 边界点也要一致：约定是同一张表。
      for (const args of [...points, ...question.edges.map((edge) => edge.args)]) {
        const expected = numbers(question.reference(...args));
        const actual = numbers(compute(...args));
        assert.equal(actual.length, expected.length);
        expected.forEach((x, i) => {
          const where = `${id}(${JSON.stringify(args)}) 第 ${i} 个`;
          assert.ok(
            Math.abs(actual[i]! - x) <= 1e-11 * Math.max(1, Math.abs(x)),
            `${where}：${actual[i]} ≠ ${x}`,
          );
        });
      }
    });
  }
});
