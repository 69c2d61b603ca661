/** 待排的节点：主轴方向（层与层之间）与横轴方向（同层之内）的尺寸。 */
export interface LayoutNode {
  readonly main: number;
  readonly cross: number;
  /** 连到这个节点的各个来源的序号。 */
  readonly from: readonly number[];
  /** 前面（主轴方向）至少空出这么多，放边上的小字。 */
  readonly lead?: number;
  /** 各入边的箭头在框边上最多隔这么远，缺省 30。 */
  readonly spread?: number;
  /** 箭头离框中心最多这么远；缺省留出框的圆角。 */
  readonly reach?: number;
}

export interface Point {
  readonly main: number;
  readonly cross: number;
}

export interface Layout {
  readonly main: number;
  readonly cross: number;
  /** 各节点的中心。 */
  readonly centers: readonly Point[];
  /** 各节点的每条入边经过的点：成对出现，一对之间走直线，对与对之间走曲线。 */
  readonly routes: readonly (readonly Point[])[][];
}

/** 排布里的一格：真节点，或长边经过一层时占的位置。 */
interface Slot {
  readonly node: number | null;
  readonly rank: number;
  readonly cross: number;
  readonly before: Slot[];
  readonly after: Slot[];
  order: number;
  center: number;
}

const layerGap = 44;
/** 出入框时先走的一小段直线：箭头端正，也让开边上的小字。 */
const runway = 9;
const slotGap = 22;
/** 长边给自己留的宽度。 */
const laneWidth = 10;

/**
 * 分层布局（Sugiyama）：按最长路分层，长边在经过的每层占一格，重心法减少交叉，
 * 再把每层的位置解成“尽量正对邻居、彼此不重叠”。边只在层间的空白里转弯，所以不会压到框。
 */
export function layout(nodes: readonly LayoutNode[]): Layout {
  const ranks = assignRanks(nodes);
  const depth = Math.max(0, ...ranks) + 1;
  const slots = nodes.map((n, i): Slot => slot(i, ranks[i]!, n.cross));
  const all = [...slots];
  const lanes = nodes.map((n, i) =>
    n.from.map((source) => {
      const chain = [slots[source]!];
      for (let rank = ranks[source]! + 1; rank < ranks[i]!; rank++) {
        const lane = slot(null, rank, laneWidth);
        all.push(lane);
        chain.push(lane);
      }
      chain.push(slots[i]!);
      for (let k = 1; k < chain.length; k++) {
        chain[k - 1]!.after.push(chain[k]!);
        chain[k]!.before.push(chain[k - 1]!);
      }
      return chain;
    }),
  );
  const layers = Array.from({ length: depth }, (_, r) => all.filter((s) => s.rank === r));
  const visited = readingOrder(slots);
  for (const layer of layers) layer.sort((a, b) => visited.get(a)! - visited.get(b)!);
  orderLayers(layers);
  placeCross(layers);

  const thickness = layers.map((layer) =>
    Math.max(0, ...layer.map((s) => (s.node === null ? 0 : nodes[s.node]!.main))),
  );
  const starts: number[] = [];
  let at = 0;
  for (const [r, t] of thickness.entries()) {
    starts.push(at);
    const lead = Math.max(0, ...(layers[r + 1] ?? []).map((s) => nodes[s.node ?? -1]?.lead ?? 0));
    at += t + Math.max(layerGap + crowding(layers[r]!), lead);
  }
  const low = Math.min(...all.map((s) => s.center - s.cross / 2));
  const high = Math.max(...all.map((s) => s.center + s.cross / 2));
  for (const s of all) s.center -= low;
  const centers = slots.map((s) => ({ main: starts[s.rank]! + thickness[s.rank]! / 2, cross: s.center }));
  const ports = arrivalPorts(lanes, nodes);
  const routes = lanes.map((chains, i) =>
    chains.map((chain, k) => {
      const points: Point[] = [];
      for (const [step, s] of chain.entries()) {
        const last = step === chain.length - 1;
        const half = s.node === null ? thickness[s.rank]! / 2 : nodes[s.node]!.main / 2;
        const middle = starts[s.rank]! + thickness[s.rank]! / 2;
        const cross = last ? s.center + ports[i]![k]! : s.center;
        if (step > 0) points.push({ main: starts[s.rank]! - runway, cross });
        if (last) points.push({ main: middle - half, cross });
        else {
          if (step === 0) points.push({ main: middle + half, cross });
          points.push({ main: starts[s.rank]! + thickness[s.rank]! + (step === 0 ? 2 : runway), cross });
        }
      }
      return points;
    }),
  );
  const last = thickness.length - 1;
  return {
    main: last < 0 ? 0 : starts[last]! + thickness[last]!,
    cross: all.length ? high - low : 0,
    centers,
    routes,
  };
}

function slot(node: number | null, rank: number, cross: number): Slot {
  return { node, rank, cross, before: [], after: [], order: 0, center: 0 };
}

/** 最长路分层；没有输入的节点尽量靠近第一个用到它的节点。 */
function assignRanks(nodes: readonly LayoutNode[]): number[] {
  const ranks = nodes.map(() => 0);
  for (const [i, n] of nodes.entries()) for (const j of n.from) ranks[i] = Math.max(ranks[i]!, ranks[j]! + 1);
  const first = nodes.map(() => Infinity);
  for (const [i, n] of nodes.entries()) for (const j of n.from) first[j] = Math.min(first[j]!, ranks[i]!);
  for (const [i, n] of nodes.entries()) {
    if (n.from.length === 0 && Number.isFinite(first[i]!)) ranks[i] = first[i]! - 1;
  }
  return ranks;
}

/** 初始次序：从输出往回走，先走左边的操作数，图上的左右就与式子里的左右一致。 */
function readingOrder(slots: readonly Slot[]): Map<Slot, number> {
  const order = new Map<Slot, number>();
  const visit = (start: Slot): void => {
    const stack = [start];
    for (let s = stack.pop(); s; s = stack.pop()) {
      if (order.has(s)) continue;
      order.set(s, order.size);
      for (const t of [...s.before].reverse()) stack.push(t);
    }
  };
  for (const s of slots) if (s.after.length === 0) visit(s);
  return order;
}

/** 重心法：上下来回扫，留下交叉最少的次序。 */
function orderLayers(layers: Slot[][]): void {
  const number = (layer: Slot[]): void => {
    for (const [i, s] of layer.entries()) s.order = i;
  };
  layers.forEach(number);
  let best = layers.map((l) => [...l]);
  let fewest = countCrossings(layers);
  for (let sweep = 0; sweep < 24 && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    const sequence = down ? layers : [...layers].reverse();
    for (const layer of sequence) {
      const weight = new Map(layer.map((s) => [s, barycenter(down ? s.before : s.after, s.order)]));
      layer.sort(
        (a, b) => weight.get(a)! - weight.get(b)! || (sweep % 4 < 2 ? a.order - b.order : b.order - a.order),
      );
      number(layer);
    }
    for (let pass = 0; pass < 8 && transposePairs(layers); pass++);
    const crossings = countCrossings(layers);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = layers.map((l) => [...l]);
  }
  for (const [r, layer] of best.entries()) {
    layers[r] = layer;
    number(layer);
  }
}

function barycenter(neighbours: readonly Slot[], own: number): number {
  if (neighbours.length === 0) return own;
  return neighbours.reduce((sum, s) => sum + s.order, 0) / neighbours.length;
}

/** 相邻两格交换后交叉更少就交换；返回有没有交换过。 */
function transposePairs(layers: readonly Slot[][]): boolean {
  let changed = false;
  for (const layer of layers) {
    for (let i = 0; i + 1 < layer.length; i++) {
      const [a, b] = [layer[i]!, layer[i + 1]!];
      if (pairCrossings(b, a) >= pairCrossings(a, b)) continue;
      layer[i] = b;
      layer[i + 1] = a;
      [a.order, b.order] = [i + 1, i];
      changed = true;
    }
  }
  return changed;
}

/** a 在 b 之前时，两者的边互相交叉的次数。 */
function pairCrossings(a: Slot, b: Slot): number {
  let count = 0;
  for (const side of ["before", "after"] as const) {
    for (const x of a[side]) for (const y of b[side]) if (x.order > y.order) count++;
  }
  return count;
}

function countCrossings(layers: readonly Slot[][]): number {
  let count = 0;
  for (const layer of layers) {
    for (const [i, a] of layer.entries()) {
      for (const b of layer.slice(i + 1)) {
        for (const x of a.after) for (const y of b.after) if (x.order > y.order) count++;
      }
    }
  }
  return count;
}

/** 反复让每格靠近邻居的加权平均；同层的间距由保序回归保证。 */
function placeCross(layers: readonly Slot[][]): void {
  for (const layer of layers)
    settle(
      layer,
      layer.map((_, i) => i),
      layer.map(() => 1),
    );
  for (let round = 0; round < 120; round++) {
    const sequence = round % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of sequence) {
      const wanted = layer.map((s) => {
        let [sum, total] = [0, 0];
        const sides = round >= 80 ? [...s.before, ...s.after] : round % 2 === 0 ? s.before : s.after;
        for (const t of sides) {
          const w = pull(s, t);
          sum += w * t.center;
          total += w;
        }
        return total > 0 ? { at: sum / total, weight: total } : { at: s.center, weight: 0.01 };
      });
      settle(
        layer,
        wanted.map((w) => w.at),
        wanted.map((w) => w.weight),
      );
    }
  }
}

/** 对正的力度：长边最要直；主干（有自己输入的节点）其次；输入只是旁支。 */
function pull(a: Slot, b: Slot): number {
  if (a.node === null && b.node === null) return 16;
  if (a.node === null || b.node === null) return 3;
  const [first, second] = a.rank < b.rank ? [a, b] : [b, a];
  return first.before.length === 0 ? 0.02 : second.before.length === 1 || first.after.length === 1 ? 4 : 1;
}

/** 最小化 Σ w(x−d)²，约束 x 依次至少相隔所需的距离：减去累计间距后就是保序回归。 */
function settle(layer: readonly Slot[], wanted: readonly number[], weights: readonly number[]): void {
  const offset: number[] = [];
  for (const [i, s] of layer.entries()) {
    const previous = layer[i - 1];
    offset.push(previous ? offset[i - 1]! + (previous.cross + s.cross) / 2 + slotGap : 0);
  }
  const solved = isotonic(
    wanted.map((w, i) => w - offset[i]!),
    weights,
  );
  for (const [i, s] of layer.entries()) s.center = solved[i]! + offset[i]!;
}

/** 保序回归：不减的序列里离 wanted 加权平方和最小的一个（相邻违例合并）。 */
function isotonic(wanted: readonly number[], weights: readonly number[]): number[] {
  const blocks: { mean: number; weight: number; count: number }[] = [];
  for (const [i, mean] of wanted.entries()) {
    blocks.push({ mean, weight: weights[i]!, count: 1 });
    while (blocks.length > 1 && blocks.at(-2)!.mean > blocks.at(-1)!.mean) {
      const b = blocks.pop()!;
      const a = blocks.pop()!;
      const weight = a.weight + b.weight;
      blocks.push({
        mean: (a.mean * a.weight + b.mean * b.weight) / weight,
        weight,
        count: a.count + b.count,
      });
    }
  }
  return blocks.flatMap(({ mean, count }) => new Array<number>(count).fill(mean));
}

/** 入边到框边上的位置：尽量正对来处（主干因此是直的），几条边互相错开，不出框。 */
function arrivalPorts(lanes: readonly Slot[][][], nodes: readonly LayoutNode[]): number[][] {
  return lanes.map((chains, i) => {
    const limit = nodes[i]!.reach ?? Math.max(0, nodes[i]!.cross / 2 - 14);
    const step = Math.min(nodes[i]!.spread ?? 30, (2 * limit) / Math.max(1, chains.length - 1));
    const sorted = chains
      .map((chain, k) => ({ k, offset: chain.at(-2)!.center - chain.at(-1)!.center }))
      .sort((a, b) => a.offset - b.offset);
    const clamp = (x: number): number => Math.min(limit, Math.max(-limit, x));
    const spread = isotonic(
      sorted.map(({ offset }, place) => clamp(offset) - place * step),
      sorted.map(({ offset }) => (Math.abs(offset) < 1 ? 20 : 1)),
    );
    const ports = new Array<number>(chains.length).fill(0);
    // 在减去间距之后的坐标里截断，靠边的几个仍隔着 step。
    const most = limit - step * (chains.length - 1);
    for (const [place, { k }] of sorted.entries()) {
      ports[k] = Math.min(most, Math.max(-limit, spread[place]!)) + place * step;
    }
    return ports;
  });
}

/** 斜得厉害的边多时，层间多留些地方。 */
function crowding(layer: readonly Slot[]): number {
  let steepest = 0;
  for (const s of layer)
    for (const t of s.after) steepest = Math.max(steepest, Math.abs(s.center - t.center));
  return Math.min(28, steepest / 12);
}
