import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createNodeSession } from "../node.js";
import type { CommMessage, Session } from "../types.js";
import * as widgets from "./index.js";

const display = Symbol.for("Jupyter.display");
const bundle = (widget: object) => (widget as Record<symbol, () => Record<string, unknown>>)[display]!();

describe("控件", () => {
  it("没有前端可接时显示为文字，读写照常", () => {
    const rate = widgets.slider({ label: "学习率", max: 1, step: 0.5 });
    const seen: number[] = [];
    const stop = rate.observe((value) => seen.push(value));
    rate.value = 0.5;
    rate.value = 0.5;
    stop();
    rate.value = 1;
    assert.deepEqual(seen, [0.5]);
    assert.deepEqual(bundle(rate), { "text/plain": "[滑块 学习率：1]" });
    const box = widgets.vbox(
      widgets.button("走"),
      widgets.hbox(widgets.checkbox({ label: "开" })),
      widgets.output(),
    );
    assert.deepEqual(bundle(box), { "text/plain": "[按钮：走]\n[勾选框 开：false]\n[输出区]" });
    rate.disabled = true;
    assert.equal(rate.disabled, true);
    rate.close();
  });

  it("错误用法说明白", () => {
    assert.throws(() => widgets.slider({ min: 2, max: 1 }), /^RuntimeError: TIDU-RT-012：slider 的 min（2）/);
    assert.throws(() => widgets.dropdown([]), /TIDU-RT-012：dropdown 的选项里没有 undefined/);
    assert.throws(() => {
      widgets.dropdown(["a", "b"]).value = "c" as "a";
    }, /TIDU-RT-012.*可选的是 a、b/);
    assert.throws(() => widgets.registerTarget("x", 1 as never), /TIDU-RT-012/);
  });
});

describe("控件文档里的例子", () => {
  let session: Session;
  before(async () => {
    session = await createNodeSession({ cwd: fileURLToPath(new URL("../..", import.meta.url)) });
    const names = Object.keys(widgets).join(", ");
    const setup = await session.execute(`import { ${names} } from "@tidu/notebook-runtime/widgets";`);
    assert.equal(setup.status, "ok", setup.error?.evalue);
  });
  after(() => session.close());

  const folder = fileURLToPath(new URL("../../src/widgets/", import.meta.url));
  for (const file of readdirSync(folder).filter((name) => !name.endsWith(".test.ts"))) {
    const source = readFileSync(folder + file, "utf8");
    for (const [, doc] of source.matchAll(/@example\n([\s\S]*?)\s*\*\//g)) {
      const code = doc!.replace(/^ *\* ?/gm, "");
      it(`${file}：${code.split("\n")[0]}`, async () => {
        const sent: CommMessage[] = [];
        const onComm = (message: CommMessage) => sent.push(message);
        const { status, error } = await session.execute(code, { onComm });
        assert.equal(status, "ok", error?.evalue);
        if (!code.includes("registerTarget")) assert.ok(sent.some(({ type }) => type === "comm_open"));
      });
    }
  }
});
