import assert from "node:assert/strict";
import { History } from "./history.js";

describe("history", () => {
  const history = new History();
  for (const [line, input] of ["const a = 1", "a + 1", "a + 1", "b"].entries()) history.add(line + 1, input);
  history.setOutput("3");
  const inputs = (request: Record<string, unknown>) =>
    history.answer(request).map((row) => (row as unknown[])[2]);

  it("tail 取最后 n 条", () => {
    assert.deepEqual(history.answer({ hist_access_type: "tail", n: 2 }), [
      [0, 3, "a + 1"],
      [0, 4, "b"],
    ]);
    assert.deepEqual(inputs({ hist_access_type: "tail", n: 0 }), []);
    assert.deepEqual(inputs({ hist_access_type: "tail", n: 1, output: true }), [["b", "3"]]);
  });

  it("range 左闭右开；更早的会话没有记录", () => {
    assert.deepEqual(inputs({ hist_access_type: "range", session: 0, start: 1, stop: 3 }), [
      "const a = 1",
      "a + 1",
    ]);
    assert.deepEqual(inputs({ hist_access_type: "range", session: -1, start: 1 }), []);
  });

  it("search 用通配符整条匹配，unique 去重", () => {
    assert.deepEqual(inputs({ hist_access_type: "search", pattern: "a + ?" }), ["a + 1", "a + 1"]);
    assert.deepEqual(inputs({ hist_access_type: "search", pattern: "a*", unique: true }), ["a + 1"]);
    assert.deepEqual(inputs({ hist_access_type: "search", pattern: "*a*", n: 1 }), ["a + 1"]);
    assert.deepEqual(inputs({ hist_access_type: "search", pattern: "a" }), []);
  });
});
