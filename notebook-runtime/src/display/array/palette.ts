/** 颜色：sRGB 三个 0–255 的分量。 */
export type Rgb = readonly [number, number, number];

/** 一格在调色板里的编号：0–254 是值，255 留给 NaN。 */
export const NAN_INDEX = 255;
export const LEVELS = 255;

const hex = (text: string): Rgb => [0, 2, 4].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as never;

/** viridis（matplotlib，CC0）等距取的九个点，中间在 OKLab 里插值。 */
const VIRIDIS = "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725".split(" ").map(hex);

const NAN: Rgb = [230, 0, 200];

/** 全同号的数用的顺序色图：由暗到亮，感知上均匀。 */
export const sequential: readonly Rgb[] = palette((t) => {
  const at = t * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [a, b] = [toOklab(VIRIDIS[i]!), toOklab(VIRIDIS[i + 1]!)];
  return a.map((v, k) => v + (b[k]! - v) * (at - i)) as never;
});

/** 有正有负的数用的发散色图：0 是浅灰，蓝为负，红为正，两边的明度对称地变暗。 */
export const diverging: readonly Rgb[] = palette((t) => {
  const s = 2 * t - 1;
  const hue = ((s < 0 ? 255 : 28) * Math.PI) / 180;
  const chroma = 0.17 * Math.abs(s) ** 0.9;
  return [0.95 - 0.47 * Math.abs(s), chroma * Math.cos(hue), chroma * Math.sin(hue)];
});

function palette(colour: (t: number) => readonly [number, number, number]): readonly Rgb[] {
  const colours: Rgb[] = Array.from({ length: LEVELS }, (_, i) => toRgb(colour(i / (LEVELS - 1))));
  return [...colours, NAN];
}

/** sRGB → OKLab（Björn Ottosson，2020）。 */
export function toOklab([r, g, b]: Rgb): readonly [number, number, number] {
  const linear = [r, g, b].map((v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const [R, G, B] = linear;
  const l = Math.cbrt(0.4122214708 * R + 0.5363325363 * G + 0.0514459929 * B);
  const m = Math.cbrt(0.2119034982 * R + 0.6806995451 * G + 0.1073969566 * B);
  const s = Math.cbrt(0.0883024619 * R + 0.2817188376 * G + 0.6299787005 * B);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toRgb([L, a, b]: readonly [number, number, number]): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((c) => {
    const v = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, v)));
  }) as never;
}
