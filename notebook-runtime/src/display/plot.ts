import { plain } from "./bundle.js";
import { describeFigure, PLOTLY } from "./figure.js";
import type { DisplayOptions } from "./options.js";
import { show } from "./show.js";

/** Plotly 的一条轨迹；数据可以是数组、类型化数组或张量。 */
export type Trace = Record<string, unknown>;

/**
 * 画一张交互的 Plotly 图。
 *
 * @param data 轨迹，例如 [{ x, y, mode: "lines", name: "损失" }]
 * @param layout 标题、坐标轴等
 * @param config Plotly 的配置
 *
 * @example
 * plot({ x: [0, 1, 2], y: new Float64Array([1, 0.5, 0.25]), name: "损失" }, { title: "训练" });
 * // => text/plain "[Plotly 图「训练」：损失（3 点）]"
 */
export function plot(
  data: Trace | Trace[],
  layout: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
  options: DisplayOptions = {},
): void {
  const traces = (Array.isArray(data) ? data : [data]).map((trace) => plain(trace)) as Trace[];
  const figure = {
    data: traces,
    layout: plain(layout),
    config: { responsive: true, displaylogo: false, ...config },
  };
  show({ [PLOTLY]: figure, "text/plain": describeFigure(traces, layout) }, options);
}
