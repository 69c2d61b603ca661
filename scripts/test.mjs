// npm test：构建过期的部分，再用 mocha 跑所有包的测试。参数原样传给 mocha。
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, root } from "./build.mjs";

build();
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const { status } = spawnSync(process.execPath, [mocha, ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: root,
  // 前端启动的内核不该写进使用者的历史文件
  env: { TIDU_HISTORY: ":memory:", ...process.env },
});
process.exit(status ?? 1);
