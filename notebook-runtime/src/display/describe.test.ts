import assert from "node:assert/strict";
import type { Bundle } from "./bundle.js";
import { capBundle, RICH_LIMIT } from "./cap.js";
import { describeShown, describe as describeValue } from "./describe.js";
import { recordHost } from "./testing.js";

const DISPLAY = Symbol.for("Jupyter.display");

describe("值 → MIME 束", () => {
  let host: ReturnType<typeof recordHost>;
  before(() => {
    host = recordHost();
  });
  after(() => host.restore());
  const of = (value: unknown, options = {}) => describeValue(value, options) as Bundle;
  const types = (value: unknown) => Object.keys(of(value)).sort();

  it("一行写得完的只有文字；有得展开的才有 HTML", () => {
    for (const value of [1, "x", null, true, 3n, Symbol("s"), { a: 1 }, [1, 2], new Map(), new Date(0), /x/])
      assert.deepEqual(types(value), ["text/plain"]);
    for (const value of [
      { a: { b: { c: { d: 1 } } } },
      Array.from({ length: 50 }, (_, i) => `n${i}`),
      () => 1,
      new Error("错"),
      new (class {
        get a() {
          return 1;
        }
      })(),
      Float64Array.of(1, 2),
      [{ a: 1 }, { a: 2 }].map((row) => ({ ...row, name: "很长的名字".repeat(8) })),
    ])
      assert.deepEqual(types(value), ["text/html", "text/plain"]);
  });

  it("认得出的图：Plotly、Vega-Lite、图片的字节、像素", () => {
    const figure = { data: [{ y: Float64Array.of(1, 2), name: "a" }], layout: { title: "题" } };
    assert.deepEqual(of(figure), {
      "application/vnd.plotly.v1+json": { data: [{ y: [1, 2], name: "a" }], layout: { title: "题" } },
      "text/plain": "[Plotly 图「题」：a（2 点）]",
    });
    const chart = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
    assert.deepEqual(of(chart)["application/vnd.vegalite.v5+json"], chart);
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array<number>(16).fill(0));
    assert.equal(of(png)["image/png"], Buffer.from(png).toString("base64"));
    assert.match(
      String(of({ data: new Uint8ClampedArray(16), width: 2, height: 2 })["text/html"]),
      /<img alt="2×2 像素"[^>]*src="data:image\/png;base64,/,
    );
    // 像而不是：数据不是轨迹，字节不是图，像素个数不符
    assert.ok(!("application/vnd.plotly.v1+json" in of({ data: [1, 2], layout: {} })));
    assert.ok(!("image/jpeg" in of(Uint8Array.of(0xff, 0xd8, 0xff, ...Array<number>(30).fill(1)))));
    assert.deepEqual(types({ data: new Uint8Array(3), width: 1, height: 1 }), ["text/plain"]);
  });

  it("自己的显示方式：同步、异步、字节、缺文字；方法拿到画数组的办法", async () => {
    assert.deepEqual(of({ [DISPLAY]: () => ({ "image/png": Uint8Array.of(1, 2), "text/plain": "图" }) }), {
      "image/png": "AQI=",
      "text/plain": "图",
    });
    const own = await describeValue({ a: 1, [DISPLAY]: async () => ({ "application/json": { n: 1n } }) });
    assert.deepEqual(own["application/json"], { n: 1 });
    assert.match(String(own["text/plain"]), /a: 1/);
    const drawn = of({
      [DISPLAY]: (tools: { array(view: object): string }) => ({
        "text/html": tools.array({ title: "W", shape: [2], data: [1, 2] }),
      }),
    });
    assert.match(String(drawn["text/html"]), /W<\/div>[\s\S]*<table/);
  });

  it("自己的显示方式出错：说明，并用默认的", async () => {
    const bad = (method: unknown) => describeValue({ x: 1, [DISPLAY]: method });
    for (const [method, why] of [
      [
        () => {
          throw new RangeError("画不出");
        },
        /出错：RangeError: 画不出/,
      ],
      [() => null, /应返回一个对象/],
      [() => ({ html: "x" }), /TIDU-DISPLAY-003：“html” 不是内容类型/],
      [async () => Promise.reject("字符串"), /出错：字符串/],
      [
        () => {
          const loop: Record<string, unknown> = {};
          loop.self = loop;
          return { "application/json": loop };
        },
        /TIDU-DISPLAY-002：值里有循环引用/,
      ],
    ] as const) {
      const bundle = await bad(method);
      assert.match(String(bundle["text/plain"]), why);
      assert.match(String(bundle["text/plain"]), /x: 1/);
      assert.match(String(bundle["text/html"]), /出错/);
    }
  });

  it("太长：文字截断并说明总长；不能截断的换成说明；limit 可以放宽", () => {
    const long = "长".repeat(150_000);
    const shown = String((describeShown(long) as Bundle)["text/plain"]);
    assert.match(
      shown,
      /（共 150.000 个字符，只显示前 100.000 个；display\(值, \{ limit: Infinity \}\) 显示全部）$/,
    );
    assert.equal((describeShown(long, { limit: Infinity }) as Bundle)["text/plain"], long);
    const rich = { "text/html": "h".repeat(RICH_LIMIT + 1), "text/plain": "字" };
    assert.match(
      String(capBundle(rich)["text/html"]),
      /^<div>（text\/html 有 20.000.001 个字符，太大，没有显示/,
    );
    assert.match(String(capBundle(rich)["text/plain"]), /^字\n（text\/html/);
    assert.deepEqual(capBundle(rich, Infinity), rich);
  });

  it("键极多的对象：文字也来自有界的树", () => {
    const vast = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
    const text = String(of(vast)["text/plain"]);
    assert.match(text, /^\{ k0: 0, [\s\S]*… 还有 49.900 项$/);
  });

  it("一千万个数：摘要，不逐个写", () => {
    const bundle = of(new Float32Array(1e7).fill(1));
    assert.match(String(bundle["text/html"]), /Float32Array\(10.000.000\)[\s\S]*均值 1/);
    assert.ok(String(bundle["text/html"]).length < 20_000);
  });
});
