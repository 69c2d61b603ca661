/** 退出处理函数抛错（或被中断）会让进程停在半退出的状态，再也收不到请求：那时直接退出。 */
export function finishExits(): void {
  const { exit } = process;
  const { reallyExit } = process as unknown as { reallyExit: (code: number) => never };
  const methods = {
    exit(code?: number | string | null): never {
      try {
        return exit.call(process, code);
      } finally {
        reallyExit.call(process, Number(code ?? process.exitCode ?? 0));
      }
    },
  };
  process.exit = methods.exit;
}
