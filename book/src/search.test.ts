import assert from "node:assert/strict";
import fc from "fast-check";
import { type SearchPage, search } from "./search.js";
import { spokenTex } from "./spoken-tex.js";

const pages: SearchPage[] = [
  {
    url: "3/02.html",
    title: "复杂的损失",
    number: "3.2",
    passages: [
      ["", "", "引言：离群点拉偏了直线。"],
      ["huber", "Huber 损失", "在 δ 处一阶连续可导，梯度被截断。Huber 的名字来自 P. J. Huber。"],
      ["kink", "拐点", "合页在零处有拐点；约定梯度取 0。"],
    ],
  },
  { url: "glossary.html", title: "术语表", passages: [["term-拐点", "拐点", "kink 左右导数不相等的点"]] },
];

describe("搜索", () => {
  it("任意汉字子串都找得到，包括跨词的", () => {
    assert.equal(search(pages, "续可")[0]?.heading, "Huber 损失");
    assert.equal(search(pages, "拉偏了直")[0]?.url, "3/02.html");
  });

  it("标题命中在前；几个词要在同一节", () => {
    assert.deepEqual(
      search(pages, "拐点").map(({ url }) => url.split("#")[0]),
      ["3/02.html", "glossary.html"],
    );
    assert.equal(search(pages, "约定 拐点").length, 1);
    assert.equal(search(pages, "离群点 拐点").length, 0);
  });

  it("不计大小写与全半角；空查询没有结果", () => {
    assert.equal(search(pages, "ＨＵＢＥＲ")[0]?.heading, "Huber 损失");
    assert.deepEqual(search(pages, "  "), []);
  });

  it("片段里命中的词单列，拼起来就是原文的一段", () => {
    const [hit] = search(pages, "梯度");
    const text = hit!.snippet.join("");
    assert.ok(hit!.snippet.filter((_, index) => index % 2 === 1).every((word) => word === "梯度"));
    assert.ok(pages[0]!.passages.some(([, , passage]) => passage.includes(text.replace(/^…|…$/g, ""))));
  });

  it("性质：正文的任何一段非空白子串都搜得到那一节", () => {
    const body = pages[0]!.passages[1]![2];
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 12 }), (start, length) => {
        const query = body.slice(start, start + length);
        if (query.trim() === "") return;
        assert.ok(search(pages, query).some(({ heading }) => heading === "Huber 损失"));
      }),
    );
  });

  it("公式按读法进搜索：符号搜得到，不留反斜线", () => {
    assert.equal(spokenTex("|e|\\le\\delta"), "|e|≤δ");
    assert.equal(spokenTex("\\{g:\\lVert g\\rVert\\le1\\}"), "{g:‖g‖≤1}");
    assert.equal(
      spokenTex("\\tfrac12 e^2 = \\operatorname{clip}(e,-\\delta,\\delta)"),
      "12 e^2 = clip(e,-δ,δ)",
    );
  });
});
