import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
    const kernel = kernelFolders(environment).some((folder) => existsSync(join(folder, "kernel.json")));
    const advice = kernel ? "内核 tidu 已登记" : "内核 tidu 还没有登记，运行 npx tidu kernel install";
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

function kernelFolders(environment: string): string[] {
  const home = homedir();
  const user = windows
    ? join(process.env["APPDATA"] ?? join(home, "AppData", "Roaming"), "jupyter")
    : process.platform === "darwin"
      ? join(home, "Library", "Jupyter")
      : join(process.env["XDG_DATA_HOME"] ?? join(home, ".local", "share"), "jupyter");
  const shared = [join(environment, "share", "jupyter"), "/usr/local/share/jupyter", "/usr/share/jupyter"];
  return [user, ...shared].map((folder) => join(folder, "kernels", "tidu"));
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
