import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RuntimeError } from "../../errors.js";
import type { MagicContext, MagicHandler } from "../../magics/context.js";

const ALIASES: Record<string, string> = {
  i: "install",
  add: "install",
  remove: "uninstall",
  rm: "uninstall",
  ls: "list",
};
const COMMANDS = new Set(["install", "uninstall", "list"]);

/** 往上最近的 package.json 所在的目录。 */
function packageFolder(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (dirname(at) === at) return null;
  }
}

/** folder：笔记本所在的目录。 */
export function npmMagic(folder: string): MagicHandler {
  return async (context) => {
    const { call, print } = context;
    const words = (call.args.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
      word.replace(/^(["'])(.*)\1$/, "$2"),
    );
    const command = ALIASES[words[0] ?? ""] ?? words[0];
    if (command === undefined || !COMMANDS.has(command))
      throw new RuntimeError(
        "TIDU-RT-031",
        `%npm 后面要写 install、uninstall 或 list。用法：${call.info.usage.join("；")}`,
      );
    let where = packageFolder(folder);
    if (where === null) {
      where = folder;
      if (command !== "install") return print(`${folder} 往上没有 package.json，还没有装过包。`);
      print(`${folder} 往上没有 package.json，在这里新建一个。`);
      writeFileSync(
        join(folder, "package.json"),
        `${JSON.stringify({ private: true, type: "module" }, null, 2)}\n`,
      );
    }
    await runNpm([command, ...words.slice(1)], where, context);
    const [name] = words.slice(1);
    if (command === "install" && name) print(`装好了，下一个单元格就可以 import。位置：${where}`);
  };
}

let progressCount = 0;

async function runNpm(args: string[], cwd: string, { print, emit, signal }: MagicContext): Promise<void> {
  const id = `tidu-npm-${process.pid}-${++progressCount}`;
  const install = args[0] !== "list";
  const started = Date.now();
  let fetched = 0;
  let shown = 0;
  let errors = "";
  const progress = (text: string, first = false) => {
    const content = {
      data: { "text/plain": text },
      metadata: {},
      transient: { display_id: id },
    };
    emit(
      first
        ? { output_type: "display_data", ...content }
        : { output_type: "update_display_data", ...content },
    );
    shown = Date.now();
  };
  const status = () =>
    `npm ${args[0]}：已取 ${fetched} 个文件，${Math.round((Date.now() - started) / 1000)} 秒`;
  // npm 的进度条只在终端里有；--loglevel=http 让它每取一个文件写一行。
  const options = install ? ["--loglevel=http", "--no-fund", "--no-audit", "--no-progress"] : [];
  const child = spawn(process.platform === "win32" ? "npm.cmd" : "npm", [...args, ...options], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
    detached: process.platform !== "win32",
  });
  // npm 又启动别的进程：中断时整组结束。
  const stop = () => {
    try {
      process.kill(process.platform === "win32" ? child.pid! : -child.pid!, "SIGTERM");
    } catch {
      // 已经结束了
    }
  };
  signal.addEventListener("abort", stop, { once: true });
  if (install) progress(`npm ${args[0]}：开始`, true);
  const ticking = install ? setInterval(() => progress(status()), 1000) : undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => print(text.trimEnd()));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n")) {
      if (/\bhttp fetch\b/.test(line)) fetched += 1;
      else if (
        /\b(?:warn|ERR!|error)\b/i.test(line) &&
        !/Unknown (?:user|env|project|builtin) config/.test(line)
      )
        errors += `${line}\n`;
    }
    if (install && Date.now() - shown > 200) progress(status());
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    signal.throwIfAborted();
    if (install) progress(`${status()}，${code === 0 ? "完成" : "失败"}`);
    if (code !== 0)
      throw new RuntimeError(
        "TIDU-RT-034",
        `npm ${args.join(" ")} 没有成功：${explain(errors)}\n${errors.trim()}`,
      );
    if (errors !== "") print(errors.trim());
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT")
      throw new RuntimeError("TIDU-RT-034", "找不到 npm：它随 Node 安装，请确认它在 PATH 里。");
    throw error;
  } finally {
    clearInterval(ticking);
    signal.removeEventListener("abort", stop);
  }
}

/** npm 常见的失败 → 该怎么办。 */
export function explain(errors: string): string {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(errors))
    return "连不上 npm 的服务器。请检查网络与代理（npm config get proxy），或换一个镜像（npm config set registry 地址）。";
  if (/E404|404 Not Found/.test(errors)) return "没有这个包：检查包名与版本的拼写。";
  if (/ERESOLVE/.test(errors)) return "依赖的版本互相冲突：换一个版本，或加 --legacy-peer-deps。";
  if (/EACCES|EPERM|EROFS/.test(errors)) return "没有写这个目录的权限。";
  if (/ENOSPC/.test(errors)) return "磁盘满了。";
  return "下面是 npm 的说明。";
}
