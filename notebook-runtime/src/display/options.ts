export interface DisplayOptions {
  /** 之后用 updateDisplay(id, …) 改写这处显示。 */
  id?: string;
}

/** 一个值怎么展开、显示多少。 */
export interface ValueOptions extends DisplayOptions {
  /** 展开几层，默认 5。 */
  depth?: number;
  /** 树的每层最多列几项，默认 100；表最多列几行，默认 60。 */
  items?: number;
  /** 文字与 HTML 各最多多少个字符，默认 100 000；Infinity 是不限。 */
  limit?: number;
}
