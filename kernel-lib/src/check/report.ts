import { type DerivativeInterval, hull, type Verdict } from "./interval.js";

/** 一个坐标的检查结果：某个输出对某个输入元素的偏导数。 */
export interface CoordinateCheck {
  readonly order: 1 | 2;
  /** forward 与 reverse 是库的两种模式，given 是调用者给的梯度函数。 */
  readonly mode: "forward" | "reverse" | "given";
  /** 输入元素，如 参数.w[0, 1]。 */
  readonly path: string;
  readonly index: readonly number[];
  /** 输出元素，如 返回值[2]；二阶时是哪个一阶偏导数。 */
  readonly output: string;
  readonly claimed: number;
  readonly interval: DerivativeInterval;
  /** claimed 与区间中点之比；1 最好，−1 是符号反了。 */
  readonly ratio: number;
  readonly verdict: Verdict;
  /** 0 是给定的点；其后是挪开拐点重试的点。 */
  readonly point: number;
}

/**
 * gradcheck 的结果；`verdict` 是总的结论，`worst` 是最差的坐标，在笔记本里显示成表格。
 *
 * @example
 * const report = gradcheck((x: Tensor) => mul(x, x), [3], { gradient: (x: Tensor) => x });
 * [report.worst!.claimed, report.worst!.ratio.toFixed(3)] // => [3, "0.500"]
 */
export class GradcheckReport {
  readonly verdict: Verdict;
  /** 最差的坐标；没有坐标可查时为 null。 */
  readonly worst: CoordinateCheck | null;
  readonly coordinates: readonly CoordinateCheck[];
  /** 落在拐点上、挪开一点才判定的坐标数。 */
  readonly kinks: number;

  constructor(verdict: Verdict, coordinates: readonly CoordinateCheck[], kinks: number) {
    this.verdict = verdict;
    this.coordinates = coordinates;
    this.kinks = kinks;
    this.worst = coordinates.reduce<CoordinateCheck | null>(
      (a, b) => (a === null || badness(b) > badness(a) ? b : a),
      null,
    );
  }

  toString(): string {
    const { worst } = this;
    if (worst === null) return "gradcheck：没有可检查的坐标。";
    const counts = `共查 ${this.coordinates.length} 项${this.kinks > 0 ? `，其中 ${this.kinks} 项在拐点上，挪开后再查` : ""}`;
    if (this.verdict === "right") return `gradcheck：正确。${counts}。`;
    const lines = [
      this.verdict === "wrong"
        ? `gradcheck：有误。${counts}。最差的一项：`
        : `gradcheck：说不准。${counts}。最宽的一项：`,
      `  ${describeCoordinate(worst)}`,
    ];
    const hint =
      this.verdict === "wrong"
        ? hintFor(worst.ratio)
        : "这里可能是拐点、间断点，或函数值有噪声；请换一个点再查。";
    if (hint) lines.push(`  ${hint}`);
    return lines.join("\n");
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const text = this.toString();
    const color = { right: "#1a7f37", wrong: "#cf222e", undecided: "#9a6700" }[this.verdict];
    const rows = [...this.coordinates]
      .sort((a, b) => badness(b) - badness(a))
      .slice(0, 8)
      .map((c) => {
        const [lo, hi] = hull(c.interval);
        const cells = [
          label(c),
          show(c.claimed),
          `[${show(lo)}, ${show(hi)}]`,
          show(c.ratio),
          verdictText[c.verdict],
        ];
        return `<tr>${cells.map((v) => `<td>${escapeHtml(v)}</td>`).join("")}</tr>`;
      });
    const head = ["偏导数", "给出的值", "应在的区间", "比值", "结论"].map((h) => `<th>${h}</th>`).join("");
    return {
      "text/plain": text,
      "text/html": `<div><p style="color:${color};white-space:pre-wrap">${escapeHtml(text)}</p><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
    };
  }
}

const verdictText = { right: "正确", wrong: "有误", undecided: "说不准" } as const;

/** 越大越值得看：先错的，再说不准的；同类里看偏离多少。 */
function badness({ verdict, claimed, interval }: CoordinateCheck): number {
  const [lo, hi] = hull(interval);
  const size = Math.max(Math.abs(lo), Math.abs(hi), Math.abs(claimed), Number.MIN_VALUE);
  const off = Math.max(lo - claimed, claimed - hi, 0) / size;
  if (verdict === "wrong") return 10 + (Number.isFinite(off) ? off : 2);
  const wide = Math.min(1, (hi - lo) / size);
  return verdict === "undecided" ? 5 + wide : off + wide / 2;
}

function label({ order, mode, path, output }: CoordinateCheck): string {
  const how = { forward: "前向", reverse: "反向", given: "给出的梯度" }[mode];
  return `${order === 2 ? "∂²" : "∂"}${output}/∂${path}（${how}）`;
}

function describeCoordinate(c: CoordinateCheck): string {
  const [lo, hi] = hull(c.interval);
  const ratio = Number.isFinite(c.ratio) ? `，比值 ${show(c.ratio)}` : "";
  return `${label(c)}：得到 ${show(c.claimed)}，应在 [${show(lo)}, ${show(hi)}] 之内${ratio}。`;
}

function hintFor(ratio: number): string {
  const near = (v: number) => Math.abs(ratio - v) <= 1e-3 * Math.abs(v);
  if (near(-1)) return "大小对而符号反了。";
  if (ratio === 0) return "得到的是零：这一路的梯度可能断了（item()、stopGradient），或漏了一项。";
  for (const n of [2, 3, 4, 5, 6, 8, 10]) {
    if (near(n)) return `正好是应有值的 ${n} 倍。`;
    if (near(1 / n)) return `正好是应有值的 1/${n}。`;
    if (near(-n) || near(-1 / n)) return `符号反了，大小还差 ${n} 倍。`;
  }
  return "";
}

function show(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(7))) : String(x);
}

function escapeHtml(s: string): string {
  return s.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
