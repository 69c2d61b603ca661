import type { Opened } from "../device.js";
import { GpuContext } from "./context.js";
import { WebGpuDevice } from "./device.js";
import { avoidRefusedDriver, type System } from "./drivers.js";

/** 浏览器（含 worker）里是 navigator.gpu，Node 里是 npm 的 webgpu 包（Dawn）。 */
async function entry(): Promise<{ gpu: GPU } | { reason: string }> {
  const host = globalThis as { navigator?: { gpu?: GPU }; process?: { versions?: { node?: string } } };
  if (host.navigator?.gpu) return { gpu: host.navigator.gpu };
  if (!host.process?.versions?.node) {
    return {
      reason:
        "这个浏览器没有 WebGPU（navigator.gpu 不存在）。请用新版 Chrome、Edge、Safari 或 Firefox，并在 https 或 localhost 下打开。",
    };
  }
  try {
    // 名字放在变量里，打包到浏览器时不会把它卷进去。
    const name = "webgpu";
    const dawn = (await import(name)) as { create(flags: string[]): GPU };
    const problem = avoidRefusedDriver(system());
    return problem ? { reason: problem } : { gpu: dawn.create([]) };
  } catch (error) {
    return {
      reason: `没有可用的 npm 包 webgpu（可选依赖，这个平台可能没有预编译的文件）：${firstLine(error)}。`,
    };
  }
}

function system(): System {
  const { platform, env, getBuiltinModule } = (globalThis as { process?: any }).process;
  const fs = getBuiltinModule("fs");
  return {
    platform,
    env,
    exists: fs.existsSync,
    list: fs.readdirSync,
    read: (path) => fs.readFileSync(path, "utf8"),
  };
}

/** 打开 GPU：向适配器要它最高的限额，好放下大张量。 */
export async function openWebGpu(): Promise<Opened> {
  const found = await entry();
  if ("reason" in found) return { device: null, detail: found.reason };
  try {
    const adapter = await found.gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) {
      return {
        device: null,
        detail:
          "WebGPU 找不到 GPU：没有显卡，或没有它的 Vulkan / Metal / D3D12 驱动（Linux 需要 libvulkan1 与显卡厂商的驱动）。",
      };
    }
    const { limits, features } = adapter;
    const gpu = await adapter.requestDevice({
      // 测速时用；没有就用墙上时间。
      requiredFeatures: (["timestamp-query"] as const).filter((f) => features.has(f)),
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      },
    });
    return {
      device: new WebGpuDevice(new GpuContext(gpu, [found.gpu, adapter])),
      detail: describe(adapter.info),
    };
  } catch (error) {
    return { device: null, detail: `WebGPU 打开失败：${firstLine(error)}。` };
  }
}

function describe(info: GPUAdapterInfo): string {
  const parts = [info.vendor, info.architecture, info.device, info.description].filter((x) => x);
  const name = parts.join(" ") || "没有报告名字的适配器";
  const software = /swiftshader|llvmpipe|lavapipe|basic render/i.test(name);
  return `float32，${name}${software ? "（软件模拟：结果正确，但不快）" : ""}`;
}

function firstLine(error: unknown): string {
  return String((error as Error)?.message ?? error).split("\n")[0]!;
}
