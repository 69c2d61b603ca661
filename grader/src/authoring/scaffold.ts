import { formatNotebook } from "@tidu/notebook-runtime";
import { messages } from "../messages.js";
import { exercises, problems } from "../problems/index.js";
import { AuthoringError } from "./authoring-error.js";

export interface Scaffold {
  /** 仓库里的路径 → 内容；`families.ts` 是改动后的全文。 */
  files: Map<string, string>;
  /** 接下来做什么。 */
  next: string;
}

const FAMILIES = "grader/src/problems/families.ts";

/**
 * 一个新题族的骨架：题、错法、核对用的答案、解答笔记本，并登记。骨架里是一道能通过自检的小题（平方的梯度），
 * 照着改成自己的。
 *
 * @param slug 练习笔记本，如 `3-architectures/05-normalizing-flows`。
 * @param name 题族的名字，也是题号的前半，如 `flows`。
 * @param families `families.ts` 现在的内容。
 */
export function scaffold(slug: string, name: string, families: string): Scaffold {
  if (!/^[1-9]-[a-z]+\/\d\d-[a-z0-9-]+$/.test(slug)) throw new AuthoringError(messages.badSlug(slug));
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name) || RESERVED.has(name))
    throw new AuthoringError(messages.badFamily(name));
  if (problems.some((problem) => problem.id === name)) throw new AuthoringError(messages.familyExists(name));
  const files = new Map([
    [`grader/src/problems/${name}.ts`, problemFile(slug, name)],
    [`grader/src/mistakes/${name}.ts`, mistakesFile(name)],
    [`grader/src/oracles/${name}.ts`, oraclesFile(name)],
    [FAMILIES, register(families, name)],
  ]);
  const notebook = `solutions/${slug}.ipynb`;
  const existing = exercises[slug] !== undefined;
  if (!existing) files.set(notebook, notebookFile(slug, name));
  return { files, next: messages.scaffolded(name, notebook, existing) };
}

/** 文件名与导出名要能直接写进源文件。 */
const RESERVED = new Set([
  "index",
  "families",
  "lift",
  "vectors",
  "default",
  "delete",
  "new",
  "function",
  "class",
]);

function register(families: string, name: string): string {
  const line = `export { ${name} } from "./${name}.js";`;
  const [head, ...rest] = families.trimEnd().split("\n");
  return `${[head, ...[...rest, line].sort()].join("\n")}\n`;
}

function problemFile(slug: string, name: string): string {
  return `import { ${name}Mistakes } from "../mistakes/${name}.js";
import { ${name}Oracles } from "../oracles/${name}.js";
import { family, type Question } from "../problem.js";

/** 骨架：f(x) = x²，梯度 2x。换成你的题；每一项的意思见 ../problem.ts，写法照 huber.ts。 */
const gradient: Question = {
  id: "${name}.grad",
  fn: "${name}Grad",
  signature: "${name}Grad(x: number): number",
  title: "梯度",
  points: 1,
  params: ["x"],
  // 闭式。
  reference: (x: number) => 2 * x,
  // 前向；与闭式各写各的。
  truth: { kind: "gradient", forward: (x: number) => x * x, wrt: 0 },
  branches: [
    { id: "positive", title: "x 为正" },
    { id: "negative", title: "x 为负" },
  ],
  sample: (rng, branch) => [(branch === "positive" ? 1 : -1) * rng.uniform(0.3, 3)],
  branchesOf: (x: number) => [x > 0 ? "positive" : "negative"],
  edges: [{ title: "x 恰为 0", args: [0] }],
  hints: ["先给方向。", "再给公式：$2x$。", "几乎是答案：\`2 * x\`。"],
  // 至少八种。
  mutants: [
    { id: "sign", fn: (x: number) => -2 * x },
    { id: "missing-two", fn: (x: number) => x },
    { id: "value", fn: (x: number) => x * x },
    { id: "doubled", fn: (x: number) => 4 * x },
    { id: "constant", fn: () => 2 },
    { id: "absolute", fn: (x: number) => 2 * Math.abs(x) },
    { id: "cube", fn: (x: number) => 3 * x * x },
    { id: "zero", fn: () => 0 },
  ],
};

export const ${name} = family({
  id: "${name}",
  title: "${name}",
  exercise: "${slug}",
  mistakes: ${name}Mistakes,
  oracles: ${name}Oracles,
  questions: [gradient],
});
`;
}

function mistakesFile(name: string): string {
  const texts: Record<string, string> = {
    sign: "符号反了：应是 2x。",
    "missing-two": "漏了因子 2：x² 的导数是 2x。",
    value: "你返回的是函数的值；这一题要它的导数。",
    doubled: "多乘了 2：x² 的导数是 2x。",
    constant: "你返回的是二阶导数；这一题要一阶导数。",
    absolute: "x 为负时符号不对：导数是 2x，不是 2|x|。",
    cube: "你求的是 x³ 的导数。",
    zero: "结果恒为 0：x 不是常数。",
  };
  const rows = Object.entries(texts).map(([id, text]) => `  "${name}.grad/${id}": "${text}",`);
  return `/** ${name} 题族的错法说明：键是「题/错法」。先说错在哪，再说应该怎样。 */
export const ${name}Mistakes: Record<string, string> = {
${rows.join("\n")}
};
`;
}

function oraclesFile(name: string): string {
  return `import { grad, type Tensor } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

export const ${name}Oracles: Oracles = {
  // 梯度库自己的答案。
  library: {
    "${name}.grad": (x) => grad((t: Tensor) => t.mul(t))(x).item(),
  },
  // 另一种写法的正确答案：自检要求它从不被拒绝。
  alternatives: {
    "${name}.grad": (x) => x + x,
  },
  // 题面里手算的例子。
  worked: [["${name}.grad", [3], 6]],
};
`;
}

function notebookFile(slug: string, name: string): string {
  const id = `${name}-grad`;
  const locked = (grade_id: string) => ({
    deletable: false,
    editable: false,
    nbgrader: { grade: false, grade_id, locked: true, schema_version: 3, solution: false, task: false },
  });
  const answer = {
    grade: true,
    grade_id: id,
    locked: false,
    points: 1,
    schema_version: 3,
    solution: true,
    task: false,
  };
  const hint = (title: string, text: string) => `<details>
<summary>${title}</summary>

${text}

</details>`;
  const text = `## 1. 梯度（1 分）

写 \`${name}Grad(x)\`，返回 $f(x)=x^2$ 的导数。

**算一个。** $x=3$ 时是 $6$。

${[hint("提示一：方向", "先给方向。"), hint("提示二：公式", "再给公式：$2x$。"), hint("提示三：几乎是答案", "几乎是答案：`2 * x`。")].join("\n\n")}`;
  const solution = `function ${name}Grad(x: number): number {
  // BEGIN SOLUTION
  return 2 * x;
  // END SOLUTION
}`;
  const markdown = (cellId: string, source: string, metadata: object = {}) => ({
    cell_type: "markdown" as const,
    id: cellId,
    metadata,
    source,
  });
  const code = (cellId: string, source: string, metadata: object) => ({
    cell_type: "code" as const,
    id: cellId,
    metadata,
    source,
    outputs: [],
    execution_count: null,
  });
  return formatNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "TypeScript (tidu)", language: "typescript", name: "tidu" },
      language_info: { file_extension: ".ts", mimetype: "text/typescript", name: "typescript" },
      tidu: { exercise: slug },
    },
    cells: [
      markdown("title", `# 练习：${name}\n\n这份练习配合第几章，共几题几分，有什么约定，写在这里。`),
      code("setup", 'import { check } from "@tidu/grader/check";', locked("setup")),
      markdown(`${id}-text`, text),
      code(id, solution, { nbgrader: answer, tidu: { question: `${name}.grad` } }),
      markdown(`${id}-why`, "**为什么这样写。** 写给看解答的人。", { tags: ["solution"] }),
      code(`${id}-check`, `await check("${name}.grad", ${name}Grad);`, locked(`${id}-check`)),
    ],
  } as Parameters<typeof formatNotebook>[0]);
}
