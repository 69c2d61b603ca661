import { asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { reshape, transpose } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { sum } from "../primitives/reductions.js";
import { showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { diagonal } from "./linear.js";

/** 一个操作数和它各轴的字母；"..." 展开成 "0"、"1"…（从末尾数起）。 */
interface Term {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * 爱因斯坦求和：einsum("ij,jk->ik", a, b)。同一个字母的轴对齐，不出现在箭头右边的字母求和；
 * 同一操作数里重复的字母取对角线；“...” 代表其余的轴，可以广播。省略箭头时，只出现一次的字母按字母序作输出。
 * 逐对收缩成矩阵乘法。式子不合法抛 TIDU-EINSUM-001，形状对不上抛 TIDU-EINSUM-002。
 *
 * @example
 * einsum("ij,jk->ik", [[1, 2], [3, 4]], [[1, 0], [0, 1]]).toArray() // => [[1, 2], [3, 4]]
 * @example
 * einsum("ii->", [[1, 2], [3, 4]]).item() // => 5
 */
export function einsum(equation: string, ...operands: TensorLike[]): Tensor {
  const tensors = asTensors(...operands);
  const { inputs, output } = parse(equation, tensors);
  checkSizes(equation, tensors, inputs);
  let terms = tensors.map((x, i) => uniqueLabels({ x, labels: inputs[i]! }));
  terms = dropBroadcast(terms);
  while (terms.length > 1) {
    const [a, b, ...rest] = terms as [Term, Term, ...Term[]];
    const needed = new Set([...output, ...rest.flatMap((t) => t.labels)]);
    terms = [contract(a, b, needed), ...rest];
  }
  const only = reduceTo(terms[0]!, new Set(output));
  return transpose(
    only.x,
    output.map((l) => only.labels.indexOf(l)),
  );
}

function parse(equation: string, tensors: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const text = equation.replace(/\s+/g, "");
  const bad = (why: string): TiduError =>
    new TiduError("TIDU-EINSUM-001", `einsum："${equation}" ${why}。写法如 "ij,jk->ik"。`);
  const [left, right, ...more] = text.split("->") as [string, string?, ...string[]];
  if (more.length > 0 || !/^[A-Za-z,.]*$/.test(left) || !/^[A-Za-z.]*$/.test(right ?? "")) {
    throw bad("里只能有字母、逗号、... 与一个 ->");
  }
  const parts = left.split(",");
  if (parts.length !== tensors.length) {
    throw bad(`有 ${parts.length} 个操作数，实际给了 ${tensors.length} 个`);
  }
  let widest = 0;
  const inputs = parts.map((part, i) => {
    const [before, after, ...extra] = part.split("...") as [string, string?, ...string[]];
    const letters = before.length + (after?.length ?? 0);
    const hidden = tensors[i]!.rank - letters;
    if (extra.length > 0 || `${before}${after ?? ""}`.includes(".")) throw bad("里的 ... 写错了");
    if (after === undefined ? hidden !== 0 : hidden < 0) {
      throw bad(`的第 ${i} 项 "${part}" 与形状 ${showShape(tensors[i]!.shape)} 的轴数不符`);
    }
    widest = Math.max(widest, hidden);
    return [...before, ...ellipsis(hidden), ...(after ?? "")];
  });
  const letters = inputs.flat();
  let output: string[];
  if (right === undefined) {
    const once = [...new Set(letters)].filter(
      (l) => /[A-Za-z]/.test(l) && letters.indexOf(l) === letters.lastIndexOf(l),
    );
    output = [...ellipsis(widest), ...once.sort()];
  } else {
    const [before, after] = right.split("...") as [string, string?];
    output = after === undefined ? [...before] : [...before, ...ellipsis(widest), ...after];
  }
  const unknown = output.find((l) => !letters.includes(l));
  if (unknown) throw bad(`的输出里有输入中没有的字母 ${unknown}`);
  if (new Set(output).size !== output.length) throw bad("的输出里有重复的字母");
  return { inputs, output };
}

const ellipsis = (n: number): string[] => Array.from({ length: n }, (_, i) => `${n - 1 - i}`);

function checkSizes(equation: string, tensors: readonly Tensor[], inputs: readonly string[][]): void {
  const sizes = new Map<string, number>();
  for (const [i, labels] of inputs.entries()) {
    for (const [axis, label] of labels.entries()) {
      const n = tensors[i]!.shape[axis]!;
      const seen = sizes.get(label);
      const broadcast = /\d/.test(label) && (n === 1 || seen === 1);
      if (seen !== undefined && seen !== n && !broadcast) {
        throw new TiduError(
          "TIDU-EINSUM-002",
          `einsum："${equation}" 里字母 ${label} 的长度既是 ${seen} 又是 ${n}；各操作数形状 ${tensors
            .map((t) => showShape(t.shape))
            .join("、")}。`,
        );
      }
      sizes.set(label, Math.max(n, seen ?? 0));
    }
  }
}

/** 同一操作数里重复的字母：取对角线。 */
function uniqueLabels({ x, labels }: Term): Term {
  const a = labels.findIndex((l, i) => labels.indexOf(l, i + 1) > 0);
  if (a < 0) return { x, labels };
  const b = labels.indexOf(labels[a]!, a + 1);
  const rest = labels.filter((_, i) => i !== a && i !== b);
  return uniqueLabels({ x: diagonal(x, a, b), labels: [...rest, labels[a]!] });
}

/** “...” 里长度为 1、而别处更长的轴：去掉，由别的操作数提供。 */
function dropBroadcast(terms: readonly Term[]): Term[] {
  const size = (label: string): number =>
    Math.max(...terms.map((t) => (t.labels.includes(label) ? t.x.shape[t.labels.indexOf(label)]! : 1)));
  return terms.map(({ x, labels }) => {
    const keep = labels.map((l, i) => !(/\d/.test(l) && x.shape[i] === 1 && size(l) !== 1));
    return {
      x: reshape(
        x,
        x.shape.filter((_, i) => keep[i]),
      ),
      labels: labels.filter((_, i) => keep[i]),
    };
  });
}

function reduceTo({ x, labels }: Term, needed: ReadonlySet<string>): Term {
  const axes = [...labels.keys()].filter((i) => !needed.has(labels[i]!));
  return axes.length === 0 ? { x, labels } : { x: sum(x, axes), labels: labels.filter((l) => needed.has(l)) };
}

/** 两个操作数收缩一次：各自独有又不再需要的字母先求和，其余排成 [批, 行, 内] × [批, 内, 列]。 */
function contract(a: Term, b: Term, needed: ReadonlySet<string>): Term {
  const left = reduceTo(a, new Set([...needed, ...b.labels]));
  const right = reduceTo(b, new Set([...needed, ...a.labels]));
  const shared = left.labels.filter((l) => right.labels.includes(l));
  const batch = shared.filter((l) => needed.has(l));
  const inner = shared.filter((l) => !needed.has(l));
  const rows = left.labels.filter((l) => !shared.includes(l));
  const cols = right.labels.filter((l) => !shared.includes(l));
  const sizes = (t: Term, labels: readonly string[]): number[] =>
    labels.map((l) => t.x.shape[t.labels.indexOf(l)]!);
  const arrange = (t: Term, ...groups: string[][]): Tensor =>
    reshape(
      transpose(
        t.x,
        groups.flat().map((l) => t.labels.indexOf(l)),
      ),
      groups.map((g) => sizeOf(sizes(t, g))),
    );
  const product = matmul(arrange(left, batch, rows, inner), arrange(right, batch, inner, cols));
  return {
    x: reshape(product, [...sizes(left, batch), ...sizes(left, rows), ...sizes(right, cols)]),
    labels: [...batch, ...rows, ...cols],
  };
}
