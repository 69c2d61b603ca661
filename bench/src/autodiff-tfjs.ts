import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type Tf = typeof import("@tensorflow/tfjs-core");

/**
 * tfjs 4 的核心与它自己的梯度；没有安装时是 null。
 * tfjs-core 的入口不登记梯度，登记在 tfjs 这个总包里；两者共用同一张全局的表。
 */
export async function loadTfjs(): Promise<Tf | null> {
  try {
    const core = await import("@tensorflow/tfjs-core");
    const union = "@tensorflow/tfjs";
    await import(union);
    return core;
  } catch {
    return null;
  }
}

/** 换到 tfjs 的一个后端；没有安装或起不来时返回 false。 */
export async function openBackend(tf: Tf, name: "cpu" | "wasm"): Promise<boolean> {
  try {
    if (name === "cpu") await import("@tensorflow/tfjs-backend-cpu");
    else {
      const wasm = await import("@tensorflow/tfjs-backend-wasm");
      const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
      wasm.setWasmPaths(join(dirname(entry), "/"));
    }
    return await tf.setBackend(name);
  } catch {
    return false;
  }
}
