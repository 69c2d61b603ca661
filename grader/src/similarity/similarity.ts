import { tokensOf } from "./tokens.js";
import { type Fingerprint, fingerprints } from "./winnow.js";

/** 参加比较的一份：只有代码。 */
export interface Work {
  student: string;
  path: string;
  source: string;
}

/** 两份相像的提交。 */
export interface Pair {
  a: number;
  b: number;
  /** 相同的指纹数。 */
  shared: number;
  /** 占较短一份的百分之几。 */
  percent: number;
}

export interface Similarity {
  works: Work[];
  pairs: Pair[];
  /** 由相像的提交连成的群，每群至少两份，大的在前。 */
  clusters: number[][];
  /** 除去发下去的与人人都有的以后，第 `index` 份里可比的指纹。 */
  marks(index: number): Fingerprint[];
}

/** 可比的指纹少于这么多的，太短，不比。 */
const ENOUGH = 8;

/**
 * 两两比较一批提交。发下去的代码不算；许多人都有的片段（多半是唯一自然的写法）也不算。
 *
 * 用倒排表只数真正相同的指纹，两千份几秒钟。
 */
export function similarityOf(works: Work[], template: string, threshold = 50): Similarity {
  const released = new Set(fingerprints(tokensOf(template)).map(({ hash }) => hash));
  const all = works.map(({ source }) =>
    fingerprints(tokensOf(source)).filter(({ hash }) => !released.has(hash)),
  );
  const index = new Map<number, number[]>();
  all.forEach((marks, i) => {
    for (const hash of new Set(marks.map((mark) => mark.hash))) {
      const owners = index.get(hash);
      if (owners === undefined) index.set(hash, [i]);
      else owners.push(i);
    }
  });
  const common = commonLimit(works.length);
  const sizes = new Array<number>(works.length).fill(0);
  const counts = new Map<number, number>();
  for (const owners of index.values()) {
    if (owners.length > common) continue;
    for (let x = 0; x < owners.length; x++) {
      sizes[owners[x]!]!++;
      for (let y = x + 1; y < owners.length; y++) {
        const key = owners[x]! * works.length + owners[y]!;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  const pairs: Pair[] = [];
  for (const [key, shared] of counts) {
    const [a, b] = [Math.floor(key / works.length), key % works.length];
    const smaller = Math.min(sizes[a]!, sizes[b]!);
    const percent = Math.round((100 * shared) / smaller);
    if (smaller < ENOUGH || percent < threshold || works[a]!.student === works[b]!.student) continue;
    pairs.push({ a, b, shared, percent });
  }
  pairs.sort((p, q) => q.percent - p.percent || q.shared - p.shared || p.a - q.a || p.b - q.b);
  return {
    works,
    pairs,
    clusters: clustersOf(pairs),
    marks: (i) => all[i]!.filter(({ hash }) => index.get(hash)!.length <= common),
  };
}

/** 超过这么多份都有的片段不作数：小班三份以上的一半，大班二十分之一。 */
function commonLimit(count: number): number {
  return Math.max(3, Math.min(Math.ceil(count / 2), Math.max(10, Math.ceil(count / 20))));
}

function clustersOf(pairs: Pair[]): number[][] {
  const parent = new Map<number, number>();
  const root = (x: number): number => {
    const up = parent.get(x) ?? x;
    if (up === x) return x;
    const top = root(up);
    parent.set(x, top);
    return top;
  };
  for (const { a, b } of pairs) {
    for (const x of [a, b]) if (!parent.has(x)) parent.set(x, x);
    parent.set(root(a), root(b));
  }
  const groups = new Map<number, number[]>();
  for (const x of parent.keys()) groups.set(root(x), [...(groups.get(root(x)) ?? []), x]);
  return [...groups.values()]
    .map((group) => group.sort((x, y) => x - y))
    .sort((x, y) => y.length - x.length || x[0]! - y[0]!);
}
