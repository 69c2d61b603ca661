import type { Device } from "../devices/device.js";
import { hostPrimitives } from "../devices/tensorflow/host.js";
import { openTensorflow } from "../devices/tensorflow/open.js";
import * as library from "../index.js";
import { cases } from "./cases.js";
import { notOperations, operations } from "./operations.js";
import type { Sample } from "./sample.js";
import { type Cell, type Support, supportOf, supportOn } from "./support.js";

const columns = ["一阶", "二阶", "jvp", "vmap", "cpu", "webgpu", "tensorflow"] as const;
type Column = (typeof columns)[number];

/** 一行：同名的例子都支持才算支持。 */
interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<Column, string>>;
  readonly reasons: readonly string[];
}

/** 原语的例子；random 的输入是密钥，to 只是搬动，不在 cases 里。 */
const primitiveSamples: readonly [string, Sample][] = [
  ...cases.map((c): [string, Sample] => [c.primitive, c]),
  ["random", { f: (k) => library.uniform(k, [2, 3]), args: [[0, 42]], indices: [0] }],
];
const operationSamples = operations.map((o): [string, Sample] => [o.operation, o]);

/** 上一次记下的 webgpu 一列：没有 GPU（或软件 GPU）的机器上沿用它。 */
function recorded(text: string): { cell: (name: string) => string; reason: (name: string) => string[] } {
  const cells = new Map<string, string>();
  for (const line of text.split("\n")) {
    const parts = line.split("|").map((s) => s.trim());
    if (parts.length === columns.length + 3) cells.set(parts[1]!, parts[2 + columns.indexOf("webgpu")]!);
  }
  const lines = text.split("\n").filter((line) => line.startsWith("- "));
  return {
    cell: (name) => cells.get(name) ?? "未测",
    reason: (name) => lines.filter((line) => line.startsWith(`- ${name} · webgpu：`)),
  };
}

const marks: Readonly<Record<"yes" | "zero" | "none", string>> = { yes: "✓", zero: "0", none: "—" };

function combine(name: string, column: Column, cells: readonly Cell[], reasons: string[]): string {
  for (const cell of cells) {
    if (typeof cell === "string") continue;
    reasons.push(`- ${name} · ${column}：${cell.because.split("\n")[0]}`);
    return "✗";
  }
  return marks[cells.find((c) => c !== "none") as "yes" | "zero"] ?? "—";
}

async function rowsOf(
  samples: readonly [string, Sample][],
  devices: { gpu: Device | null; tensorflow: Device | null },
  record: ReturnType<typeof recorded>,
  host: ReadonlySet<string>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of [...new Set(samples.map(([n]) => n))].sort()) {
    const own = samples.filter(([n]) => n === name).map(([, s]) => s);
    const reasons: string[] = [];
    const supports: Support[] = [];
    for (const s of own) supports.push(await supportOf(s));
    const on = async (device: Device, column: Column): Promise<string> => {
      const cells: Cell[] = [];
      for (const s of own) cells.push(await supportOn(s, device));
      return combine(name, column, cells, reasons);
    };
    const plain = (column: Column, key: keyof Support): string =>
      combine(
        name,
        column,
        supports.map((s) => s[key]),
        reasons,
      );
    const cells: Record<Column, string> = {
      一阶: plain("一阶", "first"),
      二阶: plain("二阶", "second"),
      jvp: plain("jvp", "jvp"),
      vmap: plain("vmap", "vmap"),
      cpu: plain("cpu", "cpu"),
      webgpu: devices.gpu ? await on(devices.gpu, "webgpu") : record.cell(name),
      tensorflow: devices.tensorflow ? await on(devices.tensorflow, "tensorflow") : "未测",
    };
    if (!devices.gpu) reasons.push(...record.reason(name));
    if (cells.tensorflow === "✓" && host.has(name)) cells.tensorflow = "✓ʰ";
    rows.push({ name, cells, reasons });
  }
  return rows;
}

function table(title: string, rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line([title, ...columns]),
    line(new Array(columns.length + 1).fill("---")),
    ...rows.map((r) => line([r.name, ...columns.map((c) => r.cells[c])])),
  ].join("\n");
}

/** 支持的格占测过的格的百分比。 */
function percentages(rows: readonly Row[]): string {
  const share = (cells: readonly string[]): string => {
    const tested = cells.filter((c) => c !== "—" && c !== "未测");
    return `${((100 * tested.filter((c) => c !== "✗").length) / Math.max(1, tested.length)).toFixed(1)}%`;
  };
  const each = columns.map((c) => `${c} ${share(rows.map((r) => r.cells[c]))}`);
  return `${share(rows.flatMap((r) => columns.map((c) => r.cells[c])))}（${each.join("，")}）`;
}

/** 公开的函数里还没有例子的。 */
export function withoutSamples(): string[] {
  const known = new Set([...primitiveSamples, ...operationSamples].map(([name]) => name));
  return Object.entries(library)
    .filter(
      ([name, value]) => typeof value === "function" && !/^class\b/.test(`${value}`) && !known.has(name),
    )
    .map(([name]) => name)
    .filter((name) => !notOperations.has(name))
    .sort();
}

/** FEATURES.md 的全文。previous 是现有的全文，gpu 为 null 时 webgpu 一列照抄。 */
export async function renderFeatures(previous: string, gpu: Device | null): Promise<string> {
  const { device: tensorflow } = await openTensorflow();
  const host = hostPrimitives();
  const record = recorded(previous);
  const devices = { gpu, tensorflow };
  const primitives = await rowsOf(primitiveSamples, devices, record, new Set(host));
  const public_ = await rowsOf(operationSamples, devices, record, new Set());
  const rows = [...primitives, ...public_];
  const reasons = rows.flatMap((r) => r.reasons);
  const missing = withoutSamples();
  return `# 支持情况

本页由 \`node scripts/features.mjs\` 生成：每一格都真的跑一遍检验，不是看有没有写规则（\`src/features.test.ts\` 核对本页是新的）。

- 一阶、二阶、jvp：反向的一阶、两种模式的二阶（含混合偏导数）、前向的一阶，都与 float64 的有限差分用区间判据比较；
- vmap：每个参数单独分批、一起分批，都等于逐个计算再叠起来；
- cpu：jit 与即时执行一致，float32 与 float64 一致；
- webgpu、tensorflow：值、jit 的值、一阶梯度与黑塞矩阵乘向量，都在 float32 的容差内与 cpu 的 float64 一致。
  webgpu 一列只在生成时有 GPU（或软件的 SwiftShader）才重测，否则沿用上次的记录。

✓ 支持；0 导数处处为零，已核对；— 没有可求导的输入（参数是密钥或下标）；✗ 不支持，原因在文末；
ʰ tfjs 没有对应的核，取回主机上算（${host.join("、")}）。

支持的格：${percentages(rows)}。共 ${primitives.length} 个原语（搬动数据的 to 不在表里）、${public_.length} 个由它们组成的函数。

${table("原语", primitives)}

${table("函数", public_)}

${reasons.length > 0 ? `不支持的格：\n\n${[...new Set(reasons)].join("\n")}` : "没有不支持的格。"}
${missing.length > 0 ? `\n还没有例子、因而没有检验的公开函数（请在 src/testing/operations.ts 里添上）：${missing.join("、")}。\n` : ""}`;
}
