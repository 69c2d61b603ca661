import { sizeOf } from "../shape.js";
import type { ArrayTensor } from "../tensor.js";
import type { GraphNode } from "./graph.js";
import type { BoxText, Timing } from "./picture.js";
import type { Box } from "./readable.js";
import { backwardText, bar, factor, forwardText } from "./rules.js";

/** 逐步演示的一步：标题，以及用的是哪条局部规则、代进去的数。 */
export interface Step {
  readonly title: string;
  readonly caption: string;
}

/** 演示要用到的数值。 */
export interface Numbers {
  value(node: GraphNode): ArrayTensor;
  adjoint(node: GraphNode): ArrayTensor | undefined;
  /** 各运算送给这个节点的伴随，加起来就是 adjoint。 */
  parts(node: GraphNode): readonly { readonly from: GraphNode; readonly part: ArrayTensor }[];
  sum(parts: readonly ArrayTensor[]): ArrayTensor;
  line(x: ArrayTensor): string;
  rows(x: ArrayTensor): string[];
  /** 只有一个元素时的数值；读不到时为 null。 */
  single(x: ArrayTensor): number | null;
  readonly nodes: readonly GraphNode[];
  readonly backward: boolean;
}

const digits = "₀₁₂₃₄₅₆₇₈₉";

/** 排出各步：先前向一步步算值，再反向一步步送伴随；返回带时刻表的框与各步的说明。 */
export function planSteps(texts: readonly BoxText[], n: Numbers): { texts: BoxText[]; steps: Step[] } {
  const boxes = texts.map((t) => t.box);
  const names = nameBoxes(boxes);
  const ops = boxes.filter((b) => b.kind === "op" || b.kind === "block");
  const steps: Step[] = [{ title: "输入", caption: `输入：${inputsText(boxes, names, n)}` }];
  const timing = new Map(
    boxes.map((b) => [b, { known: 0, adjoints: [] as Stage[], active: [] as number[] }]),
  );
  for (const box of ops) {
    const time = timing.get(box)!;
    time.known = steps.length;
    time.active.push(steps.length);
    steps.push({ title: `前向：${box.title}`, caption: `前向：${forwardCaption(box, names, n)}` });
  }
  if (n.backward) {
    const output = boxes.find((b) => b.isOutput);
    if (output) {
      const time = timing.get(output)!;
      time.adjoints.push({ at: steps.length, rows: ["1"] });
      time.active.push(steps.length);
    }
    const name = output ? names.get(output)! : "输出";
    steps.push({
      title: "反向：输出的伴随是 1",
      caption: `反向：从输出开始，${bar(name)} = ∂${name}/∂${name} = 1`,
    });
    const sent = contributions(boxes, n);
    for (const box of [...ops].reverse()) {
      if (!exitNodes(box).some((x) => n.adjoint(x))) continue;
      timing.get(box)!.active.push(steps.length);
      const lines: string[] = [];
      for (const { from } of box.inputs) {
        const part = sent.take(from, box);
        if (!part) continue;
        timing.get(from)!.adjoints.push({ at: steps.length, rows: n.rows(part.total) });
        lines.push(backwardLine(box, from, part, names, n));
      }
      const head = box.kind === "block" ? `经过 ${names.get(box)}` : equation(box, names, n);
      steps.push({
        title: `反向：经过 ${box.title}`,
        caption: `反向：${head}：${lines.join("；") || "没有要往回送的伴随"}`,
      });
    }
  }
  const timed = texts.map((t): BoxText => {
    const time: Timing = timing.get(t.box)!;
    const none = t.adjoint !== null && time.adjoints.length === 0;
    const last = { at: steps.length - 1, rows: t.adjoint ?? [] };
    const title = names.get(t.box)!;
    return {
      ...t,
      title,
      note: title === t.title ? t.note : t.box.kind === "block" ? "" : t.title,
      timing: none ? { ...time, adjoints: [last] } : time,
    };
  });
  return { texts: timed, steps };
}

type Stage = Timing["adjoints"][number];

interface Part {
  readonly part: ArrayTensor;
  readonly total: ArrayTensor;
  readonly first: boolean;
}

/** 没有名字的运算叫 t₁、t₂……，常量叫 c₁……，说明里好称呼。 */
function nameBoxes(boxes: readonly Box[]): Map<Box, string> {
  const taken = new Set(boxes.map((b) => b.title));
  const count = { t: 0, c: 0 };
  const fresh = (letter: "t" | "c"): string => {
    for (;;) {
      const name = letter + [...String(++count[letter])].map((d) => digits[Number(d)]).join("");
      if (!taken.has(name)) return name;
    }
  };
  return new Map(
    boxes.map((b) => {
      const named = b.node.name !== undefined || b.kind === "input" || b.kind === "block";
      return [b, named ? b.title : fresh(b.kind === "constant" ? "c" : "t")];
    }),
  );
}

function inputsText(boxes: readonly Box[], names: ReadonlyMap<Box, string>, n: Numbers): string {
  const given = boxes.filter((b) => b.kind === "input" || b.kind === "constant");
  return given.map((b) => `${names.get(b)} = ${n.line(n.value(b.node))}`).join("，") || "没有输入";
}

/** v = u·3，不带数。 */
function equation(box: Box, names: ReadonlyMap<Box, string>, n: Numbers): string {
  return `${names.get(box)} = ${forwardText(box.rule, box.note || box.title, operandNames(box, names), dotOf(box, n))}`;
}

function forwardCaption(box: Box, names: ReadonlyMap<Box, string>, n: Numbers): string {
  const result = n.line(n.value(box.node));
  if (box.kind === "block") return `${names.get(box)}(${operandNames(box, names).join("，")})，得 ${result}`;
  const symbolic = equation(box, names, n);
  const numbers = numericOperands(box, n);
  if (numbers === null) return `${symbolic}，得 ${result}`;
  const substituted = forwardText(box.rule, box.note || box.title, numbers, "·");
  const chain = [symbolic];
  if (!symbolic.endsWith(`= ${substituted}`)) chain.push(substituted);
  if (chain.at(-1) !== result) chain.push(result);
  return chain.join(" = ");
}

function backwardLine(
  box: Box,
  from: Box,
  { part, total, first }: Part,
  names: ReadonlyMap<Box, string>,
  n: Numbers,
): string {
  const target = bar(names.get(from)!);
  const got = n.line(part);
  const places = box.operands.flatMap((x, i) => (x === from ? [i] : []));
  const write = (g: string, x: readonly string[], y: string, dot: string): string | null => {
    const terms = places.map((i) => backwardText(box.rule, i, g, x, y, dot));
    return terms.length === 0 || terms.includes(null) ? null : terms.join(" + ");
  };
  const symbolic = write(bar(names.get(box)!), operandNames(box, names), names.get(box)!, dotOf(box, n));
  const numbers = numericOperands(box, n);
  const g = n.adjoint(box.node);
  const [seed, y] = [g && n.single(g), n.single(n.value(box.node))];
  let text = `${target} += `;
  if (symbolic === null) text += got;
  else if (numbers !== null && seed !== null && seed !== undefined && y !== null) {
    const substituted = write(factor(seed), numbers, factor(y), "·")!;
    text += symbolic;
    if (substituted !== symbolic && substituted !== got) text += ` = ${substituted}`;
    text += ` = ${got}`;
  } else {
    const summed = box.rule in elementwise && sizeOf(from.node.shape) < sizeOf(box.node.shape);
    text += `${symbolic}${summed ? "（沿广播的轴求和）" : ""}，得 ${got}`;
  }
  return first ? text : `${text}，累计 ${n.line(total)}`;
}

const elementwise: Record<string, true> = {
  add: true,
  sub: true,
  mul: true,
  div: true,
  maximum: true,
  minimum: true,
};

function operandNames(box: Box, names: ReadonlyMap<Box, string>): string[] {
  return box.operands.map((x) => (typeof x === "number" ? factor(x) : names.get(x)!));
}

/** 操作数与结果都是单个数时，各写成数。 */
function numericOperands(box: Box, n: Numbers): string[] | null {
  if (n.single(n.value(box.node)) === null) return null;
  const out: string[] = [];
  for (const x of box.operands) {
    const value = typeof x === "number" ? x : n.single(n.value(x.node));
    if (value === null) return null;
    out.push(factor(value));
  }
  return out;
}

/** 逐元素相乘写 ⊙；有一边是单个数时写 ·。 */
function dotOf(box: Box, n: Numbers): string {
  const single = (x: Box | number): boolean => typeof x === "number" || sizeOf(n.value(x.node).shape) === 1;
  return box.operands.some(single) ? "·" : " ⊙ ";
}

/** 一个框的值送到外面去的节点。 */
function exitNodes(box: Box): GraphNode[] {
  return box.exits ? box.exits.flatMap(exitNodes) : [box.node];
}

/** 各框依次送出的伴随：并进框里的运算算作那个框送的，图上没画的改形算作最后一个读它的框送的。 */
function contributions(boxes: readonly Box[], n: Numbers): { take(to: Box, by: Box): Part | null } {
  const owner = new Map<GraphNode, Box>();
  const place = new Map(boxes.map((b, i) => [b, i]));
  const claim = (box: Box, top: Box): void => {
    owner.set(box.node, top);
    for (const member of box.inside ?? []) claim(member, top);
  };
  for (const box of boxes) claim(box, box);
  const readers = new Map<GraphNode, GraphNode[]>();
  for (const node of n.nodes) for (const x of node.args) readers.set(x, [...(readers.get(x) ?? []), node]);
  for (const node of [...n.nodes].reverse()) {
    if (owner.has(node) || node.kind !== "op") continue;
    for (const reader of readers.get(node) ?? []) {
      const [found, best] = [owner.get(reader), owner.get(node)];
      if (found && (!best || place.get(found)! < place.get(best)!)) owner.set(node, found);
    }
  }
  const arrived = new Map<Box, ArrayTensor[]>();
  return {
    take(to, by) {
      const targets = exitNodes(to);
      if (to.kind === "constant" || targets.length !== 1) return null;
      const parts = n
        .parts(targets[0]!)
        .filter(({ from }) => owner.get(from) === by)
        .map((p) => p.part);
      if (parts.length === 0) return null;
      const part = n.sum(parts);
      const earlier = arrived.get(to) ?? [];
      const all = [...earlier, part];
      arrived.set(to, all);
      return { part, total: n.sum(all), first: earlier.length === 0 };
    },
  };
}
