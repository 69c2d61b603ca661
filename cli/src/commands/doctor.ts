import type { Command } from "commander";

/** `tidu doctor`：这台机器上什么能用，不能用的为什么。 */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("检查 Node、GPU 与各设备、Jupyter、判分沙箱：能不能用，不能用是为什么")
    .option("--json", "输出 JSON（版本 1）")
    .action(async ({ json }: { json?: boolean }) => {
      const { diagnose, diagnosisText } = await import("../diagnosis.js");
      const report = await diagnose();
      console.log(json ? JSON.stringify(report, null, 2) : diagnosisText(report));
    });
}
