import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Cell {
  cell_type: string;
  source: string[];
  metadata: { tidu?: { question?: string } };
}

/** 学习者常做的改动：有的成了错的，有的仍然对。 */
const edits: ((source: string) => string)[] = [
  (source) => source.replace(" - ", " + "),
  (source) => source.replace("<=", "<"),
  (source) => source.replace(/Math\.abs\((\w+)\)/, "$1"),
  (source) => source.replace(/ \/ 2\b/, ""),
  (source) => source.replace(/ \* delta\b/, ""),
  (source) => source.replace(/return /, "return -1 * "),
];

/** 由种子决定的一串 [0, 1) 的数。 */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 造一个班：一人一份笔记本，有全对的、错一两处的、没做完的，也有抄的；同一个种子总是同样的字节。 */
export function writeClass(
  folder: string,
  count: number,
  exercise = "1-foundations/04-worked-example",
  seed = 1,
): void {
  mkdirSync(folder, { recursive: true });
  const read = (tree: string) =>
    JSON.parse(readFileSync(join(root, tree, `${exercise}.ipynb`), "utf8")) as { cells: Cell[] };
  const blank = read("exercises");
  const solved = new Map(read("solutions").cells.map((cell) => [cell.metadata.tidu?.question, cell.source]));
  const next = stream(seed);
  const width = String(count).length;
  for (let i = 0; i < count; i++) {
    const notebook = structuredClone(blank);
    const skill = next();
    for (const cell of notebook.cells) {
      const answer = solved.get(cell.metadata.tidu?.question ?? "");
      if (cell.metadata.tidu?.question === undefined || answer === undefined) continue;
      const luck = next();
      if (luck > skill + 0.55) continue;
      const source = answer.join("").replace(/^[ \t]*\/\/ (BEGIN|END) SOLUTION.*\n/gm, "");
      const edit = edits[Math.floor(next() * edits.length)]!;
      cell.source = [luck > skill + 0.2 ? edit(source) : source];
    }
    const name = `学生${String(i + 1).padStart(width, "0")}.ipynb`;
    writeFileSync(join(folder, name), `${JSON.stringify(notebook, null, 1)}\n`);
  }
}
