export { plot, type Trace } from "./plot.js";
export { type Progress, progress } from "./progress.js";
export {
  clearOutput,
  type DisplayOptions,
  display,
  html,
  type ImageOptions,
  image,
  json,
  latex,
  markdown,
  svg,
  updateDisplay,
} from "./rich.js";
export { type Row, table } from "./table.js";
