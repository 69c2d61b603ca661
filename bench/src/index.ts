import { writeFileSync } from "node:fs";
import type { BenchResult, BenchRow } from "./result.js";

const suites: Record<string, () => Promise<{ suite(): Promise<BenchResult> }>> = {
  autodiff: () => import("./autodiff.js"),
  gpu: () => import("./gpu.js"),
  grader: () => import("./grader.js"),
  kernel: () => import("./kernel.js"),
};

/** 命令行入口：跑一个套件，打印与同类工具的比值，可写 JSON。返回退出码。 */
export async function main(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf("--json");
  const file = at >= 0 ? argv[at + 1] : undefined;
  const [name] = argv.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  const load = name === undefined ? undefined : suites[name];
  if (!load || (at >= 0 && !file)) {
    console.error(
      `TIDU-BENCH-001：用法是 npm run bench -- SUITE [--json FILE]；SUITE 可以是 ${Object.keys(suites).join("、")}。` +
        (name === undefined ? "" : `没有 “${name}” 这个套件。`),
    );
    return 1;
  }
  const result = await (await load()).suite();
  console.log(format(result));
  if (file) {
    const { picture, ...json } = result;
    writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
    if (picture) writeFileSync(`${file.replace(/\.json$/, "")}.svg`, picture);
  }
  return 0;
}

/** 一行一项：本库的值、每个同类的值与它是本库的几倍、目标是否达到。 */
export function format(result: BenchResult): string {
  const lines = [`套件 ${result.suite}`, `机器 ${result.machine}`];
  for (const row of result.rows) lines.push("", ...formatRow(row));
  return lines.join("\n");
}

function formatRow(row: BenchRow): string[] {
  const { ours } = row;
  if (ours === null) return [row.id, `  没有测。目标：${row.goal} —— 无法判断`];
  const unknown = Object.keys(row.peers).length === 0 ? "只作记录" : "无法判断（缺少同类或设备）";
  const verdict = row.holds === null ? unknown : row.holds ? "达到" : "没有达到";
  const lines = [row.id, `  ${"tidu".padEnd(24)} ${show(ours)} ${row.unit}`];
  for (const [name, value] of Object.entries(row.peers)) {
    const note =
      value === null
        ? "没有安装，跳过"
        : ours === 0
          ? `${show(value)} ${row.unit}`
          : `${show(value)} ${row.unit}（是 tidu 的 ${show(value / ours)} 倍）`;
    lines.push(`  ${name.padEnd(24)} ${note}`);
  }
  return [...lines, `  目标：${row.goal} —— ${verdict}`];
}

function show(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : String(value);
}
