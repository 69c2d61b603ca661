import type { Opened } from "../device.js";

export async function openTensorflow(): Promise<Opened> {
  return { device: null, detail: "没有安装 tfjs 的任何后端。" };
}
