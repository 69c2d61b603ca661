import type { MimeBundle, Output } from "@tidu/notebook-runtime";
import { escapeHtml, scriptJson } from "./text.js";

/** 输出里要排版的两种文字；构建时与浏览器里各给一份。 */
export interface OutputRenderers {
  markdown(source: string): string;
  math(tex: string): string;
}

/** 从好到次，选第一个有的。 */
const preference = [
  "application/vnd.plotly.v1+json",
  "text/html",
  "image/svg+xml",
  "text/latex",
  "text/markdown",
  "image/png",
  "image/jpeg",
  "application/json",
  "text/plain",
];

/** 终端颜色码。 */
const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, "g");

function text(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value);
}

/** 把一个单元格的输出依次变成 HTML；构建与页内运行共用，所以两者看起来一样。 */
export function renderOutputs(outputs: readonly Output[], renderers: OutputRenderers): string {
  return mergeStreams(outputs)
    .map((output) => renderOutput(output, renderers))
    .join("");
}

export function renderOutput(output: Output, renderers: OutputRenderers): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="output output-${output.name}">${escapeHtml(text(output.text).replace(ansi, "").replace(/\n$/, ""))}</pre>`;
    case "error":
      return renderError(output.ename, output.evalue, output.traceback);
    case "display_data":
    case "execute_result":
      return renderBundle(output.data, renderers);
    default:
      return "";
  }
}

function renderError(ename: string, evalue: string, traceback: readonly string[]): string {
  const frames = traceback.join("\n").replace(ansi, "");
  const head = `${ename}: ${evalue}`.split("\n")[0]!;
  const body = frames.includes(evalue.split("\n")[0]!) ? frames : `${ename}: ${evalue}\n${frames}`;
  return `<pre class="output output-error" role="alert" aria-label="${escapeHtml(head)}">${escapeHtml(body.trimEnd())}</pre>`;
}

function renderBundle(data: MimeBundle, renderers: OutputRenderers): string {
  const type = preference.find((mime) => data[mime] !== undefined);
  if (!type) return "";
  const value = data[type];
  switch (type) {
    case "application/vnd.plotly.v1+json":
      return plot(value, data["text/plain"]);
    case "text/html":
    case "image/svg+xml":
      return `<div class="output output-html">${text(value)}</div>`;
    case "text/latex":
      return `<div class="output output-latex">${renderers.math(text(value).replace(/^\s*\$+|\$+\s*$/g, ""))}</div>`;
    case "text/markdown":
      return `<div class="output output-markdown">${renderers.markdown(text(value))}</div>`;
    case "image/png":
    case "image/jpeg":
      return `<div class="output output-image"><img alt="${escapeHtml(text(data["text/plain"] ?? "输出的图"))}" src="data:${type};base64,${text(value).replace(/\s/g, "")}"></div>`;
    case "application/json":
      return `<pre class="output output-result">${escapeHtml(JSON.stringify(value, null, 2))}</pre>`;
    default:
      return `<pre class="output output-result">${escapeHtml(text(value).replace(ansi, ""))}</pre>`;
  }
}

/** 图只放数据；滚到眼前时脚本才取 plotly 来画，所以先占好高度。 */
function plot(figure: unknown, fallback: unknown): string {
  const { layout } = figure as { layout?: { height?: number } };
  const height = Number(layout?.height) || 380;
  const label = escapeHtml(text(fallback ?? "图"));
  return `<div class="output output-plot" style="--plot-height:${height}px"><div class="plot" role="img" aria-label="${label}"><span class="plot-waiting">图在这里</span></div><script type="application/json">${scriptJson(figure)}</script></div>`;
}

/** 相邻的同名文本流合成一段。 */
function mergeStreams(outputs: readonly Output[]): Output[] {
  const merged: Output[] = [];
  for (const output of outputs) {
    const last = merged.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      merged[merged.length - 1] = { ...last, text: text(last.text) + text(output.text) };
    } else {
      merged.push(output);
    }
  }
  return merged;
}
