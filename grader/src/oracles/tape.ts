import { gather, grad, mean, mul, square, stopGradient, sub, type Tensor, tensor } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

type Script = number[][];

/** 用库的运算执行脚本的前 `upTo + 1` 行，返回那一行的值。 */
const runWith =
  (script: Script, upTo: number) =>
  (x: any): Tensor => {
    const rows: Tensor[] = [];
    const at = (k: number | undefined) => rows[k!]!;
    for (const [op, i, j] of script.slice(0, upTo + 1)) {
      const steps: (() => Tensor)[] = [
        () => gather(x, i!),
        () => at(i).add(at(j)),
        () => at(i).sub(at(j)),
        () => at(i).mul(at(j)),
        () => at(i).div(at(j)),
        () => at(i).pow(j!),
        () => tensor(i!),
        () => stopGradient(at(i)),
        () => tensor(0), // 反向与清零没有值，占住编号
        () => tensor(0),
      ];
      rows.push(steps[op!]!());
    }
    return rows[upTo]!;
  };

const gradOf = (script: Script, row: number, x: number[]): number[] =>
  grad(runWith(script, row) as any)(x).toArray();

const line = (w: any, b: any, xs: number[], ys: number[]) =>
  mean(mul(0.5, square(sub(mul(w, xs).add(b), ys))));

/** 逐条路径推：从第 `row` 行往回，每到一个输入就记一份。 */
function push(script: Script, values: number[], row: number, share: number, grads: number[]): void {
  const [op, i, j] = script[row] as [number, number, number];
  const [a, b] = [values[i]!, values[j]!];
  const send = (to: number, slope: number) => push(script, values, to, share * slope, grads);
  if (op === 0) grads[i] = grads[i]! + share;
  if (op === 1 || op === 2) send(i, 1);
  if (op === 1) send(j, 1);
  if (op === 2) send(j, -1);
  if (op === 3) send(i, b);
  if (op === 3) send(j, a);
  if (op === 4) send(i, 1 / b);
  if (op === 4) send(j, -a / b / b);
  if (op === 5) send(i, (j * a ** j) / a);
}

function byPaths(script: Script, x: number[]): number[] {
  const values: number[] = [];
  let grads = x.map(() => 0);
  for (const [op, i, j] of script) {
    const [a, b] = [values[i!]!, values[j!]!];
    values.push([x[i!]!, a + b, a - b, a * b, a * (1 / b), a ** j!, i!, a, 0, 0][op!]!);
    if (op === 8) push(script, values, i!, 1, grads);
    if (op === 9) grads = x.map(() => 0);
  }
  return grads;
}

export const tapeOracles: Oracles = {
  library: {
    "tape.grads": (program, x) => gradOf(program, program.length - 1, x),
    "tape.script": (script: Script, x: number[]) => {
      let total = x.map(() => 0);
      for (const [op, i] of script) {
        if (op === 9) total = x.map(() => 0);
        if (op !== 8) continue;
        const g = gradOf(script, i!, x);
        total = total.map((t, m) => t + g[m]!);
      }
      return total;
    },
    "tape.fit": (xs, ys, start, eta, steps) => {
      let at: number[] = start;
      const loss = (w: Tensor, b: Tensor): Tensor => line(w, b, xs, ys);
      for (let k = 0; k < steps; k++) {
        const g = grad(loss, { argnums: [0, 1] })(at[0]!, at[1]!);
        at = at.map((t, m) => t - eta * g[m]!.item());
      }
      return at;
    },
  },
  alternatives: {
    "tape.grads": (program: Script, x) => byPaths([...program, [8, program.length - 1]], x),
    "tape.script": byPaths,
    "tape.fit": (xs: number[], ys: number[], [w, b], eta, steps) => {
      for (let k = 0; k < steps; k++) {
        let [dw, db] = [0, 0];
        for (let i = xs.length - 1; i >= 0; i--) {
          const e = b - ys[i]! + xs[i]! * w;
          dw += (e / xs.length) * xs[i]!;
          db += e / xs.length;
        }
        w -= dw * eta;
        b -= db * eta;
      }
      return [w, b];
    },
  },
  worked: [
    [
      "tape.grads",
      [
        [
          [0, 0],
          [0, 1],
          [5, 0, 2],
          [3, 0, 1],
          [1, 2, 3],
          [5, 1, 3],
          [3, 4, 5],
        ],
        [1, 2],
      ],
      [32, 44],
    ],
    [
      "tape.grads",
      [
        [
          [0, 0],
          [6, 10],
          [5, 0, 2],
          [4, 1, 2],
        ],
        [2],
      ],
      [-2.5],
    ],
    [
      "tape.script",
      [
        [[0, 0], [0, 1], [3, 0, 1], [8, 2], [8, 2], [9], [7, 0], [3, 6, 0], [8, 7]],
        [3, 2],
      ],
      [3, 0],
    ],
    ["tape.fit", [[-1, 0, 1, 2], [-1, 1, 3, 5], [0, 0], 0.1, 1], [0.35, 0.2]],
    ["tape.fit", [[-1, 0, 1, 2], [-1, 1, 3, 5], [0, 0], 0.1, 2], [0.6375, 0.3625]],
  ],
};
