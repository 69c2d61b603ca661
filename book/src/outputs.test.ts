import assert from "node:assert/strict";
import type { Output } from "@tidu/notebook-runtime";
import { renderOutputs } from "./outputs.js";

const renderers = {
  markdown: (source: string) => `<md>${source}</md>`,
  math: (tex: string) => `<tex>${tex}</tex>`,
};
const render = (...outputs: Output[]) => renderOutputs(outputs, renderers);
const bundle = (data: Record<string, unknown>): Output => ({
  output_type: "display_data",
  data,
  metadata: {},
});

describe("输出的显示", () => {
  it("相邻同名文本流合成一段，去掉终端颜色，转义", () => {
    const esc = String.fromCharCode(27);
    const html = render(
      { output_type: "stream", name: "stdout", text: `a${esc}[31m<b>` },
      { output_type: "stream", name: "stdout", text: `${esc}[0m\nc\n` },
      { output_type: "stream", name: "stderr", text: "警告\n" },
    );
    assert.equal(
      html,
      '<pre class="output output-stdout">a&lt;b&gt;\nc</pre><pre class="output output-stderr">警告</pre>',
    );
  });

  it("取最好的一种表示", () => {
    assert.match(render(bundle({ "text/plain": "p", "text/html": "<b>h</b>" })), /<b>h<\/b>/);
    assert.match(render(bundle({ "text/plain": "p", "text/latex": "$$x^2$$" })), /<tex>x\^2<\/tex>/);
    assert.match(render(bundle({ "text/markdown": "**m**" })), /<md>\*\*m\*\*<\/md>/);
    assert.match(render(bundle({ "image/png": "AA\nBB" })), /src="data:image\/png;base64,AABB"/);
    assert.match(render(bundle({ "text/plain": "<p>" })), /&lt;p&gt;/);
    assert.equal(render(bundle({})), "");
  });

  it("图只放数据，不会提前结束脚本标签，高度随 layout", () => {
    const figure = { data: [{ name: "</script><b>" }], layout: { height: 250 } };
    const html = render(bundle({ "application/vnd.plotly.v1+json": figure, "text/plain": "一张图" }));
    assert.match(html, /--plot-height:250px/);
    assert.match(html, /aria-label="一张图"/);
    const json = /<script type="application\/json">(.*)<\/script>/.exec(html)![1]!;
    assert.doesNotMatch(json, /<\//);
    assert.deepEqual(JSON.parse(json), figure);
  });

  it("错误显示消息与代码框，消息不重复", () => {
    const html = render({
      output_type: "error",
      ename: "Error",
      evalue: "坏了",
      traceback: ["Error: 坏了", "> 2 | throw"],
    });
    assert.equal(html.match(/Error: 坏了/g)?.length, 2); // 一处在 aria-label
    assert.match(html, /&gt; 2 \| throw/);
    const bare = render({ output_type: "error", ename: "Error", evalue: "坏了", traceback: [] });
    assert.match(bare, />Error: 坏了<\/pre>/);
  });
});
