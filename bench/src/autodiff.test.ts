import assert from "node:assert/strict";
import { agree } from "./autodiff-agree.js";
import { tfjsDerivative, tiduDerivative } from "./autodiff-contenders.js";
import { JaxProcess } from "./autodiff-jax.js";
import { jaxJsContender, loadJaxJs } from "./autodiff-jaxjs.js";
import { handContender, jaxArguments, jaxJsMlp, tfjsContender, tiduContender } from "./autodiff-mlp.js";
import { growthPicture } from "./autodiff-picture.js";
import { loadTfjs } from "./autodiff-tfjs.js";
import * as workloads from "./autodiff-workloads.js";
import { interleave } from "./rounds.js";

const small = [
  workloads.attentionOf(20),
  workloads.huberOf(700),
  workloads.tripletOf(9),
  workloads.convNetOf(2),
  workloads.oscillatorOf(3),
  workloads.hessianOf(4),
];

describe("bench autodiff", () => {
  it("小网络走三步：手写、jit、逐个原语、tfjs、jax-js 的参数相同", async () => {
    const tf = await loadTfjs();
    const jaxjs = await loadJaxJs();
    const contenders = {
      hand: handContender(),
      jit: tiduContender(true),
      eager: tiduContender(false),
      cpu: tf && (await tfjsContender(tf, "cpu")),
      wasm: tf && (await tfjsContender(tf, "wasm")),
      jaxjs: jaxjs && jaxJsMlp(jaxjs),
    };
    const double = new Set(["hand", "jit", "eager"]);
    assert.equal((await contenders.hand.check()).length, 4 * 16 + 16 + 16 + 1);
    await agree("小网络", contenders, (name) => (double.has(name) ? 1e-13 : 1e-5));
  });

  for (const work of small) {
    it(`${work.name}：单精度与双精度、jax-js、tfjs 的导数一致`, async () => {
      const tf = await loadTfjs();
      const jaxjs = await loadJaxJs();
      await agree(
        work.title,
        {
          double: tiduDerivative(work, "float64"),
          single: tiduDerivative(work, "float32"),
          jaxjs: jaxjs && jaxJsContender(jaxjs, work),
          wasm: tf && (await tfjsDerivative(tf, work)),
        },
        () => 1e-4,
      );
    });
  }

  it("JAX 也一致", async function () {
    const jax = await JaxProcess.open();
    if (!jax) {
      if (process.env["TIDU_REQUIRE"] === "all") assert.fail("没有装着 jax 的 Python（TIDU_JAX_PYTHON）");
      return this.skip();
    }
    try {
      const step = { jit: tiduContender(true), jax: await jax.contender(jaxArguments, "mlp") };
      await agree("小网络", step, () => 1e-12);
      // 每个函数 XLA 都要编译一两秒，这里只取两个；其余在跑基准时核对。
      for (const work of [workloads.huberOf(700), workloads.oscillatorOf(3)]) {
        const both = { tidu: tiduDerivative(work, "float64"), jax: await jax.contender(work, work.name) };
        await agree(work.title, both, () => 1e-4);
      }
      assert.ok((await jax.ask({ do: "time", id: "huber", budget: 5 })) > 0);
    } finally {
      jax.close();
    }
  });

  it("结果对不上就不计时", async () => {
    const right = tiduDerivative(workloads.huberOf(50), "float64");
    const wrong = { ...right, check: async () => Array.from(await right.check(), (v) => 1.01 * v) };
    await assert.rejects(
      agree("Huber", { right, wrong }, () => 1e-4),
      /TIDU-BENCH-002：Huber：wrong/,
    );
  });

  it("增长图是自足的 SVG，每条线一个名字", () => {
    const line = { name: "注意力", points: [1, 10, 100].map((size) => ({ size, time: size * 3 })) };
    const picture = growthPicture([line, { ...line, name: "卷积" }]);
    assert.match(picture, /^<svg [^>]*>\n<title>/);
    assert.equal(picture.match(/<polyline/g)?.length, 2);
    assert.match(picture, />注意力<.*>卷积</s);
    assert.doesNotMatch(picture, /NaN|href/);
  });

  it("轮流计时：慢的一方确实更慢，异步的等它完成，缺席的一方是 null", async () => {
    const spin = (n: number) => () => {
      let x = 0;
      for (let i = 0; i < n; i++) x += Math.sqrt(i);
      return x;
    };
    const wait = () => new Promise((done) => setTimeout(done, 3));
    const t = await interleave(
      {
        fast: { run: spin(1_000) },
        slow: { run: spin(50_000) },
        waiting: { run: wait },
        away: { run: () => {}, measure: async (budget: number) => budget },
        absent: null,
      },
      { rounds: 5, slice: 5, warmup: 20 },
    );
    assert.equal(t.absent, null);
    assert.equal(t.away, 5);
    assert.ok(t.waiting! > 1000);
    assert.ok(t.slow! > 5 * t.fast!, JSON.stringify(t));
  });
});
