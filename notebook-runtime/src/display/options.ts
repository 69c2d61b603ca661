export interface DisplayOptions {
  /** 之后用 updateDisplay(id, …) 改写这处显示。 */
  id?: string;
}

/** 一个值怎么展开、显示多少。 */
export interface ValueOptions extends DisplayOptions {
  /** 展开几层，默认 5。 */
  depth?: number;
  /** 每层（表的行）最多列几项，默认 100。 */
  items?: number;
  /** 文字与 HTML 各最多多少个字符，默认 100 000；Infinity 是不限。 */
  limit?: number;
}
