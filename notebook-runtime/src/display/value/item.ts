/** 文字的类别，决定颜色。 */
export type Tone = "string" | "number" | "word" | "symbol" | "name" | "quiet" | "error" | "plain";

/** 树上的一行：画成 HTML 或文字之前，值已经变成这种不含值本身的数据。 */
export interface Item {
  /** 属性名、下标或「键 →」；根没有。 */
  key?: string;
  /** 键是内部的（如 [cause]），不是属性。 */
  internal?: boolean;
  text: string;
  tone: Tone;
  /** 折起来的长文字：源码、栈、长字符串。 */
  block?: string;
  /** 展开后的各行；没有就是叶子。 */
  items?: Item[];
  /** 各行之后没有列出的还有几项。 */
  rest?: number;
  /** 有内容，但已经太深或太多，没有展开。 */
  cut?: boolean;
}
