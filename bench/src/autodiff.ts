import { huberByHand, huberByTfjs, huberByTidu } from "./autodiff-huber.js";
import { handContender, tfjsContender, tiduContender } from "./autodiff-mlp.js";
import { loadTfjs } from "./autodiff-tfjs.js";
import { type BenchResult, type BenchRow, machine } from "./result.js";
import { type Contender, interleave } from "./rounds.js";

/** 自动求导：小网络的一步训练与一百万个元素的 Huber 梯度，同手写 JavaScript、tfjs 比。先核对各方的数值，再计时。 */
export async function suite(): Promise<BenchResult> {
  return {
    version: 1,
    suite: "autodiff",
    machine: machine(),
    rows: [...(await mlpRows()), ...(await huberRows())],
  };
}

async function mlpRows(): Promise<BenchRow[]> {
  const tf = await loadTfjs();
  const contenders = {
    hand: handContender(),
    jit: tiduContender(true),
    eager: tiduContender(false),
    cpu: tf && (await tfjsContender(tf, "cpu")),
    wasm: tf && (await tfjsContender(tf, "wasm")),
  };
  await agree("小网络的一步", contenders, { cpu: 1e-5, wasm: 1e-5 });
  const t = await interleave(contenders);
  const [ours, hand, eager] = [t.jit!, t.hand!, t.eager!];
  const fastest = t.cpu === null && t.wasm === null ? null : Math.min(t.cpu ?? Infinity, t.wasm ?? Infinity);
  return [
    {
      id: "小网络训练一步（8×4→16→1，四个梯度与 SGD）：jit 对手写",
      unit: "µs",
      ours,
      peers: { "手写 JavaScript": hand, "tidu 逐个原语": eager },
      goal: "不超过手写的 3 倍",
      holds: ours <= 3 * hand,
    },
    {
      id: "小网络训练一步：jit 对 tfjs",
      unit: "µs",
      ours,
      peers: { "tfjs cpu": t.cpu, "tfjs wasm": t.wasm },
      goal: "比 tfjs 快 10 倍以上",
      holds: fastest === null ? null : 10 * ours <= fastest,
    },
  ];
}

async function huberRows(): Promise<BenchRow[]> {
  const tf = await loadTfjs();
  const double = {
    hand: huberByHand("float64"),
    jit: huberByTidu("float64", true),
    eager: huberByTidu("float64", false),
  };
  const single = {
    hand: huberByHand("float32"),
    jit: huberByTidu("float32", true),
    wasm: tf && (await huberByTfjs(tf)),
  };
  await agree("Huber 梯度 float64", double, {});
  await agree("Huber 梯度 float32", single, { wasm: 1e-6 });
  const pace = { rounds: 9, slice: 150, warmup: 300 };
  const d = await interleave(double, pace);
  const s = await interleave(single, pace);
  const ms = (us: number | null): number | null => (us === null ? null : us / 1000);
  return [
    {
      id: "Huber 梯度，一百万个元素，float64",
      unit: "ms",
      ours: d.jit! / 1000,
      peers: { "手写 JavaScript": ms(d.hand), "tidu 逐个原语": ms(d.eager) },
      goal: "不超过手写的 3 倍",
      holds: d.jit! <= 3 * d.hand!,
    },
    {
      id: "Huber 梯度，一百万个元素，float32",
      unit: "ms",
      ours: s.jit! / 1000,
      peers: { "手写 JavaScript": ms(s.hand), "tfjs wasm": ms(s.wasm) },
      goal: "比 tfjs 快 2 倍以上",
      holds: s.wasm === null ? null : 2 * s.jit! <= s.wasm,
    },
  ];
}

type Checked = Contender & { readonly check: () => Promise<ArrayLike<number>> };

/** 各方与手写的结果一致才有可比性；缺省要求到双精度的舍入误差。 */
async function agree(
  what: string,
  contenders: Readonly<Record<string, Checked | null>>,
  tolerance: Readonly<Record<string, number>>,
): Promise<void> {
  const expected = await contenders["hand"]!.check();
  for (const [name, c] of Object.entries(contenders)) {
    if (!c) continue;
    await c.before?.();
    const actual = await c.check();
    const allowed = tolerance[name] ?? 1e-12;
    if (actual.length !== expected.length) throw disagreement(what, name, "元素个数不同");
    for (let i = 0; i < expected.length; i++) {
      const [a, e] = [actual[i]!, expected[i]!];
      if (!(Math.abs(a - e) <= allowed * (1 + Math.abs(e)))) {
        throw disagreement(what, name, `第 ${i} 个元素 ${a} ≠ ${e}`);
      }
    }
  }
}

function disagreement(what: string, name: string, detail: string): Error {
  return new Error(`TIDU-BENCH-002：${what}：${name} 与手写的结果不一致（${detail}），计时没有意义。`);
}
