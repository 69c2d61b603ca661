export { type Comm, openComm, registerTarget, type SendOptions } from "./comm.js";
export {
  type Button,
  button,
  checkbox,
  dropdown,
  label,
  type SliderOptions,
  slider,
  text,
  type ValueWidget,
} from "./controls.js";
export type { CommCallback, CommEvent } from "./host.js";
export { interact } from "./interact.js";
export { type Box, hbox, type OutputArea, output, vbox } from "./layout.js";
export type { Widget } from "./model.js";
