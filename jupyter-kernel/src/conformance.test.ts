import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jupyterHome, jupyterPython, root } from "./testing.js";

/** Jupyter 官方的内核测试：每条消息都按协议的模式校验。 */
const suite = `
import unittest
import jupyter_kernel_test

class TiduKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "tidu"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    code_generate_error = "throw new Error('x')"
    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": "[1, 2]", "result": "[ 1, 2 ]"},
        {"code": "({ 'Symbol': 1, [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })", "mime": "text/html"},
    ]
    code_display_data = [
        {"code": "(await import('@tidu/notebook-runtime/display')).html('<b>x</b>')", "mime": "text/html"},
    ]
    completion_samples = [
        {"text": "zzzqqq", "matches": set()},
        {"text": "Math.hyp", "matches": {"hypot"}},
        {"text": "'a'.toUpp", "matches": {"toUpperCase"}},
    ]
    complete_code_samples = ["1", "console.log('x')", "function f(x: number) {\\n  return x * 2\\n}"]
    incomplete_code_samples = ["console.log(", "function f(x: number) {", "if (true) {"]
    invalid_code_samples = ["x y z )", "const a = 'b"]
    code_inspect_sample = "Math.max"
    code_history_pattern = "6?7*"
    supported_history_operations = ("tail", "range", "search")
    code_clear_output = "(await import('@tidu/notebook-runtime/display')).clearOutput()"

class TiduIopubWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "tidu"
    support_iopub_welcome = True

# 基类也被 unittest 收进来，去掉
del jupyter_kernel_test
unittest.main(verbosity=2)
`;

describe("jupyter_kernel_test", function () {
  this.timeout(180_000);

  it("全部通过；只跳过 pager：它的 payload 在协议里已经作废", function () {
    const python = jupyterPython();
    if (!python) return this.skip();
    const { folder, run } = jupyterHome(python);
    writeFileSync(join(folder, "suite.py"), suite);
    // 从仓库里启动，@tidu/* 才找得到
    const { status, stderr } = run("python", [join(folder, "suite.py")], join(root, "jupyter-kernel"));
    assert.equal(status, 0, stderr);
    const skipped = [...stderr.matchAll(/^(test_\w+).*skipped/gm)].map((match) => match[1]);
    assert.deepEqual(skipped, ["test_pager"], stderr);
  });
});
