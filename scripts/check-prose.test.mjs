import assert from "node:assert/strict";
import { synonymProblems, termOrderProblems } from "./check-terms.mjs";
import { typographyProblems } from "./check-typography.mjs";

const ids = (text) => typographyProblems(text).map(({ id }) => id);

describe("中文排版检查", () => {
  for (const [id, bad] of [
    ["半角标点", "先求导,再相乘。"],
    ["半角标点", "记作（上游）:它是一个数。"],
    ["半角句号", "梯度指向上升最快的方向."],
    ["半角括号", "反向传播(只走一遍)更省。"],
    ["重复标点", "先前向，，再反向。"],
    ["省略号", "一直乘到最前面..."],
    ["破折号", "链式法则--一切的起点。"],
    ["感叹号", "终于对了！"],
    ["全角字母数字", "取 ｘ＝１。".replace("＝", "=")],
    ["标点旁的空格", "到此为止 。"],
    ["汉字间的空格", "这里 多了空格。"],
    ["标点成对", "他说“好。"],
  ])
    it(`${id}：${bad}`, () => assert.ok(ids(bad).includes(id), `没有报：${ids(bad)}`));

  for (const good of [
    "先求导，再相乘：$f(x), g(x)$ 各一个……然后相加。",
    "调用 `grad(f, {argnums: 1})`，得到 [式 (1.2.3)](#eq:a)。",
    "```ts\nconst 步长 = 0.1; // 先走,再看!\n```",
    "$$\nL=\\tfrac12e^2 .\n$$",
    "- D. E. Rumelhart, G. E. Hinton. [Learning](https://doi.org/10.1038/323533a0). *Nature*, 323: 533–536, 1986.",
    "损失（取平均就是**均方误差**）——它对 $e$ 的导数是 $e$。",
    "形状是 [2, 3]，比例 3:1，时间 12:30。",
  ])
    it(`不误报：${good.slice(0, 20).replaceAll("\n", "⏎")}`, () =>
      assert.deepEqual(typographyProblems(good), []));
});

describe("用语检查", () => {
  const chapters = (...texts) =>
    texts.map((text, index) => ({ number: `1.${index + 1}`, cells: [{ cell: 1, text }] }));
  const kinds = (terms, ...texts) =>
    termOrderProblems(terms, chapters(...texts)).map(({ term, kind, number }) => [term, kind, number]);

  it("同一概念只用一种说法", () => {
    assert.deepEqual(synonymProblems("由链式规则"), [{ index: 1, wrong: "链式规则", right: "链式法则" }]);
    assert.deepEqual(synonymProblems("由链式法则"), []);
  });
  it("术语用得比讲得早", () => {
    const terms = [{ term: "扇出", chapter: "1.2" }];
    assert.deepEqual(kinds(terms, "这叫扇出。", "**扇出**是……"), [["扇出", "早用", "1.1"]]);
    assert.deepEqual(kinds(terms, "没有。", "**扇出**是……"), []);
  });
  it("注明哪一章细讲、延伸阅读、公式与代码都不算早用", () => {
    const terms = [{ term: "扇出", chapter: "1.2" }];
    const first = "扇出要到第 1.2 章才讲。\n\n`扇出`\n\n$\\text{扇出}$\n\n## 延伸阅读\n\n- 扇出的故事";
    assert.deepEqual(kinds(terms, first, "**扇出**是……"), []);
  });
  it("该讲的章里没有讲", () => {
    assert.deepEqual(kinds([{ term: "扇出", chapter: "1.2" }], "", "没有。"), [["扇出", "没讲", "1.2"]]);
    assert.deepEqual(kinds([{ term: "扇出", chapter: "2.1" }], "", "没有。"), []);
  });
  it("日常词与恰好含有它的说法", () => {
    assert.deepEqual(kinds([{ term: "形状", chapter: "1.2", everyday: true }], "形状", ""), []);
    const terms = [{ term: "次梯度", chapter: "1.2", exclude: ["一次梯度"] }];
    assert.deepEqual(kinds(terms, "先求一次梯度。", "次梯度是……"), []);
  });
});
