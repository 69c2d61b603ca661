import type { Device } from "./device.js";
import { device } from "./registry.js";

const icd = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * 测试用的 webgpu：有真 GPU 就用它，否则用 Debian 的 chromium 带的 SwiftShader（只证明正确，不说明快慢）。
 * 两者都没有时返回 null，测试应跳过。
 */
export async function testGpu(): Promise<Device | null> {
  try {
    const { existsSync } = await import("node:fs");
    const real = existsSync("/dev/dri") || existsSync("/dev/nvidia0");
    if (!real && existsSync(icd)) {
      process.env["VK_ICD_FILENAMES"] ??= icd;
      process.env["XDG_RUNTIME_DIR"] ??= "/tmp";
    }
    return await device("webgpu");
  } catch {
    return null;
  }
}
