import { type Scope, scopePath, within } from "./blocks.js";
import type { Box } from "./readable.js";

/** 收起哪些段：true 全部，false 或空数组一个也不收，名字的数组只收这些。 */
export type Collapse = boolean | readonly string[];

/**
 * 把要收起的段各画成一个框。一次调用里的运算在执行次序里是连着的，外面的运算插不进来，
 * 所以合起来仍然没有环；框放在这一段最后一个运算的位置上。
 */
export function collapseBoxes(boxes: readonly Box[], collapse: Collapse): Box[] {
  const chosen = chooser(collapse);
  return gather(boxes, (box) => scopePath(box.scope).find(chosen) ?? null);
}

/** 一段收不收。 */
export function chooser(collapse: Collapse): (scope: Scope) => boolean {
  if (typeof collapse === "boolean") return () => collapse;
  return (scope) => collapse.includes(scope.name);
}

/** 打开一段：里面的框，更里面的段仍收着；外面来的值画成输入。 */
export function openBlock(block: Box): Box[] {
  const scope = block.scope;
  const inside = block.inside!;
  const exits = new Set(block.exits);
  const members = new Set(inside);
  const ports = new Map<Box, Box>();
  for (const box of inside) {
    for (const { from } of box.inputs) {
      if (members.has(from) || ports.has(from)) continue;
      const title = from.node.name ?? (from.kind === "op" ? `${from.title}（外）` : from.title);
      ports.set(from, {
        ...from,
        kind: from.kind === "constant" ? "constant" : "input",
        title,
        note: "",
        inputs: [],
        operands: [],
        isOutput: false,
      });
    }
  }
  const shown = relink(inside, (x) => ports.get(x) ?? x, exits);
  const inner = gather([...ports.values(), ...shown], (box) =>
    members.size > 0 && within(box.scope, scope)
      ? (scopePath(box.scope).find((s) => s.parent === scope) ?? null)
      : null,
  );
  return inner;
}

/** 全部的段，外层在前，按出现的次序。 */
export function allScopes(boxes: readonly Box[]): Scope[] {
  return [...new Set(boxes.flatMap((b) => scopePath(b.scope)))];
}

/** group 给出框归入哪一段；null 是照原样。 */
function gather(boxes: readonly Box[], group: (box: Box) => Scope | null): Box[] {
  const groups = new Map<Scope, Box[]>();
  const home = new Map<Box, Scope>();
  for (const box of boxes) {
    const scope = group(box);
    if (scope === null) continue;
    home.set(box, scope);
    const members = groups.get(scope);
    if (members) members.push(box);
    else groups.set(scope, [box]);
  }
  // 只含常量的段不画成框。
  for (const [scope, members] of groups) {
    if (members.some((b) => b.kind === "op" || b.kind === "block")) continue;
    groups.delete(scope);
    for (const b of members) home.delete(b);
  }
  const names = countNames([...groups.keys()]);
  const made = new Map<Box, Box>();
  const out: Box[] = [];
  for (const box of boxes) {
    const scope = home.get(box);
    if (scope === undefined) {
      const copy = relinked(box, made);
      made.set(box, copy);
      out.push(copy);
      continue;
    }
    const members = groups.get(scope)!;
    if (members.at(-1) !== box) continue;
    const own = new Set(members);
    const used = new Set(boxes.flatMap((b) => (own.has(b) ? [] : b.inputs.map((l) => l.from))));
    const exits = members.filter((b) => b.isOutput || used.has(b));
    const inputs = new Set<Box>();
    for (const member of members) {
      for (const { from } of member.inputs) if (!own.has(from)) inputs.add(made.get(from) ?? from);
    }
    const sources = [...inputs].sort((a, b) => out.indexOf(a) - out.indexOf(b));
    const folded: Box = {
      node: (exits.at(-1) ?? box).node,
      kind: "block",
      title: names.get(scope)!,
      note: "",
      inputs: sources.map((from) => ({ from, tag: "" })),
      isOutput: members.some((b) => b.isOutput),
      scope,
      rule: "block",
      operands: sources,
      inside: members,
      exits,
    };
    for (const member of members) made.set(member, folded);
    out.push(folded);
  }
  return out;
}

/** 重名的段编上号，不然图上分不清。 */
function countNames(scopes: readonly Scope[]): Map<Scope, string> {
  const total = new Map<string, number>();
  for (const s of scopes) total.set(s.name, (total.get(s.name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return new Map(
    scopes.map((s) => {
      const n = (seen.get(s.name) ?? 0) + 1;
      seen.set(s.name, n);
      return [s, total.get(s.name)! > 1 ? `${s.name}（${n}）` : s.name];
    }),
  );
}

function relinked(box: Box, made: ReadonlyMap<Box, Box>): Box {
  const get = (x: Box): Box => made.get(x) ?? x;
  if (box.inputs.every(({ from }) => get(from) === from)) return box;
  const inputs: { from: Box; tag: string }[] = [];
  for (const { from, tag } of box.inputs) {
    const source = get(from);
    const same = inputs.find((l) => l.from === source);
    if (!same) inputs.push({ from: source, tag });
    else if (tag && same.tag !== tag) same.tag += same.tag ? `、${tag}` : tag;
  }
  return { ...box, inputs, operands: box.operands.map((x) => (typeof x === "number" ? x : get(x))) };
}

function relink(boxes: readonly Box[], get: (x: Box) => Box, exits: ReadonlySet<Box>): Box[] {
  const made = new Map<Box, Box>();
  const all = (x: Box): Box => made.get(x) ?? get(x);
  return boxes.map((box) => {
    const copy = {
      ...box,
      inputs: box.inputs.map(({ from, tag }) => ({ from: all(from), tag })),
      operands: box.operands.map((x) => (typeof x === "number" ? x : all(x))),
      isOutput: exits.has(box),
    };
    made.set(box, copy);
    return copy;
  });
}
