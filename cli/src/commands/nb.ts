import { readFileSync, writeFileSync } from "node:fs";
import { formatNotebook, parseNotebook } from "@tidu/notebook-runtime";
import type { Command } from "commander";
import { notebookFiles } from "../notebook-files.js";
import { runNotebooks } from "../notebook-run.js";

/** tidu nb run / tidu nb format */
export function notebookCommand(program: Command): void {
  const nb = program.command("nb").description("运行与整理笔记本");
  nb.command("run")
    .description("无界面运行笔记本；第一个出错的单元格带代码框打印，退出码 1")
    .argument("<path...>", "笔记本文件或文件夹")
    .option("--kernel <name>", "用哪个内核：tidu 或 tslab", "tidu")
    .option("--out <dir>", "把带输出的笔记本写到这个文件夹")
    .option("--jobs <n>", "同时运行几个", "2")
    .option("--timeout <seconds>", "每个单元格的时限，秒", "120")
    .action(
      async (paths: string[], options: { kernel: string; out?: string; jobs: string; timeout: string }) => {
        process.exitCode = await runNotebooks(notebookFiles(paths), {
          kernel: options.kernel,
          out: options.out,
          jobs: Number(options.jobs),
          timeout: Number(options.timeout) * 1000,
        });
      },
    );
  nb.command("format")
    .description("整理成规范形：没有输出与计数，键有序")
    .argument("<path...>", "笔记本文件或文件夹")
    .option("--check", "只检查，不写；有不规范的退出码 1")
    .action((paths: string[], { check }: { check?: boolean }) => {
      process.exitCode = formatFiles(notebookFiles(paths), check === true);
    });
}

function formatFiles(files: readonly string[], check: boolean): number {
  let changed = 0;
  for (const file of files) {
    const before = readFileSync(file, "utf8");
    const after = formatNotebook(parseNotebook(before));
    if (after === before) continue;
    changed++;
    if (!check) writeFileSync(file, after);
    console.log(`${check ? "不是规范形" : "已整理"}：${file}`);
  }
  console.log(`${files.length} 个笔记本，${changed} 个${check ? "需要整理" : "已整理"}`);
  return check && changed > 0 ? 1 : 0;
}
