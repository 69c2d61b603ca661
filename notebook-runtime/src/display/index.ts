export { type Display, display } from "./display.js";
export { type CanvasLike, type ImageOptions, type ImageSource, image, type Pixels } from "./image.js";
export type { DisplayOptions, ValueOptions } from "./options.js";
export { plot, type Trace } from "./plot.js";
export { type Progress, type ProgressOptions, progress } from "./progress.js";
export {
  clearOutput,
  type HtmlLike,
  html,
  json,
  latex,
  markdown,
  raw,
  svg,
  text,
  updateDisplay,
} from "./rich.js";
export { type Row, type TableOptions, table } from "./table.js";
export { audio, type MediaOptions, video } from "./video.js";
