import { showNumber } from "./summary.js";

/** 一条局部规则的式子；g 是输出的伴随，x 是操作数，y 是输出，dot 是乘号（张量逐元素时是 ⊙）。 */
interface Rule {
  readonly arity: number;
  readonly forward: (x: readonly string[], dot: string) => string;
  readonly backward: (g: string, x: readonly string[], y: string, dot: string) => readonly string[];
}

const unary = (
  forward: (x: string) => string,
  backward: (g: string, x: string, y: string, dot: string) => string,
): Rule => ({
  arity: 1,
  forward: ([x]) => forward(x!),
  backward: (g, [x], y, dot) => [backward(g, x!, y, dot)],
});

const binary = (
  forward: (a: string, b: string, dot: string) => string,
  backward: (g: string, a: string, b: string, y: string, dot: string) => readonly [string, string],
): Rule => ({
  arity: 2,
  forward: ([a, b], dot) => forward(a!, b!, dot),
  backward: (g, [a, b], y, dot) => backward(g, a!, b!, y, dot),
});

const call = (name: string, backward: (g: string, x: string, y: string, dot: string) => string): Rule =>
  unary((x) => `${name}(${x})`, backward);

/** 讲解用的局部规则；与原语表里的 vjp 规则一一对应，数值总是取自真的那一份。 */
const rules: Record<string, Rule> = {
  add: binary(
    (a, b) => `${a} + ${b}`,
    (g) => [g, g],
  ),
  sub: binary(
    (a, b) => `${a} − ${b}`,
    (g) => [g, minus(g)],
  ),
  mul: binary(
    (a, b, dot) => `${a}${dot}${b}`,
    (g, a, b, _, dot) => [`${g}${dot}${b}`, `${g}${dot}${a}`],
  ),
  div: binary(
    (a, b) => `${a} ÷ ${b}`,
    (g, a, b, _, dot) => [`${g} ÷ ${b}`, `${minus(g)}${dot}${a} ÷ ${b}²`],
  ),
  pow: binary(
    (a, b) => power(a, b),
    (g, a, b, y, dot) => {
      const n = Number(b.replace("−", "-").replace(/[()]/g, ""));
      const lower = Number.isNaN(n) ? `${b} − 1` : showNumber(n - 1);
      return [`${g}${dot}${b}${dot}${power(a, lower)}`, `${g}${dot}${y}${dot}ln ${a}`];
    },
  ),
  maximum: binary(
    (a, b) => `max(${a}, ${b})`,
    (g, a, b, _, dot) => [`${g}${dot}[${a} 较大]`, `${g}${dot}[${b} 较大]`],
  ),
  minimum: binary(
    (a, b) => `min(${a}, ${b})`,
    (g, a, b, _, dot) => [`${g}${dot}[${a} 较小]`, `${g}${dot}[${b} 较小]`],
  ),
  matmul: binary(
    (a, b) => `${a} ${b}`,
    (g, a, b) => [`${g} ${b}ᵀ`, `${a}ᵀ ${g}`],
  ),
  where: {
    arity: 3,
    forward: ([c, a, b]) => `选择(${c}, ${a}, ${b})`,
    backward: (g, [c], _, dot) => ["", `${g}${dot}[${c} 为真]`, `${g}${dot}[${c} 为假]`],
  },
  neg: unary(
    (x) => `−${x}`,
    (g) => minus(g),
  ),
  square: unary(
    (x) => power(x, "2"),
    (g, x, _, dot) => `${g}${dot}${twice(x, dot)}`,
  ),
  exp: call("exp", (g, _, y, dot) => `${g}${dot}${y}`),
  expm1: unary(
    (x) => `exp(${x}) − 1`,
    (g, _, y, dot) => `${g}${dot}(${y} + 1)`,
  ),
  log: call("ln", (g, x) => `${g} ÷ ${x}`),
  log1p: unary(
    (x) => `ln(1 + ${x})`,
    (g, x) => `${g} ÷ (1 + ${x})`,
  ),
  sqrt: unary(
    (x) => `√${x}`,
    (g, _, y) => `${g} ÷ (2·${y})`,
  ),
  sin: call("sin", (g, x, _, dot) => `${g}${dot}cos(${x})`),
  cos: call("cos", (g, x, _, dot) => `${minus(g)}${dot}sin(${x})`),
  tanh: call("tanh", (g, _, y, dot) => `${g}${dot}(1 − ${power(y, "2")})`),
  sigmoid: call("σ", (g, _, y, dot) => `${g}${dot}${y}${dot}(1 − ${y})`),
  relu: unary(
    (x) => `max(${x}, 0)`,
    (g, x, _, dot) => `${g}${dot}[${x} > 0]`,
  ),
  abs: unary(
    (x) => `|${x}|`,
    (g, x, _, dot) => `${g}${dot}sign(${x})`,
  ),
  sum: unary(
    (x) => `Σ ${x}`,
    (g) => `${g}，原样分给每个元素`,
  ),
  mean: unary(
    (x) => `平均(${x})`,
    (g) => `${g} ÷ 个数，分给每个元素`,
  ),
  meanSquare: unary(
    (x) => `均方(${x})`,
    (g, x) => `${g}·2${x} ÷ 个数`,
  ),
  squaredNorm: unary(
    (x) => `‖${x}‖²`,
    (g, x) => `${g}·2${x}`,
  ),
  norm: unary(
    (x) => `‖${x}‖`,
    (g, x, y) => `${g}·${x} ÷ ${y}`,
  ),
  softmax: call("softmax", (g, _, y) => `${y} ⊙ (${g} − Σ ${g} ⊙ ${y})`),
  logSoftmax: call("ln softmax", (g, x) => `${g} − softmax(${x})·Σ ${g}`),
  logsumexp: call("ln Σ exp", (g, x) => `${g}·softmax(${x})`),
  huber: call("Huber", (g, x, _, dot) => `${g}${dot}(${x} 夹到 ±δ)`),
  transpose: call("转置", (g) => `转置回去的 ${g}`),
  reshape: call("改形", (g) => `改回原形的 ${g}`),
};

/** y 由操作数怎样算来；没有专门写法时写成函数调用。 */
export function forwardText(rule: string, title: string, x: readonly string[], dot: string): string {
  const known = rules[rule];
  if (known?.arity === x.length) return known.forward(x, dot);
  const bare = title
    .replaceAll("(·)", "")
    .replace(/ 沿轴.*|，.*/, "")
    .trim();
  return `${bare}(${x.join(", ")})`;
}

/** 送给第 i 个操作数的部分；没有专门写法时为 null。 */
export function backwardText(
  rule: string,
  i: number,
  g: string,
  x: readonly string[],
  y: string,
  dot: string,
): string | null {
  const known = rules[rule];
  return known?.arity === x.length ? known.backward(g, x, y, dot)[i] || null : null;
}

/** 伴随的记号：单个字母（可带数字或小写字母作下标）加一横，其余写成“…的伴随”。 */
export function bar(name: string): string {
  const letter = /^(\p{L}\p{M}*)([\d₀-₉'′]*|(?<=\p{Lu})\p{Ll})$/u.exec(name);
  return letter && !/[\u2e80-\u9fff]/.test(name)
    ? `${letter[1]}\u0304`.normalize("NFC") + letter[2]
    : `「${name}」的伴随`;
}

/** 作为因子时负数加括号。 */
export function factor(x: number): string {
  const text = showNumber(x);
  return text.startsWith("−") || text.includes("e") ? `(${text})` : text;
}

function twice(x: string, dot: string): string {
  return dot === "·" ? `2·${x}` : `2${x}`;
}

function minus(g: string): string {
  return `−${g}`;
}

function power(a: string, b: string): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  if (b === "1") return a;
  return /^\d+$/.test(b) ? a + [...b].map((c) => digits[Number(c)]).join("") : `${a}^(${b})`;
}
