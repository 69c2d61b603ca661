// npm test：构建过期的部分，再用 mocha 跑所有包的测试。
//   npm test -- jupyter-kernel grader/dist/sandbox.test.js    只跑这些包、这些文件
//   其余以 - 开头的参数原样传给 mocha。
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, root } from "./build.mjs";

/** mocha 的命令行参数。给了包或文件就不用 .mocharc.json：mocha 会把那里的 spec 也加进来。 */
export function mochaArguments(args) {
  const options = args.filter((arg) => arg.startsWith("-"));
  const chosen = args.filter((arg) => !arg.startsWith("-"));
  if (chosen.length === 0) return options;
  const specs = chosen.map((name) => {
    if (existsSync(join(root, name, "package.json"))) return `${name}/dist/**/*.test.js`;
    if (existsSync(join(root, name)) || /[*?]/.test(name)) return name;
    throw new Error(
      `TIDU-TEST-001：没有叫 ${name} 的包或文件；写包名（例如 jupyter-kernel）或编译后的测试文件`,
    );
  });
  const { reporter, timeout, exit } = JSON.parse(readFileSync(join(root, ".mocharc.json"), "utf8"));
  return [
    "--no-config",
    "--reporter",
    reporter,
    "--timeout",
    timeout,
    ...(exit ? ["--exit"] : []),
    ...options,
    ...specs,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build();
  try {
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    const args = [mocha, ...mochaArguments(process.argv.slice(2))].map(String);
    const { status } = spawnSync(process.execPath, args, {
      stdio: "inherit",
      cwd: root,
      // 前端启动的内核不该写进使用者的历史文件
      env: { TIDU_HISTORY: ":memory:", ...process.env },
    });
    process.exitCode = status ?? 1;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
