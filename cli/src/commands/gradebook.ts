import type { Command } from "commander";
import type { ExportOptions } from "../gradebook/export.js";
import type { PolicyOptions } from "../gradebook/policy.js";

/** `tidu gradebook`：看成绩册、定迟交规则、统计、网页、导出、查雷同。 */
export function gradebookCommand(program: Command): void {
  const gradebook = program
    .command("gradebook")
    .description("成绩册：查看、迟交规则、统计、网页、导出、查雷同");
  const run = (body: () => Promise<number>) => async () => {
    try {
      process.exitCode = await body();
    } catch (error) {
      const { id, message } = error as Error & { id?: string };
      if (id === undefined) throw error;
      console.error(message);
      process.exitCode = 2;
    }
  };

  gradebook
    .command("list")
    .description("全班的成绩：算数的那一次，扣过迟交以后")
    .argument("<db>", "成绩册：SQLite 文件，或 postgres://…")
    .action((db: string) => run(async () => (await import("../gradebook/view.js")).list(db))());

  gradebook
    .command("show")
    .description("一个学生：每次提交、每题、历次判分")
    .argument("<db>")
    .argument("<student>")
    .action((db: string, student: string) =>
      run(async () => (await import("../gradebook/view.js")).show(db, student))(),
    );

  gradebook
    .command("policy")
    .description("看或改一份作业的迟交规则；只在报告里扣，原始分留着")
    .argument("<db>")
    .argument("<assignment>")
    .option("--deadline <时刻>", "截止时刻，如 2026-03-01T23:59+08:00；none 取消")
    .option("--grace <分钟>", "宽限，在这以内不扣")
    .option("--percent <n>", "每迟一天扣原始分的百分之几")
    .option("--cap <n>", "最多扣百分之几")
    .option("--keep <last|best>", "交了几次时算最后一次还是最高一次")
    .action((db: string, assignment: string, options: PolicyOptions) =>
      run(async () => (await import("../gradebook/policy.js")).policy(db, assignment, options))(),
    );

  gradebook
    .command("extend")
    .description("给一个学生的一份作业延期")
    .argument("<db>")
    .argument("<student>")
    .argument("<assignment>")
    .argument("<时刻>")
    .action((db: string, student: string, assignment: string, until: string) =>
      run(async () => (await import("../gradebook/policy.js")).extend(db, student, assignment, until))(),
    );

  gradebook
    .command("statistics")
    .description("统计：得分分布、各题难度、最常见的错误、最常错的分支")
    .argument("<db>")
    .option("--html <file>", "写成一张网页")
    .action((db: string, { html }: { html?: string }) =>
      run(async () => (await import("../gradebook/view.js")).statistics(db, html))(),
    );

  gradebook
    .command("html")
    .description("每个学生一页反馈，加老师的总表与统计")
    .argument("<db>")
    .argument("<dir>")
    .action((db: string, folder: string) =>
      run(async () => (await import("../gradebook/view.js")).html(db, folder))(),
    );

  gradebook
    .command("export")
    .description("导出成绩")
    .argument("<db>")
    .requiredOption(
      "--format <csv|nbgrader|gradescope>",
      "CSV、nbgrader 的 CSV，或每份一个 Gradescope results.json",
    )
    .option("--out <path>", "写到文件（gradescope 是文件夹）；不给则印出来")
    .option("--bom", "CSV 开头加 BOM，Excel 直接打开不乱码")
    .action((db: string, options: ExportOptions) =>
      run(async () => (await import("../gradebook/export.js")).exportGrades(db, options))(),
    );

  gradebook
    .command("similar")
    .description("查雷同：改名、改格式、改注释都不算不同，发下去的部分不算")
    .argument("<path...>", "放提交的文件夹、压缩包")
    .option("--threshold <n>", "相同的部分占百分之几以上才列出", "50")
    .option("--html <file>", "写成一张网页，左右对照")
    .action((paths: string[], options: { threshold: string; html?: string }) =>
      run(async () => (await import("../gradebook/similar.js")).similar(paths, options))(),
    );
}
