import { gather, grad, type Tensor } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

/** 计算图题族的一步，用库的运算。 */
function graphStep(op: number, [a, b]: any[]): Tensor {
  const rules = [
    () => a,
    () => a.add(b),
    () => a.sub(b),
    () => a.mul(b),
    () => a.div(b),
    () => a.square(),
    () => a.exp(),
    () => a.sin(),
  ];
  return rules[op]!();
}

/** 把数据写成的图变成一个可以求导的函数。 */
function runGraph(program: number[][]) {
  return (s: any): Tensor => {
    const v: Tensor[] = [];
    for (const [k, [op, ...args]] of program.entries()) {
      const own = gather(s, k);
      v.push(
        op === 0
          ? own
          : graphStep(
              op!,
              args.map((i) => v[i]!),
            ).add(own),
      );
    }
    return v.at(-1)!;
  };
}

/** 逐条路径推：每个节点带着“对每个 s 的导数”往前走，不倒着走。 */
function pulled(program: number[][], s: number[]): { v: number; bar: number[] } {
  const nodes: { v: number; d: number[] }[] = [];
  for (const [k, [op, i, j]] of program.entries()) {
    const [a, b] = [nodes[i!]?.v ?? 0, nodes[j!]?.v ?? 0];
    const values = [0, a + b, a - b, a * b, a / b, a ** 2, Math.exp(a), Math.sin(a)];
    const slopes = [[], [1, 1], [1, -1], [b, a], [1 / b, -a / b / b], [2 * a], [Math.exp(a)], [Math.cos(a)]];
    const d = s.map(
      (_, m) =>
        (slopes[op!]![0] ?? 0) * (nodes[i!]?.d[m] ?? 0) +
        (slopes[op!]![1] ?? 0) * (nodes[j!]?.d[m] ?? 0) +
        (m === k ? 1 : 0),
    );
    nodes.push({ v: values[op!]! + s[k]!, d });
  }
  return { v: nodes.at(-1)!.v, bar: nodes.at(-1)!.d };
}

export const graphsOracles: Oracles = {
  library: {
    "graphs.local": (op, args) => {
      const f = (x: any) => graphStep(op, [gather(x, 0), args.length > 1 ? gather(x, 1) : 0]);
      return grad(f)(args).toArray();
    },
    "graphs.output": (program, s) => runGraph(program)(s).item(),
    "graphs.adjoints": (program, s) => grad(runGraph(program))(s).toArray(),
  },
  alternatives: {
    "graphs.local": (op, [a, b]) =>
      [
        [],
        [1, 1],
        [1, -1],
        [b, a],
        [1 / b, (-1 / b) * (a / b)],
        [a + a],
        [Math.exp(a)],
        [Math.sin(a + Math.PI / 2)],
      ][op]!,
    "graphs.output": (program, s) => pulled(program, s).v,
    "graphs.adjoints": (program, s) => pulled(program, s).bar,
    "graphs.written": (program) => {
      // 真的把公式写出来，数里面的运算号。
      const text: string[] = [];
      for (const [op, ...args] of program)
        text.push(op === 0 ? "x" : `(${op}${args.map((i: number) => text[i]).join("")})`);
      return text.at(-1)!.split("(").length - 1;
    },
  },
  worked: [],
};
