import assert from "node:assert/strict";
import { type DisplayHost, HOST_KEY } from "./host.js";
import * as api from "./index.js";

type Event = [name: string, data?: unknown, id?: string, update?: boolean];

describe("显示函数", () => {
  const scope = globalThis as unknown as Record<symbol, DisplayHost | undefined>;
  let events: Event[] = [];
  let previous: DisplayHost | undefined;

  beforeEach(() => {
    previous = scope[HOST_KEY];
    events = [];
    Object.defineProperty(globalThis, HOST_KEY, {
      configurable: true,
      writable: true,
      value: {
        display: (data, _metadata, id, update) => void events.push(["display", data, id, update]),
        clear: (wait) => void events.push(["clear", wait]),
        inspect: (value) => `<${String(value)}>`,
      } satisfies DisplayHost,
    });
  });
  afterEach(() => {
    scope[HOST_KEY] = previous;
  });

  const shown = (): Record<string, unknown> => events[0][1] as Record<string, unknown>;

  it("display：文本、自带显示的值、现成的束、普通值", async () => {
    api.display("字");
    api.display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "h" }) });
    api.display({ "text/markdown": "m" });
    api.display(5, { id: "five" });
    api.display(undefined);
    api.display({ [Symbol.for("Jupyter.display")]: async () => ({ "text/latex": "l" }) });
    await new Promise((resolve) => setTimeout(resolve, 0));
    const later = events.at(-1)?.[2];
    assert.deepEqual(
      events.map(([, data, id]) => [data, id]),
      [
        [{ "text/plain": "字" }, undefined],
        [{ "text/html": "h", "text/plain": "<[object Object]>" }, undefined],
        [{ "text/markdown": "m" }, undefined],
        [{ "text/plain": "<5>" }, "five"],
        [{ "text/plain": "（正在准备显示……）" }, later],
        [{ "text/latex": "l", "text/plain": "<[object Object]>" }, later],
      ],
      "异步的先占好位置，再改写",
    );
  });

  it("updateDisplay 与 clearOutput", () => {
    api.updateDisplay("a", "新");
    api.clearOutput({ wait: true });
    assert.deepEqual(events, [
      ["display", { "text/plain": "新" }, "a", true],
      ["clear", true],
    ]);
  });

  it("html 的文本形式去掉标签与脚本", () => {
    api.html("<style>b{}</style><p>甲 <b>乙</b></p><script>x()</script>");
    assert.equal(shown()["text/plain"], "甲 乙");
  });

  it("latex 没有定界符时补上", () => {
    for (const [source, expected] of [
      ["x^2", "$$x^2$$"],
      ["$x$", "$x$"],
      ["\\begin{align}a\\end{align}", "\\begin{align}a\\end{align}"],
    ]) {
      events = [];
      api.latex(source);
      assert.equal(shown()["text/latex"], expected);
    }
  });

  it("plot：类型化数组与张量变成普通数组，文本说明有标题与轨迹", () => {
    const tensor = { toArray: () => [1, [2, 3]] };
    api.plot([{ x: new Float32Array([0.5, 1]), y: tensor, name: "损失" }], { title: { text: "训练" } });
    const figure = shown()["application/vnd.plotly.v1+json"] as { data: unknown[]; layout: unknown };
    assert.deepEqual(figure.data, [{ x: [0.5, 1], y: [1, [2, 3]], name: "损失" }]);
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure, "能原样变成 JSON");
    assert.equal(shown()["text/plain"], "[Plotly 图「训练」：损失（2 点）]");
  });

  it("table：列的并集、数字右对齐、转义、全角宽度", () => {
    api.table([
      { 名: "甲<", v: 1 / 3 },
      { v: 2, 备注: null },
    ]);
    assert.equal(
      shown()["text/plain"],
      "名          v  备注\n---  --------  ----\n甲<  0.333333\n            2",
    );
    assert.match(
      String(shown()["text/html"]),
      /<td style="text-align:left">甲&lt;<\/td><td style="text-align:right">0\.333333<\/td>/,
    );
    events = [];
    api.table([[1, 2]], ["x", "y"]);
    assert.equal(shown()["text/plain"], "x  y\n-  -\n1  2");
  });

  it("image：按开头的字节认格式，base64 与 Node 的相同", () => {
    const png = Uint8Array.from([
      0x89,
      0x50,
      0x4e,
      0x47,
      ...Array.from({ length: 100_000 }, (_, i) => i % 256),
    ]);
    api.image(png, { alt: "曲线" });
    assert.equal(shown()["image/png"], Buffer.from(png).toString("base64"));
    assert.equal(shown()["text/plain"], "[图：曲线]");
    assert.throws(() => api.image(new Uint8Array([1, 2, 3])), /TIDU-DISPLAY-001/);
    events = [];
    api.image('https://x/y.png?a=1&b="2"', { width: 40 });
    assert.equal(
      shown()["text/html"],
      '<img src="https://x/y.png?a=1&amp;b=&quot;2&quot;" alt="图" width="40">',
    );
  });

  it("json、markdown、svg", () => {
    api.json({ a: new Float64Array([1]) });
    api.svg("<svg><title>计算图</title></svg>");
    assert.deepEqual(events[0][1], {
      "application/json": { a: [1] },
      "text/plain": '{\n  "a": [\n    1\n  ]\n}',
    });
    assert.equal((events[1][1] as Record<string, unknown>)["text/plain"], "[图：计算图]");
  });

  it("progress：先显示，再改写同一处；太密的更新合并", () => {
    let sum = 0;
    for (const x of api.progress([1, 2, 3], "训练")) sum += x;
    assert.equal(sum, 6);
    const ids = new Set(events.map(([, , id]) => id));
    assert.equal(ids.size, 1);
    assert.deepEqual(
      events.map(([, , , update]) => update),
      [false, true],
    );
    assert.equal((events[1][1] as Record<string, unknown>)["text/plain"], "训练 ████████████████████ 3/3");
  });

  it("progress 提前退出也不出错", () => {
    for (const x of api.progress([1, 2, 3])) if (x === 2) break;
    assert.equal(events[0][3], false);
  });
});
