import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { avoidRefusedDriver, type System } from "./drivers.js";

const old = '{"ICD":{"api_version":"1.1.230","library_path":"libvulkan_lvp.so"}}';
const recent = '{"ICD":{"api_version":"1.3.274","library_path":"libvulkan_lvp.so"}}';

function system(files: Record<string, string>, env: Record<string, string> = {}): System {
  return {
    platform: "linux",
    env,
    exists: (path) => Object.keys(files).some((f) => f === path || f.startsWith(`${path}/`)),
    list: (folder) =>
      Object.keys(files)
        .filter((f) => f.startsWith(`${folder}/`))
        .map((f) => f.slice(folder.length + 1)),
    read: (path) => files[path]!,
  };
}

const lavapipe = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
const intel = "/usr/share/vulkan/icd.d/intel_icd.x86_64.json";

describe("Dawn 不接受的 Vulkan 驱动", () => {
  it("没有显卡、只有旧的 lavapipe：说明原因，不问 Dawn", () => {
    assert.match(avoidRefusedDriver(system({ [lavapipe]: old, [intel]: "{}" }))!, /lavapipe/);
    assert.match(avoidRefusedDriver(system({ [intel]: "{}" }))!, /没有软件的 Vulkan 驱动/);
  });

  it("新的 lavapipe 或别的软件驱动：照常问 Dawn", () => {
    assert.equal(avoidRefusedDriver(system({ [lavapipe]: recent })), null);
    const swiftshader = "/etc/vulkan/icd.d/vk_swiftshader_icd.json";
    assert.equal(avoidRefusedDriver(system({ [lavapipe]: old, [swiftshader]: "{}" })), null);
  });

  it("有显卡：只是不加载旧的 lavapipe", () => {
    const host = system({ [lavapipe]: old, [intel]: "{}", "/dev/dri/card0": "" });
    assert.equal(avoidRefusedDriver(host), null);
    assert.equal(host.env["VK_LOADER_DRIVERS_DISABLE"], "lvp_icd*");
    const newer = system({ [lavapipe]: recent, "/dev/nvidia0": "" });
    avoidRefusedDriver(newer);
    assert.equal(newer.env["VK_LOADER_DRIVERS_DISABLE"], undefined);
  });

  it("学习者自己指定了驱动、或不是 Linux：什么也不改", () => {
    const own = system({ [lavapipe]: old }, { VK_ICD_FILENAMES: "/x.json" });
    assert.equal(avoidRefusedDriver(own), null);
    const mac: System = { ...system({ [lavapipe]: old }), platform: "darwin" };
    assert.equal(avoidRefusedDriver(mac), null);
    assert.deepEqual(mac.env, {});
  });

  it("这台机器上打开设备，标准错误里没有 Dawn 与 Vulkan 的警告", () => {
    const library = new URL("../../index.js", import.meta.url).href;
    const script = `const t = await import(${JSON.stringify(library)}); console.log((await t.devices())[1].detail);`;
    const { VK_ICD_FILENAMES: _, XDG_RUNTIME_DIR: __, ...env } = process.env;
    const args = ["--input-type=module", "-e", script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env, timeout: 60_000 });
    assert.match(stdout, /\S/);
    assert.doesNotMatch(stderr, /DynamicIndexing|XDG_RUNTIME_DIR|Found no drivers/);
  });
});
