import { columnFormat, fullText, type Printable, scalarText, summary, valuesText } from "./format.js";

/** MIME 束：内容类型 → 内容。 */
export type DisplayBundle = Record<string, string>;

/** 数的数组怎样画；与 @tidu/notebook-runtime 的约定，两边都不依赖对方。 */
export interface DisplayArray {
  readonly title: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | null;
  readonly note: string;
  readonly text: string;
  readonly format: (v: number) => string;
  readonly bool: boolean;
}

/** 内核在要显示时给的画法；Deno 等别的内核不给，就只有文本。 */
export interface DisplayTools {
  /** 数组 → HTML。 */
  array?(view: DisplayArray): string;
}

/** 小到要把每个数写出来的数组，才值得为所有的数选一个共同的写法。 */
const aligned = 5000;

/** 张量的 MIME 束；有画法就加上图。 */
export function displayBundle(x: Printable, tools?: DisplayTools): DisplayBundle {
  const text = fullText(x);
  if (!tools?.array) return { "text/plain": text };
  const { data, shape, note, dtype } = x;
  const format =
    data && data.length <= aligned
      ? columnFormat(Array.from(data), dtype)
      : (v: number) => scalarText(v, dtype);
  const html = tools.array({
    title: `${summary(x).replace(/ (?=\S*$)/, " · ")}`,
    shape,
    data,
    note,
    text: data ? valuesText(x) : "",
    format: (v) => format(v).trim(),
    bool: dtype === "bool",
  });
  return { "text/plain": text, "text/html": html };
}
