import { table } from "../display/table.js";
import type { Box } from "../runtime/box.js";
import type { MagicHandler } from "./context.js";
import { bytesOf, megabytes } from "./size.js";

const KINDS: Record<string, string> = { import: "导入", namespace: "命名空间" };

/** 值的类型名：基本类型、类名，张量带形状。 */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "function")
    return /^class\b/.test(Function.prototype.toString.call(value)) ? "类" : "函数";
  if (typeof value !== "object") return typeof value;
  try {
    if (Object.prototype.toString.call(value) === "[object Module]") return "模块";
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    const base = typeof name === "string" && name !== "" ? name : "object";
    const { shape, dtype, length } = value as { shape?: unknown; dtype?: unknown; length?: unknown };
    if (Array.isArray(shape) && typeof dtype === "string") return `张量 [${shape.join(", ")}] ${dtype}`;
    return Array.isArray(value) || ArrayBuffer.isView(value) ? `${base}(${String(length)})` : base;
  } catch {
    return "object";
  }
}

/** 值的一行摘要。 */
function short(value: unknown, inspect: (value: unknown) => string): string {
  if (typeof value === "function") return "";
  let text: string;
  try {
    text = inspect(value).replace(/\s+/g, " ");
  } catch {
    return "（无法显示）";
  }
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function visible(boxes: Iterable<Box>, type: string): Box[] {
  const list = [...boxes].sort((a, b) => a.name.localeCompare(b.name));
  return type === ""
    ? list
    : list.filter((box) => typeName(box.v).toLowerCase().startsWith(type.toLowerCase()));
}

export const who: MagicHandler = ({ variables, call, inspect, print }) => {
  const boxes = visible(variables.own(), call.args);
  if (boxes.length === 0) print(call.args === "" ? "还没有变量。" : `没有类型是 ${call.args} 的变量。`);
  const width = Math.max(...boxes.map((box) => box.name.length), 0);
  for (const box of boxes) {
    const value = short(box.v, inspect);
    print(`${box.name.padEnd(width)}  ${typeName(box.v)}${value && `  ${value}`}`);
  }
};

export const whos: MagicHandler = ({ variables, call, inspect, print }) => {
  const boxes = visible(variables.own(), call.args);
  if (boxes.length === 0) return print("还没有变量。");
  table(
    boxes.map((box) => {
      const bytes = box.kind === "import" ? 0 : bytesOf(box.v);
      return {
        名字: box.name,
        声明: KINDS[box.kind] ?? box.kind,
        类型: typeName(box.v),
        大小: bytes === 0 ? "" : megabytes(bytes),
        值: short(box.v, inspect),
      };
    }),
  );
};

export const reset: MagicHandler = ({ variables, print }) => {
  print(`已清除 ${variables.reset()} 个变量。`);
};
