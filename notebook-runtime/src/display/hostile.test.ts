import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { type Browser, chromium } from "playwright-core";
import type { Bundle } from "./bundle.js";
import { TEXT_LIMIT } from "./cap.js";
import { describe as describeValue } from "./describe.js";
import { recordHost } from "./testing.js";

/** 混进键、值、名字里的文字：哪一处漏了转义，浏览器里就会多出元素或属性。 */
const INJECTIONS = [
  "<img src=x onerror=globalThis.pwned=1>",
  "</details><script>globalThis.pwned=1</script>",
  "\"' onmouseover='globalThis.pwned=1",
  "</pre></td></table><svg onload=globalThis.pwned=1>",
  "&lt;b&gt;&#60;i&#62;",
  "<!--",
  "]]>",
  "<style>*{display:none}",
  "javascript:globalThis.pwned=1",
];
const text = fc.oneof(fc.constantFrom(...INJECTIONS), fc.string({ unit: "binary" }));
const key = fc.oneof(fc.constantFrom(...INJECTIONS, "__proto__", "constructor", "length"), fc.string());

/** 值的代码一旦被调用就计数；声明过会调用的（util.inspect 自己读的）不在其中。 */
let called = 0;
let where = "";
const trip = (): never => {
  called += 1;
  const error = new Error("不该调用");
  where = error.stack ?? "";
  throw error;
};
const traps = Object.fromEntries(
  Reflect.ownKeys(Reflect)
    .filter((name) => typeof name === "string")
    .map((name) => [name, trip]),
);

const HOSTILE: (() => unknown)[] = [
  () => Object.defineProperty({ plain: 1 }, "bad", { get: trip, set: trip, enumerable: true }),
  () => new Proxy({ a: 1, b: { c: 2 } }, traps),
  () => new Proxy([1, 2, 3], traps),
  () => new Proxy(function named() {}, traps),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  () => ({
    toString: trip,
    valueOf: trip,
    toJSON: trip,
    [Symbol.toPrimitive]: trip,
    [Symbol.iterator]: trip,
  }),
  () =>
    new (class Lies {
      x = INJECTIONS[0];
      get size() {
        return trip();
      }
      get length() {
        return trip();
      }
      get [Symbol.species]() {
        return trip();
      }
    })(),
  () => Object.create(Map.prototype),
  () => Object.create(Promise.prototype),
  () => Object.setPrototypeOf(new Map([[1, 2]]), null),
  () => Object.setPrototypeOf([1, 2, 3], null),
  () => Object.setPrototypeOf(new Date(0), { getTime: trip }),
  () => Object.assign(() => {}, { toString: trip, [INJECTIONS[3]!]: 1 }),
  () => Object.defineProperty(class {}, "name", { value: INJECTIONS[0] }),
  () => Object.assign(new Error(INJECTIONS[1]), { code: INJECTIONS[0], cause: { deep: [INJECTIONS[2]] } }),
  () => Object.assign([1], { 2: 3, [INJECTIONS[0]!]: INJECTIONS[1] }),
  () => Object.defineProperty([1, 2, 3], "1", { get: trip, enumerable: true }),
  () => {
    const loop: Record<string, unknown> = { name: INJECTIONS[0] };
    loop.self = loop;
    loop.map = new Map([[loop, loop]]);
    return loop;
  },
  () => Object.fromEntries(["then", "catch", "finally"].map((name) => [name, trip])),
  () => Symbol(INJECTIONS[0]),
  () => ({ [Symbol(INJECTIONS[0])]: Symbol.for(INJECTIONS[1]!) }),
  () => ({ data: [{ y: [1], name: INJECTIONS[0] }], layout: { title: INJECTIONS[1] } }),
  () => [{ [INJECTIONS[0]!]: INJECTIONS[1] }, { [INJECTIONS[0]!]: { [INJECTIONS[2]!]: INJECTIONS[3] } }],
  () => ({ [INJECTIONS[0]!]: new Float64Array([1, NaN]), b: [INJECTIONS[1], INJECTIONS[2]] }),
  () =>
    new Map([
      [INJECTIONS[0], { a: INJECTIONS[1] }],
      [INJECTIONS[2], { a: 1 }],
    ]),
  () => Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${INJECTIONS[i % 9]}${i}`, i])),
  () => INJECTIONS.join("\n").repeat(3000),
  () => (function* () {})(),
  () => new Uint8Array([0x89, 0x50, 0x4e, 0x47, ...Array<number>(40).fill(7)]),
  () => 10n ** 3000n,
];

/** 出错也要能显示的：这些的代码是声明过会调用的。 */
const RUDE: (() => unknown)[] = [
  () => ({ constructor: new Proxy(class {}, traps), a: 1 }),
  // 改写了遍历办法的 Map、Set，名字是访问器的函数，原型是 Proxy 的对象：util.inspect 自己会调用。
  () => Object.defineProperty(function f() {}, "name", { get: trip }),
  () => Object.assign(new Map([[INJECTIONS[0], INJECTIONS[1]]]), { [Symbol.iterator]: trip, entries: trip }),
  () => Object.assign(new Set([INJECTIONS[0]]), { values: trip, [Symbol.iterator]: trip }),
  () => Object.create(new Proxy({}, traps)),
  () => ({ [Symbol.for("Jupyter.display")]: trip, x: INJECTIONS[0] }),
  () => ({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": 1n, 不是类型: 1 }) }),
  () => ({ [Symbol.for("Jupyter.display")]: () => null }),
  () => ({
    [Symbol.for("Jupyter.display")]: () => {
      throw { toString: trip };
    },
  }),
  () => ({
    [Symbol.for("Jupyter.display")]() {
      return { "application/json": this };
    },
  }),
  () => ({
    get [Symbol.for("Jupyter.display")]() {
      return trip();
    },
  }),
  () => ({ [Symbol.for("nodejs.util.inspect.custom")]: trip, x: { y: INJECTIONS[0] } }),
  () => ({ [Symbol.for("nodejs.util.inspect.custom")]: () => INJECTIONS[0] }),
  () => ({
    get [Symbol.toStringTag]() {
      return trip();
    },
    a: [INJECTIONS[1]],
  }),
];

const value = fc.oneof(
  fc.anything({
    key,
    values: [text, fc.double(), fc.bigInt(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withObjectString: true,
    maxDepth: 4,
  }),
  fc.array(fc.record({ a: text, b: fc.double(), c: fc.anything({ values: [text], maxDepth: 1 }) }), {
    minLength: 2,
  }),
);
// util.inspect 自己会读 constructor.name。
const hostileKey = key.filter((name) => name !== "constructor");
// fast-check 会查看自己生成的值，所以生成的是造值的函数。
const hostile = fc.nat(HOSTILE.length - 1).map((i) => HOSTILE[i]!);
const ordinary = value.map((v) => () => v);
/** 敌意的值单独来，也藏在别的值里来。 */
const any: fc.Arbitrary<() => unknown> = fc.oneof(
  ordinary,
  hostile,
  fc.array(hostile, { minLength: 1, maxLength: 4 }).map((list) => () => list.map((make) => make())),
  fc
    .array(fc.tuple(hostileKey, fc.oneof(hostile, ordinary)), { maxLength: 4 })
    .map((list) => () => Object.fromEntries(list.map(([name, make]) => [name, make()]))),
  fc
    .array(fc.tuple(hostile, ordinary), { maxLength: 3 })
    .map((list) => () => new Map(list.map(([k, v]) => [k(), v()]))),
);

const browserPath = process.env["TIDU_CHROMIUM"] ?? "/usr/bin/chromium";

describe("任意的、敌意的值的显示", () => {
  let host: ReturnType<typeof recordHost>;
  beforeEach(() => {
    host = recordHost();
    called = 0;
  });
  afterEach(() => host.restore());

  const bounded = (bundle: Bundle): void => {
    const plain = bundle["text/plain"];
    assert.equal(typeof plain, "string");
    assert.ok((plain as string).length < TEXT_LIMIT + 200);
    for (const content of Object.values(bundle)) assert.ok(JSON.stringify(content).length < 2_000_000);
  };

  it("总有文字，从不抛错，大小有界，不执行值的代码", () => {
    fc.assert(
      fc.property(any, (make) => {
        const bundle = describeValue(make());
        assert.ok(!(bundle instanceof Promise));
        bounded(bundle);
        assert.equal(called, 0, where);
      }),
      { numRuns: 600 },
    );
  });

  it("每一种敌意的值都试过", () => {
    const guilty = HOSTILE.filter((make) => {
      called = 0;
      bounded(describeValue(make()) as Bundle);
      bounded(describeValue([make(), { deep: make() }]) as Bundle);
      return called > 0;
    });
    assert.deepEqual(guilty.map(String), []);
  });

  it("显示方式、自定义的 inspect、toStringTag 出错：照样有文字", async () => {
    for (const make of RUDE) bounded(await describeValue(make()));
    for (const make of RUDE) bounded(await describeValue([make(), { deep: make() }]));
  });

  it("真的浏览器里：没有多出来的元素与属性，文字原样可读", async function () {
    if (!existsSync(browserPath)) {
      if (process.env["TIDU_REQUIRE"] === "all") throw new Error(`没有 ${browserPath}`);
      this.skip();
    }
    const samples = [
      ...fc.sample(any, { numRuns: 400, seed: 20 }).map((make) => make()),
      ...HOSTILE.map((make) => make()),
      ...RUDE.map((make) => make()),
      ...INJECTIONS.map((s) => ({ [s]: s, list: [s, s.repeat(40), new Error(s)], nested: { [s]: { s } } })),
    ];
    const pages: string[] = [];
    for (const sample of samples) {
      const html = (await describeValue(sample))["text/html"];
      if (typeof html === "string") pages.push(html);
    }
    assert.ok(pages.length > 200);
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({
        executablePath: browserPath,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
      });
      const page = await browser.newPage();
      const found = await page.evaluate(async (sources) => {
        const scope = globalThis as any;
        const names = new Set<string>();
        let pwned = 0;
        for (const source of sources) {
          scope.document.body.innerHTML = source;
          await new Promise((resolve) => setTimeout(resolve, 0));
          for (const element of scope.document.body.querySelectorAll("*")) {
            names.add(element.tagName.toLowerCase());
            for (const { name } of element.attributes) names.add(`@${name}`);
            if (element.src && !element.src.startsWith("data:image/png;base64,")) names.add(element.src);
          }
          if (scope.pwned) pwned += 1;
        }
        return { names: [...names].sort(), pwned };
      }, pages);
      assert.equal(found.pwned, 0);
      const allowed =
        "@alt @colspan @open @src @style details div img pre span summary table tbody td th thead tr";
      assert.deepEqual(
        found.names.filter((name) => !allowed.split(" ").includes(name)),
        [],
      );
      const shown = await page.evaluate(
        ([source]) => {
          const { document } = globalThis as any;
          document.body.innerHTML = source;
          return document.body.textContent as string;
        },
        [(describeValue({ list: INJECTIONS, more: { deep: 1 } }) as Bundle)["text/html"] as string],
      );
      for (const injection of INJECTIONS) assert.ok(shown.includes(JSON.stringify(injection)), injection);
    } finally {
      await browser?.close();
    }
  });
});
