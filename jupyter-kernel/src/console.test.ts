import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jupyterHome, jupyterPython } from "./testing.js";

/** 在伪终端里驱动 jupyter console：像人一样等到看见了才按下一个键。 */
const driver = `
import os, re, sys, time
import pexpect

os.environ.update(PROMPT_TOOLKIT_NO_CPR="1", TERM="xterm")
console = pexpect.spawn("jupyter", ["console", "--kernel", "tidu"], encoding="utf8", dimensions=(40, 100))
seen = ""

def until(pattern):
    """等到屏幕上新出现 pattern（去掉颜色与光标控制之后），并把它之前的都算作看过。"""
    global seen
    deadline = time.monotonic() + 60
    while True:
        found = re.search(pattern, seen, re.S)
        if found:
            seen = seen[found.end():]
            return found
        if time.monotonic() > deadline:
            sys.exit(f"等不到 {pattern!r}，屏幕上是：{seen[-2000:]!r}")
        try:
            seen += console.read_nonblocking(4096, timeout=1)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            if pattern == "EOF":
                return None
            sys.exit(f"jupyter console 提前退出，屏幕上是：{seen[-2000:]!r}")
        seen = re.sub(r"\\x1b\\[[0-9;?]*[a-zA-Z]|\\x1b\\][^\\x07]*\\x07", "", seen)

def step(name):
    print("通过：" + name, flush=True)

until(r"梯度 TypeScript 内核"); until(r"In \\[1\\]: ")
console.send("1+1\\r"); until(r"Out\\[1\\]: 2"); until(r"In \\[2\\]: ")
step("求值")
console.send("for (const i of [1, 2]) {\\r"); until(r"\\.\\.\\.: {3}")
console.send("console.log('第', i * 10);\\r"); until(r"\\.\\.\\.: {3}")
console.send("}\\r"); until("第 10"); until("第 20"); until(r"In \\[3\\]: ")
step("多行输入按 is_complete 续行并缩进")
console.send("Math.hyp\\t"); until("hypot"); console.send("(3, 4)\\r"); until(r"Out\\[3\\]: 5"); until(r"In \\[4\\]: ")
step("按 Tab 补全")
console.send("const who = prompt('名字？'); '你好，' + who\\r"); until(r"名字？"); console.send("小明\\r")
until("'你好，小明'"); until(r"In \\[5\\]: ")
step("prompt 在终端里问")
console.send("let k = 0; console.log('开始' + '了'); while (true) k++;\\r"); until("开始了"); console.sendintr()
until("Interrupted"); until(r"In \\[6\\]: "); console.send("k > 0\\r"); until(r"Out\\[6\\]: true"); until(r"In \\[7\\]: ")
step("Ctrl-C 中断，变量还在")
console.send("\\x1b[A"); until("k > 0"); console.send("\\r"); until(r"Out\\[7\\]: true"); until(r"In \\[8\\]: ")
step("上箭头取历史")
console.send("const n: number = 'x'\\r"); until("TS2322"); until(r"In \\[9\\]: ")
step("类型错误")
console.sendeof(); until(r"exit|退出"); console.send("y\\r"); until("EOF"); console.close()
step("退出")
sys.exit(console.exitstatus)
`;

describe("jupyter console（伪终端）", function () {
  this.timeout(180_000);

  it("求值、续行、补全、输入、中断、历史、退出", function () {
    const python = process.platform === "win32" ? undefined : jupyterPython();
    if (!python) return this.skip();
    const { folder, run } = jupyterHome(python);
    writeFileSync(join(folder, "console.py"), driver);
    const { status, stdout, stderr } = run("python", ["console.py"]);
    assert.equal(status, 0, stdout + stderr);
    assert.equal(stdout.match(/^通过：/gm)?.length, 8, stdout);
  });
});
