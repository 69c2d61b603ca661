// 第 1.5 章的磁带引擎。脚本是数据：一行一条指令，第 k 行的结果就是第 k 个量。
// 0 输入 [0, m]，1 加，2 减，3 乘，4 除 [·, i, j]，5 乘方 [5, i, n]，6 常数 [6, c]，
// 7 剪断 [7, i]，8 反向 [8, i]，9 清零 [9]。
export type Script = number[][];

export interface Var {
  value: number;
  grad: number;
  inputs: Var[];
  slopes: number[];
}

/** 换掉引擎的一处，用来造错法。 */
export interface Change {
  slopes?(op: number, a: number, b: number): number[] | undefined;
  /** 把一份贡献放进伴随值；`slot` 是第几个输入。 */
  put?(bar: Map<Var, number>, input: Var, share: number, slot: number): void;
  upstream?: boolean;
  onwards?: boolean;
  seed?(output: Var): number;
  /** 倒放一遍以后，怎样记到叶子上。 */
  collect?(leaf: Var, adjoint: number): void;
  /** 中间节点的伴随值留到下一次。 */
  keepsBar?: boolean;
  /** 留到下一次时，起点的 1 也加在旧的上面。 */
  addsSeed?: boolean;
  /** 倒放一遍就丢掉磁带。 */
  drops?: boolean;
  detach?: "ignored" | "zero";
  /** 清零的指令：不理会，留到最后才做，只清第 0 个输入。 */
  zero?: "ignored" | "last" | "first-leaf";
  /** 第 8 条指令从哪里出发。 */
  from?(rows: (Var | null)[], i: number): Var;
}

export const values = (op: number, a: number, b: number): number =>
  [0, a + b, a - b, a * b, a / b, a ** b][op]!;

function slopesOf(op: number, a: number, b: number): number[] {
  if (op === 1) return [1, 1];
  if (op === 2) return [1, -1];
  if (op === 3) return [b, a];
  if (op === 4) return [1 / b, -a / (b * b)];
  return [b * a ** (b - 1)];
}

export const leaf = (value: number): Var => ({ value, grad: 0, inputs: [], slopes: [] });

export class Engine {
  readonly #tape: Var[] = [];
  readonly #change: Change;
  #bar = new Map<Var, number>();

  constructor(change: Change = {}) {
    this.#change = change;
  }

  /** 算出一步，记在磁带上；乘方的 b 是次数，不是输入。 */
  step(op: number, a: Var, b: Var): Var {
    const slopes = this.#change.slopes?.(op, a.value, b.value) ?? slopesOf(op, a.value, b.value);
    const made = {
      ...leaf(values(op, a.value, b.value)),
      inputs: op === 5 ? [a] : [a, b],
      slopes,
    };
    this.#tape.push(made);
    return made;
  }

  backward(output: Var): void {
    const change = this.#change;
    if (!change.keepsBar) this.#bar = new Map();
    const bar = this.#bar;
    const before = change.addsSeed && output.inputs.length > 0 ? (bar.get(output) ?? 0) : 0;
    bar.set(output, before + (change.seed?.(output) ?? 1));
    const order = change.onwards ? this.#tape : this.#tape.toReversed();
    const leaves = new Map<Var, number>();
    for (const made of order) {
      const upstream = bar.get(made);
      if (upstream === undefined) continue;
      made.inputs.forEach((input, slot) => {
        const share = (change.upstream === false ? 1 : upstream) * made.slopes[slot]!;
        const target = input.inputs.length === 0 ? leaves : bar;
        if (change.put) change.put(target, input, share, slot);
        else target.set(input, (target.get(input) ?? 0) + share);
      });
    }
    if (output.inputs.length === 0) leaves.set(output, bar.get(output)!);
    for (const [node, adjoint] of leaves)
      if (change.collect) change.collect(node, adjoint);
      else node.grad += adjoint;
    if (change.drops) this.#tape.length = 0;
  }
}

/** 从头到尾执行一份脚本，返回各输入的 grad。 */
export function run(script: Script, inputs: number[], change: Change = {}): number[] {
  const engine = new Engine(change);
  const leaves = inputs.map(leaf);
  const rows: (Var | null)[] = [];
  const clear = () =>
    leaves.forEach((x, m) => {
      if (change.zero !== "first-leaf" || m === 0) x.grad = 0;
    });
  for (const [op, i, j] of script) {
    const at = (k: number) => rows[k]!;
    if (op === 0) rows.push(leaves[i!]!);
    else if (op === 6) rows.push(leaf(i!));
    else if (op === 7)
      rows.push(change.detach === "ignored" ? at(i!) : leaf(change.detach === "zero" ? 0 : at(i!).value));
    else if (op === 8) {
      engine.backward(change.from?.(rows, i!) ?? at(i!));
      rows.push(null);
    } else if (op === 9) {
      if (change.zero !== "ignored" && change.zero !== "last") clear();
      rows.push(null);
    } else rows.push(engine.step(op!, at(i!), op === 5 ? leaf(j!) : at(j!)));
  }
  if (change.zero === "last" && script.some(([op]) => op === 9)) clear();
  return leaves.map((x) => x.grad);
}

/** 一个数和它对每个输入的导数：顺着脚本往前推，不用磁带。 */
interface Dual {
  v: number;
  d: number[];
}

/** 顺着推一遍，返回每一行的值与导数；反向与清零的行是 null。 */
export function duals(script: Script, inputs: number[]): (Dual | null)[] {
  const rows: (Dual | null)[] = [];
  const flat = (v: number): Dual => ({ v, d: inputs.map(() => 0) });
  const mix = (v: number, a: Dual, p: number, b?: Dual, q = 0): Dual => ({
    v,
    d: a.d.map((t, m) => t * p + (b ? b.d[m]! * q : 0)),
  });
  const rules: ((i: number, j: number) => Dual | null)[] = [
    (m) => ({ v: inputs[m]!, d: inputs.map((_, k) => (k === m ? 1 : 0)) }),
    (i, j) => mix(rows[i]!.v + rows[j]!.v, rows[i]!, 1, rows[j]!, 1),
    (i, j) => mix(rows[i]!.v - rows[j]!.v, rows[i]!, 1, rows[j]!, -1),
    (i, j) => mix(rows[i]!.v * rows[j]!.v, rows[i]!, rows[j]!.v, rows[j]!, rows[i]!.v),
    (i, j) => {
      const quotient = rows[i]!.v / rows[j]!.v;
      return mix(quotient, rows[i]!, 1 / rows[j]!.v, rows[j]!, -quotient / rows[j]!.v);
    },
    (i, n) => mix(rows[i]!.v ** n, rows[i]!, n * rows[i]!.v ** (n - 1)),
    (c) => flat(c),
    (i) => flat(rows[i]!.v),
    () => null,
    () => null,
  ];
  for (const [op, i, j] of script) rows.push(rules[op!]!(i!, j!));
  return rows;
}

/** 脚本执行完以后各输入的 grad：最后一次清零之后，每一次反向各加一份。 */
export function summed(script: Script, inputs: number[]): number[] {
  const rows = duals(script, inputs);
  const after = script.findLastIndex(([op]) => op === 9);
  return script
    .slice(after + 1)
    .filter(([op]) => op === 8)
    .reduce(
      (total, [, i]) => total.map((t, m) => t + rows[i!]!.d[m]!),
      inputs.map(() => 0),
    );
}
