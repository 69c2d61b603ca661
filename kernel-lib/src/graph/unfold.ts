import { escapeXml } from "./svg.js";

/** 一段打开之后的画面：里面的图，与更里面的段。 */
export interface Unfolded {
  readonly id: string;
  readonly title: string;
  /** 括号里的几个字，如形状。 */
  readonly about: string;
  readonly svg: string;
  readonly inner: readonly Unfolded[];
}

/**
 * 收起的图，下面每一段一个可以打开的 details：不用脚本，键盘与读屏软件都认得。
 * 书里的脚本还让点图上的框也能打开（data-opens 写着 details 的 id）；打印时收着。
 */
export function drawUnfold(svg: string, blocks: readonly Unfolded[], whole: string | null): string {
  const all =
    whole === null
      ? ""
      : `<details class="tidu-open"><summary>全部展开</summary><div class="tidu-inside">${whole}</div></details>`;
  return `<div class="tidu-blocks"><style>${style}</style><div class="tidu-inside">${svg}</div>${blocks.map(details).join("")}${all}</div>`;
}

function details(block: Unfolded): string {
  const { id, title, about, svg, inner } = block;
  return `<details class="tidu-open" id="${id}"><summary>打开“${escapeXml(title)}”${about ? `（${escapeXml(about)}）` : ""}</summary><div class="tidu-inside">${svg}</div>${inner.map(details).join("")}</details>`;
}

const style = [
  ".tidu-blocks .tidu-inside{overflow-x:auto}",
  ".tidu-blocks .tidu-open{scroll-margin-top:5rem;margin:.35rem 0;padding-inline-start:.9rem;border-inline-start:2px solid currentColor;border-color:color-mix(in srgb,currentColor 30%,transparent)}",
  ".tidu-blocks .tidu-open>summary{cursor:pointer;padding:.15rem 0}",
  "@media print{.tidu-blocks .tidu-open{display:none}}",
].join("");
