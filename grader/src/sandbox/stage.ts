import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SandboxStrength, sandboxStrength } from "./strength.js";

/** 学习者的代码在其中运行的目录，以及它读得到的其他目录。 */
export interface Stage {
  folder: string;
  /** 用哪一种隔离。 */
  strength: SandboxStrength;
  /** 只读放进沙箱的真实路径。除此之外什么也读不到。 */
  readable: string[];
  remove(): void;
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
export function makeStage(strength: SandboxStrength = sandboxStrength()): Stage {
  // 解析掉符号链接（macOS 的 /tmp），权限模型才认得。
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tidu-grade-")));
  const scope = join(folder, "node_modules", "@tidu");
  const stub = join(scope, "grader");
  mkdirSync(stub, { recursive: true });
  writeFileSync(join(stub, "package.json"), JSON.stringify(manifest));
  const learner = fileURLToPath(new URL("../learner/", import.meta.url));
  for (const name of ["check.js", "child.js", "runtime.js", "tensors.js", "wire.js"])
    copyFileSync(join(learner, name), join(stub, name));
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
    symlinkSync(home, join(scope, name), "dir");
    readable.push(join(home, "dist"), join(home, "package.json"));
  }
  readable.push(packageFolder("@babel/parser", packageFolder("@tidu/notebook-runtime")));
  const remove = () => {
    process.off("exit", remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  return { folder, strength, readable, remove };
}

/** 一个包的真实目录：从 `from` 起逐级往上找 node_modules。 */
function packageFolder(name: string, from = dirname(fileURLToPath(import.meta.url))): string {
  const paths = createRequire(join(from, "x.js")).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      return dirname(realpathSync(join(path, name, "package.json")));
    } catch {
      // 再往上一级。
    }
  }
  throw new Error(`找不到包 ${name}`);
}
