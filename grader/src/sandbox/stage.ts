import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Precompiled } from "../learner/precompiled.js";
import { writeLibrary, writeProgram } from "./bundle.js";
import { Channel } from "./channel.js";
import { commandLine, type Place } from "./command.js";
import { Compiler } from "./compiler.js";
import { packageFolder } from "./packages.js";
import { Pool, START, started } from "./pool.js";
import { type SandboxStrength, sandboxStrength } from "./strength.js";

/** 学习者的代码在其中运行的目录，以及备好的进程。一次判分搭一个，判完 `remove()`。 */
export interface Stage {
  folder: string;
  /** 用哪一种隔离。 */
  strength: SandboxStrength;
  /** 只读放进沙箱的真实路径。除此之外什么也读不到。 */
  readable: string[];
  /** 取一个没有运行过任何代码的进程。 */
  take(): Promise<Channel>;
  /** 编译一份笔记本的单元格；编译不了的为 null，由学习者的进程自己编译。 */
  compile(sources: string[]): Promise<(Precompiled | null)[]>;
  remove(): void;
}

export interface StageOptions {
  /** 备几个进程；默认与处理器数相同，至多四个。 */
  spares?: number;
}

/** `@tidu/grader` 在沙箱里只有替身与应答：没有题目、没有标准答案。 */
const manifest = {
  name: "@tidu/grader",
  version: "0.0.0",
  type: "module",
  exports: { "./check": "./check.js" },
};

/** 只用在 stock tslab 里的显示接口：显示什么都与得分无关。 */
const tslab = "export const display = new Proxy({}, { get: () => () => undefined });\n";

/** 搭一个临时目录：里面的 node_modules 只有笔记本可以引用的包。 */
export function makeStage(
  strength: SandboxStrength = sandboxStrength(),
  { spares = Math.min(4, availableParallelism()) }: StageOptions = {},
): Stage {
  // 解析掉符号链接（macOS 的 /tmp），权限模型才认得。
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tidu-grade-")));
  const scope = join(folder, "node_modules", "@tidu");
  const stub = join(scope, "grader");
  mkdirSync(stub, { recursive: true });
  writeFileSync(join(stub, "package.json"), JSON.stringify(manifest));
  copyFileSync(new URL("../learner/check.js", import.meta.url), join(stub, "check.js"));
  const entry = writeProgram(stub);
  const display = join(folder, "node_modules", "tslab");
  mkdirSync(display);
  writeFileSync(
    join(display, "package.json"),
    JSON.stringify({ name: "tslab", type: "module", exports: "./index.js" }),
  );
  writeFileSync(join(display, "index.js"), tslab);
  const readable = [folder];
  for (const name of ["kernel-lib", "notebook-runtime"]) {
    const home = packageFolder(`@tidu/${name}`);
    if (name === "kernel-lib" && writeLibrary(join(scope, name))) continue;
    symlinkSync(home, join(scope, name), "dir");
    readable.push(join(home, "dist"), join(home, "package.json"));
  }
  readable.push(packageFolder("@babel/parser", packageFolder("@tidu/notebook-runtime")));
  const place: Place = { folder, readable, isolation: strength.mechanism, rlimits: strength.memory };
  const open = (...mode: string[]) => new Channel(commandLine(place, [entry, ...mode]), folder);
  const pool = new Pool(() => open(), spares);
  const compiler = new Compiler(() => started(open("compile"), START));
  const remove = () => {
    process.off("exit", remove);
    pool.close();
    compiler.close();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  const take = () => pool.take();
  const compile = (sources: string[]) => compiler.compile(sources);
  return { folder, strength, readable, take, compile, remove };
}
