import { TiduError } from "../errors.js";
import { cpu } from "./cpu/device.js";
import { defaultDevice, setDefaultDevice } from "./default.js";
import type { Device, Opened } from "./device.js";

/** 一个设备的现状：能不能用，用的是什么硬件或后端，不能用是为什么。 */
export interface DeviceReport {
  readonly name: string;
  readonly available: boolean;
  readonly detail: string;
}

// 用到才加载：只用 cpu 的页面不必下载 WGSL 与 tfjs 的那一半。
const openers: Readonly<Record<string, () => Promise<Opened>>> = {
  cpu: async () => ({ device: cpu, detail: "float64，可同步读取；缺省设备" }),
  webgpu: async () => (await import("./webgpu/open.js")).openWebGpu(),
  tensorflow: async () => (await import("./tensorflow/open.js")).openTensorflow(),
};

const ready = new Map<string, Device>([["cpu", cpu]]);
const pending = new Map<string, Promise<Opened>>();

function checkName(name: string): void {
  if (Object.hasOwn(openers, name)) return;
  const names = Object.keys(openers).join("、");
  throw new TiduError("TIDU-DEV-003", `没有名叫 “${name}” 的设备；可用的名字有 ${names}。`);
}

/** 打开设备，只开一次；打不开、或打开之后失效了，下一次再开。 */
async function open(name: string): Promise<Opened> {
  checkName(name);
  const before = ready.get(name);
  if (before && isLost(before)) {
    ready.delete(name);
    pending.delete(name);
  }
  let opening = pending.get(name);
  if (!opening) {
    opening = openers[name]!();
    pending.set(name, opening);
  }
  const opened = await opening;
  if (!opened.device) {
    if (pending.get(name) === opening) pending.delete(name);
    return opened;
  }
  ready.set(name, opened.device);
  // 缺省设备失效了：新建的张量改放到重新打开的这一个上。
  const current = defaultDevice();
  if (current.name === name && isLost(current)) setDefaultDevice(opened.device);
  return opened;
}

function isLost(device: Device): boolean {
  return (device.lost?.() ?? null) !== null;
}

/**
 * 打开一个设备：cpu、webgpu 或 tensorflow。GPU 要异步打开，所以先 await 一次；
 * 之后 `x.to("webgpu")` 就可以同步使用。设备打不开时抛 TIDU-DEV-005，并说明原因。
 *
 * @example
 * (await device("cpu")).name // => "cpu"
 */
export async function device(name: string): Promise<Device> {
  const opened = await open(name);
  if (opened.device) return opened.device;
  throw new TiduError(
    "TIDU-DEV-005",
    `设备 ${name} 用不了：${opened.detail} 用 await devices() 或 npx tidu doctor 看各设备的现状；不需要 GPU 时用缺省的 cpu 即可。`,
  );
}

/**
 * 打开一个设备并设为缺省：此后新建的张量都放在它上面。
 *
 * @example
 * (await useDevice("cpu")).name // => "cpu"
 */
export async function useDevice(name: string): Promise<Device> {
  const opened = await device(name);
  setDefaultDevice(opened);
  return opened;
}

/**
 * 各设备的现状：名字、能不能用、说明。
 *
 * @example
 * (await devices())[0].name // => "cpu"
 */
export async function devices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const name of Object.keys(openers)) {
    const { device, detail } = await open(name);
    reports.push({ name, available: device !== null, detail });
  }
  return reports;
}

/** 已经打开的设备；没打开时抛 TIDU-DEV-004。 */
export function openedDevice(name: string): Device {
  checkName(name);
  const found = ready.get(name);
  if (found) return found;
  throw new TiduError(
    "TIDU-DEV-004",
    `设备 ${name} 还没有打开：打开 GPU 是异步的。请先写一次 await device("${name}")（或 await useDevice("${name}")），之后再同步使用。`,
  );
}
