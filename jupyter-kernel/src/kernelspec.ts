import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataFolder, searchFolders, type Target } from "./data-folders.js";

export const kernelName = "tidu";

/** 内核规格没装上。 */
export class KernelspecError extends Error {
  override name = "KernelspecError";
  readonly id: string;
  constructor(id: string, message: string) {
    super(`${id}：${message}`);
    this.id = id;
  }
}

const entry = fileURLToPath(new URL("./main.cjs", import.meta.url));
/** logo-32x32.png、logo-64x64.png、logo-svg.svg：启动页与内核选择框用的图标 */
const logos = fileURLToPath(new URL("../logo", import.meta.url));

export interface Kernelspec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message";
  metadata: Record<string, unknown>;
}

/** argv 全用绝对路径：Jupyter 从任意文件夹启动内核，那里的 PATH 里不一定有 node。 */
export function kernelspec(): Kernelspec {
  return {
    argv: [process.execPath, entry, "{connection_file}"],
    display_name: "TypeScript (tidu)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

/** 登记内核规格，返回写入的文件夹。仓库挪了位置、Node 换了地方都要重新登记。 */
export function installKernelspec(target: Target): string {
  if (!existsSync(entry))
    throw new KernelspecError("TIDU-JUP-031", `还没有编译：找不到 ${entry}。先运行 npm run build`);
  const folder = specFolder(target);
  return writing(folder, () => {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(logos)) copyFileSync(join(logos, name), join(folder, name));
    writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(kernelspec(), null, 2)}\n`);
    return folder;
  });
}

/** 去掉登记，返回删掉的文件夹。 */
export function uninstallKernelspec(target: Target): string {
  const folder = specFolder(target);
  if (!existsSync(join(folder, "kernel.json"))) {
    const others = findKernelspecs().map(({ folder }) => folder);
    throw new KernelspecError(
      "TIDU-JUP-032",
      `${folder} 里没有登记过内核 tidu${others.length > 0 ? `；登记在 ${others.join("、")}` : ""}`,
    );
  }
  return writing(folder, () => {
    rmSync(folder, { recursive: true });
    return folder;
  });
}

export interface FoundKernelspec {
  folder: string;
  /** 为什么启动不了；undefined 表示可用 */
  problem?: string;
  /** 指向的是不是这一份仓库 */
  own: boolean;
}

/** Jupyter 会看到的 tidu 规格，先找到的生效。prefix 是运行 Jupyter 的 Python 环境。 */
export function findKernelspecs(prefix?: string): FoundKernelspec[] {
  return searchFolders(prefix)
    .map((folder) => join(folder, "kernels", kernelName))
    .filter((folder, at, all) => existsSync(join(folder, "kernel.json")) && all.indexOf(folder) === at)
    .map(inspectKernelspec);
}

function inspectKernelspec(folder: string): FoundKernelspec {
  let argv: unknown;
  try {
    argv = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")).argv;
  } catch (error) {
    return { folder, own: false, problem: `kernel.json 读不了（${(error as Error).message}）` };
  }
  const [node, main] = Array.isArray(argv) ? argv.map(String) : [];
  if (node === undefined || main === undefined)
    return { folder, own: false, problem: "kernel.json 没有 argv" };
  if (isAbsolute(node) && !existsSync(node))
    return { folder, own: main === entry, problem: `它用的 Node 已不在：${node}` };
  if (!existsSync(main)) return { folder, own: false, problem: `它指向的文件已不在：${main}` };
  return { folder, own: main === entry };
}

function specFolder(target: Target): string {
  return join(dataFolder(target), "kernels", kernelName);
}

function writing(folder: string, action: () => string): string {
  try {
    return action();
  } catch (error) {
    throw new KernelspecError(
      "TIDU-JUP-030",
      `写不了 ${folder}：${(error as Error).message}。换一个可写的位置，例如 --user`,
    );
  }
}
