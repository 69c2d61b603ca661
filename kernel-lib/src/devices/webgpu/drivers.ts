/** 看得见的系统：环境变量与文件。测试里换成假的。 */
export interface System {
  readonly platform: string;
  readonly env: Record<string, string | undefined>;
  readonly exists: (path: string) => boolean;
  readonly list: (folder: string) => readonly string[];
  readonly read: (path: string) => string;
}

const folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const nodes = ["/dev/dri", "/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/kgsl-3d0", "/dev/mali0"];
const chosen = ["VK_ICD_FILENAMES", "VK_DRIVER_FILES", "VK_ADD_DRIVER_FILES", "VK_LOADER_DRIVERS_DISABLE"];
// 这些驱动要有显卡才有用；没有显卡时只剩软件驱动可看。
const hardware =
  /intel|radeon|amd|nvidia|nouveau|virtio|asahi|freedreno|panfrost|broadcom|powervr|imagination|dzn|gfxstream/i;

/**
 * Dawn 逐个试 Vulkan 驱动，试不成就往标准错误里写英文警告，学习者会在单元格里看到。Mesa 22 及更早的软件驱动
 * lavapipe 它一定不接受，所以事先挑出来：还有显卡时让 Vulkan 不加载它；除它之外什么也没有时根本不必问 Dawn，
 * 返回原因。学习者自己用环境变量指定了驱动时什么也不做。
 */
export function avoidRefusedDriver({ platform, env, exists, list, read }: System): string | null {
  if (platform !== "linux") return null;
  // 有的 Vulkan 驱动没有这个变量就往标准错误里抱怨。
  env["XDG_RUNTIME_DIR"] ??= "/tmp";
  if (chosen.some((name) => env[name])) return null;
  const manifests = folders.flatMap((folder) =>
    exists(folder) ? list(folder).map((name) => ({ name, path: `${folder}/${name}` })) : [],
  );
  const refused = manifests.filter(({ name, path }) => name.startsWith("lvp_icd") && isOld(read(path)));
  const present = nodes.some(exists);
  if (present) {
    if (refused.length) env["VK_LOADER_DRIVERS_DISABLE"] = "lvp_icd*";
    return null;
  }
  const software = manifests.filter((m) => !refused.includes(m) && !hardware.test(m.name));
  if (software.length) return null;
  return refused.length
    ? "WebGPU 找不到 GPU：没有显卡，只有 Mesa 的软件驱动 lavapipe，而它的版本太旧（22 或更早），Dawn 不接受。"
    : "WebGPU 找不到 GPU：没有显卡，也没有软件的 Vulkan 驱动。";
}

/** 清单里 api_version 的末位随 Mesa 的版本增长，22.3 是 230。 */
function isOld(manifest: string): boolean {
  const found = /"api_version"\s*:\s*"\d+\.\d+\.(\d+)"/.exec(manifest);
  return found !== null && Number(found[1]) <= 230;
}
