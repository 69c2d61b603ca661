/**
 * 书的错误。`id` 稳定不变：
 *
 * - `TIDU-BOOK-001` 端口被占用
 * - `TIDU-BOOK-002` 端口号不对
 * - `TIDU-BOOK-003` 笔记本读不出来
 * - `TIDU-BOOK-004` 术语表读不出来
 * - `TIDU-BOOK-005` 站点还没有生成
 * - `TIDU-BOOK-006` 没有一篇能放进书里的笔记本
 */
export class BookError extends Error {
  readonly id: string;

  constructor(id: string, message: string, options?: ErrorOptions) {
    super(`${id}：${message}`, options);
    this.name = "BookError";
    this.id = id;
  }
}

/**
 * 内容里的问题：不妨碍生成站点，但作者应当改掉。
 *
 * - `TIDU-BOOK-101` 标签重复
 * - `TIDU-BOOK-102` 引用了不存在的标签
 * - `TIDU-BOOK-103` KaTeX 排不出的公式
 * - `TIDU-BOOK-104` 断掉的链接或图片
 * - `TIDU-BOOK-105` 单元格报错
 * - `TIDU-BOOK-106` 没有标题
 * - `TIDU-BOOK-107` `\tag` 或链接文字里的号码与实际编号不符（只影响 JupyterLab）
 */
export interface Problem {
  id: string;
  /** 笔记本的路径，相对仓库根目录。 */
  file: string;
  /** 单元格序号，从 1 数起；整篇的问题没有。 */
  cell?: number;
  message: string;
}

export function formatProblem({ id, file, cell, message }: Problem): string {
  return `${id}：${file}${cell === undefined ? "" : ` 第 ${cell} 个单元格`}：${message}`;
}
