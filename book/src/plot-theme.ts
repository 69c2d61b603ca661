/** 一张 plotly 图。 */
export interface Figure {
  data: unknown[];
  layout?: Record<string, unknown>;
  config?: Record<string, unknown>;
  frames?: unknown[];
}

export interface PlotColors {
  ink: string;
  soft: string;
  rule: string;
  paper: string;
  font: string;
}

/** 意义色在暗色底上的对应：作者只写亮色的。 */
const darkColors: Record<string, string> = {
  "#1f6feb": "#6cabff",
  "#d1495b": "#f0808c",
  "#2a9d6f": "#5cc79b",
  "#8a8f98": "#9aa1ab",
  "#e08e2b": "#f0b163",
  "#7b5ea7": "#b79be3",
};
const cycle = Object.keys(darkColors);

/** 递归地把意义色换成暗色版；数组里的数值原样保留。 */
function recolor(value: unknown): unknown {
  if (typeof value === "string") return darkColors[value.toLowerCase()] ?? value;
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(recolor);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recolor(item)]));
  }
  return value;
}

interface Axis {
  domain?: [number, number];
  [key: string]: unknown;
}

/** 窄屏上把左右并排的子图改成上下叠放；不是单纯并排的（有自己的纵向布局、带按钮或纸面注释）不动。 */
export function stackSubplots(layout: Record<string, unknown>): Record<string, unknown> {
  const columns = Object.keys(layout)
    .filter((key) => /^xaxis\d*$/.test(key) && (layout[key] as Axis).domain)
    .map((key) => ({ key, y: key.replace("x", "y"), start: (layout[key] as Axis).domain![0] }))
    .sort((a, b) => a.start - b.start);
  const starts = new Set(columns.map(({ start }) => start));
  const placed = columns.some(({ y }) => (layout[y] as Axis | undefined)?.domain);
  if (columns.length < 2 || starts.size < columns.length || placed) return layout;
  if (layout["updatemenus"] || layout["sliders"] || layout["annotations"] || layout["grid"]) return layout;
  const stacked = { ...layout, height: (Number(layout["height"]) || 380) * columns.length * 0.75 };
  const gap = 0.18;
  const share = (1 - gap * (columns.length - 1)) / columns.length;
  columns.forEach(({ key, y }, index) => {
    const top = 1 - index * (share + gap);
    Object.assign(stacked, {
      [key]: { ...(layout[key] as Axis), domain: [0, 1] },
      [y]: { ...(layout[y] as Axis | undefined), domain: [Math.max(0, top - share), top] },
    });
  });
  return stacked;
}

/** 按主题与屏宽给图上色、定边距；作者写明的坐标范围、标题、图例都保留。 */
export function themeFigure(figure: Figure, dark: boolean, colors: PlotColors, narrow: boolean): Figure {
  const source = (dark ? recolor(figure) : figure) as Figure;
  const layout = { ...(narrow ? stackSubplots(source.layout ?? {}) : source.layout) };
  delete layout["width"];
  delete layout["template"];
  delete layout["paper_bgcolor"];
  delete layout["plot_bgcolor"];
  const axis = (own: unknown) => ({
    gridcolor: colors.rule,
    zerolinecolor: colors.soft,
    zerolinewidth: 1,
    linecolor: colors.soft,
    automargin: true,
    exponentformat: "power",
    ...(own as object | undefined),
  });
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
  for (const key of new Set(["xaxis", "yaxis", ...axes])) layout[key] = axis(layout[key]);
  const restyle = (key: string, style: object) => {
    const list = layout[key] as object[] | undefined;
    if (Array.isArray(list)) layout[key] = list.map((item) => ({ ...style, ...item }));
  };
  const font = { color: colors.ink };
  restyle("sliders", {
    bgcolor: colors.soft,
    bordercolor: colors.rule,
    activebgcolor: colors.soft,
    tickcolor: colors.soft,
    font,
  });
  restyle("updatemenus", { bgcolor: colors.paper, bordercolor: colors.rule, font });
  const legend = layout["legend"] as object | undefined;
  const title = layout["title"];
  return {
    ...(source.frames ? { frames: source.frames } : {}),
    data: source.data,
    layout: {
      ...layout,
      autosize: true,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      colorway: dark ? cycle.map((color) => darkColors[color]!) : cycle,
      font: { family: colors.font, size: narrow ? 12 : 13, color: colors.ink },
      hoverlabel: { font: { family: colors.font } },
      margin: {
        l: narrow ? 42 : 56,
        r: 16,
        t: title ? 48 : 20,
        b: 48,
        ...(layout["margin"] as object | undefined),
      },
      legend: narrow
        ? { ...legend, orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" }
        : legend,
      dragmode: narrow ? false : (layout["dragmode"] ?? "zoom"),
    },
    config: {
      displaylogo: false,
      responsive: true,
      displayModeBar: narrow ? false : "hover",
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
      locale: "zh-CN",
      ...source.config,
    },
  };
}
