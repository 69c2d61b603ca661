import { textWidth } from "../display/text.js";
import { inspect } from "./inspect.js";

/** console.table 的文字，与 Node 的排法相同；不是对象时返回 null。 */
export function consoleTable(rows: unknown, only?: readonly string[]): string | null {
  if (typeof rows !== "object" || rows === null) return null;
  if (rows instanceof Map) {
    const entries = [...rows].map(([key, value], i) => [String(i), cell(key), cell(value)]);
    return draw(["(iteration index)", "Key", "Values"], entries);
  }
  if (rows instanceof Set) {
    return draw(
      ["(iteration index)", "Values"],
      [...rows].map((value, i) => [String(i), cell(value)]),
    );
  }
  const entries = Object.entries(rows);
  const columns = new Set<string>(only);
  if (!only)
    for (const [, row] of entries) if (isRow(row)) for (const key of Object.keys(row)) columns.add(key);
  const values = entries.some(([, row]) => !isRow(row));
  const body = entries.map(([index, row]) => {
    const cells = [...columns].map((key) =>
      isRow(row) && Object.hasOwn(row, key) ? cell((row as never)[key]) : "",
    );
    return [index, ...cells, ...(values ? [isRow(row) ? "" : cell(row)] : [])];
  });
  return draw(["(index)", ...columns, ...(values ? ["Values"] : [])], body);
}

function isRow(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function cell(value: unknown): string {
  return inspect(value, { depth: 0 });
}

function draw(head: string[], body: string[][]): string {
  const widths = head.map(
    (title, i) => body.reduce((most, row) => Math.max(most, textWidth(row[i] ?? "")), textWidth(title)) + 2,
  );
  const rule = (left: string, mid: string, right: string) =>
    left + widths.map((width) => "─".repeat(width)).join(mid) + right;
  const line = (cells: string[]) => {
    const padded = cells.map((text, i) => ` ${text}${" ".repeat((widths[i] ?? 0) - textWidth(text) - 1)}`);
    return `│${padded.join("│")}│`;
  };
  return [rule("┌", "┬", "┐"), line(head), rule("├", "┼", "┤"), ...body.map(line), rule("└", "┴", "┘")].join(
    "\n",
  );
}
