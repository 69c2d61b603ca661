// npm run lab：用 tidu 内核打开 JupyterLab。第一次运行时在 .venv 里装好一切；多余的参数原样交给 JupyterLab。
//   node scripts/lab.mjs --setup-only    只准备环境，不打开
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureBuilt, root } from "./build.mjs";

// TIDU_JUPYTER 指向一个已经装好 JupyterLab 的虚拟环境时用它，不再安装
const given = process.env["TIDU_JUPYTER"];
const venv = given ?? join(root, ".venv");
const windows = process.platform === "win32";
const python = windows ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");
const requirements = join(root, "requirements.txt");
const stamp = join(venv, ".tidu-requirements");

/** 环境没准备好；消息说明缺什么、怎么办。 */
export class LabError extends Error {
  constructor(id, message) {
    super(`${id}：${message}`);
    this.name = "LabError";
    this.id = id;
  }
}

/** 准备 .venv（过期才重装）、登记内核、设成中文界面。返回 .venv 里的 Python。 */
export async function setup({ log = console.log } = {}) {
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const current = existsSync(stamp) && existsSync(python) ? readFileSync(stamp, "utf8") : "";
  if (!given && current !== wanted) {
    createEnvironment(findPython(), log);
    await install(log);
    writeFileSync(stamp, wanted);
  }
  ensureBuilt();
  const { installKernelspec } = await import(
    pathToFileURL(join(root, "jupyter-kernel", "dist", "kernelspec.js")).href
  );
  installKernelspec({ prefix: venv });
  writeSettings();
  return python;
}

/** 能用的 Python 的命令；没有就说明怎么装。 */
export function findPython() {
  const named = process.env["TIDU_PYTHON"];
  const candidates = named
    ? [[named]]
    : windows
      ? [["py", "-3"], ["python"], ["python3"]]
      : [["python3"], ["python"]];
  const found = [];
  for (const [command, ...args] of candidates) {
    const probe = spawnSync(command, [...args, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
      encoding: "utf8",
    });
    if (probe.status !== 0) continue;
    const version = probe.stdout.trim();
    const [major, minor] = version.split(".").map(Number);
    if (major === 3 && minor >= 10) return [command, ...args];
    found.push(`${command} 是 ${version}`);
  }
  throw new LabError(
    "TIDU-LAB-001",
    `打开 JupyterLab 需要 Python 3.10 或更新的版本，${found.length ? `而${found.join("，")}` : "但没有找到 Python"}。` +
      "请从 https://www.python.org/downloads/ 安装，或用环境变量 TIDU_PYTHON 指出它在哪里。" +
      "不装 Python 也能学：npm start 在浏览器里打开全部课程。",
  );
}

function createEnvironment(command, log) {
  if (existsSync(python)) return;
  log("第一次运行：正在建立 Python 环境 .venv……");
  rmSync(venv, { recursive: true, force: true });
  const made = spawnSync(command[0], [...command.slice(1), "-m", "venv", venv], { encoding: "utf8" });
  if (made.status === 0) return;
  rmSync(venv, { recursive: true, force: true });
  throw new LabError(
    "TIDU-LAB-002",
    `建不了 Python 环境：${(made.stderr || made.stdout || String(made.error)).trim().split("\n").at(-1)}\n` +
      "Debian、Ubuntu 上先运行 sudo apt install python3-venv，再试一次。",
  );
}

/** pip 的输出改成一行一个包的中文进度。 */
function install(log) {
  log("正在安装 JupyterLab（约 200 MB，几分钟；只装这一次）……");
  return new Promise((resolve, reject) => {
    const pip = spawn(
      python,
      ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirements],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let count = 0;
    const errors = [];
    createInterface({ input: pip.stdout }).on("line", (line) => {
      const name = /^Collecting ([A-Za-z0-9._-]+)/.exec(line)?.[1];
      if (name) log(`  [${++count}] 下载 ${name}`);
      if (line.startsWith("Installing collected packages")) log(`  共 ${count} 个包，正在安装……`);
    });
    createInterface({ input: pip.stderr }).on("line", (line) => {
      errors.push(line);
      if (errors.length > 20) errors.shift();
    });
    pip.on("error", (error) => reject(new LabError("TIDU-LAB-003", `启动不了 pip：${error.message}`)));
    pip.on("close", (status) => {
      if (status === 0) {
        log("安装完成。");
        resolve();
        return;
      }
      reject(
        new LabError(
          "TIDU-LAB-003",
          `安装没有成功，pip 说：\n${errors.join("\n")}\n` +
            "多半是网络问题：再运行一次会接着装。下载慢时用镜像，例如\n" +
            "  PIP_INDEX_URL=https://pypi.tuna.tsinghua.edu.cn/simple npm run lab",
        ),
      );
    });
  });
}

/** 只写 .venv 里的默认设置；学习者自己在界面上改的照样优先。 */
function writeSettings() {
  const folder = join(venv, "share", "jupyter", "lab", "settings");
  mkdirSync(folder, { recursive: true });
  const overrides = {
    "@jupyterlab/translation-extension:plugin": { locale: "zh_CN" },
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
  };
  writeFileSync(join(folder, "overrides.json"), `${JSON.stringify(overrides, null, 2)}\n`);
}

/** 明确要求的端口被占时，JupyterLab 会悄悄换一个；这里改成说清楚。 */
async function checkPort(args) {
  const at = args.findIndex((arg) => /^--(ServerApp\.)?port(=|$)/.test(arg));
  if (at < 0) return;
  const port = Number(args[at].includes("=") ? args[at].split("=")[1] : args[at + 1]);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new LabError("TIDU-LAB-004", `--port 后面要写一个 0 到 65535 的整数，例如 --port 9999`);
  if (port === 0) return;
  await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) =>
      reject(
        new LabError(
          "TIDU-LAB-005",
          error.code === "EADDRINUSE"
            ? `端口 ${port} 已被占用：换一个端口，或去掉 --port 让它自己找空闲的`
            : `不能使用端口 ${port}：${error.message}`,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", () => server.close(resolve));
  });
}

async function main(args) {
  const setupOnly = args.includes("--setup-only");
  const rest = args.filter((arg) => arg !== "--setup-only");
  await checkPort(rest);
  await setup();
  if (setupOnly) {
    console.log("JupyterLab 环境已就绪：.venv");
    return 0;
  }
  const defaults = [
    `--ServerApp.root_dir=${root}`,
    "--LabApp.default_url=/lab/tree/notebooks",
    // 默认每秒 1 MB，超过的被服务器悄悄丢掉；内核自己限制一格显示多少，其余写进文件，不会丢
    "--ServerApp.iopub_data_rate_limit=100000000",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ];
  console.log("正在打开 JupyterLab……按 Ctrl-C 两次结束。");
  const lab = spawn(
    python,
    [
      "-m",
      "jupyterlab",
      ...defaults.filter((option) => !rest.some((arg) => arg.startsWith(option.split("=")[0]))),
      ...rest,
    ],
    { cwd: root, stdio: "inherit", env: { ...process.env, JUPYTER_PREFER_ENV_PATH: "1" } },
  );
  // Ctrl-C 由终端同时发给 JupyterLab，它自己会问要不要退出；这里只等它
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => lab.kill("SIGTERM"));
  return new Promise((resolve) => lab.on("close", (status) => resolve(status ?? 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
