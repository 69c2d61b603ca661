import { cpu } from "./cpu/device.js";
import type { Device } from "./device.js";

let current: Device = cpu;

/**
 * 新建张量放在哪个设备上；缺省是 cpu，由 useDevice 改变。
 *
 * @example
 * defaultDevice().name // => "cpu"
 */
export function defaultDevice(): Device {
  return current;
}

export function setDefaultDevice(device: Device): void {
  current = device;
}
