import type { Target } from "@tidu/jupyter-kernel";
import type { Command } from "commander";

interface TargetOptions {
  user?: boolean;
  prefix?: string;
  sysPrefix?: boolean;
  sys?: boolean;
}

/** `tidu kernel`：登记 Jupyter 内核、去掉登记，或直接运行它。 */
export function kernelCommand(program: Command): void {
  const kernel = program.command("kernel").description("Jupyter 内核：登记、去掉登记或运行");

  withTarget(kernel.command("install"))
    .description("登记内核规格 tidu，之后 JupyterLab 里就能选 TypeScript (tidu)")
    .action(async (options: TargetOptions) => {
      const { installKernelspec } = await import("@tidu/jupyter-kernel");
      await attempt(program, async () => {
        const folder = installKernelspec(await target(program, options));
        console.log(`已登记内核 tidu：${folder}`);
        console.log(
          "用 npm run lab 打开 JupyterLab，或在已有的 JupyterLab 里刷新启动页，选 TypeScript (tidu)。",
        );
      });
    });

  withTarget(kernel.command("uninstall"))
    .description("去掉 tidu kernel install 的登记")
    .action(async (options: TargetOptions) => {
      const { uninstallKernelspec } = await import("@tidu/jupyter-kernel");
      await attempt(program, async () =>
        console.log(`已去掉内核 tidu 的登记：${uninstallKernelspec(await target(program, options))}`),
      );
    });

  kernel
    .command("run")
    .description("按连接文件运行内核（一般由 Jupyter 启动）")
    .requiredOption("--connection-file <FILE>", "Jupyter 写好的连接文件")
    .action(async ({ connectionFile }: { connectionFile: string }) => {
      const { runKernel } = await import("@tidu/jupyter-kernel");
      await attempt(program, async () => {
        await runKernel(connectionFile);
        process.exit(0);
      });
    });
}

function withTarget(command: Command): Command {
  return command
    .option("--user", "当前用户（默认）")
    .option("--prefix <DIR>", "这个前缀，例如一个 Python 虚拟环境")
    .option("--sys-prefix", "已激活的 Python 环境（venv 或 conda）")
    .option("--sys", "这台机器的所有用户");
}

async function target(program: Command, options: TargetOptions): Promise<Target> {
  const { user, prefix, sysPrefix, sys } = options;
  if ([user, prefix, sysPrefix, sys].filter((value) => value !== undefined).length > 1)
    program.error("TIDU-CLI-020：--user、--prefix、--sys-prefix、--sys 只能选一个", { exitCode: 2 });
  if (prefix !== undefined) return { prefix };
  if (sys) return { sys };
  if (!sysPrefix) return { user: true };
  const { activePrefix } = await import("@tidu/jupyter-kernel");
  const active = activePrefix();
  if (active === undefined)
    program.error(
      "TIDU-CLI-021：没有激活的 Python 环境（VIRTUAL_ENV、CONDA_PREFIX 都没有设）：先激活，或用 --prefix 指出它的文件夹",
      { exitCode: 2 },
    );
  return { prefix: active };
}

async function attempt(program: Command, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    program.error((error as Error).message, { exitCode: 1 });
  }
}
