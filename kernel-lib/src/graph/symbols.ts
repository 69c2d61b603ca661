import { showNumber } from "./summary.js";

/** 一个运算画在图上的样子：标题，以及各输入边上的小字（没有就是交换次序也一样）。 */
export interface Symbol {
  readonly title: string;
  readonly tags?: readonly string[];
}

const plain: Record<string, string> = {
  add: "+",
  mul: "×",
  neg: "−(·)",
  exp: "exp",
  expm1: "exp(·) − 1",
  log: "ln",
  log1p: "ln(1 + ·)",
  sqrt: "√",
  square: "(·)²",
  abs: "|·|",
  sign: "sign",
  sigmoid: "σ",
  sechSquare: "1 − tanh²",
  relu: "max(·, 0)",
  maximum: "max",
  minimum: "min",
  logicalAnd: "且",
  logicalOr: "或",
  logicalNot: "非",
  transpose: "转置",
  reshape: "改形",
  broadcastTo: "广播",
  slice: "切片",
  pad: "补边",
  concat: "拼接",
  flip: "翻转",
  cumsum: "累加",
  gather: "取元素",
  scatterAdd: "散加",
  stopGradient: "停止梯度",
  detach: "停止梯度",
  equal: "=",
  notEqual: "≠",
  cast: "转类型",
};

const ordered: Record<string, Symbol> = {
  sub: { title: "−", tags: ["＋", "－"] },
  div: { title: "÷", tags: ["分子", "分母"] },
  pow: { title: "幂", tags: ["底", "指数"] },
  mod: { title: "取余", tags: ["被除", "除数"] },
  atan2: { title: "辐角", tags: ["y", "x"] },
  matmul: { title: "矩阵乘", tags: ["左", "右"] },
  where: { title: "选择", tags: ["条件", "真", "假"] },
  greater: { title: ">", tags: ["左", "右"] },
  greaterEqual: { title: "≥", tags: ["左", "右"] },
  less: { title: "<", tags: ["左", "右"] },
  lessEqual: { title: "≤", tags: ["左", "右"] },
};

const reductions: Record<string, string> = {
  sum: "Σ",
  max: "max",
  min: "min",
  prod: "∏",
  argmax: "argmax",
  argmin: "argmin",
};

/** 没有常数操作数时的符号。 */
export function symbolOf(name: string, params: any, rank: number): Symbol {
  if (name === "clip") return { title: `夹到 [${showNumber(params.lo)}, ${showNumber(params.hi)}]` };
  if (name in reductions) {
    const axes: readonly number[] = params.axes ?? [params.axis];
    return {
      title: axes.length === rank ? reductions[name]! : `${reductions[name]} 沿轴 ${axes.join(", ")}`,
    };
  }
  return ordered[name] ?? { title: plain[name] ?? name };
}

/** 二元运算有一个操作数是常数 c 时，把 c 写进标题；constantFirst 表示 c 是左操作数。没有专门写法时为 null。 */
export function withConstant(name: string, c: number, constantFirst: boolean): string | null {
  const text = showNumber(c);
  const wrapped = c < 0 ? `(${text})` : text;
  switch (name) {
    case "add":
      return `+ ${wrapped}`;
    case "mul":
      return `× ${wrapped}`;
    case "sub":
      return constantFirst ? `${text} − (·)` : `− ${wrapped}`;
    case "div":
      return constantFirst ? `${text} ÷ (·)` : `÷ ${wrapped}`;
    case "pow":
      return constantFirst ? `${text} 的 (·) 次幂` : `(·)${superscript(text)}`;
    case "maximum":
      return `max(·, ${text})`;
    case "minimum":
      return `min(·, ${text})`;
    case "greater":
      return constantFirst ? `< ${text}` : `> ${text}`;
    case "greaterEqual":
      return constantFirst ? `≤ ${text}` : `≥ ${text}`;
    case "less":
      return constantFirst ? `> ${text}` : `< ${text}`;
    case "lessEqual":
      return constantFirst ? `≥ ${text}` : `≤ ${text}`;
    case "equal":
      return `= ${text}`;
    case "notEqual":
      return `≠ ${text}`;
    default:
      return null;
  }
}

function superscript(text: string): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  if (/^−?\d+$/.test(text)) return [...text].map((c) => (c === "−" ? "⁻" : digits[Number(c)])).join("");
  return `^${text}`;
}
