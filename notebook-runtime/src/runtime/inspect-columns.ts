import { textWidth } from "../display/text.js";

/** 一行最多多少格。 */
export const BREAK = 80;
/** 最里面几层可以写成一行。 */
export const COMPACT = 3;
/** 数组、Map、Set 最多写几项。 */
export const MAX_ARRAY = 100;

/** 长数组排成若干列。 */
export function inColumns(output: string[], value: ArrayLike<unknown>, indentation: number): string[] {
  const hasMore = output.length > MAX_ARRAY;
  const count = hasMore ? output.length - 1 : output.length;
  const widths = output.slice(0, count).map((text) => textWidth(text.normalize("NFC")));
  const total = widths.reduce((sum, w) => sum + w + 2, 0);
  const longest = Math.max(...widths);
  const actual = longest + 2;
  if (actual * 3 + indentation >= BREAK || !(total / actual > 5 || longest <= 6)) return output;
  const bias = Math.sqrt(actual - total / output.length);
  const biased = Math.max(actual - 3 - bias, 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * biased * count) / biased),
    Math.floor((BREAK - indentation) / actual),
    COMPACT * 4,
    15,
  );
  if (columns <= 1) return output;
  const widest: number[] = [];
  for (let i = 0; i < columns; i++) {
    let width = 0;
    for (let j = i; j < count; j += columns) width = Math.max(width, widths[j]);
    widest.push(width + 2);
  }
  let right = true;
  for (let i = 0; i < output.length; i++) {
    if (typeof value[i] !== "number" && typeof value[i] !== "bigint") right = false;
  }
  const rows: string[] = [];
  for (let i = 0; i < count; i += columns) {
    const end = Math.min(i + columns, count);
    let row = "";
    let j = i;
    for (; j < end - 1; j++) {
      const cell = `${output[j]}, `;
      const size = widest[j - i] + output[j].length - widths[j];
      row += right ? cell.padStart(size) : cell.padEnd(size);
    }
    row += right ? output[j].padStart(widest[j - i] + output[j].length - widths[j] - 2) : output[j];
    rows.push(row);
  }
  if (hasMore) rows.push(output[count]);
  return rows;
}
