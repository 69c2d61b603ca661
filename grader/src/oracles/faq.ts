import { grad, matmul, mul, ones, sigmoid, sub, tensor, trace } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

const answer = (holds: boolean, ...evidence: number[]) => ({ claim: holds ? 1 : 0, evidence });

/** 把一列矩阵乘法录成图，从图上各节点的形状数乘法。 */
function multiplications(widths: number[]): number {
  const chain = (x: any) => widths.slice(1).reduce((h, width, k) => matmul(ones([width, widths[k]!]), h), x);
  const { nodes } = trace(chain)(ones([widths[0]!, 1]));
  return nodes
    .filter((node) => node.kind === "op" && node.args.length === 2)
    .reduce((sum, node) => sum + nodes[node.args[0]!]!.shape.reduce((a, b) => a * b, 1), 0);
}

export const faqOracles: Oracles = {
  library: {
    "faq.modes": (widths: number[]) => {
      const forward = widths[0]! * multiplications(widths);
      const reverse = widths[widths.length - 1]! * multiplications([...widths].reverse());
      return answer(forward < reverse, forward, reverse);
    },
    "faq.vanishing": (ws: number[], x: number) => {
      const chain = (h: any) => ws.reduce((v, w) => sub(sigmoid(mul(w, v)), 0.5), h);
      const gradient = (grad(chain)(tensor(x)) as any).item();
      const straight = ws.map((w) => (grad((h: any) => sigmoid(mul(Math.abs(w), h)))(0) as any).item());
      const bound = straight.reduce((a: number, b: number) => a * b, 1);
      return answer(Math.abs(gradient) < 1e-3, gradient, bound);
    },
  },
  alternatives: {
    "faq.modes": (widths: number[]) => {
      let pass = 0;
      for (let k = widths.length - 1; k > 0; k--) pass += widths[k]! * widths[k - 1]!;
      const [n, m] = [widths.at(0)!, widths.at(-1)!];
      return answer(n < m, pass * n, pass * m);
    },
    "faq.vanishing": (ws: number[], x: number) => {
      let [h, gradient] = [x, 1];
      for (const w of ws) {
        const s = 1 / (1 + Math.exp(-w * h));
        gradient *= w * s * (1 - s);
        h = s - 0.5;
      }
      const bound = Math.abs(ws.reduce((a, w) => a * w, 1)) / 4 ** ws.length;
      return answer(gradient > -0.001 && gradient < 0.001, gradient, bound);
    },
    "faq.step": (sides: number, bits: number, f: number, high: number, h: number) => {
      const noise = f / 2 ** bits;
      if (sides === 1) {
        const best = Math.sqrt((4 * noise) / high);
        return answer(best > h, 0.5 * high * h, (noise + noise) / h, best);
      }
      const best = ((3 * noise) / high) ** (1 / 3);
      return answer(best > h, (high * h ** 2) / 6, noise / h, best);
    },
    "faq.kink": (values: number[], h: number, g: number) => {
      const [left, right] = [0, 1].map((i) => (values[i + 1]! - values[i]!) / h) as [number, number];
      const [low, high] = left < right ? [left, right] : [right, left];
      return answer(!(g < low || g > high), left, right);
    },
  },
  worked: [
    ["faq.modes", [[2, 4, 3]], { claim: 1, evidence: [40, 60] }],
    ["faq.vanishing", [[2, -4, 8], 0], { claim: 0, evidence: [-1, 1] }],
    ["faq.step", [1, 24, 1, 1, 2 ** -10], { claim: 0, evidence: [2 ** -11, 2 ** -13, 2 ** -11] }],
    ["faq.kink", [[0.5, 0, 0.5], 0.5, 0], { claim: 1, evidence: [-1, 1] }],
  ],
};
