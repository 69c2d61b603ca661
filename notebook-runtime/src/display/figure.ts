export const PLOTLY = "application/vnd.plotly.v1+json";

/** 不能画图的前端看到的文字：标题与各条轨迹。 */
export function describeFigure(traces: Record<string, unknown>[], layout: Record<string, unknown>): string {
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
