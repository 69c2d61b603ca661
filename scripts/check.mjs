// npm run check：格式、代码规则（含分层）、类型、笔记本规范形、练习与解答一致、文档的链接、用语与排版。
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, root } from "./build.mjs";
import { checkDocs } from "./check-docs.mjs";
import { checkMath } from "./check-math.mjs";
import { checkTerms } from "./check-terms.mjs";
import { checkTypography } from "./check-typography.mjs";
import { checkCoursePages } from "./course-pages.mjs";

function step(name, command, args) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: "inherit", cwd: root });
  report(name, status === 0, started);
}

let failed = 0;
function report(name, ok, started) {
  if (!ok) failed++;
  console.log(`${ok ? "✓" : "✗"} ${name}（${((performance.now() - started) / 1000).toFixed(1)} 秒）`);
}

const node = process.execPath;
step("格式、规则与分层", node, [
  join(root, "node_modules/@biomejs/biome/bin/biome"),
  "check",
  "--error-on-warnings",
  ".",
]);
const started = performance.now();
build();
report("类型", true, started);
const tidu = join(root, "cli/bin/tidu.js");
step("笔记本是规范形", node, [tidu, "nb", "format", "--check", "notebooks", "exercises", "solutions"]);
step("练习由解答生成", node, [tidu, "exercise", "build", "--check"]);
for (const [name, check] of [
  ["文档的链接", checkDocs],
  ["用语与术语的次序", checkTerms],
  ["中文排版", checkTypography],
  ["公式排得出", checkMath],
  ["学习路线与勘误页由课程生成", checkCoursePages],
]) {
  const checking = performance.now();
  report(name, await check(root), checking);
}
process.exit(failed ? 1 : 0);
