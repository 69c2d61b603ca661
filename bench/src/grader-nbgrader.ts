import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** 装在 .cache/nbgrader 里的 nbgrader：`python3 -m venv .cache/nbgrader && .cache/nbgrader/bin/pip install nbgrader==0.9.5`。 */
const bin = fileURLToPath(new URL("../../.cache/nbgrader/bin", import.meta.url));
const COUNT = 6;

/** 与练习相当的 Python 笔记本：四道题，一题一格作答、一格隐藏的测试。 */
const questions: [name: string, answer: string, test: string][] = [
  [
    "huber_value",
    "def huber_value(e, d):\n    return e * e / 2 if abs(e) <= d else d * (abs(e) - d / 2)",
    "assert_allclose(huber_value(e, 1.5), min(abs(e), 1.5) * (abs(e) - min(abs(e), 1.5) / 2), 1e-6)",
  ],
  [
    "huber_grad",
    "def huber_grad(e, d):\n    return max(-d, min(d, e))",
    "assert_allclose(huber_grad(e, 1.5), np.clip(e, -1.5, 1.5), 1e-6)",
  ],
  [
    "huber_batch",
    "def huber_batch(p, t, d):\n    return [max(-d, min(d, a - b)) / len(p) for a, b in zip(p, t)]",
    "assert_allclose(huber_batch([e, 1.0], [0.5, 0.0], 1.0), [v / 2 for v in np.clip([e - 0.5, 1.0], -1, 1)], 1e-6)",
  ],
  [
    "huber_delta",
    "def huber_delta(es, d):\n    return sum(max(abs(e) - d, 0) for e in es) / len(es)",
    "assert_allclose(huber_delta([e, 3.0], 1.0), (max(abs(e) - 1, 0) + 2) / 2, 1e-6)",
  ],
];

/** nbgrader autograde 每分钟判几份；没有装时为 null。 */
export async function nbgraderRate(): Promise<number | null> {
  if (!existsSync(join(bin, "nbgrader"))) return null;
  const folder = mkdtempSync(join(tmpdir(), "tidu-nbgrader-"));
  try {
    writeFileSync(
      join(folder, "nbgrader_config.py"),
      'c = get_config()\nc.CourseDirectory.course_id = "bench"\n',
    );
    const text = JSON.stringify(notebook());
    for (const place of ["source", ...Array.from({ length: COUNT }, (_, i) => `submitted/s${i}`)]) {
      mkdirSync(join(folder, place, "ps1"), { recursive: true });
      writeFileSync(join(folder, place, "ps1", "ps1.ipynb"), text);
    }
    if (!nbgrader(folder, "generate_assignment", "ps1", "--create")) return null;
    const started = performance.now();
    if (!nbgrader(folder, "autograde", "ps1", "--create")) return null;
    return (60_000 * COUNT) / (performance.now() - started);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nbgrader(cwd: string, ...args: string[]): boolean {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
  const { status } = spawnSync(join(bin, "nbgrader"), args, { cwd, env, stdio: "ignore", timeout: 600_000 });
  return status === 0;
}

function notebook(): object {
  const cell = (id: string, source: string, flags: object) => ({
    cell_type: "code",
    id,
    execution_count: null,
    outputs: [],
    source,
    metadata: { nbgrader: { schema_version: 3, grade_id: id, task: false, ...flags } },
  });
  const tests = { grade: true, solution: false, locked: true, points: 1 };
  const answers = { grade: false, solution: true, locked: false };
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: [
      cell("setup", "import math", { grade: false, solution: false, locked: true }),
      ...questions.flatMap(([name, answer, test]) => [
        cell(name, answer, answers),
        cell(
          `${name}-test`,
          `${assertion}for e in [-3.0, -1.5, -0.2, 0.0, 0.4, 1.5, 2.5] * 4:\n    ${test}`,
          tests,
        ),
      ]),
    ],
  };
}

/** nbgrader 的环境里没有 numpy：测试里用到的几个函数自己写，比装上 numpy 更快。 */
const assertion = `class np:
    clip = staticmethod(lambda x, a, b: [min(b, max(a, v)) for v in x] if isinstance(x, list) else min(b, max(a, x)))
def assert_allclose(a, b, rtol):
    flat = lambda x: [v for y in x for v in flat(y)] if isinstance(x, list) else [x]
    assert all(abs(u - v) <= rtol * max(1, abs(v)) for u, v in zip(flat(a), flat(b)))
`;
