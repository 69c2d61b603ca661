import { agree } from "./autodiff-agree.js";
import { tfjsDerivative, tiduCosts, tiduDerivative } from "./autodiff-contenders.js";
import { JaxProcess } from "./autodiff-jax.js";
import { type Checked, type Jax, jaxJsContender, loadJaxJs } from "./autodiff-jaxjs.js";
import { handContender, jaxArguments, jaxJsMlp, tfjsContender, tiduContender } from "./autodiff-mlp.js";
import { growthPicture } from "./autodiff-picture.js";
import { loadTfjs, type Tf } from "./autodiff-tfjs.js";
import type { Workload } from "./autodiff-workload.js";
import * as workloads from "./autodiff-workloads.js";
import { type BenchResult, type BenchRow, machine } from "./result.js";
import { interleave } from "./rounds.js";

interface Peers {
  readonly tf: Tf | null;
  readonly jaxjs: Jax | null;
  readonly jax: JaxProcess | null;
}

/**
 * 自动求导：与手写 JavaScript、tfjs、jax-js、JAX（CPU）在同一次运行里轮流计时，先核对数值再计时。
 * 大的工作量都用单精度（tfjs 只有单精度），旁边列出本库的双精度。
 */
export async function suite(): Promise<BenchResult> {
  const peers: Peers = { tf: await loadTfjs(), jaxjs: await loadJaxJs(), jax: await JaxProcess.open() };
  try {
    const rows = await mlpRows(peers);
    for (const work of [
      workloads.attentionOf(256),
      workloads.attentionOf(1024),
      workloads.huberOf(1_000_000),
      workloads.convNetOf(32),
      workloads.oscillatorOf(16),
      workloads.hessianOf(16),
      workloads.tripletOf(65_536),
    ]) {
      rows.push(...(await workRows(work, peers)));
    }
    const growth = await growthRows();
    rows.push(...growth.rows);
    const result: BenchResult = { version: 1, suite: "autodiff", machine: machine(), rows };
    result.picture = growth.picture;
    return result;
  } finally {
    peers.jax?.close();
  }
}

async function mlpRows({ tf, jaxjs, jax }: Peers): Promise<BenchRow[]> {
  const contenders = {
    hand: handContender(),
    jit: tiduContender(true),
    eager: tiduContender(false),
    cpu: tf && (await tfjsContender(tf, "cpu")),
    wasm: tf && (await tfjsContender(tf, "wasm")),
    jaxjs: jaxjs && jaxJsMlp(jaxjs),
    jax: jax && (await jax.contender(jaxArguments, "mlp")),
  };
  const single = new Set(["cpu", "wasm", "jaxjs"]);
  await agree("小网络的一步", contenders, (name) => (single.has(name) ? 1e-5 : 1e-12));
  const t = await interleave(contenders);
  const [ours, hand] = [t.jit!, t.hand!];
  const tfjs = t.cpu === null && t.wasm === null ? null : Math.min(t.cpu ?? Infinity, t.wasm ?? Infinity);
  const row = (title: string, rivals: BenchRow["peers"], goal: string, holds: boolean | null): BenchRow => ({
    id: `小网络训练一步（8×4→16→1，四个梯度与 SGD）：${title}`,
    unit: "µs",
    ours,
    peers: rivals,
    goal,
    holds,
  });
  return [
    row(
      "jit 对手写",
      { "手写 JavaScript": hand, "tidu 逐个原语": t.eager },
      "不超过手写的 2 倍",
      ours <= 2 * hand,
    ),
    row(
      "jit 对 tfjs",
      { "tfjs cpu": t.cpu, "tfjs wasm": t.wasm },
      "比 tfjs 快 20 倍以上",
      tfjs === null ? null : 20 * ours <= tfjs,
    ),
    row(
      "jit 对 JAX",
      { "jax-js wasm": t.jaxjs, "JAX CPU jit": t.jax },
      "不比 JAX 的 jit 慢",
      t.jax === null ? null : ours <= t.jax,
    ),
  ];
}

/** 一个工作量的两行：求导的时间与各家比；值连同梯度的代价与只求值比。 */
async function workRows(work: Workload, { tf, jaxjs, jax }: Peers): Promise<BenchRow[]> {
  const contenders: Record<"jit" | "double" | "jaxjs" | "wasm" | "jax", Checked | null> = {
    jit: tiduDerivative(work, "float32"),
    double: tiduDerivative(work, "float64"),
    jaxjs: jaxjs && jaxJsContender(jaxjs, work),
    wasm: tf && (await tfjsDerivative(tf, work)),
    jax: jax && (await jax.contender(work, work.title)),
  };
  await agree(work.title, contenders, () => work.tolerance ?? 1e-4);
  // 展开的长图 V8 要编译几百毫秒，热身要长过它。
  const pace = { rounds: 9, slice: 120, warmup: 700 };
  const t = await interleave(contenders, pace);
  const scale = t.jit! > 2000 ? 1000 : 1;
  const show = (us: number | null): number | null => (us === null ? null : us / scale);
  const rivals = work.tfjs ? [t.jaxjs, t.wasm] : [t.jaxjs];
  const rows: BenchRow[] = [
    {
      id: work.title,
      unit: scale === 1000 ? "ms" : "µs",
      ours: t.jit! / scale,
      peers: {
        "jax-js wasm": show(t.jaxjs),
        ...(work.tfjs ? { "tfjs wasm": show(t.wasm) } : {}),
        "JAX CPU": show(t.jax),
        "tidu float64": show(t.double),
      },
      goal: "不比 jax-js、tfjs wasm（它做得了的）慢",
      holds: rivals.includes(null) ? null : rivals.every((r) => t.jit! <= r!),
    },
  ];
  if (work.order !== "hessian") rows.push(await costRow(work, pace));
  return rows;
}

async function costRow(
  work: Workload,
  pace: { rounds: number; slice: number; warmup: number },
): Promise<BenchRow> {
  const t = await interleave(tiduCosts(work, "float32"), pace);
  const ratio = t.both! / t.value!;
  return {
    id: `${work.title}：值连同梯度的代价是只求值的几倍`,
    unit: "倍",
    ours: ratio,
    peers: {},
    goal: "不超过 4",
    holds: ratio <= 4,
  };
}

const growing: readonly { name: string; sizes: readonly number[]; of: (n: number) => Workload }[] = [
  { name: "注意力，序列长", sizes: [64, 128, 256, 512], of: workloads.attentionOf },
  { name: "Huber，元素个数", sizes: [1_000, 10_000, 100_000, 1_000_000], of: workloads.huberOf },
  { name: "三元组，样本数", sizes: [64, 512, 4096, 16_384], of: workloads.tripletOf },
  { name: "卷积网，批大小", sizes: [1, 4, 16, 64], of: workloads.convNetOf },
  { name: "振子，初值个数", sizes: [1, 16, 256, 4096], of: workloads.oscillatorOf },
];

/** 值连同梯度的时间怎样随大小增长。 */
async function growthRows(): Promise<{ rows: BenchRow[]; picture: string }> {
  const rows: BenchRow[] = [];
  const lines: { name: string; points: { size: number; time: number }[] }[] = [];
  for (const { name, sizes, of } of growing) {
    const points: { size: number; time: number }[] = [];
    for (const size of sizes) {
      const { both } = tiduCosts(of(size), "float32");
      const t = await interleave({ both }, { rounds: 3, slice: 40, warmup: 100 });
      points.push({ size, time: t.both! });
      rows.push({
        id: `增长：${name} ${size}`,
        unit: "µs",
        ours: t.both!,
        peers: {},
        goal: "画在图里",
        holds: null,
      });
    }
    lines.push({ name, points });
  }
  return { rows, picture: growthPicture(lines) };
}
