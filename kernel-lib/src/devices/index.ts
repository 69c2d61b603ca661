export { defaultDevice } from "./default.js";
export type { Device } from "./device.js";
export { type DeviceReport, device, devices, useDevice } from "./registry.js";
export { scope } from "./scope.js";
export { to, toDevice } from "./transfer.js";
