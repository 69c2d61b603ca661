import { type Figure, themeFigure } from "../plot-theme.js";
import { assetUrl, element } from "./page.js";

interface Plotly {
  newPlot(node: HTMLElement, figure: Figure): Promise<unknown>;
  react(node: HTMLElement, figure: Figure): Promise<unknown>;
  register(module: unknown): void;
}

let plotly: Promise<Plotly> | undefined;
const drawn = new Map<HTMLElement, Figure>();

/** plotly 有一兆多：第一张图快到眼前时才取。 */
function loadPlotly(): Promise<Plotly> {
  plotly ??= new Promise<Plotly>((resolve, reject) => {
    const script = element("script", { src: assetUrl("plotly.js") });
    script.onload = () => {
      const loaded = (globalThis as unknown as { Plotly: Plotly }).Plotly;
      loaded.register(chinese);
      resolve(loaded);
    };
    script.onerror = () => reject(new Error("plotly 加载失败"));
    document.head.append(script);
  });
  return plotly;
}

const chinese = {
  moduleType: "locale",
  name: "zh-CN",
  dictionary: {
    "Download plot as a PNG": "存成 PNG",
    "Download plot as a png": "存成 PNG",
    Zoom: "缩放",
    Pan: "平移",
    "Zoom in": "放大",
    "Zoom out": "缩小",
    "Reset axes": "还原",
    "Double-click to zoom back out": "双击还原",
  },
  format: {},
};

function colors() {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    soft: read("--soft"),
    rule: read("--rule"),
    paper: read("--paper"),
    font: getComputedStyle(document.body).fontFamily,
  };
}

async function draw(node: HTMLElement): Promise<void> {
  const script = node.parentElement?.querySelector<HTMLScriptElement>('script[type="application/json"]');
  if (!script || !node.isConnected) return;
  const figure = drawn.get(node) ?? (JSON.parse(script.textContent ?? "{}") as Figure);
  const first = !drawn.has(node);
  drawn.set(node, figure);
  try {
    const library = await loadPlotly();
    const dark = document.documentElement.dataset["theme"] === "dark";
    // plotly 会改写传入的对象，所以每次给一份新的
    const themed = themeFigure(structuredClone(figure), dark, colors(), node.clientWidth < 480);
    node.parentElement!.style.setProperty("--plot-height", `${Number(themed.layout?.["height"]) || 380}px`);
    if (first) node.replaceChildren();
    await (first ? library.newPlot : library.react)(node, themed);
  } catch (error) {
    node.replaceChildren(
      element("span", { class: "plot-waiting" }, `图画不出来：${(error as Error).message}`),
    );
  }
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      void draw(target as HTMLElement);
    }
  },
  { rootMargin: "600px 0px" },
);

/** 让这个范围里的图在快到眼前时画出来；页内运行产生的新图也用它。 */
export function watchPlots(scope: ParentNode): void {
  for (const node of scope.querySelectorAll<HTMLElement>(".plot")) observer.observe(node);
}

export function startPlots(): void {
  watchPlots(document);
  document.addEventListener("tidu:theme", () => {
    for (const node of drawn.keys()) {
      if (node.isConnected) void draw(node);
      else drawn.delete(node);
    }
  });
}
