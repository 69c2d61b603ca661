import { image } from "./image.js";
import type { ValueOptions } from "./options.js";
import { plot } from "./plot.js";
import { progress } from "./progress.js";
import { displayValue, html, json, latex, markdown, raw, svg, text } from "./rich.js";
import { table } from "./table.js";
import { audio, video } from "./video.js";

const kinds = { html, markdown, latex, svg, image, json, table, plot, progress, video, audio, text, raw };

/** display 自己，以及挂在它上面的各种显示函数：display.html(…)、display.table(…)。 */
export type Display = typeof displayValue & typeof kinds;

/**
 * 显示一个值，与它作为单元格最后一行的值时一样：对象折叠，记录的数组排成表，
 * 类型化数组与张量画成色块，认得出的图直接画；字符串原样，键全是内容类型的对象就是 MIME 束。
 * 也可以指明怎样显示：display.html(…)、display.latex(…)、display.image(…) 等，与同名的函数相同。
 *
 * @param options.depth 展开几层，默认 5
 * @param options.items 每层最多列几项，默认 100
 * @param options.limit 文字最多多少个字符，默认 100 000
 *
 * @example
 * display({ loss: 0.5, step: 3 });
 * // => text/plain "{ loss: 0.5, step: 3 }"
 *
 * @example
 * display({ "text/markdown": "**粗**", "text/plain": "粗" });
 * // => text/markdown "**粗**"
 */
export const display: Display = Object.assign(
  (value: unknown, options?: ValueOptions): void => displayValue(value, options),
  kinds,
);
