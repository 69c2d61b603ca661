import { plain, show } from "./bundle.js";
import type { DisplayOptions } from "./rich.js";

export const PLOTLY = "application/vnd.plotly.v1+json";

/** Plotly 的一条轨迹；数据可以是数组、类型化数组或张量。 */
export type Trace = Record<string, unknown>;

/**
 * 画一张交互的 Plotly 图。
 *
 * @param data 轨迹，例如 [{ x, y, mode: "lines", name: "损失" }]
 * @param layout 标题、坐标轴等
 * @param config Plotly 的配置
 */
export function plot(
  data: Trace | Trace[],
  layout: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
  options: DisplayOptions = {},
): void {
  const traces = (Array.isArray(data) ? data : [data]).map(plain) as Trace[];
  const figure = {
    data: traces,
    layout: plain(layout),
    config: { responsive: true, displaylogo: false, ...config },
  };
  show({ [PLOTLY]: figure, "text/plain": describe(traces, layout) }, options.id);
}

/** 不能画图的前端看到的文字：标题与各条轨迹。 */
function describe(traces: Trace[], layout: Record<string, unknown>): string {
  const title = titleOf(layout.title);
  const names = traces.map((trace, i) => {
    const values = trace.y ?? trace.z ?? trace.values;
    const size = Array.isArray(values) ? `（${values.length} 点）` : "";
    return `${trace.name ?? trace.type ?? `轨迹 ${i + 1}`}${size}`;
  });
  return `[Plotly 图${title ? `「${title}」` : ""}：${names.join("、")}]`;
}

function titleOf(title: unknown): string {
  if (typeof title === "string") return title;
  const text = (title as { text?: unknown } | null | undefined)?.text;
  return typeof text === "string" ? text : "";
}
