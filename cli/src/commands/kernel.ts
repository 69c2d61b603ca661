import type { Command } from "commander";

interface InstallOptions {
  user?: boolean;
  prefix?: string;
  sys?: boolean;
}

/** `tidu kernel`：登记 Jupyter 内核，或直接运行它。 */
export function kernelCommand(program: Command): void {
  const kernel = program.command("kernel").description("Jupyter 内核：登记或运行");

  kernel
    .command("install")
    .description("登记内核规格 tidu，之后 JupyterLab 里就能选 TypeScript (tidu)")
    .option("--user", "装给当前用户（默认）")
    .option("--prefix <DIR>", "装到这个前缀下，例如一个 Python 虚拟环境")
    .option("--sys", "装给这台机器的所有用户")
    .action(async (options: InstallOptions) => {
      const { installKernelspec } = await import("@tidu/jupyter-kernel");
      const chosen = [options.user, options.prefix, options.sys].filter((value) => value !== undefined);
      if (chosen.length > 1)
        program.error("TIDU-CLI-020：--user、--prefix、--sys 只能选一个", { exitCode: 2 });
      try {
        const folder = installKernelspec(
          options.prefix !== undefined
            ? { prefix: options.prefix }
            : options.sys
              ? { sys: true }
              : { user: true },
        );
        console.log(`已登记内核 tidu：${folder}`);
        console.log(
          "用 npm run lab 打开 JupyterLab，或在已有的 JupyterLab 里刷新启动页，选 TypeScript (tidu)。",
        );
      } catch (error) {
        program.error((error as Error).message, { exitCode: 1 });
      }
    });

  kernel
    .command("run")
    .description("按连接文件运行内核（一般由 Jupyter 启动）")
    .requiredOption("--connection-file <FILE>", "Jupyter 写好的连接文件")
    .action(async ({ connectionFile }: { connectionFile: string }) => {
      const { runKernel } = await import("@tidu/jupyter-kernel");
      try {
        await runKernel(connectionFile);
        process.exit(0);
      } catch (error) {
        program.error((error as Error).message, { exitCode: 1 });
      }
    });
}
