import type { Opened } from "../device.js";
import { TensorflowDevice } from "./device.js";
import { hostPrimitives } from "./host.js";
import { loadBackend } from "./load.js";

/** 打开 tensorflow 设备；说明里写清用的是哪个后端，以及更快的为什么用不了。 */
export async function openTensorflow(only?: readonly string[]): Promise<Opened> {
  const { backend, refusals } = await loadBackend(only);
  const why = refusals.map((r) => `${r.package}：${r.reason}`).join("；");
  if (!backend) return { device: null, detail: `没有可用的 tfjs 后端。${why}。` };
  const host = `${hostPrimitives().join("、")} 在主机上算`;
  const detail = `float32，${backend.detail}；${host}${why ? `。没有用更快的后端：${why}` : ""}`;
  return { device: new TensorflowDevice(backend.tf, backend.name), detail };
}
