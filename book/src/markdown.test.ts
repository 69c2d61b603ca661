import assert from "node:assert/strict";
import { emptyEnv } from "./chapter.js";
import type { Problem } from "./errors.js";
import { type Term, termFinder } from "./glossary.js";
import { createHighlight } from "./highlight.js";
import { collectLabels } from "./labels.js";
import { createMarkdown, type Markdown } from "./markdown.js";

const terms: Term[] = [
  { term: "梯度", en: "gradient", meaning: "…", chapter: "1.1" },
  { term: "梯度下降", en: "gradient descent", meaning: "…", chapter: "1.3" },
  { term: "链式法则", en: "chain rule", meaning: "…", chapter: "1.1" },
  { term: "JVP", en: "jvp", meaning: "…", chapter: "2.2" },
];

describe("书的 Markdown", () => {
  let markdown: Markdown;
  before(async () => {
    markdown = createMarkdown(await createHighlight());
  });

  function render(
    source: string,
    chapter = "3.2",
  ): { html: string; problems: Pick<Problem, "id" | "message">[] } {
    const problems: Pick<Problem, "id" | "message">[] = [];
    const { labels } = collectLabels([{ type: "markdown", source }], chapter, "f.ipynb");
    const env = {
      ...emptyEnv("a/b.html", termFinder(terms)),
      labels,
      figures: [...labels.values()].filter(({ kind }) => kind === "fig"),
      report: (id: string, message: string) => problems.push({ id, message }),
    };
    return { html: markdown.render(source, env), problems };
  }

  it("紧挨汉字与全角括号的加粗也生效", () => {
    const { html } = render("**注意（note）**是要点");
    assert.match(html, /<strong>注意（note）<\/strong>是要点/);
  });

  it("汉字之间的折行不留空格，西文之间的留", () => {
    const { html } = render("先求导；\n再相乘。**甲**\n[乙](#c)丙\none\ntwo 汉\nthree");
    assert.match(html, /先求导；再相乘。<strong>甲<\/strong><a [^>]*>乙<\/a>丙\none\ntwo 汉\nthree/);
  });

  it("行内公式带 MathML，美元金额不是公式", () => {
    const { html } = render("设 $x_1^2$，价 $5 与 $6。");
    assert.match(html, /<annotation encoding="application\/x-tex">x_1\^2<\/annotation>/);
    assert.equal(html.match(/<math /g)?.length, 1);
    assert.match(html, /价 \$5 与 \$6。/);
  });

  it("公式里的下划线、星号、反斜线不受 Markdown 影响", () => {
    const { html } = render("$a_*b_*c$ 与 $$\nx \\\\ *y*\n$$");
    assert.match(html, /<annotation[^>]*>a_\*b_\*c<\/annotation>/);
    assert.doesNotMatch(html, /<em>/);
  });

  it("给有标签的公式编号，引用换成号码，忽略作者写的 \\tag", () => {
    const { html, problems } = render(
      "见[式 (9)](#eq:b)、$\\eqref{eq:a}$。\n\n$$\na=1 \\tag{7}\\label{eq:a}\n$$\n\n$$\nnone\n$$\n\n$$b=2\\label{eq:b}$$",
    );
    assert.deepEqual(problems, []);
    assert.match(html, /<a href="#eq:b" class="reference">式 \(3\.2\.2\)<\/a>/);
    assert.match(html, /<a class="reference" href="#eq:a">式 \(3\.2\.1\)<\/a>/);
    assert.match(html, /id="eq:a".*?\(3\.2\.1\)<\/a>/);
    assert.equal(html.match(/equation-number/g)?.length, 2);
    assert.doesNotMatch(html, /\(7\)|\\label/);
  });

  it("报告找不到的标签与排不出的公式，不抛错", () => {
    const { html, problems } = render("[式](#eq:none)，$\\frac{1$");
    assert.deepEqual(
      problems.map(({ id }) => id),
      ["TIDU-BOOK-102", "TIDU-BOOK-103"],
    );
    assert.match(html, /class="math-error"/);
  });

  it("多行环境与引用块里的公式", () => {
    const { html, problems } = render(
      "> $$\n> \\begin{aligned}\n> a&=b\\\\\n> c&=d\n> \\end{aligned}\n> $$\n\n\\begin{align}\nx&=y\n\\end{align}",
    );
    assert.deepEqual(problems, []);
    assert.equal(html.match(/class="katex-display"/g)?.length, 2);
    assert.doesNotMatch(html, /&gt; c/);
  });

  it("表格里公式的竖线不分栏", () => {
    const { html } = render("| 名 | 值 |\n|---|---|\n| a | $|e|\\le\\|x\\|$ |");
    assert.equal(html.match(/<td>/g)?.length, 2);
    assert.match(html, /\\vert e\\vert \\le\\Vert x\\Vert/);
  });

  it("五种框：标题、类名与正文", () => {
    const { html } = render(
      "> **勘误：$d=0$ 处**\n>\n> 正文。\n\n> **提示** 同一段。\n\n> **普通引用**不是框",
    );
    assert.match(
      html,
      /<aside class="box box-erratum" aria-label="勘误">\s*<p class="box-title"><span class="box-kind">勘误<\/span>/,
    );
    assert.match(html, /box-erratum[\s\S]*?<math[\s\S]*?<p>正文。<\/p>\s*<\/aside>/);
    assert.match(html, /<aside class="box box-tip" aria-label="提示">[\s\S]*?<p>同一段。<\/p>/);
    assert.match(html, /<blockquote>\s*<p><strong>普通引用<\/strong>不是框/);
  });

  it("图注自动编号，可以引用", () => {
    const { html } = render('见[图](#fig:x)。\n\n**图** <a id="fig:x"></a>两条曲线');
    assert.match(html, /<p class="caption" id="fig:x"><strong>图 3\.2\.1<\/strong>两条曲线/);
    assert.match(html, /class="reference">图 3\.2\.1<\/a>/);
  });

  it("术语每节只标第一次，长的优先，标题、链接、代码里不标", () => {
    const { html } = render(
      "## 梯度\n\n梯度下降用梯度，梯度又来。[链式法则](x) `梯度` **链式法则** AJVPB JVP\n\n## 又一节\n\n梯度",
    );
    const marked = [...html.matchAll(/class="term"[^>]*>([^<]+)</g)].map((match) => match[1]);
    assert.deepEqual(marked, ["梯度下降", "梯度", "链式法则", "JVP", "梯度"]);
    assert.match(html, /href="\.\.\/glossary\.html#term-梯度下降"/);
  });

  it("折叠块里照常排 Markdown 与公式，摘要里也是", () => {
    const { html } = render("<details>\n<summary>代入 $x=1$</summary>\n\n**好**，$y=2$\n\n</details>");
    assert.equal(html.match(/<math /g)?.length, 2);
    assert.match(html, /<strong>好<\/strong>/);
  });

  it("标题有锚，重名加序号", () => {
    const { html } = render("## 小结\n\n## 小结\n\n## Huber 与 $\\delta$");
    assert.deepEqual(
      [...html.matchAll(/<h2 id="([^"]+)"/g)].map((match) => match[1]),
      ["小结", "小结-2", "huber-与-delta"],
    );
  });

  it("紧挨公式的标点与公式同在不换行的一段里，文字不重不漏", () => {
    const { html } = render("当（$a+b=c$），取 $x$。完 $\\{g\\}$，止");
    const visible = html.replace(/<math[\s\S]*?<\/math>/g, "").replace(/<[^>]*>|\s|\u200b/g, "");
    assert.equal(visible, "当（a+b=c），取x。完{g}，止");
    assert.equal(html.match(/<span class="keep">/g)?.length, 4);
    assert.match(html, /class="punctuation">。<\/span><\/span><\/span><\/span>完/);
  });

  it("着重号只给汉字，西文的强调仍是斜体", () => {
    const { html } = render("*要点*，*The Annals of Statistics*");
    assert.match(html, /<em>要点<\/em>，<em class="latin">The Annals/);
  });

  it("代码按语言上色，颜色是变量", () => {
    const { html } = render("```ts\nconst x = 1;\n```");
    assert.match(html, /var\(--code-token-keyword\)/);
  });
});
