import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FoundKernelspec, findKernelspecs } from "@tidu/jupyter-kernel/kernelspec";
import { type DeviceReport, devices } from "@tidu/kernel-lib";

/** `tidu doctor --json` 的形状，版本 1。 */
export interface Diagnosis {
  readonly version: 1;
  readonly node: string;
  readonly devices: readonly DeviceReport[];
  readonly jupyter: JupyterReport;
  readonly sandbox: SandboxReport;
}

export interface JupyterReport {
  readonly available: boolean;
  /** JupyterLab 的版本。 */
  readonly version: string | null;
  /** 内核 tidu 登记了没有。 */
  readonly kernel: boolean;
  readonly detail: string;
}

export interface SandboxReport {
  readonly mechanism: string;
  readonly network: boolean;
  readonly filesystem: boolean;
  readonly memory: boolean;
  readonly detail: string;
}

export async function diagnose(): Promise<Diagnosis> {
  return {
    version: 1,
    node: process.version,
    devices: await devices(),
    jupyter: jupyter(),
    sandbox: await sandbox(),
  };
}

const windows = process.platform === "win32";
const root = fileURLToPath(new URL("../../", import.meta.url));

/** 先看 npm run lab 用的环境，再看 PATH 上的。 */
export function jupyter(environment = process.env["TIDU_JUPYTER"] ?? join(root, ".venv")): JupyterReport {
  const own = windows ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");
  const commands: [string, string[]][] = [
    ...(existsSync(own) ? [[own, ["-m", "jupyterlab", "--version"]] as [string, string[]]] : []),
    ["jupyter-lab", ["--version"]],
  ];
  for (const [command, args] of commands) {
    const { status, stdout } = spawnSync(command, args, { encoding: "utf8", timeout: 30_000 });
    const version = /\d+\.\d+\.\d+\S*/.exec(stdout ?? "")?.[0];
    if (status !== 0 || !version) continue;
    const { kernel, advice } = registration(findKernelspecs(environment));
    return { available: true, version, kernel, detail: `JupyterLab ${version}，${advice}` };
  }
  return {
    available: false,
    version: null,
    kernel: false,
    detail:
      "没有找到 JupyterLab；运行 npm run lab 会自动装好（需要 Python 3.10 以上）。不用它也能学：npm start",
  };
}

/** 先找到的规格生效；它坏了，后面有好的也没用。 */
export function registration(found: readonly FoundKernelspec[]): { kernel: boolean; advice: string } {
  const again = "运行 npx tidu kernel install";
  const [used] = found;
  if (!used) return { kernel: false, advice: `内核 tidu 还没有登记，${again}` };
  if (used.problem !== undefined)
    return {
      kernel: false,
      advice: `内核 tidu 的登记（${used.folder}）失效：${used.problem}。删掉那个文件夹，再${again}`,
    };
  if (!used.own)
    return {
      kernel: true,
      advice: `内核 tidu 登记的是另一份仓库（${used.folder}）；要用这一份，${again}`,
    };
  return { kernel: true, advice: "内核 tidu 已登记" };
}

async function sandbox(): Promise<SandboxReport> {
  const { sandboxStrength } = await import("@tidu/grader/node");
  const { mechanism, network, filesystem, memory, detail } = sandboxStrength();
  return { mechanism, network, filesystem, memory, detail };
}

/** 给人看的报告。 */
export function diagnosisText({ node, devices, jupyter, sandbox }: Diagnosis): string {
  const mark = (ok: boolean): string => (ok ? "✓" : "✗");
  const guard = (name: string, ok: boolean): string => `${name}${ok ? "有" : "无"}`;
  const limits = [
    guard("断网：", sandbox.network),
    guard("只读：", sandbox.filesystem),
    guard("内存上限：", sandbox.memory),
  ];
  return [
    `Node    ${node}`,
    "设备",
    ...devices.map((d) => `  ${mark(d.available)} ${d.name.padEnd(10)} ${d.detail}`),
    `Jupyter ${mark(jupyter.available)} ${jupyter.detail}`,
    `沙箱    ${sandbox.mechanism}（${limits.join("，")}）`,
    `        ${sandbox.detail}`,
  ].join("\n");
}
